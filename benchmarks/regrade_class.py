"""Judge a class of 1000 again: ``python -m benchmarks.regrade_class [STUDENTS]``.

The class is that of the tests' generator, with the page of each report. It is judged as it is, and by a
rubric that changes every report. Each is done for a tenth of the class too, so that memory that grows is
seen. It ends with an error if 1000 students take more than 60 s. The seconds of the processors tell what a
machine that has nothing else to do needs.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import psutil

from grading.files import write_text
from grading.gradebook.model import SUBMISSIONS
from grading.renderers.page import to_html
from grading.report.student_view import for_student
from tests.selfcheck.classes import made, write
from tests.selfcheck.classes.runs import Run

STUDENTS = 1000
LIMIT_S = 60
RUBRIC = "version: benchmark\ncriteria: {namespaces.declared: {points: 3}}\n"


def stored(out: Path, students: int) -> Path:
    """Write a class with the pages of its reports."""
    class_ = made(students)
    write(class_, out)
    for key, run in class_.runs.items():
        write_text(out / SUBMISSIONS / key / "report.html", page(run))
    return out


@cache
def page(run: Run) -> str:
    view = for_student(run.report)
    evidence = {Path(path).stem: data for path, data in run.evidence.items() if path.count("/") == 1}
    return to_html(view, evidence)


def measured(out: Path, *options: str) -> tuple[float, float, int, int]:
    """Judge a class again.

    Returns:
        Seconds, seconds of the processors, and the peak MiB of the largest process and of all together.
    """
    begun, used = time.monotonic(), processor_s()
    with tempfile.TemporaryFile() as output:
        process = psutil.Popen(
            [sys.executable, "-m", "grading.cli", "regrade", str(out), *options],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        largest = together = 0
        while process.poll() is None:
            sizes = list(resident(process))
            largest, together = max([largest, *sizes]), max(together, sum(sizes))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        output.seek(0)
        text = output.read().decode()
    assert process.returncode == 3, text[-2000:]  # some of the class have no score
    print(f"  {text.splitlines()[-1]}")
    return seconds, processor_s() - used, largest >> 20, together >> 20


def processor_s() -> float:
    """Return the seconds of the processors that ended programs used, and what they had started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def resident(process: psutil.Process) -> list[int]:
    """Return the resident memory of a process and of those that it started, in bytes."""
    try:
        return [one.memory_info().rss for one in (process, *process.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else STUDENTS
    with tempfile.TemporaryDirectory() as work:
        rubric = Path(work) / "rubric.yaml"
        rubric.write_text(RUBRIC, "utf-8")
        slow = False
        for count in (students // 10, students):
            out = stored(Path(work) / str(count), count)
            for name, options in (("as it is", []), ("by another rubric", ["--rubric", str(rubric)])):
                seconds, used, largest, together = measured(out, *options)
                slow |= seconds > LIMIT_S * students / STUDENTS
                size = (out / "class.html").stat().st_size >> 10
                print(
                    f"{count} students, {name}: {seconds:.1f} s, {used:.1f} s of the processors; "
                    f"largest process {largest} MiB, all together {together} MiB; class.html {size} KiB",
                    flush=True,
                )
        sys.exit(slow)


if __name__ == "__main__":
    main()
