"""Judge many stored runs again, in as many processes as there are processors."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from grading.exercise.loader import choose_courses, choose_rubric, load_courses
from grading.regrade.run import regrade
from grading.renderers import PageWriter
from grading.renderers.page.child import write_page_anew
from grading.renderers.read import UnreadableReport
from grading.text.i18n import Language, language, use

AHEAD: Final = 4
"""Runs for each process that wait for it or were judged by it and are not told of yet."""


@dataclass(frozen=True)
class Told:
    """The small part of a regraded run that is told.

    Attributes:
        lines: what changed and why.
        is_changed: whether anything did.
        is_complete: whether it has a score and all its forms are written.
        rubric, max_score: of the report as it is now.
        unreadable: why there is no report to judge; empty if there is one.
    """

    lines: tuple[str, ...] = ()
    is_changed: bool = False
    is_complete: bool = False
    rubric: str = ""
    max_score: int = 0
    unreadable: str = ""


def regrade_all(folders: Sequence[Path], rubric: Path | None) -> Iterator[Told]:
    """Judge stored runs again.

    Args:
        folders: their report folders.
        rubric: a lecturer's, laid over the courses; it and they have been chosen in this process already.

    Yields:
        What to tell of each run, in the order in which they are given.
    """
    if len(folders) == 1:
        yield _told(folders[0])
        return
    workers = min(len(folders), len(os.sched_getaffinity(0)))
    # Spawned: a process that is forked has the locks of this one's threads, and no threads.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (load_courses().given, rubric, language()))
    waiting: deque[Future[Told]] = deque()
    try:
        for folder in folders:
            waiting.append(pool.submit(_told, folder, write_page_anew))
            if len(waiting) >= AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:  # on Ctrl-C too: what is being written becomes whole, the rest is not begun
        pool.shutdown(cancel_futures=True)


def _begin(courses: Sequence[Path], rubric: Path | None, lang: Language) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the process that started this one
    choose_courses(courses)
    choose_rubric(rubric)
    use(lang)


def _told(folder: Path, page: PageWriter | None = None) -> Told:
    try:
        run = regrade(folder, page)
    except UnreadableReport as error:
        return Told(unreadable=str(error))
    return Told(
        lines=tuple(map(str.__str__, run.lines())),  # plain: nobody tells them in another language
        is_changed=run.is_changed,
        is_complete=run.report.score is not None and not run.unwritten,
        rubric=run.report.rubric,
        max_score=run.report.max_score,
    )
