"""One stored run, judged again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grading.regrade.judging import Tries, judged
from grading.renderers import PageWriter, write_reports
from grading.renderers.labels import points, verdict_word
from grading.renderers.read import UnreadableReport, read_report
from grading.report.model import FILE, CriterionResult, Report, Verdict
from grading.text.i18n import _, joined, speaking
from grading.text.sanitize import one_line


@dataclass(frozen=True)
class Change:
    """A criterion with another verdict or points; None if it did not exist."""

    before: CriterionResult | None
    after: CriterionResult | None


@dataclass(frozen=True)
class Regraded:
    """A stored run, judged again.

    Attributes:
        folder: its report folder.
        report: as it is now.
        changes: the criteria whose verdict or points changed.
        kept: the criteria that keep their verdict, because there is no evidence to judge.
        is_changed: whether anything of the report changed, the words of a reason too.
        unwritten: what could not be written, one line each.
    """

    folder: Path
    report: Report
    changes: tuple[Change, ...]
    kept: tuple[str, ...]
    is_changed: bool
    unwritten: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Yield what changed and why, a line for each criterion; nothing if nothing did."""
        for change in self.changes:
            result = change.after or change.before
            assert result is not None  # noqa: S101 - one of them is there
            words = _(
                "{folder}: {criterion}: {before} → {after}",
                folder=self.folder,
                criterion=result.id,
                before=_shown(change.before),
                after=_shown(change.after),
            )
            yield one_line(joined(": ", [words, result.rationale]) if result.rationale else words)
        if self.is_changed and not self.changes:
            yield _("{folder}: the same points, with other messages", folder=self.folder)
        if self.kept:
            yield _(
                "{folder}: these criteria keep their verdict, because there is no evidence that this "
                "version can read: {criteria}",
                folder=self.folder,
                criteria=", ".join(self.kept),
            )
        yield from self.unwritten


def stored_runs(out: Path) -> list[Path]:
    """Return the report folders in a folder, which may be one itself.

    Args:
        out: the report folder of a run, or a folder of such folders.

    Raises:
        UnreadableReport: it holds no report.
    """
    found = [out] if (out / FILE).is_file() else sorted(path.parent for path in out.glob(f"*/{FILE}"))
    if not found:
        raise UnreadableReport(
            _(
                "{folder}: there is no {file} in it or in a folder below it; give the report folder of a "
                "graded run, or a folder that contains several of them",
                folder=out,
                file=FILE,
            )
        )
    return found


def regrade(folder: Path, page: PageWriter | None = None) -> Regraded:
    """Judge a stored run again, and write its report anew if it changed.

    Args:
        folder: its report folder.
        page: see `write_reports`.

    Returns:
        The run as it is now.

    Raises:
        UnreadableReport: it holds no report that can be read.
    """
    old = read_report(folder / FILE)
    with speaking(old.lang):
        old = read_report(folder / FILE)
        new, kept = judged(old, Tries(folder))
        is_changed = _judgement(new) != _judgement(old)
        unwritten: tuple[str, ...] = ()
        if is_changed:
            try:
                unwritten = tuple(write_reports(new, folder, page))
            except OSError as error:
                words = _("{file} could not be written: {error}", file=FILE, error=error.strerror)
                unwritten = (words,)
    return Regraded(folder, new, tuple(_changes(old, new)), kept, is_changed, unwritten)


def _judgement(report: Report) -> dict[str, Any]:
    """Return what a judgement decides of a report."""
    return report.model_dump(include={"rubric", "score", "max_score", "outcome", "reason", "criteria"})


def _changes(old: Report, new: Report) -> Iterator[Change]:
    """Yield the criteria that have another verdict, or other points, than before."""
    before = {result.id: result for result in old.selected}
    after = {result.id: result for result in new.selected}
    for name in {**before, **after}:
        pair = before.get(name), after.get(name)
        if _points(pair[0]) != _points(pair[1]):
            yield Change(*pair)


def _shown(result: CriterionResult | None) -> str:
    """Return a verdict with its points."""
    return f"{verdict_word(result.verdict)} {points(result)}" if result else _("not graded")


def _points(result: CriterionResult | None) -> tuple[Verdict, int | None, int] | None:
    return (result.verdict, result.earned, result.points) if result else None
