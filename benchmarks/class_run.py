"""How many submissions an hour a class run grades, against what the processors of this machine allow.

    .venv/bin/python -m benchmarks.class_run [--submissions N] [--jobs N] [--first-slot N]

Grades references, ten by default. CPU seconds are those of the whole machine, so that Docker and the nodes
are in them; nothing else may run meanwhile. The bound is processors / CPU seconds of a submission.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.machine import busy

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT / "manifests" / "reference"
HOUR: Final = 3600.0
GIB: Final = 2**30


def graded(command: list[str]) -> tuple[float, int]:
    """Run a class; return its seconds, and the most bytes that the machine used beside those of before."""
    before = psutil.virtual_memory().used
    most, begun = before, time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=sys.stderr) as process:
        while process.poll() is None:
            most = max(most, psutil.virtual_memory().used)
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                continue
    if process.returncode:
        sys.exit(f"kubegrade class ended with {process.returncode}")
    return time.monotonic() - begun, most - before


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--submissions", type=int, default=10)
    parser.add_argument("--jobs", type=int, help="by default what the machine bears")
    parser.add_argument("--first-slot", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder, "submissions")
        for number in range(1, chosen.submissions + 1):
            shutil.copytree(REFERENCE, handed_in / f"student-{number:02}")
        command = [str(ROOT / ".venv" / "bin" / "kubegrade"), "class", str(handed_in), "--from", "folder"]
        command += ["--out", str(Path(folder, "out")), f"--first-slot={chosen.first_slot}"]
        command += [f"--jobs={chosen.jobs}"] if chosen.jobs else []
        cpu = busy()
        seconds, memory = graded(command)
        each = (busy() - cpu) / chosen.submissions
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = (usage.ru_utime + usage.ru_stime) / chosen.submissions
    rate, bound = chosen.submissions * HOUR / seconds, (os.cpu_count() or 1) * HOUR / each
    table = Table("what", "", box=None)
    table.add_row("submissions an hour", f"{rate:.1f}")
    table.add_row("bound: processors / CPU seconds each", f"{bound:.1f}")
    table.add_row("ratio", f"{rate / bound:.2f}")
    table.add_row("CPU seconds each, of the machine", f"{each:.1f}")
    table.add_row("of these the graders, k3d, kubectl", f"{own:.1f}")
    table.add_row("GiB of memory at most", f"{memory / GIB:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
