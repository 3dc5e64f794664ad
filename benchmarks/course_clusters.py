"""How long the reference takes on the clusters of the course, and when each part of the run plays.

By turns with the default cluster, so that a machine that is busier for a while is so for both.

    .venv/bin/python benchmarks/course_clusters.py [--runs N]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

from fixtures.run_parts import most_nodes, parts_of
from grading.exercise.loader import load_courses

ROOT: Final = Path(__file__).resolve().parent.parent
GRADED: Final = "chapter11 or introlab"


def graded(topology: str, folder: Path) -> float:
    """Return the seconds of a graded run, whose report goes to a folder."""
    words = [str(ROOT / ".venv" / "bin" / "pytest"), "-q", "-m", GRADED, f"--topology={topology}"]
    begun = time.monotonic()
    done = subprocess.run(
        [*words, f"--report-dir={folder}"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        sys.exit(done.stdout)
    return time.monotonic() - begun


def played(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield for each part of a run its clusters, and when it began and ended to play."""
    courses = load_courses()
    scenarios = [name for exercise in courses.exercises for name in exercise.spec.scenarios]
    run = datetime.fromisoformat(json.loads((folder / "report.json").read_text("utf-8"))["started"])
    for part in parts_of(courses, scenarios):
        times = []
        for name in part.scenarios:
            told = json.loads((folder / "evidence" / f"{name}.json").read_text("utf-8"))
            began = (datetime.fromisoformat(told["started"]) - run).total_seconds()
            times.append((began, began + told["duration_s"]))
        known = [part.cluster] if part.cluster else part.known
        played_here = dict.fromkeys(courses.exercise_of(name).spec.section for name in part.scenarios)
        yield (
            f"{', '.join(played_here)} on {', '.join(item.name for item in known)}",
            min(began for began, _ended in times),
            max(ended for _began, ended in times),
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=3, help="how often each is timed (default: 3)")
    chosen = parser.parse_args()
    console = Console()
    seen: dict[str, list[float]] = {"course": [], "default": []}
    for _run in range(chosen.runs):
        for topology, times in seen.items():
            with tempfile.TemporaryDirectory() as folder:
                times.append(graded(topology, Path(folder)))
                console.print(f"{topology}: {times[-1]:.1f} s")
                if topology == "course":
                    for words, began, ended in played(Path(folder)):
                        console.print(f"  {words}: from {began:.0f} to {ended:.0f} s")
    table = Table("topology", f"median of {chosen.runs}, s", box=None)
    for topology, times in seen.items():
        table.add_row(topology, f"{median(times):.1f}")
    console.print(table)
    console.print(f"nodes at a time, at most: {most_nodes()}")


if __name__ == "__main__":
    main()
