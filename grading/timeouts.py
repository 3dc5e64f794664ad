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

STEADY: Final = 2.0
"""How long a container must have run before its Pod counts as Ready; one that ends at once, without a
readiness probe, makes its Pod Ready for a blink."""

POD_GONE: Final = 90.0
"""A deleted Pod with the default grace period of 30 s, three times over."""

NAMESPACE_GONE: Final = 120.0
"""A deleted namespace with Pods in it: its Pods' grace period of 30 s, and a look at every kind."""

DNS_READY: Final = 180.0
"""The cluster's own DNS, whose Pod starts and pulls its image after the nodes are Ready."""

ENDPOINTS: Final = 60.0
"""Until the EndpointSlices show a Pod as it is; about 0.1 s after the Pod's condition changed."""

STAYS_GONE: Final = 5
"""How long a deleted bare Pod is watched for a successor; a controller makes one within 0.1 s."""

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

EXEC: Final = 30.0
"""One command in a container."""

PORT_FORWARD: Final = 30.0
"""Until ``kubectl port-forward`` listens."""

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
