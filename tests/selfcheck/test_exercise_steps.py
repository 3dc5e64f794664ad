"""Steps and checks of the engine as exercise.yaml names them: what is read, and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from grading.cluster import client
from grading.errors import RubricError
from grading.exercise import steps
from grading.exercise.loader import joined, load_course, load_courses
from grading.exercise.references import manifest_of
from tests.selfcheck.courses import course_of
from tests.selfcheck.exercises import data, exercise

Edit = Callable[[dict[str, Any]], object]


def refused(folder: Path, found: dict[str, Any]) -> str:
    (folder / "course.yaml").write_text(yaml.safe_dump(course_of()), "utf-8")
    (folder / "exercise.yaml").write_text(yaml.safe_dump(found), "utf-8")
    with pytest.raises(RubricError, match=r"exercise\.yaml") as caught:
        load_course(folder, "nowhere")
    return str(caught.value)


def step(**keys: Any) -> Edit:
    """Add a step to the end."""
    named = {key.rstrip("_"): value for key, value in keys.items()}
    return lambda found: found["scenarios"]["some"]["steps"].append({"as": "last", **named})


def first(**keys: Any) -> Edit:
    """Change the first step."""
    return lambda found: found["scenarios"]["some"]["steps"][0].update(keys)


def scenario(**keys: Any) -> Edit:
    return lambda found: found["scenarios"]["some"].update(keys)


def checked(**keys: Any) -> Edit:
    return lambda found: found["criteria"][0].update(check=keys)


def without(key: str) -> Edit:
    return lambda found: found["scenarios"]["some"].pop(key)


def test_what_a_scenario_of_steps_is() -> None:
    found = exercise().scenario("some")
    assert [file.name for file in found.files] == ["one.yaml"]
    assert found.usual == 15.0


@pytest.mark.parametrize("name", ["pod", "ready", "page", "listing", "deleted", "successors", "others"])
def test_what_a_record_is_about(name: str) -> None:
    spec = exercise().spec
    assert manifest_of(spec.scenarios["some"].steps, spec.kinds, name) == "one.yaml"
    assert manifest_of(spec.scenarios["some"].steps, spec.kinds, "before") == ""


def test_kinds_are_those_that_the_cluster_is_asked_for() -> None:
    asked = {kind: namespaced for kind, (_, _, namespaced) in client._PATHS.items()}
    assert {kind for kind in get_args(steps.Kind) if not asked[kind]} == steps.CLUSTER_WIDE


STEPS = [
    pytest.param(step(sleep=5), "no step of the engine; there are apply, wait", id="unknown step"),
    pytest.param(step(wait="pod", delete="pod"), "Extra inputs", id="two steps in one"),
    pytest.param(step(wait="pod", timeout=5), "wait.timeout: Extra inputs", id="unknown key"),
    pytest.param(lambda d: d["scenarios"]["some"]["steps"].append("wait"), "no step of", id="no mapping"),
    pytest.param(lambda d: d["scenarios"]["some"]["steps"][0].pop("as"), "apply.as: Field", id="no name"),
    pytest.param(step(wait="pod", as_="ready"), "two steps are recorded as ready", id="name twice"),
    pytest.param(first(**{"as": "A b"}), "apply.as: String should match", id="no such name"),
    pytest.param(step(wait="nobody"), "last: nobody is recorded by no earlier step", id="unknown record"),
    pytest.param(step(wait="last"), "last: last is recorded by no earlier step", id="itself"),
    pytest.param(
        lambda d: d["scenarios"]["some"]["steps"].reverse(), "recorded by no earlier step", id="wrong order"
    ),
    pytest.param(step(wait="before"), "last: before is the record of no Pod of a file", id="wait for a list"),
    pytest.param(
        first(apply="two.yaml"),
        "ready: pod is the record of no Pod of a file; to wait for a Deployment",
        id="wait for a Deployment",
    ),
    pytest.param(step(apply="three.yaml"), "last: three.yaml is not among the files", id="unknown file"),
    pytest.param(step(ask="http://x/", until="hello"), "a Pod is asked, by", id="ask nobody"),
    pytest.param(step(ask="http://{pod}/", until="hello"), "a reference is written as", id="no field"),
    pytest.param(step(ask="file:///{pod.x}", until="hello"), "ask.url|ask.ask: String", id="no web address"),
    pytest.param(step(ask="http://{pod.status.podIP}/", until=""), "ask.until: String", id="until nothing"),
    pytest.param(step(exec=[], in_="pod"), "exec.exec: List should have at least 1", id="no command"),
    pytest.param(step(exec="ls -al", in_="pod"), "exec.exec: Input should be a valid list", id="a line"),
    pytest.param(step(look="Ingress"), "look.look: Input should be", id="unknown kind"),
    pytest.param(step(look="Pod", in_="kube-system"), "does not own the namespace kube-system", id="theirs"),
    pytest.param(step(look="Namespace", in_="lab"), "a Namespace is in no namespace", id="no namespace"),
    pytest.param(step(look="Pod", since="pod"), "pod is no look at each Pod", id="since no look"),
    pytest.param(step(look="Service", since="before"), "before is no look at each Service", id="other kind"),
    pytest.param(step(look="Pod", in_="lab", since="before"), "look at another namespace", id="other place"),
    pytest.param(step(look="Pod", since="others"), "a look at what was new itself", id="new since new"),
    pytest.param(step(watch="Pod", since="before", for_=0), "watch.for: Input should be", id="no while"),
    pytest.param(step(watch="Pod", since="before", for_=61), "watch.for: Input should be", id="too long"),
    pytest.param(step(watch="Pod", for_=5), "watch.since: Field required", id="watch since never"),
]


@pytest.mark.parametrize(("edit", "words"), STEPS)
def test_steps_that_are_refused(tmp_path: Path, edit: Edit, words: str) -> None:
    found = data()
    edit(found)
    told = refused(tmp_path, found)
    assert any(word in told for word in words.split("|")), told
    assert "\n" not in told
    assert "scenarios.some.steps" in told or "the scenario some: " in told


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(scenario(play="scenario.SOME"), "either steps, or play and files", id="both"),
        pytest.param(without("steps"), "either steps, or play and files", id="neither"),
        pytest.param(scenario(files=["one.yaml"]), "files: the steps say which", id="files"),
        pytest.param(scenario(usual=0), "usual: Input should be greater than 0", id="no time"),
        pytest.param(scenario(owns=["default"]), "every cluster has the namespace default", id="default"),
        pytest.param(
            scenario(owns=["kube-system"]), "every cluster has the namespace kube-system", id="kube"
        ),
        pytest.param(scenario(owns=["A"]), "owns.0: String should match", id="no namespace"),
        pytest.param(
            scenario(owns=[], steps=[{"apply": "ns.yaml", "as": "made"}]),
            "made: ns.yaml is a Namespace, and the scenario owns none",
            id="namespace of nobody",
        ),
        pytest.param(
            lambda d: d["scenarios"].update(some={"files": [], "play": "a.B", "owns": ["x"]}),
            "owns: the scenario in Python",
            id="Python",
        ),
    ],
)
def test_scenarios_that_are_refused(tmp_path: Path, edit: Edit, words: str) -> None:
    found = data()
    edit(found)
    assert words in refused(tmp_path, found)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        pytest.param(checked(equals="page"), "is no check of the engine; there are declared", id="unknown"),
        pytest.param(checked(), "is no check of the engine", id="none"),
        pytest.param(checked(ran="listing", exit=1), "ran.exit: Extra inputs", id="unknown key"),
        pytest.param(checked(declared="two.yaml"), "a.one: some does not play two.yaml", id="not played"),
        pytest.param(checked(ran="nothing"), "some records no nothing that it can judge", id="no record"),
        pytest.param(checked(ran="page"), "some records no page that it can judge", id="ran a page"),
        pytest.param(checked(answered="listing"), "records no listing that it can judge", id="no answer"),
        pytest.param(checked(own_address="before"), "records no before that it can judge", id="no Pod"),
        pytest.param(checked(empty="ready"), "records no ready that it can judge", id="empty Pod"),
        pytest.param(
            checked(ran="listing", prints=["a"]), "ran.prints: Input should be", id="a list of words"
        ),
        pytest.param(checked(empty="others", field="!"), "not a path such as", id="no field"),
        pytest.param(checked(holds="ready", fields={}), "holds.fields: Dictionary", id="no fields"),
        pytest.param(
            checked(holds="ready", fields={"a": {"x": 1}}), "is no rule; there are is", id="no rule"
        ),
        pytest.param(lambda d: d["criteria"][0].update(check=[]), "check: Value should have", id="no check"),
        pytest.param(lambda d: d["criteria"][0].pop("help"), "a.one: help: ", id="no help"),
    ],
)
def test_checks_that_are_refused(tmp_path: Path, edit: Edit, words: str) -> None:
    found = data()
    edit(found)
    assert words in refused(tmp_path, found)


def test_of_objects_in_default_no_fields_are_judged(tmp_path: Path) -> None:
    found = data()
    step(look="Pod", in_="default")(found)
    checked(holds="last", fields={"status.phase": "Running"})(found)
    assert "of objects in default no fields are recorded" in refused(tmp_path, found)


def test_a_namespace_is_owned_once(tmp_path: Path) -> None:
    found = data()
    found["scenarios"]["more"] = found["scenarios"]["some"]
    found["criteria"].append({**found["criteria"][0], "id": "a.two", "scenario": "more"})
    (tmp_path / "course.yaml").write_text(yaml.safe_dump(course_of()), "utf-8")
    (tmp_path / "exercise.yaml").write_text(yaml.safe_dump(found), "utf-8")
    with pytest.raises(RubricError, match="several scenarios own the namespace lab"):
        joined([load_course(tmp_path, "nowhere")])


def test_the_engine_has_few_steps_and_checks() -> None:
    assert len(steps.STEPS) <= 8
    played = [spec for exercise in load_courses().exercises for spec in exercise.spec.scenarios.values()]
    assert sum(bool(spec.steps) for spec in played) >= 2
