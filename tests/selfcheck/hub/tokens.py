"""The token server of a registry: who may read what."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

USER: Final = "student"
PASSWORD: Final = "correct-horse"  # noqa: S105 - of a registry that exists in tests only
SECONDS: Final = 300
"""A token's life, as Docker Hub's."""


@dataclass(frozen=True)
class Token:
    """What was given to a client.

    Attributes:
        user: who logged in; empty for nobody.
        repositories: that it may read, each as (registry, repository).
    """

    user: str
    repositories: frozenset[tuple[str, str]]


class Tokens:
    """Gives out tokens and knows them again.

    Args:
        exists: whether a registry has a repository; of one that it has not, nothing is granted.
    """

    def __init__(self, exists: Callable[[str, str], bool]) -> None:
        self._exists = exists
        self._given: dict[str, Token] = {}

    def give(self, registry: str, user: str, scopes: Sequence[str]) -> str:
        """Return a new token.

        Args:
            registry: the host that it is for.
            user: who logged in; empty for nobody.
            scopes: each as `repository:library/nginx:pull`.
        """
        granted = set()
        for scope in " ".join(scopes).split():
            kind, _, rest = scope.partition(":")
            repository, _, actions = rest.rpartition(":")
            if kind == "repository" and "pull" in actions.split(",") and self._exists(registry, repository):
                granted.add((registry, repository))
        text = secrets.token_urlsafe(24)
        self._given[text] = Token(user, frozenset(granted))
        return text

    def find(self, authorization: str) -> Token | None:
        """Return the token that a request shows, or None."""
        scheme, _, text = authorization.partition(" ")
        return self._given.get(text) if scheme.lower() == "bearer" else None


def is_right(user: str, password: str) -> bool:
    """Whether this is the hub's user."""
    return (user, password) == (USER, PASSWORD)
