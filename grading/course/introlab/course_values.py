"""The file and the port of the introductory lab."""

from __future__ import annotations

from typing import Final

FILE: Final = "flask-app.yaml"
PORT: Final = 30080
"""The port of the Service and of the load balancer."""
