"""One file of a submission: what makes it unusable, what is refused, and where it says so."""

from pathlib import Path
from typing import Any

import pytest

from grading.errors import ApiError, InfrastructureError, Unplayable
from grading.submission.admission_errors import check_bounds, refused
from grading.submission.admission_policy import refusals
from grading.submission.course_file import CourseFile
from grading.submission.loader import load_submission
from grading.submission.manifest import Manifest
from grading.submission.namespace_agreement import check_together
from grading.submission.resource_requests import waive
from tests.selfcheck.manifests import known

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n  containers:\n  - {name: c, image: nginx}\n"


def load(root: Path, text: str, kind: str = "Pod") -> Manifest:
    (root / "x.yaml").write_text(text, "utf-8")
    return load_submission(root, [CourseFile("x.yaml", (kind,))]).manifest("x.yaml", kind)


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        pytest.param("", "is empty", None, id="empty"),
        pytest.param("# later\n---\n", "is empty", None, id="only a comment"),
        pytest.param(POD + "---\n" + POD, "declares 2 objects of kind Pod", 10, id="two of the kind"),
        pytest.param(POD.replace("kind: Pod", "kind: Service"), "must declare a Pod", 2, id="other kind"),
        pytest.param(POD.replace("kind: Pod", "kind: pod"), "must declare a Pod", 2, id="kind in lower case"),
        pytest.param(POD.replace("kind: Pod\n", ""), "must declare a Pod", 1, id="no kind"),
        pytest.param("- a\n", "not a Kubernetes object", 1, id="a list"),
        pytest.param("text", "not a Kubernetes object", 1, id="text"),
        pytest.param(POD.replace("  name: one", "  nam: one"), "no name", 3, id="no name"),
        pytest.param(POD.replace("  name: one", "  name: 7"), "no name", 4, id="a number as name"),
        pytest.param(
            POD.replace("metadata:\n  name: one", "metadata: []"), "no name", 3, id="a list as metadata"
        ),
        pytest.param(POD.replace("\n  name: one", ""), "no name", 3, id="empty metadata"),
        pytest.param(POD.replace("name: one", "name: One"), "not a valid name", 4, id="capital in the name"),
        pytest.param(POD.replace("name: one", "name: one_pod"), "not a valid name", 4, id="underscore"),
        pytest.param(POD.replace("name: one", "name: one-"), "not a valid name", 4, id="hyphen at the end"),
        pytest.param(POD.replace("name: one", "name: ../../x"), "not a valid name", 4, id="a path as name"),
        pytest.param(POD.replace("name: one", "name: " + "x" * 254), "not a valid name", 4, id="long name"),
        pytest.param(POD.replace("  name: one", "\tname: one"), "a tab", 4, id="a tab"),
    ],
)
def test_unusable(tmp_path: Path, text: str, words: str, line: int | None) -> None:
    with pytest.raises(Unplayable) as caught:
        load(tmp_path, text)
    failure = caught.value
    assert words in failure.problem.rationale
    assert failure.problem.help
    assert failure.problem.expected
    assert failure.problem.actual
    assert failure.problem.location is not None
    assert (failure.problem.location.file, failure.problem.location.line) == ("x.yaml", line)


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("- a\n", "a list"),
        ("só text", '"só text"'),
        ("7", "7"),
        ("yes", "true"),
        ("2026-11-27", '"2026-11-27"'),
    ],
)
def test_what_is_no_object_is_shown_as_it_is(tmp_path: Path, text: str, actual: str) -> None:
    with pytest.raises(Unplayable) as caught:
        load(tmp_path, text)
    assert caught.value.problem.actual == actual


def test_the_same_trouble_each_time(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: [", "utf-8")
    submission = load_submission(tmp_path, known("x.yaml"))
    messages = []
    for _ in range(2):
        with pytest.raises(Unplayable) as caught:
            submission.manifest("x.yaml", "Pod")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_object_is_a_copy_placed_in_a_namespace(tmp_path: Path) -> None:
    manifest = load(tmp_path, POD.replace("name: one", "name: one\n  namespace: kube-system"))
    placed = manifest.object("mine")
    assert placed["metadata"] == {"name": "one", "namespace": "mine"}
    assert manifest.object()["metadata"] == {"name": "one"}
    exported = POD.replace("name: one", 'name: one\n  uid: a\n  resourceVersion: "7"\n  generation: 2')
    assert load(tmp_path, exported).object()["metadata"] == {"name": "one"}
    placed["spec"]["containers"].clear()
    assert manifest.data["spec"]["containers"]
    assert manifest.data["metadata"]["namespace"] == "kube-system"


def pod(**spec: Any) -> dict[str, Any]:
    return {"kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}], **spec}}


def container(group: str = "containers", **fields: Any) -> dict[str, Any]:
    return pod(**{group: [{"name": "c"}, {"name": "d", **fields}]})


def volume(**spec: Any) -> dict[str, Any]:
    return {"kind": "PersistentVolume", "metadata": {"name": "x"}, "spec": spec}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({**pod(), "metadata": {"finalizers": ["a/b"]}}, "metadata.finalizers.0"),
    ({**pod(), "metadata": {"ownerReferences": [{}]}}, "metadata.ownerReferences"),
    (pod(hostNetwork=True), "spec.hostNetwork"),
    (pod(hostPID=True), "spec.hostPID"),
    (pod(hostIPC=True), "spec.hostIPC"),
    (pod(shareProcessNamespace=True), "spec.shareProcessNamespace"),
    (pod(volumes=[{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {}}]), "spec.volumes.1.hostPath"),
    (pod(volumes=[{"name": "b", "nfs": {}}]), "spec.volumes.0.nfs"),
    (pod(volumes=[{"name": "b", "csi": {}}]), "spec.volumes.0.csi"),
    (pod(volumes=[{"name": "b", "projected": {}}]), "spec.volumes.0.projected"),
    (container(securityContext={"privileged": True}), "spec.containers.1.securityContext.privileged"),
    (
        container(securityContext={"capabilities": {"add": ["CHOWN", "SYS_ADMIN"]}}),
        "spec.containers.1.securityContext.capabilities.add.1",
    ),
    (
        container(securityContext={"capabilities": {"add": {"SYS_ADMIN": 1}}}),
        "spec.containers.1.securityContext.capabilities.add",
    ),
    (container(ports=[{"hostPort": 22}]), "spec.containers.1.ports.0.hostPort"),
    (
        container("initContainers", securityContext={"privileged": True}),
        "spec.initContainers.1.securityContext.privileged",
    ),
    (
        container("ephemeralContainers", securityContext={"privileged": True}),
        "spec.ephemeralContainers",
    ),
    (
        {"kind": "Deployment", "spec": {"template": {"spec": {"hostNetwork": True}}}},
        "spec.template.spec.hostNetwork",
    ),
    (
        {"kind": "Deployment", "spec": {"template": {"metadata": {"finalizers": ["a/b"]}}}},
        "spec.template.metadata.finalizers.0",
    ),
    (volume(hostPath={"path": "/"}), "spec.hostPath.path"),
    (volume(hostPath={"path": "/tmp"}), "spec.hostPath.path"),
    (volume(hostPath={"path": "/tmpfoo"}), "spec.hostPath.path"),
    (volume(hostPath={"path": "/tmp/../etc"}), "spec.hostPath.path"),
    (volume(hostPath={"path": "tmp/x"}), "spec.hostPath.path"),
    (volume(hostPath={"path": 7}), "spec.hostPath.path"),
    (volume(local={"path": "/"}), "spec.local"),
    (volume(nfs={"server": "x", "path": "/"}), "spec.nfs"),
    (volume(csi={"driver": "x"}), "spec.csi"),
    ({"kind": "Service", "spec": {"externalIPs": ["10.0.0.1"]}}, "spec.externalIPs"),
]


@pytest.mark.parametrize(("data", "at"), [pytest.param(*case, id=case[1]) for case in REFUSED])
def test_policy_refuses(data: dict[str, Any], at: str) -> None:
    ((path, reason),) = refusals(data)
    assert ".".join(map(str, path)) == at
    assert "not allowed" in reason


@pytest.mark.parametrize(
    "data",
    [
        pod(hostNetwork=False, hostPID=False),
        pod(volumes=[{"name": "a", "emptyDir": {}}, {"name": "b", "persistentVolumeClaim": {}}]),
        pod(volumes=[{"name": "a", "configMap": {}}]),
        container(securityContext={"privileged": False, "capabilities": {"drop": ["ALL"]}}),
        container(securityContext={"capabilities": {"drop": ["ALL"], "add": ["CHOWN", "NET_BIND_SERVICE"]}}),
        container(securityContext={"allowPrivilegeEscalation": True}),
        container(ports=[{"containerPort": 80, "name": "http"}], resources={"limits": {"cpu": 1}}),
        volume(hostPath={"path": "/tmp/k3d-manual-pv"}, storageClassName="manual"),
        {"kind": "Service", "spec": {"type": "NodePort", "ports": [{"nodePort": 30050}]}},
        {"kind": "Pod", "metadata": [], "spec": "text"},
        {"kind": "Pod", "spec": {"containers": {"a": 1}, "volumes": "none"}},
        {"kind": "Deployment", "spec": {"template": [1]}},
    ],
)
def test_policy_lets_the_exercises_be(data: dict[str, Any]) -> None:
    assert refusals(data) == []


def test_refusal_names_the_line(tmp_path: Path) -> None:
    with pytest.raises(Unplayable) as caught:
        load(tmp_path, POD + "  hostNetwork: true\n")
    assert caught.value.problem.rationale == "x.yaml is not applied: spec.hostNetwork is not allowed"
    assert caught.value.problem.location is not None
    assert caught.value.problem.location.line == 8


DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n"


def load_lab(root: Path, text: str, kind: str) -> Manifest:
    (root / "flask-app.yaml").write_text(text, "utf-8")
    return load_submission(root, known("flask-app.yaml")).manifest("flask-app.yaml", kind)


@pytest.mark.parametrize(
    "text", [DEPLOYMENT + "---\n" + SERVICE, SERVICE + "---\n---\n" + DEPLOYMENT + "---\n"]
)
def test_file_of_two_objects(tmp_path: Path, text: str) -> None:
    found = {kind: load_lab(tmp_path, text, kind) for kind in ("Deployment", "Service")}
    assert {kind: manifest.data["metadata"]["name"] for kind, manifest in found.items()} == {
        "Deployment": "a",
        "Service": "b",
    }
    line = found["Service"].at("kind").line
    assert text.splitlines()[(line or 0) - 1] == "kind: Service"


@pytest.mark.parametrize(
    ("text", "kind", "words", "line"),
    [
        pytest.param(DEPLOYMENT, "Service", "no object of kind Service", 2, id="one missing"),
        pytest.param(
            DEPLOYMENT + "---\n" + SERVICE.replace("Service", "service"),
            "Service",
            "no object of kind Service",
            6,
            id="kind in lower case",
        ),
        pytest.param(
            DEPLOYMENT + "---\n" + DEPLOYMENT,
            "Deployment",
            "declares 2 objects of kind Deployment",
            6,
            id="two",
        ),
        pytest.param(DEPLOYMENT + "---\n- a\n", "Service", "no object of kind Service", 5, id="a list"),
        # kubectl then takes the second one alone.
        pytest.param(
            DEPLOYMENT + SERVICE, "Deployment", "no object of kind Deployment", 5, id="no line between them"
        ),
        pytest.param("", "Service", "is empty", None, id="empty"),
    ],
)
def test_file_of_two_objects_that_is_none(
    tmp_path: Path, text: str, kind: str, words: str, line: int | None
) -> None:
    with pytest.raises(Unplayable) as caught:
        load_lab(tmp_path, text, kind)
    failure = caught.value
    assert words in failure.problem.rationale
    assert failure.problem.help
    assert failure.problem.actual
    assert failure.problem.location is not None
    assert (failure.problem.location.file, failure.problem.location.line) == ("flask-app.yaml", line)


def test_object_that_is_not_of_the_file(tmp_path: Path) -> None:
    third = "---\nkind: Namespace\nmetadata: {name: c}\n"
    (tmp_path / "flask-app.yaml").write_text(DEPLOYMENT + "---\n" + SERVICE + third, "utf-8")
    submission = load_submission(tmp_path, known("flask-app.yaml"))
    assert submission.manifest("flask-app.yaml", "Service").data["metadata"]["name"] == "b"
    assert [str(place) for place in submission.surplus("flask-app.yaml")] == ["flask-app.yaml:9"]


@pytest.mark.parametrize(
    ("replicas", "told"), [(30, False), (31, True), (10**6, True), ("31.0", True), ("null", False)]
)
def test_a_deployment_that_would_fill_the_cluster(tmp_path: Path, replicas: object, told: bool) -> None:
    text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n  replicas: {replicas}\n"
    manifest = load(tmp_path, text, "Deployment")
    if not told:
        check_bounds(manifest, manifest.data)
        return
    with pytest.raises(Unplayable, match=r"(31|1000000) is too many for spec.replicas") as caught:
        check_bounds(manifest, manifest.data)
    assert str(caught.value.problem.location) == "x.yaml:6"


def resources(**fields: Any) -> dict[str, Any]:
    return container(resources=fields)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"requests": {"cpu": "250m", "memory": "64Mi"}}, {"cpu": "0", "memory": "0"}),
        ({"requests": {"cpu": 1}, "limits": {"cpu": 2, "memory": "1Gi"}}, {"cpu": "0", "memory": "0"}),
        ({"limits": {"cpu": "500m"}}, {"cpu": "0"}),
        # More than usual, which may well be too much for any node.
        ({"requests": {"cpu": "250m", "memory": "100Gi"}}, {"cpu": "0", "memory": "100Gi"}),
        ({"limits": {"cpu": 64}}, None),
        # What the API server refuses.
        ({"requests": {"cpu": "2", "memory": "64MB"}, "limits": {"cpu": 1}}, {"cpu": "2", "memory": "64MB"}),
        ({"requests": {"cpu": "-1"}}, {"cpu": "-1"}),
        ({"requests": ["cpu"]}, ["cpu"]),
        ({}, None),
    ],
)
def test_requests_are_waived(before: dict[str, Any], after: Any) -> None:
    kept = before.get("limits")
    data = resources(**before)
    template = resources(**before)
    deployment = {"kind": "Deployment", "spec": {"template": template}}
    for item, spec in ((data, data["spec"]), (deployment, template["spec"])):
        assert waive(item) == (after != before.get("requests"))
        found = spec["containers"][1]["resources"]
        assert found.get("requests") == after
        assert found.get("limits") == kept


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "Pod"},
        {"kind": "Pod", "spec": {"containers": "none"}},
        {"kind": "Deployment", "spec": {"template": []}},
        {"kind": "Service", "spec": {}},
    ],
)
def test_nothing_to_waive(data: dict[str, Any]) -> None:
    assert not waive(data)


@pytest.mark.parametrize(
    ("code", "message", "students"),
    [
        (422, "it is invalid", True),
        (413, "Request entity too large: limit is 3145728", True),
        (500, "etcdserver: request is too large", True),
        (500, "rpc error: trying to send message larger than max (2097200 vs. 2097152)", True),
        (400, 'strict decoding error: unknown field "spec.y"', True),
        (403, 'pods "x" is forbidden: violates PodSecurity "baseline:latest"', True),
        (403, "unable to create new content in namespace x because it is being terminated", False),
        (403, 'pods is forbidden: User "grader" cannot create resource "pods" in API group ""', False),
        (403, 'error looking up service account x/default: serviceaccount "default" not found', False),
        (403, 'error looking up service account x/robot: serviceaccount "robot" not found', True),
        (403, "exceeded quota: small, requested: pods=1, used: pods=5, limited: pods=5", False),
        (403, 'pods "x" is forbidden: exceeded quota: small, requested: pods=1', False),
        (403, 'pods "x" is forbidden: User "grader" cannot patch resource "pods"', False),
        (
            403,
            'deployments.apps "x" is forbidden: unable to create new content in namespace x because it is '
            "being terminated",
            False,
        ),
        (422, 'Pod "x" is invalid: spec.a: Invalid value: "exceeded quota": no', True),
        (403, 'pods "x" is forbidden: violates PodSecurity "b": "is forbidden: exceeded quota" no', True),
        (403, 'pods "x\\" is forbidden: exceeded quota" is forbidden: violates PodSecurity "b"', True),
        (400, 'unknown field "spec.because it is being terminated"', True),
        (500, "etcdserver: request timed out", False),
        (503, "the server is currently unable to handle the request", False),
    ],
)
def test_whose_fault_an_answer_of_the_api_server_is(
    tmp_path: Path, code: int, message: str, students: bool
) -> None:
    failure = refused(load(tmp_path, POD), "Pod", ApiError(code, "", message))
    assert isinstance(failure, Unplayable if students else InfrastructureError)
    assert message in str(failure)


IN_DEV = POD.replace("name: one", "name: one\n  namespace: dev")


@pytest.mark.parametrize(
    ("first", "second", "line"),
    [
        (POD, POD, None),
        (IN_DEV, IN_DEV, None),
        (POD, POD.replace("name: one", "name: one\n  namespace: default"), None),
        (POD, IN_DEV, "b.yaml"),
        (IN_DEV, POD, "a.yaml"),
    ],
)
def test_files_that_belong_together(tmp_path: Path, first: str, second: str, line: str | None) -> None:
    for name, text in (("a.yaml", first), ("b.yaml", second)):
        (tmp_path / name).write_text(text, "utf-8")
    submission = load_submission(tmp_path, known("a.yaml", "b.yaml"))
    files = [submission.manifest(name, "Pod") for name in ("a.yaml", "b.yaml")]
    if line is None:
        check_together(*files)
        return
    with pytest.raises(Unplayable) as caught:
        check_together(*files)
    assert caught.value.problem.location is not None
    assert caught.value.problem.location.file == line
    assert "dev" in caught.value.problem.rationale
    assert "default" in caught.value.problem.rationale
