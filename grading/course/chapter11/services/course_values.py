"""Files, names and ports of section 11.8 of the course."""

from __future__ import annotations

from typing import Final

CLUSTERIP_FILE: Final = "svc.yaml"
NODEPORT_FILE: Final = "nodeport.yaml"
SERVER_FILE: Final = "svc-nginx.yaml"
CLIENT_FILE: Final = "svc-debian.yaml"

CLUSTERIP_NAME: Final = "nginx-svc"
NODEPORT_NAME: Final = "nginx-srv2"

PORT: Final = 8080
"""The port of both Services."""
NODE_PORT: Final = 30050
SELECTOR: Final = {"app": "nginx"}
"""The selector of both Services, and the label of the Pod in svc-nginx.yaml."""

PACKAGES: Final = "http://deb.debian.org/debian/dists/stable/Release"
"""Where the client of the course, a Debian, installs curl from (11.8.3.1)."""
