"""Files that hold several objects: the course's are found by kind and name, and what they refer to."""

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from fixtures.faults.building import REFERENCE
from grading.errors import Unplayable
from grading.precheck import check_folder
from grading.precheck.references import check_references
from grading.submission.course_file import CourseFile
from grading.submission.folder_reader import FolderReader
from grading.submission.loader import Submission, load_submission
from grading.submission.manifest import checked
from grading.submission.yaml_allowance import Allowance
from tests.selfcheck.manifests import text_of
from tests.selfcheck.severalobjects import CASES

FILES = [
    CourseFile("pod.yaml", ("Pod",), names=("web",)),
    CourseFile("client.yaml", ("Pod",), names=("client",)),
    CourseFile("svc.yaml", ("Service",), names=("web-svc",)),
    CourseFile("app.yaml", ("Deployment", "Service"), names=("app", "app-svc")),
]
VERSIONS = {"Deployment": "apps/v1"}


def put(kind: str, name: str, more: str = "") -> str:
    return f"apiVersion: {VERSIONS.get(kind, 'v1')}\nkind: {kind}\nmetadata:\n  name: {name}\n{more}"


def submission(root: Path, **files: list[str]) -> Submission:
    for name, objects in files.items():
        (root / f"{name}.yaml").write_text("---\n".join(objects), "utf-8")
    return load_submission(root, FILES)


def found(submission: Submission, name: str, kind: str = "Pod") -> tuple[str, str]:
    manifest = submission.manifest(f"{name}.yaml", kind)
    return manifest.file, manifest.data["metadata"]["name"]


def trouble(submission: Submission, name: str, kind: str = "Pod") -> str:
    with pytest.raises(Unplayable) as caught:
        submission.manifest(f"{name}.yaml", kind)
    assert caught.value.problem.help
    assert caught.value.problem.actual
    return caught.value.problem.rationale


def test_two_of_the_course_in_one_file(tmp_path: Path) -> None:
    loaded = submission(tmp_path, svc=[put("Service", "web-svc"), put("Pod", "client"), put("Pod", "web")])
    assert found(loaded, "svc", "Service") == ("svc.yaml", "web-svc")
    assert found(loaded, "pod") == ("svc.yaml", "web")
    assert found(loaded, "client") == ("svc.yaml", "client")
    assert loaded.remarks("pod.yaml") == ["the Pod of pod.yaml is in svc.yaml"]
    assert loaded.remarks("svc.yaml") == []
    assert loaded.surplus("svc.yaml") == []
    assert loaded.manifest("client.yaml", "Pod").at("kind").line == 7


def test_swapped_files(tmp_path: Path) -> None:
    loaded = submission(tmp_path, svc=[put("Pod", "web")], pod=[put("Service", "web-svc")])
    assert found(loaded, "svc", "Service") == ("pod.yaml", "web-svc")
    assert found(loaded, "pod") == ("svc.yaml", "web")


def test_of_several_of_a_kind_the_name_decides(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "other"), put("Pod", "web")])
    assert found(loaded, "pod") == ("pod.yaml", "web")
    assert [str(place) for place in loaded.surplus("pod.yaml")] == ["pod.yaml:1"]


def test_a_misspelt_name_beside_anothers_object(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "client"), put("Pod", "wbe")])
    assert found(loaded, "pod") == ("pod.yaml", "wbe")
    assert found(loaded, "client") == ("pod.yaml", "client")


def test_several_of_a_kind_that_no_name_tells_apart(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "one"), put("Pod", "two")])
    assert trouble(loaded, "pod") == "pod.yaml declares 2 objects of kind Pod"


def test_a_missing_object_that_stands_in_two_files(tmp_path: Path) -> None:
    loaded = submission(
        tmp_path,
        svc=[put("Service", "web-svc"), put("Pod", "web")],
        app=[put("Deployment", "app"), put("Pod", "web")],
    )
    assert trouble(loaded, "pod") == "svc.yaml, app.yaml declares 2 objects of kind Pod"


def test_what_its_own_file_holds_counts(tmp_path: Path) -> None:
    loaded = submission(
        tmp_path, svc=[put("Service", "web-svc"), put("Pod", "web")], pod=[put("Pod", "wrong")]
    )
    assert found(loaded, "pod") == ("pod.yaml", "wrong")


def test_of_a_file_that_cannot_be_read_nothing_is_found_elsewhere(tmp_path: Path) -> None:
    loaded = submission(tmp_path, svc=[put("Service", "web-svc"), put("Pod", "web")], pod=["a: ["])
    assert "cannot be read as YAML" in trouble(loaded, "pod")


def test_an_object_that_two_files_could_mean_is_of_neither(tmp_path: Path) -> None:
    twins = [
        CourseFile("dep.yaml", ("Deployment",), names=("d",)),
        CourseFile("roll.yaml", ("Deployment",), names=("d",)),
    ]
    (tmp_path / "svc.yaml").write_text(put("Service", "web-svc") + "---\n" + put("Deployment", "d"), "utf-8")
    loaded = load_submission(tmp_path, [*FILES, *twins])
    assert "missing" in trouble(loaded, "dep", "Deployment")
    (tmp_path / "dep.yaml").write_text(put("Deployment", "d"), "utf-8")
    loaded = load_submission(tmp_path, twins)
    assert found(loaded, "dep", "Deployment") == ("dep.yaml", "d")
    assert "missing" in trouble(loaded, "roll", "Deployment")


@pytest.mark.parametrize(
    "text",
    [
        "kind: List\napiVersion: v1\nitems:\n- {apiVersion: v1, kind: Pod, metadata: {name: web}}\n",
        "kind: PodList\napiVersion: v1\nitems:\n- {metadata: {name: web}}\n",
    ],
)
def test_a_list_around_objects(tmp_path: Path, text: str) -> None:
    manifest = submission(tmp_path, pod=[text]).manifest("pod.yaml", "Pod")
    assert manifest.data == {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}
    assert manifest.at("metadata", "name").line == len(text.splitlines())


def applied(path: Path, text: str) -> str:
    """Return the names of the Services in a file that would be applied."""
    path.write_text(text, "utf-8")
    names = ""
    for document in FolderReader(path.parent).documents(path.name, path.name, Allowance()).documents:
        with suppress(Unplayable):
            names += str(checked(path.name, "Service", document).data["metadata"]["name"])
    return names


@pytest.mark.parametrize("case", CASES)
def test_of_a_broken_file_is_applied_what_kubectl_applies(tmp_path: Path, case: str) -> None:
    assert applied(tmp_path / "f.yaml", CASES[case][0]) == CASES[case][1]


PROBE = put("Pod", "web", "spec: {containers: [{name: c, image: nginx}]}\n")


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("a: [\n", "app.yaml cannot be read as YAML: "),
        (f"a: 1\n---\n{PROBE}", "app.yaml: kubectl applies nothing from this line on: apiVersion is missing"),
        (
            "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod, x: 1}\n",
            "app.yaml: kubectl applies nothing from this line on: unknown field items[0].x",
        ),
    ],
)
def test_what_stands_before_a_broken_document_is_graded(tmp_path: Path, rest: str, words: str) -> None:
    loaded = submission(tmp_path, app=[put("Deployment", "app"), rest])
    assert found(loaded, "app", "Deployment") == ("app.yaml", "app")
    assert trouble(loaded, "app", "Service").startswith(words)
    unread = loaded.unread("app.yaml")
    assert unread is not None
    assert unread.rationale.startswith(words)
    assert loaded.remarks("app.yaml") == [f"kubectl applies only the documents before {unread.location}"]
    # It may be the one that cannot be read.
    (tmp_path / "svc.yaml").write_text(put("Service", "app-svc"), "utf-8")
    assert trouble(load_submission(tmp_path, FILES), "app", "Service").startswith(words)


def test_a_broken_rest_costs_what_looks_at_the_declaration(tmp_path: Path) -> None:
    shutil.copytree(REFERENCE, tmp_path / "s")
    for name in ("svc.yaml", "svc-nginx.yaml"):
        with (tmp_path / "s" / name).open("a", encoding="utf-8") as stream:
            stream.write("---\na: [\n")
    told = [(item.location.file, item.criterion, item.costs) for item in check_folder(tmp_path / "s")]
    assert ("svc.yaml", "services.clusterip.declared", True) in told
    assert {item for item in told if item[2]} == {("svc.yaml", "services.clusterip.declared", True)}


def test_a_list_in_a_list_is_no_object(tmp_path: Path) -> None:
    inner = "{apiVersion: v1, kind: List, items: [{kind: Pod, metadata: {name: web}}]}"
    text = f"apiVersion: v1\nkind: List\nitems: [{inner}]\n"
    assert trouble(submission(tmp_path, pod=[text]), "pod") == "pod.yaml must declare a Pod"


def test_an_empty_list_is_an_empty_file(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: List\nitems: []\n"
    assert trouble(submission(tmp_path, pod=[text]), "pod") == "pod.yaml is empty"


def test_another_kind_in_each_of_several_documents(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Job", "web"), put("pod", "web")])
    assert trouble(loaded, "pod") == "pod.yaml holds no object of kind Pod"


# ConfigMaps and Secrets

USES = """\
spec:
  initContainers:
  - name: first
    image: busybox
    envFrom: [{secretRef: {name: keys}}]
  containers:
  - name: web
    image: nginx
    envFrom: [{configMapRef: {name: settings}}, {prefix: x}]
    env:
    - {name: A, value: b}
    - {name: B, valueFrom: {configMapKeyRef: {name: more, key: b}}}
    - {name: C, valueFrom: {secretKeyRef: {name: token, key: c}}}
  volumes:
  - {name: page, configMap: {name: page}}
  - {name: cert, secret: {secretName: cert}}
  - {name: none, emptyDir: {}}
"""
NEEDED = [("ConfigMap", name) for name in ("settings", "more", "page")] + [
    ("Secret", name) for name in ("keys", "token", "cert")
]


def companions(submission: Submission, name: str = "pod", kind: str = "Pod") -> list[tuple[str, str, str]]:
    found = submission.companions(submission.manifest(f"{name}.yaml", kind))
    return sorted((*item.id, item.path) for item in found)


def test_what_an_object_refers_to_is_found_beside_it(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "web", USES), *(put(*id) for id in NEEDED)])
    assert companions(loaded) == sorted((*id, "pod.yaml") for id in NEEDED)
    assert loaded.surplus("pod.yaml") == []


def test_what_an_object_refers_to_is_found_in_any_yaml_file(tmp_path: Path) -> None:
    loaded = submission(
        tmp_path,
        pod=[put("Pod", "web", USES), put("ConfigMap", "page", "data: {a: here}\n")],
        svc=[put("Service", "web-svc"), put("ConfigMap", "settings")],
        extra=[put("ConfigMap", "page"), put("Secret", "keys"), put("ConfigMap", "unused")],
        broken=["a: ["],
    )
    assert companions(loaded) == [
        ("ConfigMap", "page", "pod.yaml"),
        ("ConfigMap", "settings", "svc.yaml"),
        ("Secret", "keys", "extra.yaml"),
    ]
    assert loaded.surplus("svc.yaml") == []


def test_what_an_object_refers_to_is_found_among_many_files(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"other-{number}.yaml").write_text(put("Job", f"job-{number}"), "utf-8")
    big = put("ConfigMap", "page", "data:\n  a: here\n").replace("here", "here " * 1000)
    (tmp_path / "page.yaml").write_bytes(b"\xff\xfe" + big.encode("utf-16-le"))
    loaded = submission(tmp_path, pod=[put("Pod", "web", USES)])
    assert companions(loaded) == [("ConfigMap", "page", "page.yaml")]


def test_the_pods_of_a_deployment_refer_to_it(tmp_path: Path) -> None:
    indented = USES.replace("\n", "\n    ").rstrip(" ")
    text = put("Deployment", "app", f"spec:\n  template:\n    {indented}")
    loaded = submission(tmp_path, app=[text, put("Service", "app-svc"), put("Secret", "cert")])
    assert companions(loaded, "app", "Deployment") == [("Secret", "cert", "app.yaml")]


def test_what_nothing_refers_to_is_too_much(tmp_path: Path) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "web"), put("ConfigMap", "settings")])
    assert companions(loaded) == []
    assert [str(place) for place in loaded.surplus("pod.yaml")] == ["pod.yaml:6"]


def test_another_namespace_is_out_of_reach(tmp_path: Path) -> None:
    loaded = submission(
        tmp_path, pod=[put("Pod", "web", USES), put("ConfigMap", "page", "  namespace: dev\n")]
    )
    assert companions(loaded) == []


def test_a_token_of_the_cluster_is_no_companion(tmp_path: Path) -> None:
    token = put("Secret", "cert", "type: kubernetes.io/service-account-token\n")
    loaded = submission(tmp_path, pod=[put("Pod", "web", USES), token])
    manifest = loaded.manifest("pod.yaml", "Pod")
    words = [found.problem.rationale for found in check_references(manifest, loaded.companions(manifest), [])]
    assert "type is not allowed to be" in words[0]
    assert not any("cert" in found for found in words[1:])


@pytest.mark.parametrize(
    "spec",
    ["spec: 7\n", "spec: {volumes: {a: b}}\n", "spec: {volumes: [{name: a, configMap: {name: [x]}}]}\n",
     "spec: {containers: [7, {envFrom: [{configMapRef: a}], env: {valueFrom: 1}}]}\n"],
)  # fmt: skip
def test_nothing_is_expected_of_the_form_of_an_object(tmp_path: Path, spec: str) -> None:
    loaded = submission(tmp_path, pod=[put("Pod", "web", spec), put("Namespace", "x")])
    assert len(loaded.surplus("pod.yaml")) == 1


def test_what_the_reference_is_named_is_known() -> None:
    from grading.exercise.loader import load_courses

    for file in load_courses().files.values():
        assert len(file.names) == len(file.kinds)
        for name in file.names:
            assert f"name: {name}\n" in text_of(file.name)
