"""The report as GitHub-flavoured Markdown, for the summary of a job in GitHub Actions.

GitHub takes at most 1 MiB of summary from a step and shows none of it if there is more:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from html import escape
from typing import Any, Final

from grading.renderers.labels import (
    clipped,
    difference_lines,
    egress,
    headline,
    in_words,
    named,
    points,
    rationale,
    repair_gain,
    repair_title,
    selection,
    sum_of,
    tries,
    unconfined,
)
from grading.renderers.stories import NO_EVIDENCE, Story, lost_stories
from grading.report.model import CriterionResult, Detail, Report, Verdict
from grading.report.repairs import ADVICE, repairs_of
from grading.report.student_view import SectionView, StudentView
from grading.text.i18n import _, decimal, marked, moment, n_
from grading.text.sanitize import fenced, markdown, markdown_prose, one_line

SYMBOLS: Final = {
    Verdict.PASSED: marked("✅ passed"),
    Verdict.FAILED: marked("❌ failed"),
    Verdict.BLOCKED: marked("⛔ blocked"),
    Verdict.ERROR: marked("⚠️ error"),
    Verdict.NOT_RUN: marked("⚪ not run"),
}
NOT_GRADABLE: Final = marked("⚠️ not gradable")
"""Of a criterion that ended in ``error`` twice while the control passed."""
MAX_BYTES: Final = 1024 * 1024 - 1
"""What a whole summary may take, in bytes of UTF-8."""
MAX_STEPS: Final = 40
"""Steps of a scenario that are shown, the last ones; those of the suite have fewer."""


class Weight(IntEnum):
    """The weight of a part; the lightest are left out first if there is too much."""

    ENVIRONMENT = 0
    STORY = 1
    REMARK = 2
    EVIDENCE = 3
    HELP = 4
    DETAIL = 5
    ROW = 6
    HEAD = 7


@dataclass(frozen=True)
class Part:
    """Some lines of the document, that stay or go together."""

    weight: Weight
    text: str

    @property
    def size(self) -> int:
        """Bytes that it takes, with the newline after it."""
        return len(self.text.encode()) + 1


def to_markdown(
    view: StudentView, evidence: Mapping[str, Any] = NO_EVIDENCE, *, limit: int = MAX_BYTES
) -> str:
    """Render a report.

    Args:
        view: what the student may see.
        evidence: what each scenario recorded, by its name.
        limit: the most bytes of UTF-8 that it may take.

    Returns:
        The Markdown.
    """
    parts = list(_parts(view, evidence))
    gone = _too_much(parts, limit)
    if gone:
        gone = _too_much(parts, limit - _note(len(parts)).size)  # the widest that the note can be
        parts = [part for index, part in enumerate(parts) if index not in gone]
        parts.insert(1, _note(len(gone)))
    return "".join(f"{part.text}\n" for part in parts)


def _too_much(parts: list[Part], limit: int) -> set[int]:
    """Return the indices of the parts that must go.

    The lightest first, among equals the last first.
    """
    size = sum(part.size for part in parts)
    gone = set()
    for index in sorted(range(len(parts)), key=lambda i: (parts[i].weight, -i)):
        if size <= limit:
            break
        size -= parts[index].size
        gone.add(index)
    return gone


def _note(gone: int) -> Part:
    words = n_(
        "Shortened: {n} part was too long for this page; report.json contains everything.",
        "Shortened: {n} parts were too long for this page; report.json contains everything.",
        gone,
    )
    return Part(Weight.HEAD, f"> ✂️ {words}\n")


def _parts(view: StudentView, evidence: Mapping[str, Any]) -> Iterator[Part]:
    yield Part(Weight.HEAD, "\n".join(_head(view)) + "\n")
    for section in view.sections:
        yield from _section(view.report, section)
    yield from _next(view)
    if view.lost:
        yield Part(Weight.DETAIL, f"## {_('What to look at')}\n")
    stories = lost_stories(view, evidence)
    for result in view.lost:
        yield from _detail(result, repeats=view.repeats(result))
        yield from map(_story, stories.get(result.id, []))
    yield Part(Weight.ENVIRONMENT, "\n".join(_environment(view)))


def _head(view: StudentView) -> Iterator[str]:
    report = view.report
    yield f"# {headline(view)}"
    yield ""
    yield _(
        "Submission {submission}, {moment}, {seconds} s",
        submission=markdown(report.submission),
        moment=moment(report.started),
        seconds=decimal(report.duration_s),
    )
    for told in filter(None, (selection(view), report.reason)):
        yield ""
        yield f"> ⚠️ {markdown(told)}"


def _section(report: Report, section: SectionView) -> Iterator[Part]:
    name, total = named(section.section, section), sum_of(report, section, of=" / ")
    columns = (_("criterion"), "", _("verdict"), _("points"))
    head = (
        f"## {name}: {total}" if total else f"## {name}",
        "",
        f"| {' | '.join(columns)} |",
        "| --- | --- | --- | ---: |",
    )
    yield Part(Weight.ROW, "\n".join(head))
    for result in section.results:
        name = "" if result.detail is Detail.NONE else f"`{result.id}`"
        cells = (name, markdown(result.title), _symbol(result), points(result, of=" / "))
        yield Part(Weight.ROW, f"| {' | '.join(cells)} |")
        for told in (
            filter(None, [result.rationale, tries(result)]) if result.verdict is Verdict.PASSED else ()
        ):
            yield Part(Weight.REMARK, f"| | {markdown(told)} | | |")
    yield Part(Weight.ROW, "")


def _next(view: StudentView) -> Iterator[Part]:
    """Yield what to do next, by cause."""
    repairs = repairs_of(view)
    if repairs:
        yield Part(Weight.DETAIL, f"## {_('What to do next')}\n")
    for number, repair in enumerate(repairs[:ADVICE], 1):
        first = repair.first
        lines = [f"### {number}. {markdown(repair_title(repair))}", ""]
        if not repair.corrections:
            lines += [markdown_prose(rationale(first)), ""]
        yield Part(Weight.DETAIL, "\n".join([*lines, markdown(repair_gain(repair)), ""]))
        for difference in repair.differences:
            if difference.lines:
                shown = "\n".join(line for _sign, line in difference_lines(difference))
                yield Part(Weight.EVIDENCE, f"{fenced(shown, 'diff')}\n")
            for correction in difference.unwritten:
                yield Part(Weight.EVIDENCE, f"- {markdown(in_words(correction))}\n")
        if first.help:
            yield Part(Weight.HELP, f"{markdown_prose(first.help)}\n")
    further = len(repairs) - ADVICE
    if further > 0:
        told = n_("Then {n} more, shown below.", "Then {n} more, shown below.", further)
        yield Part(Weight.DETAIL, f"{told}\n")


def _symbol(result: CriterionResult) -> str:
    return _(SYMBOLS[result.verdict]) if result.gradable else _(NOT_GRADABLE)


def _detail(result: CriterionResult, *, repeats: bool) -> Iterator[Part]:
    lines = [f"### {_symbol(result)}: `{result.id}`", ""]
    for told in filter(None, [rationale(result), tries(result)]):
        lines += [markdown_prose(told), ""]
    if result.location:
        where = markdown(result.location.file)
        if result.location.line:
            where = _("{file}, line {line}", file=where, line=result.location.line)
        lines += [_("Where: {place}", place=where), ""]
    yield Part(Weight.DETAIL, "\n".join(lines))
    if repeats:
        return
    for label, text in ((_("Expected"), result.expected), (_("Actual"), result.actual)):
        if text:
            yield Part(Weight.EVIDENCE, f"{label}:\n\n{fenced(clipped(text, lines=60, limit=1000))}\n")
    if result.help:
        yield Part(Weight.HELP, f"{markdown_prose(result.help)}\n")


def _story(story: Story) -> Part:
    """Return the steps of a scenario, folded away."""
    lines = []
    for step in story.steps[-MAX_STEPS:]:
        seen = clipped(step.seen, lines=4, limit=300).split("\n") if step.seen else []
        lines += [one_line(step.done), *(f"    {line}" for line in seen)]
    title = escape(_("What was done and seen: {title}", title=story.title))
    head = f"<details><summary>{title}</summary>"
    return Part(Weight.STORY, "\n".join([head, "", fenced("\n".join(lines)), "", "</details>", ""]))


def _environment(view: StudentView) -> Iterator[str]:
    environment = view.report.environment
    yield f"## {_('Where it was graded')}"
    yield ""
    yield _(
        "k3d {k3d}, Kubernetes {kubernetes}, node image {node_image}",
        k3d=markdown(environment.k3d),
        kubernetes=markdown(environment.kubernetes),
        node_image=markdown(environment.node_image),
    )
    if words := egress(view.report):
        yield f"- {words}"
    if words := unconfined(environment):
        yield _("- prevented from writing outside its own folders: {why}", why=words)
    for stand_in in environment.stand_ins:
        yield _(
            "- stand-in for {image}: {note}", image=markdown(stand_in.image), note=markdown(stand_in.note)
        )
