"""Names of the suite's own objects, which play beside those of a submission."""

from __future__ import annotations

import secrets


def own_name(role: str) -> str:
    """Return a new name for an object of the suite's own.

    It is drawn, so that no submission has one like it.

    Args:
        role: what it is for, in a word.
    """
    return f"kubegrade-{role}-{secrets.token_hex(4)}"
