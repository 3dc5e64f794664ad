"""The faults that are injected, each at the worst moment of the scenario that it hurts."""

from __future__ import annotations

import signal
from functools import partial
from typing import Final

from grading.course.chapter11.deployments.course_values import SECOND
from tests.selfcheck.faults import nodes, objects, programs, registry
from tests.selfcheck.faults.injection import Injection
from tests.selfcheck.faults.moments import (
    CLUSTER_EXISTS,
    READY_TO_GRADE,
    begun,
    complete,
    pod_ready,
    updating,
)
from tests.selfcheck.faults.registry import Ill

_HALF_UPDATED: Final = updating("rolling", SECOND.image, 4)
_ROLLOUTS: Final = ("deployments.[!d]*", "rolling.[!dh]*", "rollback.undo")
"""What is read off Pods of Deployments; the declarations and the history are not."""
_OF_POD: Final = ("pods.running", "pods.exec", "pods.not-replaced")
_OF_SERVICES: Final = ("services.clusterip.[!d]*", "services.nodeport.[!d]*", "services.portforward")
_TEN_MBIT: Final = 1_250_000
"""In bytes a second."""

_NODES: Final = (
    Injection(
        "agent-killed",
        "an agent is killed in the middle of the update, and started again",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.killed, node="agent-0"),
        lasts=5,
        lacks=_ROLLOUTS,
        cause="node|agent-0",
    ),
    Injection(
        "agent-frozen",
        "an agent is silent for 60 s in the middle of the update, and is NotReady then",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.paused, node="agent-1"),
        lasts=60,
        lacks=_ROLLOUTS,
        cause="node|agent-1",
    ),
    Injection(
        "server-restarted",
        "the server is restarted in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.restarted, node="server-0"),
        lasts=0,
        lacks=("deployments.[!d]*", "rolling.[!d]*", "rollback.*"),
        cause="API server|node|server-0|watch",
    ),
    Injection(
        "api-paused",
        "the API server is frozen for 20 s in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.paused, node="server-0"),
        lasts=20,
        lacks=("deployments.[!d]*", "rolling.[!d]*", "rollback.*"),
        cause="API server|node|server-0|watch",
    ),
    Injection(
        "runtime-stopped",
        "the container runtime of an agent stands still for 60 s in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.halted, node="agent-1", program="containerd"),
        lasts=60,
        lacks=_ROLLOUTS,
        cause="node|agent-1|containerd|runtime",
    ),
    Injection(
        "memory-taken",
        "another program takes the memory of an agent in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.short_of_memory, node="agent-1", megabytes=700),
        lasts=30,
        lacks=_ROLLOUTS,
        cause="memory|OOM|node|agent-1",
    ),
    Injection(
        "volume-disk-full",
        "the disks of the nodes are full where the volume of the course is",
        "s11_10",
        begun("claim"),
        partial(nodes.full_disks, folder="/tmp/k3d-manual-pv"),
        lacks=("storage.pvc.survives", "storage.pv.retained"),
        hides=frozenset({"storage.pvc.survives"}),
        cause="[Nn]o space left|disk",
    ),
    Injection(
        "provisioner-disk-full",
        "the disks of the nodes are full where volumes of local-path are",
        "s11_10",
        begun("dynamic"),
        partial(nodes.full_disks, folder="/var/lib/rancher/k3s/storage"),
        lacks=("storage.dynamic.[!w]*",),
        hides=frozenset({"storage.dynamic.survives"}),
        cause="[Nn]o space left|disk",
    ),
)

_NETWORK: Final = (
    Injection(
        "watch-cut",
        "every connection to the API server is cut in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.restarted, node="serverlb"),
        lasts=0,
        lacks=("deployments.[!d]*", "rolling.[!d]*", "rollback.*"),
        cause="API server|watch",
    ),
    Injection(
        "exec-refused",
        "the API server does not reach any kubelet any more, once the Pod is Ready",
        "s11_5",
        pod_ready("pod", "nginx-pod2"),
        partial(nodes.rejecting, port=10250),
        lacks=("pods.running", "pods.exec"),
        hides=frozenset({"pods.exec"}),
        cause="kubelet|dialing backend|10250",
    ),
    Injection(
        "exec-refused-volumes",
        "the API server does not reach any kubelet for 60 s, once the Pod with the volume is Ready",
        "s11_10",
        pod_ready("claim", "pvc-demo"),
        partial(nodes.rejecting, port=10250),
        lasts=60,
        lacks=("storage.ephemeral", "storage.emptydir", "storage.p*.[!d]*", "storage.dynamic.*"),
        cause="kubelet|dialing backend|10250",
    ),
    Injection(
        "nodes-parted",
        "the network between the two agents is cut before anything is asked across it",
        "s11_8",
        READY_TO_GRADE,
        partial(nodes.parted, node="agent-0", other="agent-1"),
        lacks=_OF_SERVICES,
        cause="node|agent|network|control",
    ),
    Injection(
        "nodes-parted-update",
        "the network between the two agents is cut in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.parted, node="agent-0", other="agent-1"),
        lasts=30,
        lacks=_ROLLOUTS,
        cause="node|agent|network|control",
    ),
    Injection(
        "dns-gone",
        "the DNS of the cluster has no Pods",
        "s11_8",
        READY_TO_GRADE,
        partial(objects.scaled_to_zero, namespace="kube-system", name="coredns"),
        lacks=("services.clusterip.reachable", "services.clusterip.follows"),
        hides=frozenset({"services.clusterip.reachable"}),
        cause="DNS|Resolving timed out|control",
    ),
    Injection(
        "ports-gone",
        "the load balancer with the mapped port is stopped for 20 s while the lab's Pods are asked",
        "introlab",
        complete("introlab", 2),
        partial(nodes.stopped, node="serverlb"),
        lasts=20,
        lacks=("introlab.[!d]*",),
        cause="API server|load balancer|mapp|watch",
    ),
)


def _registry(name: str, title: str, ill: Ill, cause: str) -> Injection:
    return Injection(
        name,
        title,
        "s11_5",
        CLUSTER_EXISTS,
        partial(registry.falls_ill, moment=begun("pod"), ill=ill),
        lacks=_OF_POD,
        hides=frozenset({"pods.exec"}),
        cause=cause,
    )


_REGISTRY: Final = (
    _registry("registry-limit", "the registry answers 429", Ill(status=429), "429|Too Many Requests"),
    _registry("registry-error", "the registry answers 500", Ill(status=500), "500|Internal Server Error"),
    _registry("registry-reset", "the registry resets connections", Ill(resets=True), "reset|EOF"),
    Injection(
        "registry-limit-passes",
        "the registry answers 429 for 10 s",
        "s11_5",
        CLUSTER_EXISTS,
        partial(registry.falls_ill, moment=begun("pod"), ill=Ill(status=429)),
        lasts=10,
    ),
    Injection(
        "registry-stopped",
        "the registry is stopped",
        "s11_5",
        CLUSTER_EXISTS,
        partial(registry.goes_away, moment=begun("pod")),
        lacks=_OF_POD,
        cause="refused",
    ),
    Injection(
        "registry-slow",
        "the line to the registry carries 10 Mbit/s",
        "s11_9",
        CLUSTER_EXISTS,
        partial(registry.falls_ill, moment=begun("rolling"), ill=Ill(bytes_per_second=_TEN_MBIT)),
        lacks=_ROLLOUTS,
        cause="pull",
    ),
)

_OTHERS: Final = (
    Injection(
        "namespace-deleted",
        "somebody deletes the namespace in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(objects.namespace_deleted, moment=_HALF_UPDATED),
        lasts=0,
        lacks=("rolling.[!dhpb]*",),
        cause="namespace|deleted",
    ),
    Injection(
        "node-drained",
        "somebody drives all Pods from an agent in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(objects.tainted, node="agent-1"),
        lacks=_ROLLOUTS,
        cause="node|agent-1|evict|taint",
    ),
    Injection(
        "kubectl-killed",
        "every kubectl of the run is killed for 10 s, once the client can be asked",
        "s11_8",
        pod_ready("clusterip", "debian-pod"),
        partial(programs.helpers_killed, name="kubectl"),
        lasts=10,
        lacks=_OF_SERVICES,
        cause="kubectl",
    ),
    Injection(
        "clock-ahead",
        "the clock of the machine that grades jumps ahead by two minutes in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(programs.clock_shifted, seconds=120),
        environment=programs.CLOCK,
        prepare=programs.make_clock,
    ),
    Injection(
        "clock-behind",
        "the clock of the machine that grades jumps back by two minutes in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(programs.clock_shifted, seconds=-120),
        environment=programs.CLOCK,
        prepare=programs.make_clock,
    ),
    Injection(
        "load",
        "40 programs want a processor from before the update to its end",
        "s11_9",
        begun("rolling"),
        partial(programs.loaded, programs=40),
        lacks=(*_ROLLOUTS, "deployments.delete", "rolling.history", "rollback.*"),
        cause="within|control|API server",
    ),
    Injection(
        "pytest-terminated",
        "pytest is ended by SIGTERM in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(programs.signalled, number=signal.SIGTERM),
        stops=True,
    ),
    Injection(
        "pytest-killed",
        "pytest is ended by SIGKILL in the middle of the update",
        "s11_9",
        _HALF_UPDATED,
        partial(programs.signalled, number=signal.SIGKILL),
        stops=True,
    ),
)

_FAULTY: Final = (
    Injection(
        "surge-half-api-paused",
        "the API server is frozen for 20 s while an update makes too many Pods",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.paused, node="server-0"),
        lasts=20,
        lacks=("deployments.[!d]*", "rolling.[!d]*", "rollback.*"),
        cause="API server|node|server-0|watch",
        fault="rolling-surge-half",
    ),
    Injection(
        "unavailable-half-agent-killed",
        "an agent is killed while an update takes too many Pods",
        "s11_9",
        _HALF_UPDATED,
        partial(nodes.killed, node="agent-0"),
        lasts=5,
        lacks=_ROLLOUTS,
        cause="node|agent-0",
        fault="rolling-unavailable-half",
    ),
    Injection(
        "label-missing-exec-refused",
        "the API server does not reach any kubelet, and the Pod lacks a label",
        "s11_5",
        pod_ready("pod", "nginx-pod2"),
        partial(nodes.rejecting, port=10250),
        lacks=("pods.running", "pods.exec"),
        hides=frozenset({"pods.exec"}),
        cause="kubelet|dialing backend|10250",
        fault="pod-label-missing",
    ),
    Injection(
        "image-missing-registry-limit",
        "the registry answers 429, and the image of the Pod does not exist",
        "s11_5",
        CLUSTER_EXISTS,
        partial(registry.falls_ill, moment=begun("pod"), ill=Ill(status=429)),
        lacks=_OF_POD,
        cause="429|Too Many Requests",
        fault="pod-image-missing",
    ),
)

IN_A_WORLD: Final = Injection(
    "docker-restarted",
    "Docker is restarted in the middle of the update, and every container with it",
    "s11_9",
    _HALF_UPDATED,
    programs.docker_restarted,
    lasts=0,
    lacks=("deployments.[!d]*", "rolling.[!d]*", "rollback.*"),
    cause="API server|node|watch",
)
"""It is injected in a world of its own (`tests.selfcheck.hub`), whose Docker is not the machine's."""

INJECTIONS: Final = {
    injection.id: injection for injection in (*_NODES, *_NETWORK, *_REGISTRY, *_OTHERS, *_FAULTY)
}
"""By their ids."""

QUICK: Final = ("exec-refused", "registry-limit-passes")
"""Those that a run of all tests injects: side by side they take a minute."""
