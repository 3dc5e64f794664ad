"""The two walls: one table, the walk of an object by it, and the policies that are written from it."""

import ipaddress
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import yaml

from fixtures.egress import EgressProbe
from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from fixtures.k3d import pinned_image
from grading.cluster.client import Cluster
from grading.errors import ApiError, InfrastructureError, Unplayable
from grading.exercise.loader import load_courses
from grading.k8s import field_types
from grading.report.model import Egress
from grading.runner.own_pod import own_pod
from grading.submission.admission_errors import refused
from grading.submission.admission_policy import excesses, refusals
from grading.submission.allowed import fields_of, load_table
from grading.submission.cluster_policies import policies
from grading.submission.guards import (
    SUITES_OWN,
    cluster_guards,
    egress_policy,
    field_label,
    namespace_guards,
    namespace_labels,
    pod_guards,
    port_label,
)
from grading.submission.loader import load_submission
from grading.submission.manifest import Manifest
from grading.submission.preparation import prepared
from grading.submission.resource_requests import fit

Object = dict[str, Any]


def pod(**spec: Any) -> Object:
    return {"kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}], **spec}}


@pytest.mark.parametrize("name", sorted(load_faults()))
def test_no_slip_is_taken_for_an_attack(tmp_path: Path, name: str) -> None:
    """What is only wrong is deployed, and costs what it breaks."""
    build(load_faults()[name], tmp_path / "s")
    submission = load_submission(tmp_path / "s", load_courses().files.values())
    told = []
    for file in load_courses().files.values():
        for kind in file.kinds:
            try:
                submission.companions(submission.manifest(file.name, kind))
            except Unplayable as failure:
                told.append(failure.problem.rationale)
    assert not [words for words in told if "is not allowed" in words]


def test_every_type_that_is_allowed_is_in_the_table() -> None:
    table, seen, left = load_table(), set[str](), list(roots())
    while left:
        name = left.pop()
        if name not in seen:
            seen.add(name)
            left += [inner for _, _, inner in table.children(name)]
    assert seen == set(table.types)


def roots() -> set[str]:
    """Return the kinds that a submission may hold."""
    return set(field_types.known_kinds())


def test_table_names_only_what_kubernetes_has() -> None:
    for name, rules in load_table().types.items():
        named = [*rules.fields, *rules.rules, *rules.on_request]
        assert set(named) <= fields_of(name).keys(), name
        assert len(named) == len(set(named)), name
    for place in load_table().most:
        name, field = place.split(".")
        assert load_table().allows(name, field, ())


def test_table_is_of_the_version_of_the_nodes() -> None:
    assert f":v{field_types.VERSION}." in pinned_image()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (pod(volumes=[{"name": str(number)} for number in range(31)]), [("spec.volumes", 31, 30)]),
        ({"kind": "Deployment", "spec": {"replicas": 31}}, [("spec.replicas", 31, 30)]),
        (
            {"kind": "Deployment", "spec": {"template": {"spec": {"initContainers": [{}] * 11}}}},
            [("spec.template.spec.initContainers", 11, 10)],
        ),
        ({"kind": "Deployment", "spec": {"replicas": 30}}, []),
    ],
)
def test_more_than_a_cluster_has(data: Object, expected: list[tuple[str, int, int]]) -> None:
    assert [(field_types.dotted(path), number, most) for path, number, most in excesses(data)] == expected


def test_refusal_tells_reason_and_line(tmp_path: Path) -> None:
    text = (REFERENCE / "second-pod.yaml").read_text("utf-8")
    (tmp_path / "second-pod.yaml").write_text(text + "          hostPort: 80\n", "utf-8")
    submission = load_submission(tmp_path, load_courses().files.values())
    with pytest.raises(Unplayable) as caught:
        submission.manifest("second-pod.yaml", "Pod")
    problem = caught.value.problem
    assert problem.rationale == (
        "second-pod.yaml is not applied: spec.containers[0].ports[0].hostPort is not allowed: it opens a "
        "port of the node"
    )
    assert problem.help == "Remove it: the exercise does not need it (11.5.4.2)."
    assert problem.location is not None
    assert problem.location.line == len(text.splitlines()) + 1


def test_refusal_tells_the_line_of_what_was_written(tmp_path: Path) -> None:
    """Of a list from which an item of Kubernetes' own is removed."""
    text = (REFERENCE / "manual-pv.yaml").read_text("utf-8")
    finalizers = "metadata:\n  finalizers:\n  - kubernetes.io/pv-protection\n  - example.com/never\n"
    changed = text.replace("metadata:\n", finalizers)
    (tmp_path / "manual-pv.yaml").write_text(changed, "utf-8")
    with pytest.raises(Unplayable) as caught:
        load_submission(tmp_path, load_courses().files.values()).manifest(
            "manual-pv.yaml", "PersistentVolume"
        )
    location = caught.value.problem.location
    assert location is not None
    assert location.line is not None
    assert "example.com/never" in changed.splitlines()[location.line - 1]


def service(tmp_path: Path, name: str, kind: str = "Service", **spec: Any) -> Manifest:
    """Return the Service of a file of the reference with other fields."""
    documents = list(yaml.safe_load_all((REFERENCE / name).read_text("utf-8")))
    for data in documents:
        if data["kind"] == kind:
            data["spec"] |= spec
    (tmp_path / name).write_text(yaml.safe_dump_all(documents), "utf-8")
    return load_submission(tmp_path, load_courses().files.values()).manifest(name, kind)


def test_ports_of_the_nodes_are_those_that_the_exercises_fix() -> None:
    ports = {name: file.ports for name, file in load_courses().files.items() if file.ports}
    assert ports == {"nodeport.yaml": {30050}, "flask-app.yaml": {30080}}


@pytest.mark.parametrize(
    ("name", "port", "kept"),
    [
        ("svc.yaml", 30050, False),
        ("nodeport.yaml", 30050, True),
        ("nodeport.yaml", 30051, True),
        ("nodeport.yaml", 30080, False),
        ("flask-app.yaml", 30080, True),
        ("flask-app.yaml", 30050, False),
    ],
)
def test_a_node_port_of_another_exercise_is_left_to_kubernetes(
    tmp_path: Path, name: str, port: int, *, kept: bool
) -> None:
    asked = [{"port": 8080, "nodePort": port}]
    manifest = service(tmp_path, name, type="NodePort", ports=asked)
    assert ("nodePort" in prepared(manifest, "mine")["spec"]["ports"][0]) is kept
    assert manifest.data["spec"]["ports"][0]["nodePort"] == port


@pytest.mark.parametrize(
    ("spec", "at"),
    [
        ({"type": "LoadBalancer", "ports": [{"port": 80}, {"port": 30080}]}, "spec.ports[1].port"),
        ({"type": "LoadBalancer", "healthCheckNodePort": 30080}, "spec.healthCheckNodePort"),
    ],
)
def test_a_balanced_port_of_another_exercise_is_not_deployed(tmp_path: Path, spec: Object, at: str) -> None:
    with pytest.raises(Unplayable) as caught:
        prepared(service(tmp_path, "nodeport.yaml", **spec), "mine")
    assert caught.value.problem.actual == f"{at}: 30080"
    assert "11.8.3.2" in caught.value.problem.help


def test_second_wall_gives_a_port_of_the_nodes_to_its_namespace_alone() -> None:
    texts = [item["expression"] for item in policy("service")["spec"]["validations"]]
    (text,) = (text for text in texts if "30050" in text)
    assert text.startswith(f'namespaceObject.metadata.?labels[?"{port_label(30050)}"]')
    assert port_label(30050) in namespace_labels([30050])
    assert port_label(30050) not in namespace_labels()


def policy(kind: str) -> Object:
    return next(
        item
        for item in policies(["dev"], [30050])
        if item["kind"] == "ValidatingAdmissionPolicy" and item["metadata"]["name"] == f"kubegrade-{kind}"
    )


def test_every_policy_is_bound_and_denies() -> None:
    made = list(policies(["dev"], [30050]))
    bindings = [item for item in made if item["kind"] == "ValidatingAdmissionPolicyBinding"]
    assert {item["spec"]["policyName"] for item in bindings} == {
        item["metadata"]["name"] for item in made if item not in bindings
    }
    assert all(item["spec"]["validationActions"] == ["Deny"] for item in bindings)


def test_policies_ask_of_every_rule() -> None:
    """A field that the first wall refuses, or that a rule is about, is asked for by the second one too."""
    for kind in roots():
        text = "\n".join(item["expression"] for item in policy(kind.lower())["spec"]["validations"])
        for name in reachable(kind):
            rules = load_table().types[name]
            for field in (*load_table().refused_fields(name), *rules.rules, *rules.on_request):
                assert re.search(rf"\.\?{field}\b", text), f"{kind}: {name}.{field}"


SETTINGS = {"configMap": {"name": "c"}}
TOKEN = {"serviceAccountToken": {"path": "t"}}


@pytest.mark.parametrize(
    ("spec", "opened", "refused_at"),
    [
        ({"shareProcessNamespace": True}, [], ["spec.shareProcessNamespace"]),
        ({"shareProcessNamespace": True}, ["Volume.projected"], ["spec.shareProcessNamespace"]),
        ({"shareProcessNamespace": True}, ["PodSpec.shareProcessNamespace"], []),
        ({"hostPID": True}, ["PodSpec.shareProcessNamespace", "PodSpec.hostPID"], ["spec.hostPID"]),
        ({"volumes": [{"projected": {"sources": [SETTINGS]}}]}, [], ["spec.volumes[0].projected"]),
        ({"volumes": [{"projected": {"sources": [SETTINGS]}}]}, ["Volume.projected"], []),
        (
            {"volumes": [{"projected": {"sources": [SETTINGS, TOKEN]}}]},
            ["Volume.projected"],
            ["spec.volumes[0].projected.sources[1].serviceAccountToken"],
        ),
    ],
)
def test_first_wall_opens_what_an_exercise_allows_and_no_more(
    spec: Object, opened: list[str], refused_at: list[str]
) -> None:
    assert [field_types.dotted(path) for path, _why in refusals(pod(**spec), opened)] == refused_at
    job = {"kind": "Job", "spec": {"template": {"spec": pod(**spec)["spec"]}}}
    assert [field_types.dotted(path) for path, _why in refusals(job, opened)] == [
        at.replace("spec.", "spec.template.spec.", 1) for at in refused_at
    ]


@pytest.mark.parametrize("field", sorted(load_table().on_request))
def test_second_wall_opens_it_in_the_namespace_of_its_exercise_alone(field: str) -> None:
    assert namespace_labels(opened=[field])[field_label(field)] == "true"
    assert field_label(field) not in namespace_labels([30050])
    opens = f"namespaceObject.metadata.?labels[?\"{field_label(field)}\"].orValue('') == 'true' || "
    for kind in ("pod", "deployment", "job"):
        texts = [item["expression"] for item in policy(kind)["spec"]["validations"]]
        asking = [text for text in texts if text.startswith(opens)]
        assert len([text for text in asking if re.search(rf"\.\?{field.partition('.')[2]}\b", text)]) == 1


def test_no_exercise_opens_the_token_of_a_service_account() -> None:
    assert {"serviceAccountToken", "clusterTrustBundle"} <= set(
        load_table().refused_fields("VolumeProjection")
    )


def reachable(kind: str) -> set[str]:
    seen, left = set[str](), [kind]
    while left:
        name = left.pop()
        seen.add(name)
        left += [inner for _, _, inner in load_table().children(name) if inner not in seen]
    return seen


@pytest.mark.parametrize("kind", ["deployment", "job"])
def test_nobody_else_may_set_a_field_of_a_template_later(kind: str) -> None:
    texts = [item["expression"] for item in policy(kind)["spec"]["validations"]]
    assert not [text for text in texts if "request.operation" in text or "request.userInfo" in text]


def test_a_run_has_the_kinds_of_its_exercise_alone() -> None:
    role, binding, quota, *_others = namespace_guards("kubegrade:run:x", ["Pod", "PersistentVolume"])
    assert [rule["resources"] for rule in role["rules"]] == [["configmaps"], ["pods"], ["secrets"]]
    assert not [rule for rule in role["rules"] if {"list", "watch", "delete", "*"} & set(rule["verbs"])]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert [subject["name"] for subject in binding["subjects"]] == ["kubegrade:run:x"]
    assert quota["spec"]["hard"]["pods"] == "120"


def test_a_container_without_limits_gets_some_and_reserves_nothing() -> None:
    guards = namespace_guards("kubegrade:run:x", ["Pod"])
    ((item,),) = (guard["spec"]["limits"] for guard in guards if guard["kind"] == "LimitRange")
    assert item["default"] == {"ephemeral-storage": "4Gi", "memory": "1Gi"}
    assert item["defaultRequest"] == {"ephemeral-storage": "0", "memory": "0"}


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("10.42.1.7", True),  # a Pod
        ("10.43.0.10", True),  # a Service
        ("151.101.2.132", True),
        ("172.18.0.2", False),  # a node, on a network of Docker
        ("192.168.1.1", False),
        ("169.254.169.254", False),  # where a cloud tells the credentials of a machine
        ("100.100.1.1", False),
        ("10.0.0.1", False),
    ],
)
def test_where_pods_may_go(address: str, reached: bool) -> None:
    (rule,) = egress_policy()["spec"]["egress"]
    blocks = [item["ipBlock"] for item in rule["to"]]

    def holds(cidr: str) -> bool:
        return ipaddress.ip_address(address) in ipaddress.ip_network(cidr)

    found = any(holds(block["cidr"]) and not any(map(holds, block.get("except", []))) for block in blocks)
    assert found is reached


def test_the_suites_own_pods_may_ask_the_nodes() -> None:
    selector = egress_policy()["spec"]["podSelector"]
    assert selector == {"matchExpressions": [{"key": SUITES_OWN, "operator": "DoesNotExist"}]}
    assert SUITES_OWN in own_pod("probe", {})["metadata"]["labels"]
    ((path, _reason),) = refusals({"kind": "Pod", "metadata": {"labels": {SUITES_OWN: "true"}}})
    assert field_types.dotted(path) == f"metadata.labels['{SUITES_OWN}']"


def test_pods_of_commands_are_kept_whatever_their_labels() -> None:
    policies = [item for item in pod_guards(spared=False) if item["kind"] == "NetworkPolicy"]
    assert [item["spec"]["podSelector"] for item in policies] == [{}]


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"terminated": {"exitCode": 0}}, Egress.BLOCKED),
        ({"terminated": {"exitCode": 1}}, Egress.OPEN),
        ({"terminated": {"exitCode": 2}}, Egress.UNKNOWN),  # it has no network at all
        ({"running": {}}, Egress.UNKNOWN),
        (None, Egress.UNKNOWN),
    ],
)
def test_what_a_pod_finds_out_about_the_network(state: Object | None, found: Egress) -> None:
    pod = state and {"status": {"containerStatuses": [{"state": state}]}}
    api = cast(Cluster, SimpleNamespace(get=lambda *_id: pod))
    assert EgressProbe(api, "probe").found() is found


@pytest.mark.parametrize(
    ("before", "limits"),
    [
        ({"requests": {"memory": "100Gi", "cpu": 8}}, {"memory": "100Gi"}),
        ({"requests": {"memory": "100Gi"}, "limits": {"cpu": 1}}, {"memory": "100Gi", "cpu": 1}),
        ({"requests": {"memory": "100Gi"}, "limits": {"memory": "1Gi"}}, {"memory": "1Gi"}),
        ({"requests": {"memory": "64Mi"}}, None),
        ({"limits": {"memory": "100Gi"}}, {"memory": "100Gi"}),
        # What the API server refuses.
        ({"requests": {"memory": "100GB"}}, None),
        ({}, None),
    ],
)
def test_what_is_reserved_is_within_a_limit(before: Object, limits: Object | None) -> None:
    """The API server rejects a Pod whose request is above the limit that its namespace gives."""
    data = pod(containers=[{"name": "c", "resources": before}])
    fit(data, load_table().limits)
    assert data["spec"]["containers"][0]["resources"].get("limits") == limits


def test_a_run_changes_one_object_of_the_cluster() -> None:
    role, binding = cluster_guards("kubegrade:run:x", "PersistentVolume", "manual-pv", {"a": "b"})
    by_name = [rule["verbs"] for rule in role["rules"] if rule.get("resourceNames") == ["manual-pv"]]
    assert by_name == [["get", "patch", "update"]]
    assert [rule["verbs"] for rule in role["rules"] if "resourceNames" not in rule] == [["create"]]
    assert role["metadata"]["labels"] == {"a": "b"}
    assert binding["roleRef"]["name"] == role["metadata"]["name"]


def test_pods_get_no_token() -> None:
    texts = [item["expression"] for item in policy("pod")["spec"]["validations"]]
    assert "object.?spec.?automountServiceAccountToken.orValue(true) == false" in texts


def test_a_namespace_has_the_name_and_the_labels_of_the_suite() -> None:
    texts = "\n".join(item["expression"] for item in policy("namespace")["spec"]["validations"])
    assert 'object.metadata.name in ["dev"]' in texts
    for key, value in namespace_labels().items():
        assert f'[?"{key}"].orValue(\'\') == "{value}"' in texts


def test_namespaces_are_of_a_pinned_level() -> None:
    labels = namespace_labels()
    assert labels["pod-security.kubernetes.io/enforce-version"] == f"v{field_types.VERSION}"


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        (
            'configmaps "c" is forbidden: exceeded quota: kubegrade-submission, requested',
            Unplayable,
        ),
        ('secrets "c" is forbidden: exceeded quota: kubegrade-submission, requested', Unplayable),
        (
            'pods "c" is forbidden: exceeded quota: kubegrade-submission, requested',
            InfrastructureError,
        ),
        ('configmaps "c" is forbidden: exceeded quota: theirs, requested', InfrastructureError),
    ],
)
def test_more_than_the_quota_of_a_namespace(words: str, whose: type[Exception]) -> None:
    """Of these kinds only the submission's own objects count, and right ones are far below it."""
    manifest = load_submission(REFERENCE, load_courses().files.values()).manifest("second-pod.yaml", "Pod")
    assert type(refused(manifest, "Pod", ApiError(403, "Forbidden", words))) is whose


def test_pods_of_the_suites_own_are_no_neighbours_of_a_submissions(tmp_path: Path) -> None:
    exists = {"key": "app", "operator": "Exists"}
    term = {"labelSelector": {"matchLabels": {"app": "nginx"}}, "topologyKey": "kubernetes.io/hostname"}
    template = {
        "affinity": {
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [{**term, "labelSelector": {}}],
                "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 1, "podAffinityTerm": term}],
            },
            "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]},
        },
        "topologySpreadConstraints": [
            {
                "labelSelector": {"matchExpressions": [exists]},
                "maxSkew": 1,
                "topologyKey": "zone",
                "whenUnsatisfiable": "DoNotSchedule",
            }
        ],
    }
    data = yaml.safe_load((REFERENCE / "dep.yaml").read_text("utf-8"))
    data["spec"]["template"]["spec"] |= template
    (tmp_path / "dep.yaml").write_text(yaml.safe_dump(data), "utf-8")
    manifest = load_submission(tmp_path, load_courses().files.values()).manifest("dep.yaml", "Deployment")
    spec = prepared(manifest, "mine")["spec"]["template"]["spec"]
    others = {"key": SUITES_OWN, "operator": "DoesNotExist"}
    anti, near = spec["affinity"]["podAntiAffinity"], spec["affinity"]["podAffinity"]
    [required] = anti["requiredDuringSchedulingIgnoredDuringExecution"]
    assert required["labelSelector"] == {"matchExpressions": [others]}
    [preferred] = anti["preferredDuringSchedulingIgnoredDuringExecution"]
    assert preferred["podAffinityTerm"]["labelSelector"] == {
        "matchLabels": {"app": "nginx"},
        "matchExpressions": [others],
    }
    assert "labelSelector" not in near["requiredDuringSchedulingIgnoredDuringExecution"][0]
    assert spec["topologySpreadConstraints"][0]["labelSelector"] == {"matchExpressions": [exists, others]}
    assert manifest.data["spec"]["template"]["spec"]["affinity"] == template["affinity"]
