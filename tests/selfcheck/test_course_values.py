"""What to write, by the manifest that the course shows, for a failure whose check does not tell."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from grading.errors import Correction, Location, Problem, RubricError
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.exercise.course import Exercise
from grading.exercise.course_values import with_course_values
from grading.exercise.loader import load_courses
from grading.exercise.model import ObjectSpec
from grading.exercise.published import Published, objects_in
from grading.submission import yaml_reader
from grading.submission.course_file import CourseFile

FILE: Final = "a.yaml"
COURSE: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "labels": {"app": "web"}},
    "spec": {
        "containers": [
            {"name": "c", "image": "nginx", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}
        ],
        "volumes": [{"name": "data", "emptyDir": {}}],
    },
}
CONTAINER: Final = ("spec", "containers", 0)
PROBE: Final = {"httpGet": {"port": 81}}


def told(
    change: dict[str, Any] | None = None,
    rationale: str = "wrong",
    field: tuple[str | int, ...] = CONTAINER,
    spec: dict[str, Any] | None = None,
    metadata: dict[str, Any] | None = None,
) -> dict[tuple[str | int, ...], Any]:
    """Return what to write in the course's Pod with other fields in its container, its spec and metadata."""
    data = copy.deepcopy(COURSE)
    data["spec"]["containers"][0] |= change or {}
    data["spec"] |= spec or {}
    data["metadata"] |= metadata or {}
    return corrections(data, Problem(rationale, "Help.", location=Location(FILE, field=field)))


def corrections(data: dict[str, Any], problem: Problem) -> dict[tuple[str | int, ...], Any]:
    return {item.location.field: item.value for item in solved(data, problem).corrections}


def solved(data: dict[str, Any], problem: Problem, **fixed: Any) -> Problem:
    text = yaml.safe_dump(data, sort_keys=False)
    lines = {
        "|".join(map(str, path)): line for path, line in yaml_reader.parse(text.encode())[0].lines.items()
    }
    evidence = Evidence(
        scenario="s",
        started=datetime.now(UTC),
        manifests={FILE: RecordedManifest(file=FILE, data=data, lines=lines, applied=True)},
        texts={FILE: text},
    )
    return with_course_values(evidence, problem, published(fixed))


def published(fixed: dict[str, Any] | None = None) -> dict[str, Published]:
    return {FILE: Published(COURSE, ObjectSpec(fixed=fixed or {}), FILE, "1.2")}


def test_a_pod_is_corrected_where_it_behaves_otherwise() -> None:
    assert told({"command": ["false"], "image": "httpd"}) == {
        (*CONTAINER, "image"): "nginx",
        (*CONTAINER, "command"): None,
    }


def test_what_decides_nothing_stays() -> None:
    change = {"ports": [{"containerPort": 81}], "name": "mine", "imagePullPolicy": "Always", "tty": True}
    metadata = {"labels": {"app": "web", "x": "y"}, "annotations": {"a": "b"}, "namespace": "default"}
    assert told(change, metadata=metadata) == {}


def test_a_message_chooses_among_the_fields() -> None:
    change = {"env": [{"name": "X", "value": "1"}], "workingDir": "/nowhere"}
    assert told(change, "mkdir /nowhere: no such directory") == {(*CONTAINER, "workingDir"): None}
    assert len(told(change)) == 2


def test_a_probe_counts_if_the_message_names_it_or_nothing_else_differs() -> None:
    assert told({"readinessProbe": PROBE}, "its readiness probe never passes") == {
        (*CONTAINER, "readinessProbe"): None
    }
    assert told({"readinessProbe": PROBE}) == {(*CONTAINER, "readinessProbe"): None}
    assert told({"readinessProbe": PROBE, "workingDir": "/x"}) == {(*CONTAINER, "workingDir"): None}


def test_a_probe_may_be_right_and_the_program_wrong() -> None:
    found = told({"readinessProbe": PROBE, "command": ["sleep"]}, "its readiness probe never passes")
    assert found == {(*CONTAINER, "readinessProbe"): None, (*CONTAINER, "command"): None}


def test_the_field_that_a_failure_points_at_is_corrected_alone() -> None:
    change: dict[str, Any] = {"labels": {"app": "web", "tier": "x"}}
    assert told({"image": "x"}, field=("metadata", "labels", "tier"), metadata=change) == {
        ("metadata", "labels", "tier"): None
    }


def test_of_labels_that_the_course_has_not_only_the_one_pointed_at_goes() -> None:
    data = copy.deepcopy(COURSE)
    data["metadata"]["annotations"] = {"a": "1", "b": "2"}
    place = Location(FILE, field=("metadata", "annotations", "a"))
    assert corrections(data, Problem("wrong", location=place)) == {("metadata", "annotations", "a"): None}


def test_a_mount_is_written_with_the_submissions_own_name_of_the_volume() -> None:
    data = copy.deepcopy(COURSE)
    del data["spec"]["containers"][0]["volumeMounts"]
    data["spec"]["volumes"][0]["name"] = "mine"
    found = corrections(data, Problem("wrong", location=Location(FILE, field=CONTAINER)))
    assert found == {(*CONTAINER, "volumeMounts"): [{"name": "mine", "mountPath": "/data"}]}


def test_what_the_rules_allow_is_not_corrected() -> None:
    data = copy.deepcopy(COURSE)
    data["metadata"]["name"] = "mine"
    data["spec"]["containers"][0]["image"] = "nginx:1.26"
    problem = Problem("wrong", location=Location(FILE, field=CONTAINER))
    fixed = {
        "metadata.name": {"is": "web", "costs": False},
        "spec.containers[0].image": {"one_of": ["nginx", "nginx:1.26"]},
    }
    assert solved(data, problem, **fixed) == problem
    assert len(solved(data, problem).corrections) == 2


def test_the_help_says_it_with_the_line_before_what_it_said() -> None:
    data = copy.deepcopy(COURSE)
    data["spec"]["containers"][0]["image"] = "httpd"
    told = solved(data, Problem("wrong", "See `x`.", location=Location(FILE, field=CONTAINER))).help
    assert told == (
        "Write `image: nginx` on line 10 instead of `'httpd'`. See `x`. The course shows the file in 1.2."
    )


@pytest.mark.parametrize("location", [None, Location("b.yaml", 1), Location(FILE, 99)])
def test_a_place_elsewhere_is_corrected_by_nothing(location: Location | None) -> None:
    data = {**COURSE, "spec": {"containers": [{"name": "c", "image": "httpd"}]}}
    problem = Problem("wrong", location=location)
    assert solved(data, problem) == problem


def test_a_correction_of_a_rule_stays_and_unknown_fields_go() -> None:
    data = copy.deepcopy(COURSE)
    data["spec"]["image"] = "nginx"
    rule = Correction(Location(FILE, 1, ("metadata", "name"), "Pod"), "x")
    found = solved(data, Problem("wrong", location=Location(FILE, 1), corrections=(rule,)))
    assert [item.location.field for item in found.corrections] == [("metadata", "name"), ("spec", "image")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kind: pod\napiVersion: v1\nspec: {containers: []}\n", {("kind",): "Pod"}),
        ("kind: Deployment\nspec: {replicas: 1}\n", {}),  # another object
        ("kind: [\n", {}),
        ("kind: pod\n---\nkind: pod\n", {}),
    ],
)
def test_a_file_that_cannot_be_used_is_read_as_it_is_written(text: str, expected: dict[Any, Any]) -> None:
    problem = Problem("wrong", location=Location(FILE, 1, ("kind",)))
    evidence = Evidence(scenario="s", started=datetime.now(UTC), unusable={FILE: problem}, texts={FILE: text})
    found = with_course_values(evidence, problem, published())
    assert {item.location.field: item.value for item in found.corrections} == expected


def test_a_course_that_shows_nothing_tells_nothing(tmp_path: Path) -> None:
    assert objects_in(tmp_path / "none", (CourseFile(FILE, ("Pod",)),)) == {}


def test_a_published_manifest_that_is_wrong_is_the_courses_fault(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("kind: Service\n", "utf-8")
    with pytest.raises(RubricError, match="must declare a Pod"):
        objects_in(tmp_path, (CourseFile(FILE, ("Pod",)),))


def test_of_a_list_that_is_far_too_long_a_part_is_told() -> None:
    volumes = [{"name": f"v{n}", "emptyDir": {}} for n in range(2000)]
    found = told(spec={"volumes": volumes}, field=("spec",))
    assert len(found) == 50


STRANGE: Final[tuple[Any, ...]] = ("x", 7, [], ["a"], [{}], {"a": 1})


def fields(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*at, key)
        yield from fields(item, (*at, key))


def with_strange_fields(shown: Published) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield a field, and the object of the course with another thing in it."""
    for path in fields(shown.data):
        for strange in STRANGE:
            data: Any = copy.deepcopy(dict(shown.data))
            holder = data
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = strange
            yield path, data


@pytest.mark.parametrize("exercise", load_courses().exercises, ids=lambda exercise: str(exercise.spec.marker))
def test_whatever_stands_in_a_field_the_failure_stays_one(exercise: Exercise) -> None:
    """An exception here would make an error of a criterion that is lost."""
    published = exercise.published()
    for key, shown in published.items():
        for path, data in with_strange_fields(shown):
            evidence = Evidence(scenario="x", started=datetime.now(UTC))
            evidence.texts[shown.file] = json.dumps(data, indent=1)
            evidence.unusable[key] = Problem("it cannot be used")
            for place in (Location(shown.file), Location(shown.file, None, path, str(data["kind"]))):
                told_so = with_course_values(evidence, Problem("lost", location=place), published)
                assert told_so.rationale == "lost"
