"""Judge 1000 stored runs again: ``python -m benchmarks.regrade [RUNS]``.

The runs are those of all faults, and of the reference, on the recordings of the tests, stored again and again
until there are enough. It prints the seconds and the memory of ``kubegrade regrade`` for a tenth of them and
for all, so that memory that grows with their number is seen.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from grading.exercise.loader import load_courses
from grading.files import write_text
from tests.selfcheck.recorded import FOLDER
from tests.selfcheck.replayed import replay

RUNS = 1000


def stored(target: Path) -> Iterator[Path]:
    """Store the run of each fault that is recorded, and of the reference; yield their folders."""
    courses = load_courses()
    chosen = {"reference": None, **load_faults()}
    for name, fault in chosen.items():
        played = courses.playing(fault.files) if fault else []
        if not all((FOLDER / f"{name}-{scenario}.json.gz").exists() for scenario in played):
            continue
        submission = target / "submissions" / name
        if fault:
            build(fault, submission)
        recordings = dict.fromkeys(played, name)
        report, files = replay(submission if fault else REFERENCE, recordings)
        folder = target / "first" / name
        (folder / "evidence").mkdir(parents=True)
        for path, data in files.items():
            write_text(folder / path, json.dumps(data))
        write_text(folder / "report.json", report.to_json())
        yield folder


def copies(folders: list[Path], target: Path, count: int) -> Path:
    """Store runs so often that there are enough."""
    target.mkdir()
    for number, folder in enumerate(islice(cycle(folders), count)):
        shutil.copytree(folder, target / f"{number:04}")
    return target


def measured(out: Path) -> tuple[float, float]:
    """Return the seconds and MiB that judging the runs of a folder takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "grading.cli", "regrade", str(out)], check=True, capture_output=True
    )
    seconds = time.monotonic() - begun
    assert done.stdout.startswith(b"0 of "), done.stdout[-2000:]
    return seconds, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    with tempfile.TemporaryDirectory() as work:
        folders = list(stored(Path(work)))
        for number in (count // 10, count):
            seconds, memory = measured(copies(folders, Path(work) / str(number), number))
            print(f"{number} runs: {seconds:.1f} s, {memory:.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
