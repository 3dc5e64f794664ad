"""Values that section 11.4 of the course fixes."""

from __future__ import annotations

from typing import Final

FILE: Final = "11.4.sh"
CLUSTER: Final = "dev-cluster"
SERVERS: Final = 1
AGENTS: Final = 1
