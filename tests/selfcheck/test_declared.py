"""What each manifest declares: spelling costs nothing, every other deviation is found with its line."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from grading.errors import CriterionFailure, InfrastructureError, Unplayable
from grading.exercise.declared import check_admitted
from grading.exercise.fixed import rules_of
from grading.exercise.rules import MISSING, Rule, lookup, mismatches
from grading.k8s.field_types import dotted
from grading.submission.loader import load_submission
from grading.submission.manifest import WrongTypes
from tests.selfcheck.manifests import (
    DECLARATIONS,
    REFERENCE,
    Declaration,
    check,
    data_of,
    declaration,
    documents,
    known,
    seen,
    submit,
    text_of,
    together,
)

ALL = pytest.mark.parametrize("declaration", DECLARATIONS, ids=lambda d: d.key)


@ALL
def test_reference_passes(declaration: Declaration) -> None:
    assert check(load_submission(REFERENCE, known(declaration.file)), declaration) == ""


def backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def dump(data: Any, **style: Any) -> str:
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, **style))


def embellished(data: Any) -> Any:
    """Everything that criteria allow beside what the course writes."""
    data = copy.deepcopy(data)
    metadata = data["metadata"]
    metadata["namespace"] = "default"
    metadata.setdefault("labels", {})["made-by"] = "me"
    metadata.setdefault("annotations", {})["note"] = "text"
    spec = data.get("spec", {})
    if data["kind"] == "Service":
        spec.setdefault("type", "ClusterIP")
        spec["sessionAffinity"] = "None"
        spec["ports"][0].update(protocol="TCP", name="http")
        return data
    if not spec:
        return data
    template = spec.get("template", data)
    template["metadata"].setdefault("labels", {})["more"] = "labels"
    pod = template["spec"]
    if "containers" in pod:
        pod.update(restartPolicy="Always", dnsPolicy="ClusterFirst", terminationGracePeriodSeconds=30)
        container = pod["containers"][0]
        container["imagePullPolicy"] = "Always"
        container["resources"] = {"requests": {"cpu": "10m"}, "limits": {"memory": "64Mi"}}
        container["readinessProbe"] = {"httpGet": {"path": "/", "port": 80}}
        for port in container.get("ports", []):
            port.update(name="http", protocol="TCP")
    return data


def each(write: Callable[[Any], str]) -> Callable[[str], str]:
    """Writes each document of a file anew."""
    return lambda text: together(write(data) for data in documents(text))


SPELLINGS: dict[str, Callable[[str], str]] = {
    "order": each(lambda data: dump(backwards(data))),
    "documents in other order": lambda text: together(map(dump, reversed(documents(text)))),
    "sorted": each(lambda data: str(yaml.safe_dump(data))),
    "flow style": lambda text: "---\n" + each(lambda data: dump(data, default_flow_style=True))(text),
    "JSON": lambda text: "".join(json.dumps(data, indent=2) + "\n" for data in documents(text)),
    "JSON between lines of YAML": lambda text: "---\n" + each(lambda data: json.dumps(data) + "\n")(text),
    "four spaces": each(lambda data: dump(data, indent=4)),
    "single quotes": each(lambda data: dump(data).replace("nginx\n", "'nginx'\n")),
    "comments": lambda text: "# mine\n" + text.replace("\n", " # c\n") + "# end\n",
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "document marks": lambda text: f"---\n{text}...\n",
    "no newline at the end": lambda text: text.rstrip(),
    "embellished": each(lambda data: dump(embellished(data))),
}


@ALL
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_costs_nothing(tmp_path: Path, declaration: Declaration, spelling: str) -> None:
    text = text_of(declaration.file)
    changed = SPELLINGS[spelling](text)
    assert check(submit(tmp_path, declaration.file, changed), declaration) == ""


@pytest.mark.parametrize(
    "name", ["nginx", "nginx:latest", "docker.io/library/nginx", "docker.io/nginx:latest"]
)
@pytest.mark.parametrize(
    "declaration", [declaration("second-pod.yaml"), declaration("dep.yaml")], ids=lambda d: d.file
)
def test_image_spellings(tmp_path: Path, declaration: Declaration, name: str) -> None:
    text = text_of(declaration.file).replace("image: nginx:latest", "image: nginx")
    submission = submit(tmp_path, declaration.file, text.replace("image: nginx", f"image: {name}"))
    check(submission, declaration)


def others(rule: Rule, value: Any) -> list[Any]:
    """Values that differ from what a rule asks for, the field left out among them."""
    found: list[Any] = [["other"], {"other": "x"}, True, "", MISSING, None]
    if isinstance(value, bool | int):
        found += [value + 1, str(value), 0, -1]
    elif isinstance(value, str):
        found += [value + "x", value.swapcase(), 7]
    elif isinstance(value, dict):
        found += [dict.fromkeys(value, "x"), dict(list(value.items())[1:])]
    elif isinstance(value, list):
        found += [[]]
    return [
        other
        for other in found
        if other != value
        and not (is_default(rule) and other in (MISSING, None))
        and not (rule.path[-1] == "clusterIP" and other == "")  # The same as leaving it out.
    ]


def is_default(rule: Rule) -> bool:
    return rule.accepts(MISSING)


def replace(data: Any, path: tuple[str | int, ...], value: Any) -> None:
    for part in path[:-1]:
        data = data[part] if isinstance(part, int) else data.setdefault(part, {})
    if value is MISSING:
        del data[path[-1]]
    else:
        data[path[-1]] = value


CASES = [
    pytest.param(
        declaration,
        rule,
        other,
        id=f"{declaration.key}-{dotted(rule.path)}-{str(other)[:20]}",
    )
    for declaration in DECLARATIONS
    for rule in declaration.rules
    for other in others(rule, lookup(data_of(declaration), rule.path))
    if not (other is MISSING and lookup(data_of(declaration), rule.path) is MISSING)
    if rule.path != ("metadata", "name")  # a name of another type is no manifest: see test_manifest.py
    # Nor is an object without one, which kubectl does not apply: see test_several_objects.py.
    if rule.path != ("apiVersion",) or isinstance(other, str)
]


@pytest.mark.parametrize(("declaration", "rule", "other"), CASES)
def test_each_deviation_is_found(tmp_path: Path, declaration: Declaration, rule: Rule, other: Any) -> None:
    objects = documents(text_of(declaration.file))
    replace(next(data for data in objects if data["kind"] == declaration.kind), rule.path, other)
    text = together(map(dump, objects))
    submission = submit(tmp_path, declaration.file, text)
    with pytest.raises(CriterionFailure) as caught:
        check(submission, declaration)
    failure = caught.value
    if isinstance(failure, Unplayable):
        assert isinstance(failure, WrongTypes) or "not applied" in failure.problem.rationale
        assert failure.problem.location is not None
        line = failure.problem.location.line or 0
        assert str(rule.path[-1]) in "".join(
            text.splitlines()[max(0, line - 2) : line]
        )  # or in that of its item
        return
    manifest = seen(submission).manifest(declaration.key)
    wrong = mismatches(manifest, declaration.rules)
    assert rule.path in [found.path for found in wrong]
    assert f"{dotted(rule.path)}: " in failure.problem.expected
    assert dotted(rule.path) in failure.problem.actual
    assert declaration.course in failure.problem.help
    assert failure.problem.location is not None
    lines = text.splitlines()
    where = manifest.at(*rule.path).line
    assert where is not None
    key = next(part for part in reversed(rule.path) if isinstance(part, str))
    assert key in lines[where - 1] or other is MISSING or lookup(data_of(declaration), rule.path) is MISSING


@ALL
def test_another_name_is_found(tmp_path: Path, declaration: Declaration) -> None:
    name = data_of(declaration)["metadata"]["name"]
    text = text_of(declaration.file).replace(f"  name: {name}\n", "  name: other\n", 1)
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, declaration.file, text), declaration)
    assert caught.value.problem.location is not None
    assert text.splitlines()[(caught.value.problem.location.line or 0) - 1] == "  name: other"


def test_all_deviations_are_told_at_once(tmp_path: Path) -> None:
    text = (
        text_of("dep-rolling.yaml")
        .replace("maxSurge: 1", "maxSurge: 50%")
        .replace("replicas: 10", "replicas: 5")
    )
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, "dep-rolling.yaml", text), declaration("dep-rolling.yaml"))
    problem = caught.value.problem
    assert problem.rationale == "dep-rolling.yaml: spec.replicas differs from the course (and 1 more)"
    assert problem.actual == (
        "spec.replicas: 5 (dep-rolling.yaml:8)\n"
        "spec.strategy.rollingUpdate.maxSurge: '50%' (dep-rolling.yaml:19)"
    )
    assert str(caught.value.problem.location) == "dep-rolling.yaml:8"


@pytest.mark.parametrize(
    ("image", "cause", "told"),
    [
        ("nginx:1.24", "Initial release", False),
        ("nginx:1.26", "Update naar nginx:1.26", True),
        ("docker.io/library/nginx:1.26", "Update naar nginx:1.26", True),
        ("nginx:1.24", "Rollback to nginx 1.24 due to bug", True),
        ("nginx:1.26", "Initial release", True),
    ],
)
def test_edited_file_is_told_and_not_failed(tmp_path: Path, image: str, cause: str, told: bool) -> None:
    text = text_of("dep-rolling.yaml").replace("nginx:1.24", image).replace("Initial release", cause)
    remark = check(submit(tmp_path, "dep-rolling.yaml", text), declaration("dep-rolling.yaml"))
    assert bool(remark) is told
    assert ("later changes" in remark) is told


@pytest.mark.parametrize("key", ["maxSurge", "maxUnavailable"])
def test_a_tenth_of_ten_is_one(tmp_path: Path, key: str) -> None:
    text = text_of("dep-rolling.yaml").replace(f"{key}: 1", f"{key}: 10%")
    assert check(submit(tmp_path, "dep-rolling.yaml", text), declaration("dep-rolling.yaml")) == ""


SIDECAR = "    - name: more\n      image: busybox\n      command: [sleep, infinity]\n"


@pytest.mark.parametrize(
    "declaration", [declaration("second-pod.yaml"), declaration("dep.yaml")], ids=lambda d: d.file
)
def test_order_of_containers_does_not_matter(tmp_path: Path, declaration: Declaration) -> None:
    text = text_of(declaration.file)
    indent = "    " if declaration.kind == "Deployment" else ""
    more = SIDECAR.replace("    -", f"{indent}    -").replace("\n      ", f"\n{indent}      ")
    first = text.replace("containers:\n", "containers:\n" + more)
    assert check(submit(tmp_path, declaration.file, first), declaration) == ""
    assert check(submit(tmp_path, declaration.file, text + more), declaration) == ""
    wrong = first.replace("image: nginx", "image: ngnix")
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, declaration.file, wrong), declaration)
    assert "containers[1].image: 'ngnix" in caught.value.problem.actual


@pytest.mark.parametrize(("name", "wrong"), [("manual", ""), ("fast", "spec.storageClassName: 'fast'")])
def test_a_class_may_be_named_by_the_older_annotation(tmp_path: Path, name: str, wrong: str) -> None:
    note = f"  annotations: {{volume.beta.kubernetes.io/storage-class: {name}}}\n"
    text = text_of("manual-pv.yaml").replace("  storageClassName: manual\n", "")
    submission = submit(tmp_path, "manual-pv.yaml", text.replace("spec:\n", f"{note}spec:\n"))
    if not wrong:
        assert check(submission, declaration("manual-pv.yaml")) == ""
        return
    with pytest.raises(CriterionFailure) as caught:
        check(submission, declaration("manual-pv.yaml"))
    assert wrong in caught.value.problem.actual


def test_order_of_ports_does_not_matter(tmp_path: Path) -> None:
    more = "    - port: 8443\n      targetPort: 443\n      name: tls\n"
    text = text_of("svc.yaml").replace("  ports:\n", "  ports:\n" + more)
    text = text.replace("      protocol: TCP", "      protocol: TCP\n      name: web")
    assert check(submit(tmp_path, "svc.yaml", text), declaration("svc.yaml")) == ""


@pytest.mark.parametrize(
    ("number", "wrong"), [(80, ""), (81, "spec.ports[0].targetPort: 81"), (None, "targetPort: 'web'")]
)
def test_a_port_of_the_pod_may_be_named(tmp_path: Path, number: int | None, wrong: str) -> None:
    service = text_of("svc.yaml").replace("targetPort: 80", "targetPort: web")
    pod = text_of("svc-nginx.yaml").replace(
        "containerPort: 80", f"containerPort: {number}\n          name: web"
    )
    (tmp_path / "svc.yaml").write_text(service, "utf-8")
    if number:
        (tmp_path / "svc-nginx.yaml").write_text(pod, "utf-8")
    submission = load_submission(tmp_path, known("svc.yaml", "svc-nginx.yaml"))
    if not wrong:
        check(submission, declaration("svc.yaml"))
        return
    with pytest.raises(CriterionFailure) as caught:
        check(submission, declaration("svc.yaml"))
    assert wrong in caught.value.problem.actual
    assert caught.value.problem.location is not None
    assert "web" in service.splitlines()[(caught.value.problem.location.line or 0) - 1]


def test_a_service_without_an_address_is_no_clusterip(tmp_path: Path) -> None:
    text = text_of("svc.yaml").replace("  type:", "  clusterIP: None\n  type:")
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, "svc.yaml", text), declaration("svc.yaml"))
    assert caught.value.problem.expected == "spec.clusterIP: an address of its own"


def test_edited_file_with_a_slip_fails(tmp_path: Path) -> None:
    text = text_of("dep-rolling.yaml").replace("nginx:1.24", "nginx:1.26").replace("minReadySeconds: 10", "")
    text = text.replace("Initial release", "Update naar nginx:1.26")
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, "dep-rolling.yaml", text), declaration("dep-rolling.yaml"))
    assert caught.value.problem.expected == "spec.minReadySeconds: 10"


def rule(wanted: Any) -> Rule:
    return rules_of({"a": wanted}, {})[0]


@pytest.mark.parametrize(
    "amount",
    [
        "1Gi",
        "1024Mi",
        "1048576Ki",
        2**30,
        str(2**30),
        "1.0Gi",
        "1.073741824e9",
        "1073741824000m",
        1073741824.0,
    ],
)
def test_amounts_that_are_the_same(amount: Any) -> None:
    assert rule({"quantity": "1Gi"}).accepts(amount)


@pytest.mark.parametrize(
    "amount",
    [
        "1G",
        "1000Mi",
        "2Gi",
        "1",
        "Gi",
        "",
        "1 Gi",
        "1gi",
        True,
        [1],
        MISSING,
        "nan",
        "sNaN",
        "1e999999Gi",
        "1e99",
        "1_0Gi",
    ],
)
def test_amounts_that_differ(amount: Any) -> None:
    assert not rule({"quantity": "1Gi"}).accepts(amount)


def test_numbers_and_truth_are_not_mixed() -> None:
    assert not rule(1).accepts(True)
    assert not rule(80).accepts("80")
    assert rule({"is": 80, "default": True}).accepts(MISSING)


def test_what_the_api_server_says_counts() -> None:
    found, file = seen(load_submission(REFERENCE, known("dep.yaml"))), declaration("dep.yaml")
    with pytest.raises(InfrastructureError, match="never sent"):
        check_admitted(found, file.file, file.spec)
    found.admissions["dep.yaml"] = ""
    check_admitted(found, file.file, file.spec)
    found.admissions["dep.yaml"] = "spec.x is unknown"
    with pytest.raises(CriterionFailure, match=r"Kubernetes refuses dep.yaml: spec.x is unknown") as caught:
        check_admitted(found, file.file, file.spec)
    assert str(caught.value.problem.location) == "dep.yaml:1"


def lab(tmp_path: Path, old: str, new: str) -> None:
    text = text_of("flask-app.yaml")
    assert old in text
    check(submit(tmp_path, "flask-app.yaml", text.replace(old, new)), declaration("flask-app.yaml#Service"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("image: arneduyver/loadbalancetester-flask:latest", "image: arneduyver/loadbalancetester-flask"),
        ("image: arneduyver", "imagePullPolicy: IfNotPresent\n        image: docker.io/arneduyver"),
        ("targetPort: 5000", "targetPort: 5000\n    name: http"),
        ("  - port: 30080\n    targetPort: 5000", "  - {name: http, port: 30080, targetPort: 5000}"),
        ("ports:\n        -", "readinessProbe: {httpGet: {path: /, port: 5000}}\n        ports:\n        -"),
    ],
)
def test_lab_spelled_otherwise(tmp_path: Path, old: str, new: str) -> None:
    lab(tmp_path, old, new)


def test_lab_port_by_its_name(tmp_path: Path) -> None:
    text = text_of("flask-app.yaml").replace("targetPort: 5000", "targetPort: web")
    named = text.replace("containerPort: 5000", "containerPort: 5000\n          name: web")
    check(submit(tmp_path, "flask-app.yaml", named), declaration("flask-app.yaml#Service"))
    with pytest.raises(CriterionFailure) as caught:
        check(submit(tmp_path, "flask-app.yaml", text), declaration("flask-app.yaml#Service"))
    assert caught.value.problem.actual == "spec.ports[0].targetPort: 'web' (flask-app.yaml:29)"


@pytest.mark.parametrize("target", ["80", "'5000'"])
def test_lab_port_that_leads_elsewhere(tmp_path: Path, target: str) -> None:
    with pytest.raises(CriterionFailure, match="targetPort differs"):
        lab(tmp_path, "targetPort: 5000", f"targetPort: {target}")


@pytest.mark.parametrize("target", ["true", "[5000]", "{a: 1}"])
def test_lab_port_that_leads_nowhere(tmp_path: Path, target: str) -> None:
    with pytest.raises(WrongTypes, match="targetPort must be a number or text"):
        lab(tmp_path, "targetPort: 5000", f"targetPort: {target}")


@pytest.mark.parametrize(
    "ports", ["7", "[7]", "[{containerPort: [5000]}]", "[{name: [web], containerPort: 5000}]"]
)
def test_lab_ports_of_odd_types_are_the_students(tmp_path: Path, ports: str) -> None:
    text = text_of("flask-app.yaml").replace("targetPort: 5000", "targetPort: web")
    text = text.replace("ports:\n        - containerPort: 5000", f"ports: {ports}")
    with pytest.raises(CriterionFailure):
        check(submit(tmp_path, "flask-app.yaml", text), declaration("flask-app.yaml#Service"))


def test_lab_with_a_third_object(tmp_path: Path) -> None:
    text = text_of("flask-app.yaml") + "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    with pytest.raises(CriterionFailure, match="contains other objects than those of the course") as caught:
        check(submit(tmp_path, "flask-app.yaml", text), declaration("flask-app.yaml#Service"))
    assert str(caught.value.problem.location) == "flask-app.yaml:33"
