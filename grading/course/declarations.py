"""What each file of the course must declare: the values that the course fixes, and where it does so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from grading.exercise.rules import (
    MISSING,
    Rule,
    equals,
    image,
    includes,
    one_of,
    one_of_list,
    quantity,
)
from grading.submission.admission_policy import PV_PATH
from grading.text.i18n import marked

_POD: Final = "spec|template|spec"
_LAB: Final = "introductory lab"
FLASK: Final = "arneduyver/loadbalancetester-flask:latest"
FLASK_PORT: Final = 5000
_CAUSE: Final = "metadata|annotations|kubernetes.io/change-cause"


@dataclass(frozen=True)
class Declaration:
    """What one file must declare, and the section of the course that says so."""

    file: str
    kind: str
    course: str
    rules: tuple[Rule, ...]


def _pod(prefix: str, *images: str, name: str | None = None, port: int = 80) -> tuple[Rule, ...]:
    named = (equals(f"{prefix}|containers|0|name", name),) if name else ()
    return (
        *named,
        image(f"{prefix}|containers|0|image", *images),
        one_of_list(f"{prefix}|containers|0|ports", "containerPort", port),
    )


def _service(name: str, kind: Rule, **ports: int) -> tuple[Rule, ...]:
    return (
        equals("apiVersion", "v1"),
        equals("metadata|name", name),
        equals("metadata|namespace", "default", default=True),
        kind,
        equals("spec|selector", {"app": "nginx"}, words="app: nginx"),
        *(equals(f"spec|ports|0|{key}", value) for key, value in ports.items()),
        equals("spec|ports|0|protocol", "TCP", default=True),
    )


def _deployment(replicas: int, name: str = "nginx-deployment", app: str = "nginx") -> tuple[Rule, ...]:
    return (
        equals("apiVersion", "apps/v1"),
        equals("metadata|name", name),
        equals("metadata|namespace", "default", default=True),
        equals("spec|replicas", replicas),
        includes("spec|selector|matchLabels", {"app": app}),
        includes("spec|template|metadata|labels", {"app": app}),
    )


POD: Final = Declaration(
    "second-pod.yaml",
    "Pod",
    "11.5.4.2",
    (
        equals("apiVersion", "v1"),
        equals("metadata|name", "nginx-pod2"),
        equals("metadata|namespace", "default", default=True),
        includes("metadata|labels", {"zone": "prod", "version": "v1"}),
        *_pod("spec", "nginx", name="nginxcont"),
    ),
)

NAMESPACE: Final = Declaration(
    "ns.yaml",
    "Namespace",
    "11.7.1",
    (equals("apiVersion", "v1"), equals("metadata|name", "dev")),
)


def has_address(found: Any) -> bool:
    """Return whether a Service with this ``clusterIP`` gets an address: all but a headless one do."""
    return found is MISSING or (isinstance(found, str) and found != "None")


CLUSTERIP: Final = Declaration(
    "svc.yaml",
    "Service",
    "11.8.3.1",
    (
        *_service("nginx-svc", equals("spec|type", "ClusterIP", default=True), port=8080, targetPort=80),
        Rule(("spec", "clusterIP"), marked("an address of its own"), has_address),
    ),
)

NODEPORT: Final = Declaration(
    "nodeport.yaml",
    "Service",
    "11.8.3.2",
    _service("nginx-srv2", equals("spec|type", "NodePort"), port=8080, targetPort=80, nodePort=30050),
)

DEPLOYMENT: Final = Declaration(
    "dep.yaml",
    "Deployment",
    "11.9.3.1",
    (
        *_deployment(2),
        *_pod(_POD, "nginx:latest"),
    ),
)

ROLLING: Final = Declaration(
    "dep-rolling.yaml",
    "Deployment",
    "11.9.4",
    (
        *_deployment(10),
        equals("spec|strategy|type", "RollingUpdate", default=True),
        one_of("spec|strategy|rollingUpdate|maxUnavailable", 1, "10%", words="1"),
        one_of("spec|strategy|rollingUpdate|maxSurge", 1, "10%", words="1"),
        equals("spec|minReadySeconds", 10),
        equals("spec|revisionHistoryLimit", 5),
        equals("spec|progressDeadlineSeconds", 300),
    ),
)

ROLLING_FIRST: Final = (*_pod(_POD, "nginx:1.24"), equals(_CAUSE, "Initial release"))
"""The file before its edits, as it is to be handed in."""

ROLLING_EDITED: Final = (
    (*_pod(_POD, "nginx:1.26"), equals(_CAUSE, "Update naar nginx:1.26")),
    (*_pod(_POD, "nginx:1.26"), equals(_CAUSE, "Initial release")),
    (*_pod(_POD, "nginx:1.24"), equals(_CAUSE, "Rollback to nginx 1.24 due to bug")),
)
"""The file as the course's later edits leave it (11.9.4, 11.9.5.2), halfway too: said, and not held against
a student."""


VOLUME: Final = Declaration(
    "manual-pv.yaml",
    "PersistentVolume",
    "11.10.7.2",
    (
        equals("apiVersion", "v1"),
        equals("metadata|name", "manual-pv"),
        quantity("spec|capacity|storage", "1Gi"),
        equals("spec|accessModes", ["ReadWriteOnce"], words="ReadWriteOnce"),
        equals("spec|persistentVolumeReclaimPolicy", "Retain", default=True),
        equals("spec|storageClassName", "manual"),
        one_of("spec|hostPath|path", PV_PATH, f"{PV_PATH}/", words=PV_PATH),
    ),
)


LAB_DEPLOYMENT: Final = Declaration(
    "flask-app.yaml",
    "Deployment",
    _LAB,
    (*_deployment(2, "flask-app", "flask"), *_pod(_POD, FLASK, port=FLASK_PORT)),
)

LAB_SERVICE: Final = Declaration(
    "flask-app.yaml",
    "Service",
    _LAB,
    (
        equals("apiVersion", "v1"),
        equals("metadata|name", "flask-service"),
        equals("metadata|namespace", "default", default=True),
        equals("spec|type", "LoadBalancer"),
        includes("spec|selector", {"app": "flask"}),
        equals("spec|ports|0|port", 30080),
        equals("spec|ports|0|protocol", "TCP", default=True),
    ),
)
"""What its port leads to is a rule of `check_lab_declared`: it may be said by a name of the Deployment's."""
