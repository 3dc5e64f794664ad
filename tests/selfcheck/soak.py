"""Grade the reference 20 times in a row, five of them on a machine under load: `make soak`.

The outcomes stand in ``build/nightly/COMMIT.jsonl`` as those of the night. A run takes up what an earlier one
at the same commit has left.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from fixtures.faults.judging import Outcome
from fixtures.faults.nightly import append, done, outcomes
from tests.selfcheck.cluster import runs
from tests.selfcheck.faults.programs import spinning

RUNS: Final = 20
_LOADED_EACH: Final = 4
"""Each fourth run is under load."""
_PER_PROCESSOR: Final = 4
"""Programs that want each processor, beside the run."""
_LOADED: Final = "-loaded"
_SLOT: Final = "--slot=6"


def names() -> list[str]:
    """Return what the runs are called in the file of outcomes."""
    return [f"soak/{number:02}{_LOADED * (number % _LOADED_EACH == 0)}" for number in range(1, RUNS + 1)]


def grade(name: str, folder: Path) -> Outcome:
    """Grade the reference once.

    Args:
        name: one of `names`.
        folder: a new one for the report.
    """
    count = _PER_PROCESSOR * (os.cpu_count() or 1) if name.endswith(_LOADED) else 0
    with spinning(count):
        run = runs.run(folder, _SLOT, timeout=1800)
    if not (folder / "report.json").exists():
        return Outcome(name, run.last_words)
    report = run.report
    lacking = [
        f"{result.id} is {result.verdict.value}: {result.rationale}"
        for result in report.selected
        if result.earned != result.points
    ]
    if run.status != 0 and not lacking:
        lacking = [f"exit status {run.status}"]
    return Outcome(name, "\n".join(lacking), duration_s=report.duration_s)


def main() -> int:
    """Grade what is left at this commit; return the exit status: 1 if any run is not at full score."""
    path = outcomes()
    wanted = names()
    for name in wanted:
        if name in done(path):
            continue
        with tempfile.TemporaryDirectory(prefix="kubegrade-soak-") as folder:
            outcome = grade(name, Path(folder) / "report")
        append(path, outcome)
        word = "WRONG" if outcome.problem else "ok   "
        print(word, outcome.id, f"{outcome.duration_s:.0f} s", outcome.problem, flush=True)
    right = [name for name in wanted if name in done(path)]
    print(f"{len(right)} of {len(wanted)} at full score; see {path}")
    return int(len(right) < len(wanted))


if __name__ == "__main__":
    sys.exit(main())
