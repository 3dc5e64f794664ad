"""The story of a scenario: how its steps are recorded, and what the forms that are no page show of them."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from grading.errors import ApiError, Cancelled, InfrastructureError, Problem, Unplayable
from grading.evidence.base import Evidence, Part
from grading.evidence.steps import MAX_LENGTH, MAX_LINES, Step, bounded
from grading.exercise.loader import load_courses
from grading.renderers import FORMS
from grading.renderers.markdown import MAX_BYTES, to_markdown
from grading.renderers.stories import lost_stories
from grading.renderers.terminal import to_terminal
from grading.report.model import Detail, Report, Verdict
from grading.report.student_view import for_student
from grading.runner.context import Context
from grading.runner.story import Story
from grading.submission.loader import load_submission
from grading.text.i18n import Language, _, speaking
from tests.selfcheck.manifests import REFERENCE, known
from tests.selfcheck.pages import FAULTY, graded, reduced
from tests.selfcheck.reports import EVERY_TEXT, evidence, report


def story() -> Story:
    return Story(Evidence(scenario="pod", started=datetime.now(UTC)))


def told(evidence: Evidence) -> list[tuple[str, str]]:
    return [(step.done, step.seen) for step in evidence.story()]


# Recording


def test_steps_are_in_the_order_in_which_they_happened() -> None:
    playing = story()
    playing.step("Apply it", "accepted")
    waiting = playing.step("Wait for it")
    assert playing.evidence.steps[-1].done == "Wait for it"  # while it is under way
    waiting.see("Ready")
    playing.step("Delete it", "gone")
    assert told(playing.evidence) == [
        ("Apply it", "accepted"),
        ("Wait for it", "Ready"),
        ("Delete it", "gone"),
    ]
    times = [step.t for step in playing.evidence.steps]
    assert times == sorted(times, key=lambda t: t or 0.0)
    assert all(t is not None and 0 <= t < 10 for t in times)


def test_a_scenario_that_ended_early_says_why_at_the_end() -> None:
    playing = story()
    playing.step("Wait for it")
    playing.evidence.trouble = Problem("the image does not exist")
    assert told(playing.evidence) == [("Wait for it", ""), ("Stopped there", "the image does not exist")]
    playing.evidence.trouble = None
    playing.evidence.error = "the API server is gone"
    assert told(playing.evidence)[-1] == (
        "Stopped early, not because of the submission",
        "the API server is gone",
    )


@pytest.mark.parametrize("failure", [Unplayable("the image is wrong"), InfrastructureError("no answer")])
def test_a_part_that_ended_says_why_in_the_step_under_way(failure: Exception) -> None:
    playing, part = story(), Part()
    with playing.attempt(part):
        playing.step("Apply it", "accepted")
        try:
            playing.step("Wait for it")
            raise failure
        finally:
            playing.step("Delete it", "gone")
    playing.step("Look at the Service", "web")
    assert told(playing.evidence) == [
        ("Apply it", "accepted"),
        ("Wait for it", str(failure)),
        ("Delete it", "gone"),
        ("Look at the Service", "web"),
    ]
    assert part.trouble or part.error


def test_a_part_that_ended_between_two_steps_says_so_too() -> None:
    playing = story()
    with playing.part("pod"):
        playing.step("Apply it", "accepted")
        raise Unplayable("the file is missing")
    assert told(playing.evidence) == [("Apply it", "accepted"), ("Stopped there", "the file is missing")]
    assert playing.evidence.parts["pod"].rationale == "the file is missing"


def test_a_part_that_the_machine_ended_lets_the_others_be_played() -> None:
    playing = story()
    with playing.part("pod"):
        playing.step("Wait")
        raise InfrastructureError("the disk is full")
    assert playing.evidence.error == "the disk is full"
    assert playing.evidence.parts == {}
    assert playing.evidence.steps[-1].seen == "the disk is full"
    with pytest.raises(Cancelled), playing.part("pod"):
        raise Cancelled("the run was stopped")


def test_a_part_that_was_played_to_its_end_says_nothing() -> None:
    playing, part = story(), Part(trouble=Problem("of an earlier attempt"))
    with playing.attempt(part):
        playing.step("Apply it", "accepted")
    assert told(playing.evidence) == [("Apply it", "accepted")]


class Refusing:
    """An API server that refuses everything in these words."""

    def get(self, *_: object) -> None: ...

    def create(self, *_: object, **__: object) -> Any:
        raise ApiError(422, "Invalid", "spec.containers: Required value\n" * 5_000)


def test_the_api_servers_words_are_seen_and_bounded() -> None:
    recording = Evidence(scenario="pod", started=datetime.now(UTC))
    submission = load_submission(REFERENCE, known("second-pod.yaml"))
    context = Context(
        cast(Any, Refusing()), cast(Any, None), submission, cast(Any, None), frozenset(), recording, "mine"
    )
    with pytest.raises(Unplayable):
        context.apply("second-pod.yaml", "Pod")
    (step,) = recording.steps
    assert step.done == "Apply second-pod.yaml"
    assert step.seen.startswith("spec.containers: Required value\n")
    assert step.seen.count("\n") < MAX_LINES


@EVERY_TEXT
def test_a_step_is_bounded_where_it_is_recorded(text: str) -> None:
    playing = story()
    playing.step(text, text).see(text)
    (step,) = playing.evidence.steps
    for part in (step.done, step.seen):
        assert len(part) <= MAX_LENGTH + 1
        assert part.count("\n") < MAX_LINES
        assert part == text or part.endswith("…")


def test_a_text_that_fits_is_kept_as_it_is() -> None:
    text = "\n".join("x" * 99 for _line in range(MAX_LINES))
    assert bounded(text) is text
    assert bounded(text + "\n") == text + "…"


NAMES = [name for exercise in load_courses().exercises for name in exercise.spec.scenarios]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_has_a_title_and_its_plot_is_plain_data(name: str) -> None:
    scenario = load_courses().scenario(name)
    recording = scenario.evidence(
        scenario=name, title=scenario.title, plot=scenario.plot, started=datetime.now(UTC)
    )
    read = Evidence.model_validate_json(recording.model_dump_json())
    assert (read.title, read.plot, read.version) == (scenario.title, scenario.plot, "kubegrade/evidence/v2")
    with speaking(Language.NL):
        titles = [scenario.title, *([scenario.plot.title, scenario.plot.since] if scenario.plot else [])]
        assert all(_(title) != title for title in titles if title)


# Showing


def lines(form: str, words: str) -> list[str]:
    return [line for line in form.splitlines() if words in line]


def test_lost_criteria_show_the_steps_of_their_scenarios() -> None:
    made, seen = graded(*FAULTY)
    view = for_student(made)
    page, terminal = to_markdown(view, seen), to_terminal(view, seen)
    assert lines(page, "<details><summary>What was done and seen: A Pod of its own</summary>")
    assert "\nApply second-pod.yaml\n    accepted\n" in page
    assert page.count("<details>") == page.count("</details>") == 5
    assert "A ClusterIP Service between two Pods" not in page  # nothing of it was lost
    assert lines(terminal, "  steps:    ")
    assert lines(terminal, "Delete it, and watch: no Pod came in its place")
    assert not lines(terminal, "Ask a Service in front of its Pods")  # no more than the last ones
    assert "What was done and seen" not in to_markdown(for_student(graded()[0]), graded()[1])


def test_each_story_is_told_once() -> None:
    made, seen = graded(*FAULTY)
    view = for_student(made)
    stories = lost_stories(view, seen)
    titles = [story.title for found in stories.values() for story in found]
    assert len(titles) == len(set(titles)) == 5
    assert len(view.lost) > 5
    assert not [result for result in view.lost if result.id in stories and view.repeats(result)]


@pytest.mark.parametrize("detail", [Detail.VERDICT, Detail.NONE])
def test_evidence_that_may_not_be_shown_tells_no_story(detail: Detail) -> None:
    made, seen = reduced(graded(*FAULTY), detail, "rolling.surge")
    view = for_student(made)
    assert "Rolling update to nginx:1.26" in to_markdown(for_student(graded(*FAULTY)[0]), seen)
    assert "Rolling update to nginx:1.26" not in to_markdown(view, seen)
    assert "Count the requests" not in to_terminal(view, seen)


@pytest.mark.parametrize("data", [None, [], {}, {"steps": 5}, {"scenario": "pod", "started": "now"}], ids=str)
def test_evidence_that_is_none_costs_its_own_story_only(data: Any) -> None:
    made, seen = graded(*FAULTY)
    view = for_student(made)
    spoilt = {**seen, "pod": data}
    assert "A Pod of its own" not in to_markdown(view, spoilt)
    assert to_markdown(view, spoilt).count("<details>") == 4
    assert to_terminal(view, spoilt)


def with_evidence(text: str, verdict: Verdict = Verdict.FAILED) -> tuple[Report, dict[str, Any]]:
    return report(text, verdict), evidence(text)


@EVERY_TEXT
def test_a_story_is_text_in_markdown(text: str) -> None:
    made, seen = with_evidence(text)
    page = to_markdown(for_student(made), seen)
    fence, outside = "", []
    for line in page.rstrip("\n").split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        else:
            outside.append(line)
    assert not fence
    tags = re.findall(r"<[a-zA-Z/!][^>]*>", "\n".join(outside))
    assert tags == ["<details>", "<summary>", "</summary>", "</details>"] * 3
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    assert len(page.encode()) <= MAX_BYTES


@EVERY_TEXT
def test_a_story_is_text_on_a_terminal(text: str) -> None:
    made, seen = with_evidence(text)
    printed = to_terminal(for_student(made), seen)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b]", printed)
    assert not [line for line in printed.splitlines() if re.match(r"\s*::[A-Za-z]", line) or "##[" in line]
    assert printed.count("\n") < 6_000


def test_a_long_story_gives_way_before_what_matters_more() -> None:
    made, seen = with_evidence("x")
    made.criteria[0].evidence = [f"evidence/{n}.json" for n in range(200)]
    steps = [Step(done="Read it", seen="y" * MAX_LENGTH).model_dump()] * 400
    many = {str(n): {**seen["history"], "scenario": str(n), "steps": steps} for n in range(200)}
    page = to_markdown(for_student(made), many)
    assert len(page.encode()) <= MAX_BYTES
    assert "Shortened: " in page
    assert "Expected:" in page
    assert page.count("Read it") % 40 == 0  # of each story the last steps


def test_the_forms_read_the_evidence_of_the_folder(tmp_path: Path) -> None:
    made, seen = graded(*FAULTY)
    (tmp_path / "evidence").mkdir()
    recording = Evidence.model_validate(seen["pod"]).model_dump_json()
    (tmp_path / "evidence" / "pod.json").write_text(recording, "utf-8")
    for name in ("md", "terminal"):
        assert "Delete it, and watch" in FORMS[name].render(for_student(made), tmp_path)
