"""The host names of the real registries, and what is theirs."""

from __future__ import annotations

from typing import Final

DOCKER_HUB: Final = "registry-1.docker.io"
DOCKER_AUTH: Final = "auth.docker.io"
DOCKER_BLOBS: Final = "production.cloudflare.docker.com"
"""Where Docker Hub sends those who ask for a blob."""
GHCR: Final = "ghcr.io"
CACHE: Final = "cache.school.example"
"""A school's own cache of Docker Hub."""
PORTAL: Final = "portal.campus.example"
"""The page of a network that wants a login first."""

HUB: Final = "198.51.100.1"
"""The hub's address in a world: one of TEST-NET-2, which is nobody's (RFC 5737)."""

NAMES: Final = (DOCKER_HUB, DOCKER_AUTH, DOCKER_BLOBS, GHCR, CACHE, PORTAL)
REALMS: Final = {
    DOCKER_HUB: (f"https://{DOCKER_AUTH}/token", "registry.docker.io"),
    GHCR: (f"https://{GHCR}/token", GHCR),
    CACHE: (f"https://{CACHE}/token", CACHE),
}
"""By registry: where tokens come from, and the name of the service."""
