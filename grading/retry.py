"""``kubegrade grade --retry-errors``: criteria that nobody could judge are tried once more on a new cluster.

The second try plays only the scenarios that these criteria need. What ends in ``error`` again is played with
the course's own manifests too, the control, on the same cluster right after. The evidence of both goes into
the report folder, and `grading.regrade` judges the run by all of it; DESIGN.md says which verdict counts.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Final

from grading.exercise.loader import load_courses
from grading.pytest_startup import command
from grading.reference import copy_reference
from grading.regrade import regrade
from grading.renderers.read import read_report
from grading.report.evidence_files import CONTROL, SECOND
from grading.report.model import EVIDENCE, FILE, Report, Verdict
from grading.text.i18n import n_

EXIT_INCOMPLETE: Final = 3
"""Exit status if a report has no score."""
_EXIT_LOST: Final = 1
_EXIT_INTERRUPTED: Final = 2


def grade_twice(arguments: Sequence[str], report_dir: Path) -> tuple[Report | None, int]:
    """Grade a submission, and what ended in ``error`` once more.

    Args:
        arguments: of pytest, without the report folder.
        report_dir: the folder for the report.

    Returns:
        The report and the exit status. No report if there was no second try: the first run has printed and
        written all there is.
    """
    # An option in the environment that ends a run early would leave what follows to the second try.
    status = _pytest([*arguments, "--maxfail=0", f"--report-dir={report_dir}"])
    is_there = (report_dir / FILE).is_file()  # not if the disk is full
    errors = undecided(read_report(report_dir / FILE)) if status == EXIT_INCOMPLETE and is_there else []
    if not errors:
        return None, status
    words = n_(
        "Grading {n} criterion a second time, on a new cluster: {criteria}",
        "Grading {n} criteria a second time, on a new cluster: {criteria}",
        len(errors),
        criteria=", ".join(errors),
    )
    print(f"\n{words}", flush=True)
    with TemporaryDirectory(prefix="kubegrade-second-try-") as work:
        second = Path(work)
        again = [*arguments, *_second_try(errors, second / "reference")]
        status = _pytest([*again, f"--report-dir={second / 'report'}"])
        if status == _EXIT_INTERRUPTED:
            return None, status
        keep(second / "report", report_dir)
    report = regrade(report_dir).report
    return report, exit_status(report)


def undecided(report: Report) -> list[str]:
    """Return the criteria of a run that ended in ``error``."""
    return [result.id for result in report.selected if result.verdict is Verdict.ERROR]


def keep(second: Path, report_dir: Path) -> None:
    """Keep the evidence of a second try, and of its control, beside that of the first.

    Args:
        second: the report folder of the second try.
        report_dir: that of the first, which is the run's.
    """
    for source, target in ((second, SECOND), (second / CONTROL, CONTROL)):
        if (source / EVIDENCE).is_dir():
            shutil.copytree(source / EVIDENCE, report_dir / EVIDENCE / target, dirs_exist_ok=True)


def exit_status(report: Report) -> int:
    """Return the exit status of a run that ran to its end (docs/exit-status.md)."""
    if report.score is None:
        return EXIT_INCOMPLETE
    return _EXIT_LOST if report.score < report.max_score else 0


def _second_try(errors: Sequence[str], reference: Path) -> list[str]:
    copy_reference(load_courses(), reference)
    only = [f"--criterion={name}" for name in errors]
    # Its own summary would be of a part, and the report is about to be of the whole.
    return [*only, "--maxfail=0", "--new-cluster", f"--control={reference}", "--no-summary"]


def _pytest(arguments: Sequence[str]) -> int:
    """Run pytest to its end, pass signals on, and return its exit status."""
    words, environment = command(list(arguments))
    # In a group of its own: Ctrl-C reaches it once, by way of this process, and it cleans up once.
    with subprocess.Popen(words, env=environment, process_group=0) as process:

        def pass_on(number: int, _frame: FrameType | None) -> None:
            process.send_signal(number)

        before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            return process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
