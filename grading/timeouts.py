"""Every time limit of grading in one place, in seconds, each with the reason for its length.

If one runs out without a reason from Kubernetes, the verdict is ``error``: none of them decides whether a
student is right. `stretch` makes all of them longer on a slow machine (``--patience``). The names in `FIXED`
are no limits on waiting, and stay as they are. Set-up (`fixtures.airgap`), which grades nothing, has its own.

Read a limit when it is used: as a default argument or in a constant it would miss `stretch`.
"""

from __future__ import annotations

from typing import Final

API_REQUEST = 30.0
"""One request to the API server; answers take milliseconds, seconds on a machine under load."""

API_BACK = 60.0
"""Until an API server that does not answer does so again: 10 to 20 s if its node was restarted."""

CONNECT = 10.0
"""Until a connection to the API server for a watch or a log stands: milliseconds."""

WATCH_ENDED = 5.0
"""Until the thread that reads a watch has noticed that it was closed: milliseconds."""

CLUSTER_CREATED = 240.0
"""``k3d cluster create``: 12 s on an idle machine of 2 cores with the images at hand."""

CLUSTER_READY = 60.0
"""Until the API server of a new cluster says it is ready; k3d has waited for it already."""

CLUSTER_DELETED = 120.0
"""``k3d cluster delete``: 2 to 3 s for a cluster of three nodes."""

K3D = 60.0
"""Any other command of k3d: below a second."""

PROCESS_ENDED = 10.0
"""Until a process that was told to end has ended: milliseconds, longer while it waits for a disk."""

NODES_READY = 60.0
"""Until a node of a new cluster is Ready, and the API server reaches its kubelet; k3d has waited for it."""

STORAGE_CLASS = 60.0
"""Until k3s has applied the default StorageClass: a second or two, or 15 s later if that failed."""

SERVICES_REACHED = 60.0
"""Until a Pod of a new cluster reaches a Service at its address; kube-proxy writes its rules in seconds."""

NAMESPACE_READY = 60.0
"""A namespace's default ServiceAccount; about 50 ms, longer right after the cluster started."""

POD_READY = 180.0
"""A Pod with an image pull: 2 to 5 s from the mirror, minutes from a registry over a thin line."""

JOB_ENDED = 180.0
"""A Job that computes something, with the image pull of its Pod."""

REGISTRY_ANSWER = 30.0
"""Until a registry has said that it does not have an image: below a second, longer over a thin line."""

CONTAINERS_CREATED = 20.0
"""Until a Pod with a node has its containers, before its events are read for the reason; a volume that is
just being created, or a ConfigMap that comes with the namespace, may be late."""

SCHEDULED = 10.0
"""Until a new Pod that is unschedulable is said to stay so: its claim may not be known or bound yet."""

TAKEN_ON = 30.0
"""Until a Pod that names its own node or scheduler has been accepted by it; within a second."""

INIT_ENDED = 60.0
"""Until a container of ``initContainers`` has ended; no exercise has one, or waits for anything."""

NEVER_READY = 30.0
"""How long a container runs with a failing readiness probe, on top of the probe's own delays, before
the probe is said to be wrong."""

FIRST_LINE = 20.0
"""Until a container that is Ready has written its file; the course's commands do so at once."""

END_SEEN = 10.0
"""Until the status of a Pod shows that a container has ended, which the kubelet looks for each second."""

POD_GONE = 90.0
"""A deleted Pod with the default grace period of 30 s, three times over."""

NAMESPACE_GONE = 120.0
"""A deleted namespace with Pods in it: its Pods' grace period of 30 s, and a look at every kind."""

DNS_READY = 180.0
"""The cluster's own DNS, whose Pod starts and pulls its image after the nodes are Ready."""

ENDPOINTS = 60.0
"""Until the EndpointSlices show a Pod as it is; about 0.1 s after the Pod's condition changed."""

ROLLOUT = 360.0
"""A rollout: `PROGRESS_DEADLINE`, and 60 s until Kubernetes has said
that it was missed."""

REVISION = 60.0
"""A new revision of a Deployment without Pods, and old ReplicaSets cleared away; about 100 ms."""

CLAIM_BOUND = 60.0
"""A claim bound to its volume; about 1 s, some more if local-path's helper Pod is pulled first."""

CLAIM_SEEN = 60.0
"""Until Kubernetes has said something about a new claim; below a second, and it looks again every 15 s."""

CLAIM_PENDING = 20.0
"""Until a claim that stays Pending is said to do so, with Kubernetes' reason; binding takes a second, and the
controller looks at a claim that it left Pending every 15 s."""

VOLUME_AVAILABLE = 60.0
"""A new volume, or one whose claim was taken from it, Available; milliseconds."""

VOLUME_GONE = 120.0
"""A volume released, and taken away: local-path runs a Pod for it that may have to be pulled first."""

HTTP_REQUEST = 5.0
"""One HTTP request, from the host or from a Pod."""

HTTP_ANSWER = 30.0
"""Until a Service answers after its Pod is Ready: kube-proxy writes its rules within a second or two."""

PROBE_LINE = 60.0
"""Until a looping probe has ended one more request, on which it gives up after some 30 s."""

EXEC = 30.0
"""One command in a container."""

UNPACKED = 60.0
"""Until the archive of one student is unpacked, with those in it: milliseconds."""

GIT_DATES = 60.0
"""Until git has found the last commit of a clone that changed some files: milliseconds."""

COMMAND = 60.0
"""One command of a submission: 0.2 s, and as long as it takes until what it deletes is gone."""

COMMANDS = 300.0
"""All commands of a file; those of the course take some 5 s, and a cluster that they create 20 s."""

POLICY_HOLDS = 10.0
"""Until a NetworkPolicy holds for a new Pod: below a second."""

CONFINED = 20.0
"""Until a program of one question has shown that it works with the rights of a run: below a second."""

KUBELET_REACHED = 20.0
"""How long exec, logs and port-forward are tried again while the API server cannot reach the kubelet: a
second or two, until the tunnel of k3s to a node that connects again stands."""

PORT_FORWARD = 30.0
"""Until ``kubectl port-forward`` listens."""

EXTERNAL_ADDRESS = 180.0
"""Until a Service of type LoadBalancer has an external address: milliseconds from the stand-in; k3s runs
a Pod on each node for it, whose image may have to be pulled first."""

FIRST_LOOK = 5.0
"""Until a page is there, as it usually is; then the reason is looked for, before
any more waiting."""

TAB_CONNECT = 10.0
"""One attempt of a Socket.IO connection to load the page or to connect: milliseconds."""

TABS_CONNECTED = 60.0
"""Until 20 Socket.IO connections stand: below a second; a Pod whose program has just
been started needs a second or two until it listens, and each attempt starts up to 5 s after the last."""

TABS_AGREE = 10.0
"""Until the Pods' own counts are those of the connections: milliseconds after the last one stands."""

TABS_CLOSE = 30.0
"""Until the Socket.IO connections are closed: milliseconds, 5 s for a side that is silent."""

RECONNECT = 120.0
"""Until all Socket.IO connections stand again after their Pod was deleted: 1 to 3 s if its
end closes them. If a node drops a connection silently, it is noticed when no ping has come for
45 s (Engine.IO: every 25 s, 20 s of patience); then come attempts up to 5 s apart, and the new Pod, some
10 s, may refuse the first of them. Twice the sum of 60 s, for a machine under load."""

AGENT_READY = 180.0
"""Until an agent that joined is Ready: 5 to 10 s; a k3s agent unpacks its programs first."""

DOCKER = 60.0
"""One command to Docker: below a second, some seconds for a container that has to be killed."""

HEAD_START = 20.0
"""How long a shorter scenario waits at most for the first Pods of the longest ones: 12 s on 2 cores."""

PLAYED = 1200.0
"""The longest that all scenarios together may play; a safety net above what several of them meet at most, and
below `GRADED_RUN`."""

STOP = 20.0
"""How long scenarios get to notice that the run was cancelled."""

PAGE = 120.0
"""Until the report's page is written; some 2 s, and a while longer the first time on a machine."""

GRADED_RUN = 1500.0
"""One graded run that another command started; a full one takes some 100 s."""

CLASS_JOB = 2 * GRADED_RUN
"""One submission of a class, its second try included. All that it waits for has limits of its own, so that it
meets this one only if the grader hangs."""

CLEAN = 20.0
"""Until the Pods of a submission, whose containers are killed, and their namespaces are gone from a kept
cluster: some 10 s, as Kubernetes looks at a namespace again after 5. Then until all else is gone."""

CLASS_CLUSTER = 600.0
"""Until the next cluster of a class is ready: 15 s; what it waits for has limits of its own."""


# What is no limit on waiting: the same on every machine.

STEADY: Final = 2.0
"""How long a container must have been seen running before its Pod counts as Ready; one that ends at once,
without a readiness probe, makes its Pod Ready for a blink. On a busy machine the kubelet tells of the end a
second or two late. Fixed: it is always waited for in full."""

LONGEST_PROBE: Final = 100.0
"""How long a Pod is watched at most so that a liveness probe of its own is seen to fail; one with the
defaults of Kubernetes takes 31 s."""

PROGRESS_DEADLINE: Final = 300.0
"""How long a rollout may last by the numbers of its own manifest: half of Kubernetes' own deadline."""

FIXED: Final = frozenset({"STEADY", "LONGEST_PROBE", "PROGRESS_DEADLINE"})
"""The names that `stretch` leaves as they are."""


def limits() -> dict[str, float]:
    """Return all limits as they are now, by name."""
    return {
        name: value
        for name, value in globals().items()
        if name.isupper() and name not in FIXED and isinstance(value, float)
    }


class _Stretched:
    factor = 1.0


def stretched(seconds: float) -> float:
    """Return a limit of a course's own, in seconds, stretched as those here are."""
    return seconds * _Stretched.factor


def stretch(factor: float) -> None:
    """Make every limit longer, for a slow machine.

    Call it once, before anything is waited for.

    Args:
        factor: what each limit is multiplied with.
    """
    _Stretched.factor *= factor
    for name, seconds in limits().items():
        globals()[name] = seconds * factor
