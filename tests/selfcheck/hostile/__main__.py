"""Print the tables of docs/security.md."""

from __future__ import annotations

import sys

from tests.selfcheck.hostile.table import table

sys.stdout.write(table())
