"""``kubegrade check``: what it finds, at which line, and that nothing makes it fall over."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import pytest
import yaml

from grading.exercise.loader import load_courses
from grading.precheck import Finding, check_folder
from grading.report.model import Detail
from tests.selfcheck.manifests import FILES, Declaration

ROOT: Final = Path(__file__).resolve().parents[2]
REFERENCE: Final = ROOT / "manifests" / "reference"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copytree(REFERENCE, tmp_path / "submission")


def edit(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def costly(folder: Path) -> list[tuple[str, str]]:
    return [(str(f.location), f.problem.rationale) for f in check_folder(folder) if f.costs]


def test_reference_has_no_findings() -> None:
    assert check_folder(REFERENCE) == []


def test_every_declared_criterion_is_looked_at() -> None:
    declared = {criterion for criterion in load_courses().criteria if criterion.endswith(".declared")}
    looked_at = {
        found.id
        for exercise in load_courses().exercises
        for name in exercise.files
        if (found := exercise.declares(name))
    }
    assert looked_at == declared


@pytest.mark.parametrize(
    ("file", "old", "new", "place", "message"),
    [
        ("dep.yaml", "replicas: 2", "Replicas: 2", "dep.yaml:6", "unknown field spec.Replicas"),
        ("dep.yaml", "replicas: 2", "replicas: '2'", "dep.yaml:6", "spec.replicas must be a whole number"),
        ("dep.yaml", "replicas: 2", "replicas: 3", "dep.yaml:6", "spec.replicas is 3, expected 2"),
        ("dep.yaml", "app: nginx\n    spec", "app: web\n    spec", "dep.yaml:9", "the selector requires"),
        ("dep.yaml", "apps/v1", "v1", "dep.yaml:1", "a Deployment has apps/v1"),
        (
            "dep.yaml",
            "          ports:\n            -",
            "      ports:\n        -",
            "dep.yaml:18",
            "unknown field",
        ),
        ("svc.yaml", "app: nginx", "app: web", "svc.yaml:8", "the selector requires the label app=web"),
        ("nodeport.yaml", "30050", "80", "nodeport.yaml:12", "nodePort 80 is outside the range 30000-32767"),
        ("second-pod.yaml", "version: v1", "version: 1", "second-pod.yaml:7", "must be text, and is 1"),
        (
            "pod-with-pvc.yaml",
            "- name: persistent-storage\n          m",
            "- name: storage\n          m",
            "pod-with-pvc.yaml:11",
            "storage is mounted here, but not declared",
        ),
        (
            "dynamic-pod.yaml",
            "claimName: dynamic-pvc",
            "claimName: other",
            "dynamic-pod.yaml:15",
            "the claim other is not declared",
        ),
        ("manual-pvc.yaml", "1Gi", "2Gi", "manual-pvc.yaml:10", "requests 2Gi, but the volume has only 1Gi"),
        ("manual-pvc.yaml", "1Gi", "1GB", "manual-pvc.yaml:10", "must be an amount"),
        (
            "manual-pvc.yaml",
            "Name: manual",
            "Name: standard",
            "manual-pvc.yaml:11",
            "requests the class standard",
        ),
        (
            "manual-pv.yaml",
            "ReadWriteOnce",
            "ReadWriteonce",
            "manual-pv.yaml:8",
            "not a value that Kubernetes knows",
        ),
        ("dynamic-pvc.yaml", "2Gi", "1Gi", "dynamic-pvc.yaml:10", "storage is '1Gi', expected 2Gi"),
        ("ns-pod.yaml", "namespace: dev", "namespace: def", "ns-pod.yaml:5", "goes to the namespace def"),
        (
            "dynamic-pod.yaml",
            "name: dynamic-demo",
            "name: dynamic-demo\n  namespace: dev",
            "dynamic-pod.yaml:5",
            "is in the namespace dev, but dynamic-pvc.yaml is in default",
        ),
        (
            "dep-rolling.yaml",
            "maxUnavailable: 1\n      maxSurge: 1",
            "maxUnavailable: 0\n      maxSurge: 0",
            "dep-rolling.yaml:17",
            "both 0",
        ),
        ("temptest.yaml", "  containers", "\tcontainers", "temptest.yaml:6", "a tab is used"),
        (
            "flask-app.yaml",
            "replicas: 2",
            "replicas: 3",
            "flask-app.yaml:6",
            "spec.replicas is 3, expected 2",
        ),
        (
            "flask-app.yaml",
            "selector:\n    app",
            "selector:\n    name",
            "flask-app.yaml:31",
            "requires the label name=flask",
        ),
        (
            "flask-app.yaml",
            "labels:\n        app: flask",
            "labels:\n        app: web",
            "flask-app.yaml:31",
            "the Pod in flask-app.yaml has app=web (flask-app.yaml:12)",
        ),
        ("flask-app.yaml", "targetPort: 5000", "targetPort: web", "flask-app.yaml:29", "no port named web"),
        (
            "flask-app.yaml",
            "kind: Service",
            "kind: service",
            "flask-app.yaml:22",
            "no object of kind Service",
        ),
    ],
)
def test_finding(folder: Path, file: str, old: str, new: str, place: str, message: str) -> None:
    edit(folder, file, old, new)
    assert any(where == place and message in text for where, text in costly(folder)), costly(folder)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("dep.yaml", "image: nginx:latest", "image: docker.io/library/nginx"),
        ("dep.yaml", "replicas: 2", "replicas: 2 # two"),
        ("manual-pv.yaml", "1Gi", "1024Mi"),
        ("manual-pv.yaml", "  persistentVolumeReclaimPolicy: Retain\n", ""),
        ("svc.yaml", "  type: ClusterIP\n", ""),
        ("dynamic-pvc.yaml", "storage: 2Gi", "storage: 2Gi\n  storageClassName: local-path"),
        ("second-pod.yaml", "spec:", "spec:\n  restartPolicy: Always"),
        (
            "dep.yaml",
            "          ports:",
            "          resources: {requests: {cpu: 10m, memory: 16Mi}}\n          ports:",
        ),
        (
            "dep.yaml",
            "          ports:",
            "          readinessProbe: {httpGet: {path: /, port: 80}}\n          ports:",
        ),
    ],
)
def test_what_is_no_fault_is_no_finding(folder: Path, file: str, old: str, new: str) -> None:
    edit(folder, file, old, new)
    assert costly(folder) == []


def test_other_name_that_no_criterion_asks_for_is_told(folder: Path) -> None:
    edit(folder, "temptest.yaml", "temp-data-pod", "temp-data-demo")
    found = check_folder(folder)
    assert [(f.costs, str(f.location)) for f in found] == [(False, "temptest.yaml:4")]


def test_suggestion_for_a_field_at_the_wrong_level(folder: Path) -> None:
    edit(folder, "dep.yaml", "          ports:\n            -", "      ports:\n        -")
    helps = [f.problem.help for f in check_folder(folder) if "unknown field" in f.problem.rationale]
    assert helps == ["It belongs to an item of `containers`: indent it there."]


def test_what_the_rubric_hides_is_not_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(folder, "dep.yaml", "replicas: 2", "replicas: 3")
    assert "deployments.declared" in {finding.criterion for finding in check_folder(folder)}
    _exercise, criterion = load_courses().criteria["deployments.declared"]
    monkeypatch.setitem(criterion.__dict__, "detail", Detail.VERDICT)
    assert check_folder(folder) == []


def test_section_alone(folder: Path) -> None:
    (folder / "temptest.yaml").unlink()
    assert check_folder(folder, "s11_9") == []
    assert len(check_folder(folder, "s11_10")) == 1
    listed = run(str(folder), "-m", "s11_99").stderr
    assert "chapter11, s11_4, s11_5, s11_6, s11_7, s11_8, s11_9, s11_10, introlab" in listed


def test_what_is_there_is_looked_at(folder: Path) -> None:
    (folder / "flask-app.yaml").unlink()
    assert check_folder(folder) == []
    assert [str(f.location) for f in check_folder(folder, "introlab")] == ["flask-app.yaml"]
    lab = folder.parent / "lab"
    lab.mkdir()
    (lab / "flask-app.yaml").write_text((REFERENCE / "flask-app.yaml").read_text("utf-8"), "utf-8")
    assert check_folder(lab) == []
    assert len(check_folder(lab, "chapter11")) > 10
    (lab / "flask-app.yaml").rename(lab / "Flask-App.yml")
    assert [(f.problem.rationale, f.costs) for f in check_folder(lab)] == [
        ("Flask-App.yml is graded as flask-app.yaml, the name that the course gives it", False)
    ]


def test_port_that_no_container_names_is_told(folder: Path) -> None:
    edit(folder, "flask-app.yaml", "containerPort: 5000", "containerPort: 8000")
    assert [(str(f.location), f.costs) for f in check_folder(folder, "introlab")] == [
        ("flask-app.yaml:18", True),
        ("flask-app.yaml:29", False),
    ]


def test_files_as_kubectl_prints_them_and_long_comments_cost_nothing(folder: Path) -> None:
    owned: dict[str, Any] = {f"f:field{n}": {"f:name": {}, ".": {}} for n in range(120)}
    entry = {"manager": "kubectl", "operation": "Update", "time": "2026-11-22T10:00:00Z", "fieldsV1": owned}
    for path in folder.glob("*.yaml"):
        documents = list(yaml.safe_load_all(path.read_text("utf-8")))
        for data in documents:
            last = json.dumps(data) + " " * 5_000
            annotations = {**data["metadata"].get("annotations", {}), "kubectl.kubernetes.io/last": last}
            data["metadata"] |= {
                "annotations": annotations,
                "managedFields": [entry],
                "creationTimestamp": None,
            }
            data["status"] = {"conditions": [{"type": "Ready", "status": "True"}] * 20}
        path.write_text(yaml.safe_dump_all(documents) + "# a comment\n" * 8_000, "utf-8")
    found = check_folder(folder)
    assert not any(finding.costs for finding in found)
    assert all("without the values that Kubernetes adds" in finding.problem.rationale for finding in found)
    assert {finding.location.file for finding in found} == {path.name for path in folder.glob("*.yaml")}


USES = """\
      envFrom: [{secretRef: {name: keys}}, {configMapRef: {name: more, optional: true}}]
      env:
      - {name: A, valueFrom: {configMapKeyRef: {name: page, key: a}}}
  volumes:
  - {name: certificates, configMap: {name: kube-root-ca.crt}}
  - {name: page, configMap: {name: page}}
  - {name: token, secret: {secretName: token, optional: true}}
"""


def test_what_a_pod_refers_to_and_no_file_declares_is_told(folder: Path) -> None:
    pod = folder / "second-pod.yaml"
    pod.write_text(pod.read_text("utf-8").rstrip() + "\n" + USES, "utf-8")
    lines = len(pod.read_text("utf-8").splitlines())
    words = "is used here, but no file declares it in this namespace"
    missing = [
        (f"second-pod.yaml:{lines - 6}", f"the Secret keys {words}"),
        (f"second-pod.yaml:{lines - 4}", f"the ConfigMap page {words}"),
        (f"second-pod.yaml:{lines - 1}", f"the ConfigMap page {words}"),
    ]
    assert costly(folder) == missing
    other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page, namespace: other}\n"
    (folder / "page.yaml").write_text(other, "utf-8")
    assert costly(folder) == missing
    with (folder / "page.yaml").open("a", encoding="utf-8") as stream:
        stream.write("---\n" + other.replace(", namespace: other", ""))
    assert costly(folder) == missing[:1]


@pytest.mark.parametrize("number", [50, 51, 300])
def test_the_first_findings_of_a_file_are_shown(folder: Path, number: int) -> None:
    names = "".join(f"    - {{name: v{n}, emptyDir: {{}}}}\n" for n in range(number))
    edit(folder, "temptest.yaml", "spec:\n", f"spec:\n  volumes:\n{names}")
    found = [finding.problem.rationale for finding in check_folder(folder)]
    assert len(found) == min(number, 51)
    assert (found[-1] == f"and {number - 50} more findings in this file") == (number > 51)


def test_fields_of_a_wrong_type_are_found_together(folder: Path) -> None:
    edit(folder, "dep.yaml", "replicas: 2", "replicas: '2'\n  Replicas: 2")
    edit(folder, "dep.yaml", "containerPort: 80", "containerPort: [80]")
    assert [message for _place, message in costly(folder)] == [
        'spec.replicas must be a whole number, and is "2"',
        "unknown field spec.Replicas",
        "spec.template.spec.containers[0].ports[0].containerPort must be a whole number, and is [80]",
    ]


WEIRD: Final[tuple[Any, ...]] = ([[]], {"name": {}}, "x", 1.5, None)


def replaced(data: Any) -> Iterator[Any]:
    """Yield copies of a document, each with one value replaced by something odd."""
    paths: list[tuple[Any, ...]] = []

    def walk(value: Any, path: tuple[Any, ...]) -> None:
        paths.append(path)
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                walk(inner, (*path, key))
            else:
                paths.append((*path, key))

    walk(data, ())
    for path in paths[1:]:
        for odd in WEIRD:
            made = copy.deepcopy(data)
            part = made
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = odd
            yield made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.key)
def test_no_value_makes_it_fall_over(folder: Path, file: Declaration) -> None:
    path = folder / file.file
    documents = list(yaml.safe_load_all(path.read_text("utf-8")))
    others = [data for data in documents if data["kind"] != file.kind]
    for made in replaced(next(data for data in documents if data["kind"] == file.kind)):
        path.write_text("\n---\n".join(map(json.dumps, [made, *others])), "utf-8")
        found = check_folder(
            folder, "introlab" if file.section == "introlab" else f"s{file.section.replace('.', '_')}"
        )
        assert all(isinstance(finding, Finding) for finding in found)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, encoding="utf-8", errors="replace", cwd=ROOT
    )


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "grading.cli", "check", *arguments)


def test_exit_status(folder: Path) -> None:
    fine = run(str(folder))
    assert (fine.returncode, fine.stderr) == (0, "")
    edit(folder, "dep.yaml", "replicas: 2", "replicas: 1")
    faulty = run(str(folder))
    assert faulty.returncode == 1
    assert "dep.yaml:6: error: spec.replicas is 1, expected 2 [deployments.declared]" in faulty.stdout
    assert run(str(folder / "nowhere")).returncode == 4
    assert run(str(folder), "-m", "s99").returncode == 4


def test_control_characters_stay_out_of_the_terminal(folder: Path) -> None:
    edit(folder, "dep.yaml", "name: nginx-deployment", 'name: nginx-deployment\n  "\\e[31mx": 1')
    assert "\x1b" not in run(str(folder)).stdout


def test_neither_pytest_nor_kubernetes_is_loaded(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from grading.precheck import check_folder\n"
        "check_folder(Path(sys.argv[1]))\n"
        "print([m for m in ('pytest', 'kubernetes', 'jsonschema', 'requests') if m in sys.modules])"
    )
    done = python("-c", code, str(folder))
    assert (done.returncode, done.stdout.strip()) == (0, "[]")


def test_a_course_that_cannot_be_loaded_is_one_message(folder: Path) -> None:
    code = (
        "import sys\n"
        "from grading import cli\n"
        "from grading.errors import RubricError\n"
        "from grading.exercise import loader\n"
        "def broken(): raise RubricError('exercise.yaml: points: wrong')\n"
        "loader.load_courses = broken\n"
        "sys.argv = ['kubegrade', 'check', sys.argv[1]]\n"
        "cli.main()\n"
    )
    done = python("-c", code, str(folder))
    assert (done.returncode, done.stderr) == (4, "exercise.yaml: points: wrong\n")
