"""The faults of the course: the files that hold them, and what is done with them without a cluster."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic import ValidationError

from fixtures.faults.building import REFERENCE, build, change
from fixtures.faults.catalogue import COURSE, at_stake, load_faults, load_files, marker
from fixtures.faults.cover import cover, never_failed
from fixtures.faults.judging import Outcome, judge
from fixtures.faults.model import Fault, Faults
from fixtures.faults.recording import recordings, write
from grading.errors import SubmissionError
from grading.exercise.loader import load_courses
from grading.report.model import Report, Verdict
from grading.submission.course_file import CourseFile
from tests.selfcheck import reports

FILES: Final = load_files()
FAULTS: Final = load_faults()
COURSES: Final = load_courses()
ROOT: Final = Path(__file__).resolve().parents[2]
RUBRIC: Final = COURSES.rubric

MISSING: Final = "{id: svc-missing, title: svc.yaml is missing, remove: [svc.yaml]}"


def fault(**fields: Any) -> Fault:
    return Fault.model_validate({"id": "some-fault", "title": "svc.yaml: some fault", **fields})


def operation(path: str, op: str = "add", **fields: Any) -> dict[str, Any]:
    return {"op": op, "path": path, **fields}


# The faults of the course


def test_every_criterion_fails_by_one_or_says_why_none_can() -> None:
    """By a manifest that is accepted, or by commands; not by a file that is missing or cannot be read."""
    assert never_failed(FAULTS.values(), COURSES) == []
    excused = {name for name, (_exercise, spec) in COURSES.criteria.items() if spec.cannot_be_lost}
    commands = {name for name, file in COURSES.files.items() if file.holds_commands}
    told = [found for found in FAULTS.values() if found.patch or (found.text and found.files <= commands)]
    assert not excused & {criterion for found in told for criterion in found.fails}


def test_instructors_are_told_which_criteria_cannot_be_lost() -> None:
    page = (ROOT / "docs" / "instructor.md").read_text("utf-8")
    for name, (_exercise, spec) in COURSES.criteria.items():
        if spec.cannot_be_lost:
            assert f"| `{name}` | {spec.cannot_be_lost.en} |" in page


def test_every_criterion_is_lost_by_one() -> None:
    lost = {criterion for found in FAULTS.values() for criterion in found.loses}
    assert lost == {criterion.id for criterion in RUBRIC.criteria}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_file_holds_the_faults_of_its_section(path: Path) -> None:
    assert all(found.fails for found in FILES[path].faults)
    markers = {marker(found, COURSES) for found in FILES[path].all}
    assert len(markers) == 1
    assert all(markers)
    for found in FILES[path].faults:
        assert {RUBRIC.sections_by_id[criterion].marker for criterion in found.loses} == markers


def test_nothing_that_grades_reads_them() -> None:
    for path in (COURSE.parent).rglob("*.py"):
        assert "faults.yaml" not in path.read_text("utf-8")


# Markers


@pytest.mark.parametrize(
    ("remove", "expected"),
    [
        (["svc.yaml"], "s11_8"),
        (["flask-app.yaml"], "introlab"),
        (["svc.yaml", "dep.yaml"], "chapter11"),
        (["svc.yaml", "flask-app.yaml"], "chapter11 or introlab"),
    ],
)
def test_marker_is_that_of_the_section_or_of_the_chapters(remove: list[str], expected: str) -> None:
    assert marker(fault(remove=remove), COURSES) == expected


# Building


def built(folder: Path, **fields: Any) -> Path:
    build(fault(**fields), folder / "submission")
    return folder / "submission"


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def test_what_is_not_changed_is_the_reference(tmp_path: Path) -> None:
    folder = built(tmp_path, remove=["svc.yaml"])
    left = {path.relative_to(REFERENCE) for path in REFERENCE.rglob("*.*")} - {Path("svc.yaml")}
    assert {path.relative_to(folder) for path in folder.rglob("*.*")} == left
    for path in left:
        assert (folder / path).read_bytes() == (REFERENCE / path).read_bytes()


def test_patch_changes_one_document_and_keeps_the_order_of_keys(tmp_path: Path) -> None:
    node_port = operation("flask-app.yaml#Service/spec/type", "replace", value="NodePort")
    folder = built(tmp_path, patch=[node_port])
    deployment, service = documents(folder / "flask-app.yaml")
    assert service["spec"]["type"] == "NodePort"
    assert [deployment, list(service)] == [
        documents(REFERENCE / "flask-app.yaml")[0],
        ["apiVersion", "kind", "metadata", "spec"],
    ]


def test_patch_adds_and_removes_documents(tmp_path: Path) -> None:
    config_map = {"apiVersion": "v1", "kind": "ConfigMap"}
    folder = built(
        tmp_path,
        patch=[
            operation("flask-app.yaml#ConfigMap", value=config_map),
            operation("flask-app.yaml#Deployment", "remove"),
        ],
    )
    assert [document["kind"] for document in documents(folder / "flask-app.yaml")] == ["Service", "ConfigMap"]


def test_patch_moves_within_a_document(tmp_path: Path) -> None:
    move = operation("ns-pod.yaml#Pod/spec/namespace", "move", **{"from": "/metadata/namespace"})
    [pod] = documents(built(tmp_path, patch=[move]) / "ns-pod.yaml")
    assert "namespace" not in pod["metadata"]
    assert pod["spec"]["namespace"] == "dev"


def test_merge_adds_every_member(tmp_path: Path) -> None:
    merge = operation("svc.yaml#Service/metadata", "merge", value={"a/b": 1, "name": "other", "c~d": None})
    [service] = documents(built(tmp_path, patch=[merge]) / "svc.yaml")
    assert service["metadata"] == {"name": "other", "a/b": 1, "c~d": None}


def test_text_is_changed_after_the_data(tmp_path: Path) -> None:
    folder = built(
        tmp_path,
        patch=[operation("dep.yaml#Deployment/spec/replicas", "replace", value=3)],
        text={"file": "dep.yaml", "old": "replicas: 3\n", "new": "replicas: 3.0 # three\n"},
    )
    assert "  replicas: 3.0 # three\n" in (folder / "dep.yaml").read_text("utf-8")


def test_files_are_renamed_and_replaced(tmp_path: Path) -> None:
    folder = built(tmp_path, rename={"svc.yaml": "svc.yml"}, add={"ns.yaml": "\tkind: Namespace\n"})
    assert (folder / "svc.yml").read_bytes() == (REFERENCE / "svc.yaml").read_bytes()
    assert not (folder / "svc.yaml").exists()
    assert (folder / "ns.yaml").read_bytes() == b"\tkind: Namespace\n"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"patch": [operation("svc.yaml#Pod/spec", "remove")]}, "svc.yaml#Pod/spec: the file holds Service"),
        ({"patch": [operation("svc.yaml#Service", value={})]}, "the file holds Service"),
        ({"patch": [operation("svc.yaml#Service/spec/none", "remove")]}, "none"),
        ({"patch": [operation("none.yaml#Service/spec", "remove")]}, "none.yaml"),
        ({"text": {"file": "svc.yaml", "old": "8081", "new": ""}}, "holds the text '8081' 0 times"),
        ({"text": {"file": "dep.yaml", "old": "nginx", "new": ""}}, "times, not once"),
        ({"remove": ["none.yaml"]}, "none.yaml"),
    ],
)
def test_change_that_does_not_fit_the_reference(fields: Any, message: str, tmp_path: Path) -> None:
    build(fault(remove=["ns.yaml"]), tmp_path / "submission")
    with pytest.raises(SubmissionError, match=f"some-fault: .*{message}"):
        change(fault(**fields), tmp_path / "submission")


# Loading


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "changes nothing"),
        ({"remove": ["a.yaml"], "fails": ["a.b"], "blocks": ["a.b"]}, "names a criterion twice"),
        ({"patch": [operation("svc.yaml/spec", "remove")]}, "String should match pattern"),
        ({"patch": [operation("svc.yaml#Service/spec", "test")]}, "Input should be 'add'"),
        ({"remove": ["a.yaml"], "loses": ["a.b"]}, "Extra inputs"),
    ],
)
def test_fault_that_is_no_fault(fields: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        fault(**fields)


def test_what_is_right_loses_nothing() -> None:
    with pytest.raises(ValidationError, match="what is right loses nothing: some-fault"):
        Faults(right=[fault(remove=["svc.yaml"], fails=["a.b"])])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("faults: [", "expected node content"),
        ("faults: [{id: a-b, title: long enough}]", "a-b changes nothing"),
        (f"faults: [{MISSING}, {MISSING}]", "svc-missing appears twice"),
    ],
)
def test_file_that_cannot_be_used(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "faults.yaml").write_text(text, "utf-8")
    with pytest.raises(SubmissionError, match=rf"faults\.yaml: (.|\n)*{message}"):
        load_faults(tmp_path)


@pytest.mark.parametrize(
    ("files", "criteria"),
    [
        (["11.4.sh"], ["clusters.created"]),
        (["second-pod.yaml"], ["pods.declared", "pods.running", "pods.exec", "pods.not-replaced"]),
        (["11.6.sh", "11.4.sh"], ["clusters.created", "contexts.use", "contexts.set"]),
    ],
)
def test_criteria_that_a_fault_can_cost(files: list[str], criteria: list[str]) -> None:
    assert at_stake(fault(remove=files), COURSES) == criteria


def test_what_needs_a_criterion_that_a_fault_can_cost_may_be_lost_too() -> None:
    for found in FAULTS.values():
        assert {*at_stake(found, COURSES)} >= found.loses


# Cover


def test_cover_fails_every_criterion_by_few_faults() -> None:
    faults = {
        name: fault(id=name, remove=["x"], fails=fails, blocks=blocks)
        for name, fails, blocks in [
            ("f-a", ["a"], []),
            ("f-b", ["b"], ["a"]),
            ("f-ab", ["a", "b"], []),
            ("f-blocks", ["a"], ["c", "d"]),
            ("f-c-impure", ["c"], ["d"]),
            ("f-c", ["c"], []),
        ]
    }
    assert cover(faults, {}) == ["f-ab", "f-c"]


def test_cover_has_every_file_changed_twice_by_what_is_right() -> None:
    faults = {
        name: fault(id=name, remove=files)
        for name, files in [
            ("right-one", ["x"]),
            ("right-two", ["x", "y"]),
            ("right-three", ["x"]),
            ("right-z", ["z"]),
        ]
    }
    assert cover(faults, {}) == ["right-two", "right-one", "right-z"]


def test_cover_prefers_what_a_check_sees_and_what_stands_first() -> None:
    faults = {
        "f-missing": fault(id="f-missing", remove=["x"], fails=["a", "b"]),
        "f-empty": fault(id="f-empty", add={"x": "\n"}, fails=["a", "b"]),
        "f-second": fault(id="f-second", add={"x": "y"}, fails=["a"]),
        "f-first": fault(id="f-first", add={"x": "z"}, fails=["a"]),
    }
    assert cover(faults, {}) == ["f-second", "f-missing"]


def test_cover_has_a_file_of_commands_written_in_one_other_way() -> None:
    faults = {name: fault(id=name, add={"x.sh": name}) for name in ("right-one", "right-two")}
    assert sorted(cover(faults, {})) == ["right-one", "right-two"]
    assert cover(faults, {"x.sh": CourseFile("x.sh", ())}) == ["right-one"]


def test_cover_of_the_course_fails_what_can_fail_and_is_small() -> None:
    chosen = cover(FAULTS, COURSES.files)
    assert {c for name in chosen for c in FAULTS[name].fails} == {c for f in FAULTS.values() for c in f.fails}
    assert {f for name in chosen for f in FAULTS[name].files} >= {
        f for fault in FAULTS.values() if not fault.loses for f in fault.files
    }
    assert len(chosen) == len(set(chosen)) <= 42


# Judging


def judged(verdicts: dict[str, Verdict], status: int = 1, **fields: Any) -> Outcome:
    report = reports.report("because of something")
    first = report.criteria[0]
    report.criteria = [
        first.model_copy(update={"id": name, "verdict": verdict, "rationale": "reason", "help": "help"})
        for name, verdict in verdicts.items()
    ]
    return judge(fault(remove=["svc.yaml"], **fields), report, status)


def test_outcome_as_the_fault_says() -> None:
    verdicts = {"a": Verdict.FAILED, "b": Verdict.BLOCKED, "c": Verdict.PASSED, "d": Verdict.NOT_RUN}
    outcome = judged(verdicts, fails=["a"], blocks=["b"])
    assert (outcome.problem, outcome.fails, outcome.blocks, outcome.is_graded) == ("", ("a",), ("b",), True)


@pytest.mark.parametrize(
    ("verdicts", "problem"),
    [
        ({"a": Verdict.BLOCKED, "b": Verdict.BLOCKED}, "a is blocked, not failed: reason"),
        ({"a": Verdict.FAILED, "b": Verdict.FAILED}, "b is failed, not blocked: reason"),
        ({"a": Verdict.FAILED, "b": Verdict.PASSED}, "does not lose b"),
        ({"a": Verdict.FAILED}, "does not lose b"),
        ({"a": Verdict.FAILED, "b": Verdict.BLOCKED, "c": Verdict.FAILED}, "loses c too: reason"),
        ({"a": Verdict.FAILED, "b": Verdict.BLOCKED, "c": Verdict.ERROR}, "error c: reason"),
        ({"a": Verdict.ERROR, "b": Verdict.BLOCKED}, "error a: reason"),
    ],
)
def test_outcome_that_is_wrong(verdicts: dict[str, Verdict], problem: str) -> None:
    outcome = judged(verdicts, fails=["a"], blocks=["b"])
    assert outcome.problem.startswith(problem)
    assert "\n" not in outcome.problem
    assert outcome.is_graded == (Verdict.ERROR not in verdicts.values())


def test_exit_status_is_judged_too() -> None:
    assert judged({"a": Verdict.FAILED}, status=0, fails=["a"]).problem == "exit status 0, not 1"
    assert judged({"a": Verdict.PASSED}, status=1).problem == "exit status 1, not 0"


def test_lost_without_help_is_wrong() -> None:
    report = reports.report("because of something")
    lost = report.criteria[0].model_copy(
        update={"id": "a", "verdict": Verdict.FAILED, "rationale": "reason", "help": ""}
    )
    report.criteria = [lost]
    outcome = judge(fault(remove=["x"], fails=["a"]), report)
    assert outcome.problem == "a is lost without rationale or help"


# Recording


def graded(folder: Path) -> Report:
    """Leave a report folder of section 11.10 of which two scenarios matter, and return its report."""
    (folder / "evidence").mkdir()
    for scenario in ("claim", "dynamic", "emptydir"):
        (folder / "evidence" / f"{scenario}.json").write_text(f'{{"scenario": "{scenario}"}}', "utf-8")
    report = reports.report("because of something")
    first = report.criteria[0]
    report.criteria = [
        first.model_copy(
            update={
                "id": name,
                "verdict": verdict,
                "selected": verdict is not Verdict.NOT_RUN,
                "evidence": [f"evidence/{scenario}.json"],
            }
        )
        for name, scenario, verdict in [
            ("storage.pv.declared", "claim", Verdict.FAILED),
            ("storage.pvc.bound", "claim", Verdict.BLOCKED),
            ("storage.dynamic.waits", "dynamic", Verdict.PASSED),
            ("storage.emptydir", "emptydir", Verdict.NOT_RUN),
        ]
    ]
    return report


def test_recordings_are_of_scenarios_that_play_what_the_fault_changes(tmp_path: Path) -> None:
    report = graded(tmp_path)
    found = dict(recordings(report, tmp_path, COURSES, fault(remove=["manual-pvc.yaml"])))
    assert found == {"some-fault-claim.json.gz": b'{"scenario": "claim"}'}
    both = recordings(report, tmp_path, COURSES, fault(remove=["manual-pvc.yaml", "dynamic-pvc.yaml"]))
    assert [name for name, _content in both] == ["some-fault-claim.json.gz", "some-fault-dynamic.json.gz"]


def test_recordings_of_the_reference_are_of_all_scenarios_graded(tmp_path: Path) -> None:
    found = dict(recordings(graded(tmp_path), tmp_path, COURSES, None))
    assert set(found) == {"reference-claim.json.gz", "reference-dynamic.json.gz"}


def test_recording_is_the_same_file_each_time(tmp_path: Path) -> None:
    [path] = write([("a-b.json.gz", b"content")], tmp_path)
    first = path.read_bytes()
    assert gzip.decompress(first) == b"content"
    assert first[4:8] == bytes(4)  # no time
    write([("a-b.json.gz", b"content")], tmp_path)
    assert path.read_bytes() == first
