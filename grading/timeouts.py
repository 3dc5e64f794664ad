"""Every time limit of the suite in one place, in seconds, each with the reason for its length.

None of them decides whether a student is right: where one runs out without a reason from Kubernetes,
the verdict is ``error``.
"""

from __future__ import annotations

from typing import Final

API_REQUEST: Final = 30.0
"""One request to the API server; answers take milliseconds, seconds on a machine under load."""

NAMESPACE_READY: Final = 60.0
"""A namespace's default ServiceAccount; about 50 ms, longer right after the cluster started."""

POD_READY: Final = 180.0
"""A Pod with an image pull: 2 to 5 s from the mirror, minutes from a registry over a thin line."""

STEADY: Final = 3.0
"""How long a container must have run before its Pod counts as Ready; one that ends at once, without a
readiness probe, makes its Pod Ready for a blink. The kubelet gives the start in whole seconds, and on a
busy machine tells of the end a second or two late."""

POD_GONE: Final = 90.0
"""A deleted Pod with the default grace period of 30 s, three times over."""

NAMESPACE_GONE: Final = 120.0
"""A deleted namespace with Pods in it: its Pods' grace period of 30 s, and a look at every kind."""

DNS_READY: Final = 180.0
"""The cluster's own DNS, whose Pod starts and pulls its image after the nodes are Ready."""

ENDPOINTS: Final = 60.0
"""Until the EndpointSlices show a Pod as it is; about 0.1 s after the Pod's condition changed."""

ROLLOUT: Final = 300.0
"""A rollout; the course's own progressDeadlineSeconds (11.9.4)."""

ROLLOUT_MARGIN: Final = 60.0
"""What a rollout may take beyond the progress deadline before the suite stops looking."""

REVISION: Final = 60.0
"""A new revision of a Deployment without Pods, and old ReplicaSets cleared away; about 100 ms."""

CLAIM_BOUND: Final = 60.0
"""A claim bound to its volume; about 1 s, some more where local-path's helper Pod is pulled first."""

CLAIM_SEEN: Final = 60.0
"""Until Kubernetes has said something about a new claim; below a second, and it looks again every 15 s."""

VOLUME_AVAILABLE: Final = 60.0
"""A new volume, or one whose claim was taken from it, Available; milliseconds."""

VOLUME_GONE: Final = 120.0
"""A volume released, and taken away: local-path runs a Pod for it that may have to be pulled first."""

HTTP_REQUEST: Final = 5.0
"""One HTTP request from the host."""

HTTP_ANSWER: Final = 30.0
"""Until a Service answers after its Pod is Ready: kube-proxy writes its rules within a second or two."""

PROBE_LINE: Final = 60.0
"""Until a looping probe has ended one more request, on which it gives up after some 30 s."""

EXEC: Final = 30.0
"""One command in a container."""

PORT_FORWARD: Final = 30.0
"""Until ``kubectl port-forward`` listens."""

EXTERNAL_ADDRESS: Final = 180.0
"""Until a Service of type LoadBalancer has an external address: milliseconds from the stand-in; k3s runs
a Pod on each node for it, whose image may have to be pulled first."""

TAB_CONNECT: Final = 10.0
"""One attempt of a connection of the introductory lab to load the page or to connect: milliseconds."""

TABS_CONNECTED: Final = 60.0
"""Until the 20 connections of the introductory lab stand: below a second; a Pod whose program has just
been started needs a second or two until it listens, and each attempt starts up to 5 s after the last."""

TABS_AGREE: Final = 10.0
"""Until the Pods' own counts are those of the connections: milliseconds after the last one stands."""

TABS_CLOSE: Final = 30.0
"""Until the connections of the introductory lab are closed: milliseconds, 5 s for a side that is silent."""

LAB_GRACE: Final = 2
"""The grace period with which the introductory lab's Pod is deleted, in whole seconds. ``kubectl delete pod``
gives 30 s; but the course's program is its container's first process and has no handler for SIGTERM, so it
would go on until it is killed, and the tabs would notice nothing for that long. What follows is the same."""

RECONNECT: Final = 120.0
"""Until all connections of the introductory lab stand again after their Pod was deleted: 1 to 3 s where its
end closes them. Where a node drops a connection without a word, it is noticed when no ping has come for
45 s (Engine.IO: every 25 s, 20 s of patience); then come attempts up to 5 s apart, and the new Pod, some
10 s, may refuse the first of them. Twice the sum of 60 s, for a machine under load."""

AGENT_READY: Final = 180.0
"""Until an agent that joined is Ready: 5 to 10 s; a k3s agent unpacks its programs first."""

DOCKER: Final = 60.0
"""One command to Docker: below a second, some seconds for a container that has to be killed."""

NEVER_READY: Final = 30.0
"""How long a container runs with a failing readiness probe, on top of the probe's own delays, before
the probe is taken to be wrong."""

HEAD_START: Final = 20.0
"""How long a shorter scenario waits at most for the first Pods of the longest ones: 12 s on 2 cores."""

SCENARIO: Final = 900.0
"""The longest any scenario may last; a safety net above the sum of the limits that it can meet."""

STOP: Final = 20.0
"""How long scenarios get to notice that the run was cancelled."""

PAGE: Final = 120.0
"""Until the report's page is written; some 2 s, and a while longer the first time on a machine."""
