"""Equal causes of lost points are equal texts, whoever lost them and in whatever language."""

import pytest

from grading.exercise.loader import load_courses
from grading.gradebook.causes import MAX_CAUSE, Causes
from grading.report.model import CriterionResult, Verdict
from grading.text.i18n import Language, _, joined, n_, speaking
from grading.text.messages import Message, Template

CAUSES = Causes(load_courses().files.values())


def result(rationale: str, verdict: Verdict = Verdict.FAILED) -> CriterionResult:
    earned = None if verdict is Verdict.ERROR else 0
    return CriterionResult(
        id="deployments.declared",
        chapter="chapter11",
        section="11.9",
        title="t",
        points=2,
        earned=earned,
        verdict=verdict,
        rationale=rationale,
    )


def cause(rationale: str, verdict: Verdict = Verdict.FAILED) -> str:
    """Return the cause of a rationale that was stored and read back."""
    stored = result(rationale, verdict).model_dump_json()
    return CAUSES.of(CriterionResult.model_validate_json(stored))


def differs(file: str = "dep.yaml", field: str = "spec.replicas") -> str:
    return _("{file}: {field} differs from the course", file=file, field=field)


def crashed(pod: str, container: str, code: int) -> str:
    words = _("the container {container} keeps ending with exit code {code}", container=container, code=code)
    return _("Pod {name} does not become Ready: {words}", name=pod, words=words)


def test_the_rule_the_file_and_the_field_remain() -> None:
    assert cause(differs()) == "dep.yaml: spec.replicas differs from the course"


def test_a_file_of_another_name_is_the_one_that_is_meant() -> None:
    assert cause(differs("week 3/Dep (1).yml")) == cause(differs())


def test_fields_and_rules_are_told_apart() -> None:
    told = {cause(differs()), cause(differs(field="apiVersion")), cause(differs("dep-rolling.yaml"))}
    assert len(told) == 3


def test_what_is_of_one_submission_alone_is_left_out() -> None:
    one, other = crashed("web-5dcd9b47b7-ftmft", "nginx", 1), crashed("nginx-pod2", "app", 137)
    assert (
        cause(one)
        == cause(other)
        == "Pod … does not become Ready: the container … keeps ending with exit code …"
    )


def test_messages_that_count() -> None:
    def available(count: int) -> str:
        words = "only {n} Pod was available during {what}", "only {n} Pods were available during {what}"
        return n_(*words, count, what=_("the update"))

    assert cause(available(1)) == cause(available(8)) == "only … Pods were available during the update"


def test_the_first_of_several_deviations_is_the_cause() -> None:
    several = _(
        "{file}: {field} differs from the course (and {number} more)",
        file="dep.yaml",
        field="spec.replicas",
        number=3,
    )
    assert cause(several) == cause(differs())


def test_parts_keep_their_separator() -> None:
    port = _("port {port} does not answer on {nodes}", port=30050, nodes="agent-0, agent-1")
    assert cause(joined(": ", [port, "see 10.42.0.1"])) == "port … does not answer on …, …: see …"


def test_words_of_another_program_name_its_rule() -> None:
    def refused(words: str) -> str:
        return _("Kubernetes refuses {file}: {words}", file="dep.yaml", words=words)

    assert (
        cause(refused('strict decoding error: unknown field "spec.ports" at 10.0.0.1'))
        == 'Kubernetes refuses dep.yaml: strict decoding error: unknown field "spec.ports" at …'
    )


def test_text_without_a_source() -> None:
    told = cause("Pod web-7d5654d7d5-v8dvd of 11.4.sh ended with exit code 1")
    assert told == "Pod … of 11.4.sh ended with exit code …"


def test_in_the_language_that_is_spoken() -> None:
    with speaking(Language.NL):
        assert cause(differs()) == "dep.yaml: spec.replicas verschilt van de cursus"
    stored = result(differs()).model_dump_json()
    with speaking(Language.NL):
        read = CriterionResult.model_validate_json(stored)
        assert CAUSES.of(read) == "dep.yaml: spec.replicas verschilt van de cursus"


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.BLOCKED, Verdict.NOT_RUN])
def test_only_what_was_lost_by_itself_has_a_cause(verdict: Verdict) -> None:
    assert CAUSES.of(result(differs(), verdict)) == ""


def test_an_error_has_a_cause() -> None:
    assert cause("Docker did not answer", Verdict.ERROR) == "Docker did not answer"


@pytest.mark.parametrize(
    "source",
    [
        Template("{file}: {field} differs from the course", {"file": "dep.yaml"}),
        Template("{file}: {field} differs from the course", {}),
        Template("{0.__class__} of nobody", {"x": "y"}),
    ],
)
def test_a_source_that_somebody_edited_is_no_template(source: Template) -> None:
    assert CAUSES.of(result(Message("as it was", source, None))) == "as it was"


def test_a_long_one_is_cut_and_is_one_line() -> None:
    told = cause("many words\n\x1b[2J " * 100)
    assert len(told) == MAX_CAUSE + 1
    assert "\n" not in told
    assert "\x1b" not in told
