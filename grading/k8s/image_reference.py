"""Image references as the container runtimes read them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_DEFAULT_REGISTRIES: Final = ("docker.io/", "index.docker.io/", "registry-1.docker.io/")


@lru_cache  # a timeline names one image thousands of times
def canonical(reference: str) -> str:
    """Return an image reference in full, so that equal images compare equal.

    ``nginx``, ``nginx:latest`` and ``docker.io/library/nginx`` all become
    ``docker.io/library/nginx:latest``, by the rules of the distribution reference grammar.
    """
    name = reference.strip()
    for registry in _DEFAULT_REGISTRIES:
        if name.startswith(registry):
            name = name.removeprefix(registry)
            break
    else:
        first, slash, _ = name.partition("/")
        if slash and ("." in first or ":" in first or first == "localhost"):
            return name if _has_tag(name) else f"{name}:latest"
    if "/" not in name:
        name = f"library/{name}"
    return f"docker.io/{name}" if _has_tag(name) else f"docker.io/{name}:latest"


def repository(reference: str) -> str:
    """Return the reference in full and without its tag or digest.

    Source: https://pkg.go.dev/github.com/distribution/reference.
    """
    name = canonical(reference).partition("@")[0]
    folder, slash, last = name.rpartition("/")
    return folder + slash + last.partition(":")[0]


def short(reference: str) -> str:
    """Return the reference as a person writes it: without docker.io and library."""
    return canonical(reference).removeprefix("docker.io/").removeprefix("library/")


def named_in(data: object) -> Iterator[str]:
    """Yield the images that an object names in its fields ``image``."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "image" and isinstance(value, str):
                yield value
            else:
                yield from named_in(value)
    elif isinstance(data, list):
        for item in data:
            yield from named_in(item)


def _has_tag(name: str) -> bool:
    return "@" in name or ":" in name.rpartition("/")[2]
