"""Reports of the twelve, recorded from a live run of the whole chapter, without evidence.

They are in ``recorded/``, a file for each of `KINDS`. To record them anew::

    python -m tests.selfcheck.platforms moodle autumn
    kubegrade class autumn/*.zip --out out --rubric autumn/rubric.yaml -m chapter11
    python -m tests.selfcheck.platforms.recording out
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from pathlib import Path

from grading.gradebook.model import HANDED_IN, SUBMISSIONS
from grading.gradebook.read_class import read_record
from grading.renderers.read import read_report
from grading.report.model import FILE
from tests.selfcheck.platforms.twelve import KINDS, HandIn, manifests

FOLDER = Path(__file__).with_name("recorded")


def path_of(kind: str) -> Path:
    """Return the file with the report of a kind of submission."""
    return FOLDER / f"{kind}.json.gz"


def index() -> str:
    """Return what `replaying` needs, to find the recording of what was handed in."""
    return json.dumps(
        {
            str(path_of(kind)): [
                (name, hashlib.sha256(data).hexdigest()) for name, data in manifests(kind).items()
            ]
            for kind in KINDS
        }
    )


def record(out: Path) -> None:
    """Keep one report of each kind.

    Args:
        out: the folder of a class run.
    """
    FOLDER.mkdir(exist_ok=True)
    for entry in read_record(out).entries:
        folder = out / HANDED_IN / entry.key / str(entry.graded)
        place = out / SUBMISSIONS / entry.key / FILE
        if place.exists() and (report := read_report(place)).outcome == "graded":
            kind = HandIn({path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}).kind
            text = report.model_copy(update={"submission": kind}).to_json()
            path_of(kind).write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    record(Path(sys.argv[1]))
