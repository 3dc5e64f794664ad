"""Texts that several forms share, in the language that is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grading.errors import Correction
from grading.k8s.field_types import dotted
from grading.report.corrected import Difference
from grading.report.model import CriterionResult, Detail, Egress, Environment, Report, Verdict
from grading.report.repairs import Repair
from grading.report.student_view import SectionView, StudentView
from grading.text.i18n import _, joined, marked, n_
from grading.text.sanitize import one_line, visible

VERDICTS: Final = {
    Verdict.PASSED: marked("passed"),
    Verdict.FAILED: marked("failed"),
    Verdict.BLOCKED: marked("blocked"),
    Verdict.ERROR: marked("error"),
    Verdict.NOT_RUN: marked("not run"),
}
EGRESS: Final = {
    Egress.BLOCKED: marked(
        "the cluster blocks traffic from the submission's Pods to this machine and its networks"
    ),
    Egress.OPEN: marked(
        "the cluster does not enforce NetworkPolicies: Pods of the submission can reach this machine and its "
        "networks"
    ),
}
MOST_FIELDS: Final = 3
"""Fields that stand in the title of a repair."""
BRIEF: Final = 12
"""Lines of what was expected or seen that a form shows that is no page of its own."""


def headline(view: StudentView) -> str:
    """Return the score as text; that of a part says that it is one.

    It may be all of its points.
    """
    report = view.report
    if view.is_for_a_person:
        return _(
            "Not graded: incomplete, between {least} and {most} of {max} points; the instructor decides",
            least=report.score_at_least,
            most=report.score_at_most,
            max=report.max_score,
        )
    if report.score is None:
        return _("Not graded: incomplete")
    if not view.scope.is_part:
        return _("{score} / {max} points", score=report.score, max=report.max_score)
    return n_(
        "{score} / {max} points for {what}: part of the chapter",
        "{score} / {max} points for {what}: part of the chapters",
        view.scope.chapters,
        score=report.score,
        max=report.max_score,
        what=scope(view),
    )


def egress(report: Report) -> str:
    """Return what the submission's Pods reach outside, empty if unknown."""
    words = EGRESS.get(report.environment.egress)
    return _(words) if words else ""


def scope(view: StudentView) -> str:
    """Return what of its chapters a report is about.

    Whole sections by their numbers, else a count.
    """
    known = view.scope
    if known.partial:
        return _("{graded} of {existing} criteria", graded=known.graded, existing=known.existing)
    numbers = ", ".join(section for _chapter, section in known.sections)
    return n_("section {sections}", "sections {sections}", len(known.sections), sections=numbers)


def selection(view: StudentView) -> str:
    """Return the options and rubric that made it a part, empty if none."""
    report = view.report
    said = []
    if view.scope.is_selection:
        options = ", ".join(report.selection)
        said.append(
            _("Selected with {options}.", options=one_line(options))
            if options
            else _("Not all criteria were selected.")
        )
    if report.left_out:
        said.append(
            n_(
                "The rubric leaves out {n} criterion.",
                "The rubric leaves out {n} criteria.",
                len(report.left_out),
            )
        )
    return joined(" ", said)


def points(result: CriterionResult, of: str = "/") -> str:
    """Return the points of a criterion.

    One that could not be graded has neither won nor lost any.
    """
    earned = "\N{EN DASH}" if result.earned is None else str(result.earned)
    return f"{earned}{of}{result.points}"


def sum_of(report: Report, section: SectionView, of: str = "/") -> str:
    """Return the points of a section, empty if grading is incomplete."""
    return "" if report.score is None else f"{section.earned}{of}{section.points}"


def named(name: str, section: SectionView) -> str:
    """Return the name of a section, which says if only a part of it was to be graded."""
    return _("{section} (part)", section=name) if section.is_part else name


def verdict_word(verdict: Verdict) -> str:
    """Return a verdict as a word."""
    return _(VERDICTS[verdict])


def result_word(result: CriterionResult) -> str:
    """Return the verdict of a criterion as a word or two."""
    return verdict_word(result.verdict) if result.gradable else _("not gradable")


def tries(result: CriterionResult) -> str:
    """Return that a verdict is of a second try, and why there was one.

    Empty if there was one try.
    """
    if not result.first_error:
        return ""
    reason = one_line(result.first_error, limit=1000)
    if result.verdict is Verdict.ERROR:
        return _(
            "This was tried twice, on two clusters. The first attempt ended with: {reason}", reason=reason
        )
    return _(
        "This is the verdict of a second attempt, on a new cluster. The first one could not be graded: "
        "{reason}",
        reason=reason,
    )


def unconfined(environment: Environment) -> str:
    """Return why nothing kept the run from writing elsewhere.

    Empty if something did.
    """
    return {
        "": "",
        "system": _("no: the system has no Landlock (Linux 5.19 or newer)"),
        "docker": _(
            "no: the docker command does not work under Landlock (the one from a snap does not, for example)"
        ),
    }[environment.unconfined]


def place(result: CriterionResult) -> str:
    """Return the place in the submission as ``file:line``, empty if none."""
    if result.location is None:
        return ""
    line = f":{result.location.line}" if result.location.line else ""
    return one_line(result.location.file) + line


def rationale(result: CriterionResult) -> str:
    """Return why a criterion did not pass, as one line, or that it is not told."""
    if result.detail is Detail.FULL:
        return one_line(result.rationale, limit=1000)
    return _("The details of this criterion are not shown.")


def clipped(text: str, lines: int = BRIEF, limit: int = 500) -> str:
    """Return text without control characters, cut to lines and characters.

    It says so if it was cut.
    """
    whole = text.replace("\r\n", "\n").split("\n")
    shown = visible("\n".join(whole[:lines]), limit=limit)
    if len(whole) <= lines:
        return shown
    return "\n".join([shown, n_("… and {n} more line", "… and {n} more lines", len(whole) - lines)])


def plain(result: CriterionResult) -> str:
    """Return all that a student may know of a criterion, as lines of text."""
    if result.verdict is Verdict.PASSED:
        return joined("\n", filter(None, [one_line(result.rationale, limit=1000), tries(result)]))
    parts = [rationale(result)]
    for label, text in (
        (_("Where"), place(result)),
        (_("Expected"), result.expected),
        (_("Actual"), result.actual),
    ):
        if text:
            lines = clipped(text)
            parts.append(f"{label}:\n{lines}" if "\n" in lines else f"{label}: {lines}")
    if result.help:
        parts.append(clipped(result.help))
    parts += filter(None, [tries(result)])
    return "\n".join(parts)


def repair_title(repair: Repair) -> str:
    """Return what to mend in a few words: the fields if they are known, else the criterion."""
    if not repair.corrections:
        return repair.first.title
    files = dict.fromkeys(item.location.file for item in repair.corrections)
    fields = dict.fromkeys(dotted(item.location.field) for item in repair.corrections)
    shown = joined(", ", [one_line(field, limit=100) for field in list(fields)[:MOST_FIELDS]])
    what = joined("", [", ".join(one_line(file) for file in files), ": ", shown])
    more = len(fields) - MOST_FIELDS
    return joined(" ", [what, n_("and {n} more", "and {n} more", more)]) if more > 0 else what


def repair_gain(repair: Repair) -> str:
    """Return the points that a repair can bring back, and those that it makes possible.

    It brings them back if nothing else is wrong with these criteria: a message of the judge can know no more.
    """
    said = [
        n_(
            "{criteria}: fixing this can earn {n} point.",
            "{criteria}: fixing this can earn {n} points.",
            repair.points,
            criteria=_ids(repair.lost),
        )
    ]
    if repair.behind:
        said.append(
            n_(
                "This makes {n} more point possible: {criteria}.",
                "This makes {n} more points possible: {criteria}.",
                repair.possible,
                criteria=_ids(repair.behind),
            )
        )
    return joined(" ", said)


def _ids(results: Sequence[CriterionResult]) -> str:
    return ", ".join(one_line(result.id, limit=100) for result in results)


def difference_lines(difference: Difference) -> list[tuple[str, str]]:
    """Return the lines of a difference as text, each with its sign and number before it.

    A sign is as in `grading.report.corrected.DiffLine`.
    """
    width = max((len(str(line.number)) for line in difference.lines if line.number), default=1)
    shown = []
    for line in difference.lines:
        number = "" if line.number is None else str(line.number)
        text = "…" if line.sign == "@" else visible(line.text, limit=300)
        shown.append((line.sign, f"{'' if line.sign == '@' else line.sign:1} {number:>{width}}  {text}"))
    more = difference.more
    return [*shown, ("@", n_("… and {n} more line", "… and {n} more lines", more))] if more else shown


def in_words(correction: Correction) -> str:
    """Return what to write in a field that a difference does not show."""
    field = one_line(dotted(correction.location.field))
    if correction.value is None:
        return _("take {field} out", field=field)
    return one_line(f"{field}: {correction.value}")
