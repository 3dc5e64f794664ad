"""Small files that kubectl and our reader must read alike.

Each file names itself in every object that it holds, so that the objects that kubectl prints for a whole
folder can be told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.selfcheck.yamlcorpus.characters import CHARACTERS, ENCODED, PLACES
from tests.selfcheck.yamlcorpus.layouts import LAYOUTS
from tests.selfcheck.yamlcorpus.scalars import KEYS, SCALARS
from tests.selfcheck.yamlcorpus.whole_files import FILES, HEAD, JSON, NAME

ARGUED: Final = {
    f"{HEAD}a: [!a, x]\n": "kubectl takes the comma for a part of the tag, and reads one item",
    f"{HEAD}a: [!!str, x]\n": "kubectl takes the comma for a part of the tag, and reads one item",
    f'{JSON}, "{"k" * 1100}": 1}}': "no name in Kubernetes is longer than 317 characters",
    # To kubectl the mark is the first character of a key. No object has such a field; we say so at once.
    f"---\n\ufeff{HEAD}": "an apiVersion with a mark before it",
    f"---\n\ufeff\ufeff{HEAD}": "an apiVersion with two marks before it",
    f"# c\n\ufeff{HEAD}": "an apiVersion with a mark before it",
    f"\n\ufeff{HEAD}": "an apiVersion with a mark before it",
    f"{HEAD}\ufeffa: 1\n": "a field with a mark before it",
}
"""Files that we read otherwise than kubectl, and why no verdict is wrong by it."""


def named(raw: bytes, name: str) -> bytes:
    """Return a file with its name in its objects, in whatever encoding it is."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = raw.replace(NAME.encode(encoding), name.encode(encoding))
    return raw


def files() -> Iterator[bytes]:
    """Yield the files, without those that are `ARGUED`."""
    for scalar in SCALARS:
        yield f"{HEAD}a: {scalar}\nb: [{scalar}, x]\n".encode()
        yield f"{HEAD}a:\n- {scalar}\n- x\n".encode()
    for key in KEYS:
        yield f"{HEAD}a: {{{key}: x}}\n".encode()
        yield f"{HEAD}a:\n  {key}: x\n".encode()
    for text in (*(HEAD + layout for layout in LAYOUTS), *FILES):
        yield text.encode()
    for character in CHARACTERS:
        for place in PLACES:
            yield (HEAD + place.replace("@", character)).encode()
    yield from ENCODED
