"""A small program in place of the grader: does what the submission says, and notes that it ran.

python grader.py FOLDER REPORT_DIR SLOT NOTES
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

BEHAVIOUR = "behaviour"
"""The file of a submission that says what becomes of it: words, one for each try; the last one stays."""
FOREVER = 3600


def main(folder: Path, report_dir: Path, slot: str, notes: Path) -> int:
    key = folder.parent.name
    tries = sum(line.startswith(f"begin {key} ") for line in _lines(notes))
    _note(notes, f"begin {key} {slot}")
    words = (folder / BEHAVIOUR).read_text("utf-8").split()
    status = BEHAVIOURS[words[min(tries, len(words) - 1)]](report_dir)
    _note(notes, f"end {key} {slot}")
    return status


def _passes(report_dir: Path) -> int:
    _report(report_dir, "graded")
    return 0


def _slow(report_dir: Path) -> int:
    time.sleep(1)  # what it does
    return _passes(report_dir)


def _error(report_dir: Path) -> int:
    _report(report_dir, "incomplete")
    return 3


def _crashes(report_dir: Path) -> int:
    _report(report_dir, "incomplete")
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def _crashes_late(report_dir: Path) -> int:
    _passes(report_dir)
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def _hangs(report_dir: Path) -> int:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # As kubectl and k3d are started: in a session of its own.
    if os.fork() == 0:
        os.setsid()
    time.sleep(FOREVER)
    return 0


def _bad_input(report_dir: Path) -> int:
    print("no file of the course in it \x1b[31m\n::error::not a command")
    return 4


def _no_cluster(report_dir: Path) -> int:
    print("port 30051 is taken")
    return 6


def _full(report_dir: Path) -> int:
    """A grader that cannot write its report."""
    return 3


BEHAVIOURS = {
    "passes": _passes,
    "slow": _slow,
    "error": _error,
    "crashes": _crashes,
    "crashes-late": _crashes_late,
    "hangs": _hangs,
    "bad-input": _bad_input,
    "no-cluster": _no_cluster,
    "full": _full,
}


def _report(report_dir: Path, outcome: str) -> None:
    text = Path(__file__).with_name(f"{outcome}.json").read_text("utf-8")
    report_dir.mkdir(parents=True, exist_ok=True)
    (report_dir / "unfinished").write_text(text, "utf-8")
    (report_dir / "unfinished").replace(report_dir / "report.json")


def _note(notes: Path, line: str) -> None:
    with notes.open("a", encoding="utf-8") as stream:
        stream.write(f"{line}\n")


def _lines(notes: Path) -> list[str]:
    return notes.read_text("utf-8").splitlines() if notes.exists() else []


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
