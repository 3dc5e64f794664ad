"""How long a Pod is waited for that is not Ready, and what is said when time is up."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from grading import timeouts
from grading.cluster.client import Cluster
from grading.errors import InfrastructureError, TimedOut, Unplayable
from grading.evidence.base import Evidence
from grading.exercise.loader import load_courses
from grading.k8s.image_pull import BACK_OFF
from grading.runner.context import Context
from grading.runner.pod_check import PodCheck
from grading.runner.rollouts import _can_end
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.played import StandIn, context_on

FILE = "second-pod.yaml"
NOW = datetime.now(UTC)
TIMED_OUT = "failed to do request: dial tcp 54.1.2.3:443: i/o timeout"
NOT_FOUND = "docker.io/library/nginx:latest: not found"


@pytest.fixture
def cluster() -> StandIn:
    return StandIn()


@pytest.fixture
def context(cluster: StandIn) -> Context:
    submission = load_submission(REFERENCE, load_courses().files.values())
    return context_on(cluster, None, submission)


def waiting(
    cluster: StandIn, reason: str, message: str = "", image: str = "nginx", made: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Put a Pod there that is not Ready, unless it is there, and return it."""
    pod = {"kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": image}]}}
    made = made or cluster.apply(pod, "mine")
    made["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"
    for condition in made["status"]["conditions"]:
        condition.update(lastTransitionTime="2026-01-01T00:00:00Z")
    made["status"]["conditions"][0]["status"] = "False"
    state = {"waiting": {"reason": reason, "message": message}}
    made["status"]["containerStatuses"][0].update(state=state, ready=False)
    return made


def said(cluster: StandIn, reason: str, message: str) -> None:
    """Let the kubelet say something about the Pod."""
    event = {
        "kind": "Event",
        "metadata": {"name": f"e{len(cluster.objects)}", "namespace": "mine"},
        "reason": reason,
        "message": message,
        "lastTimestamp": "2026-01-01T00:00:00Z",
    }
    cluster.objects["Event", "mine", event["metadata"]["name"]] = event  # type: ignore[index]


def failed_pull(
    cluster: StandIn, words: str, image: str = "nginx", pod: dict[str, Any] | None = None
) -> dict[str, Any]:
    said(cluster, "Failed", f'Failed to pull image "{image}": {words}')
    return waiting(cluster, BACK_OFF, f'Back-off pulling image "{image}"', image, pod)


def test_an_image_of_the_course_is_waited_for_while_the_registry_is_away(
    cluster: StandIn, context: Context
) -> None:
    context.pods.check(FILE, failed_pull(cluster, TIMED_OUT))
    with pytest.raises(
        InfrastructureError,
        match=r"Pod p Ready: not seen within .* s; Pod p: ImagePullBackOff: .*i/o timeout",
    ):
        context.ready_pod(FILE, "p")


class Registries(StandIn):
    """A cluster whose nodes pull no image of the control, as some registry answers or for want of one."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._answer = answer

    def apply(self, data: dict[str, Any], namespace: str | None = None) -> dict[str, Any]:
        made = super().apply(data, namespace)
        image = data["spec"]["containers"][0]["image"] if data["kind"] == "Pod" else ""
        if image.startswith("registry-1.docker.io/"):
            self.asked.append(data["metadata"]["name"])
            failed_pull(self, self._answer, image, made)
        return made


ELSEWHERE = "doker.io/nginx"
NO_HOST = "dial tcp: lookup doker.io on 172.23.0.1:53: no such host"


@pytest.mark.parametrize(
    ("answer", "fetched", "blamed"),
    [
        ("pull access denied, repository does not exist", True, True),
        ("unexpected status from HEAD request: 429 Too Many Requests", True, True),
        ("dial tcp: lookup registry-1.docker.io on 172.23.0.1:53: no such host", True, False),
        ("dial tcp 54.1.2.3:443: i/o timeout", True, False),
        ("pull access denied, repository does not exist", False, False),
    ],
)
def test_a_host_that_is_unknown_is_held_against_a_registry_that_answers(
    answer: str, fetched: bool, blamed: bool
) -> None:
    cluster = Registries(answer)
    pods = PodCheck(
        cast(Cluster, cluster), "mine", frozenset(), Evidence(scenario="x", started=NOW), fetched=fetched
    )
    failed = failed_pull(cluster, NO_HOST, ELSEWHERE)
    pods.check(FILE, failed)  # What was unknown before the control was asked may have been the network's.
    for event in list(cluster.items("Event", "mine")):
        if ELSEWHERE in event["message"]:
            event["lastTimestamp"] = "2026-01-01T00:00:20Z"
    if blamed:
        with pytest.raises(Unplayable, match=r"lookup doker\.io"):
            pods.check(FILE, failed)
    else:
        pods.check(FILE, failed)
    assert len(cluster.asked) == fetched
    assert not any(("Pod", "mine", name) in cluster.objects for name in cluster.asked)


def test_an_image_that_is_not_there_ends_it_at_once(cluster: StandIn, context: Context) -> None:
    with pytest.raises(InfrastructureError, match=r"^Pod p: ImagePullBackOff: .*not found$"):
        context.pods.check(FILE, failed_pull(cluster, NOT_FOUND))
    with pytest.raises(Unplayable, match=r"the image nginx:9.99 cannot be pulled"):
        context.pods.check(FILE, failed_pull(cluster, NOT_FOUND, "nginx:9.99"))


def test_what_passed_is_not_told(cluster: StandIn, context: Context) -> None:
    pod = failed_pull(cluster, TIMED_OUT)
    context.pods.check(FILE, pod)
    pod["status"]["conditions"][0]["status"] = "True"
    pod["status"]["containerStatuses"][0]["state"] = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    context.pods.check(FILE, pod)
    with pytest.raises(TimedOut, match=r"^the end: not seen$"), context.pods.explained():
        raise TimedOut("the end: not seen", None)


def test_a_shortage_of_the_machine_is_told_when_time_is_up(cluster: StandIn, context: Context) -> None:
    waiting(cluster, "CreateContainerError", "too many open files")
    with pytest.raises(
        InfrastructureError, match=r"not seen within .* s; Pod p: CreateContainerError: too many open files"
    ):
        context.ready_pod(FILE, "p")


def test_another_end_is_told_as_it_is(cluster: StandIn, context: Context) -> None:
    context.pods.check(FILE, failed_pull(cluster, TIMED_OUT))
    with pytest.raises(InfrastructureError, match=r"^the watch broke$"), context.pods.explained():
        raise InfrastructureError("the watch broke")


REFUSED = 'Get "http://10.42.0.9:81/": dial tcp 10.42.0.9:81: connect: connection refused'


def restarted(cluster: StandIn, words: str) -> dict[str, Any]:
    """Put a Pod there whose container was restarted because its startup probe fails."""
    said(cluster, "Unhealthy", f"Startup probe failed: {words}")
    said(cluster, "Killing", "Container c failed startup probe, will be restarted")
    pod = waiting(cluster, "PodInitializing")
    pod["spec"]["containers"][0]["startupProbe"] = {"httpGet": {"port": 81}}
    state = {"running": {"startedAt": "2026-01-01T00:00:00Z"}}
    pod["status"]["containerStatuses"][0].update(state=state, started=False, restartCount=1)
    return pod


def test_a_startup_probe_that_never_succeeds_is_named(cluster: StandIn, context: Context) -> None:
    restarted(cluster, REFUSED)
    with pytest.raises(
        Unplayable, match=r"is restarted because its startupProbe fails: .*connection refused"
    ):
        context.ready_pod(FILE, "p")


TIMES_OUT = 'command timed out: "/probe" timed out after 1s'


@pytest.mark.parametrize(
    ("printed", "own"),
    [(f"{TIMES_OUT}: ha", True), ('command "x" timed out', True), ("no such file", False), (None, False)],
)
def test_a_probe_that_speaks_for_the_kubelet_is_the_manifests(
    cluster: StandIn, printed: str | None, own: bool
) -> None:
    asked = []

    def run(pod: str, container: str, command: list[str]) -> str | None:
        asked.append((pod, container, command))
        return printed

    evidence = Evidence(scenario="some", started=datetime.now(UTC))
    pods = PodCheck(cast(Cluster, cluster), "mine", frozenset(), evidence, printed=run)
    pod = restarted(cluster, TIMES_OUT)
    pod["spec"]["containers"][0]["startupProbe"] = {"exec": {"command": ["/probe"]}}
    with pytest.raises(Unplayable, match="the kubelet's message") if own else contextlib.nullcontext():
        pods.check(FILE, pod)
    pods.check(FILE, pod)  # the command is run once
    assert asked == [("p", "c", ["/probe"])]


def test_a_startup_probe_without_an_answer_is_waited_for(cluster: StandIn, context: Context) -> None:
    restarted(cluster, "context deadline exceeded")
    with pytest.raises(
        InfrastructureError, match=r"not seen within .* s; Pod p: Unhealthy: .*deadline exceeded"
    ):
        context.ready_pod(FILE, "p")


def test_a_pod_that_somebody_else_deletes_is_not_judged(cluster: StandIn, context: Context) -> None:
    pod = waiting(cluster, "CreateContainerError", 'configmap "x" not found')
    pod["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    with pytest.raises(InfrastructureError, match=r"not seen within .* s; Pod p: Terminating"):
        context.ready_pod(FILE, "p")


def test_a_claim_that_is_there_by_now_will_be_found(
    cluster: StandIn, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "SCHEDULED", 0.0)
    pod = waiting(cluster, "")
    message = '0/3 nodes are available: persistentvolumeclaim "manual-pvc" not found.'
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    pod["status"] = {"conditions": [said]}
    with pytest.raises(Unplayable, match="manual-pvc"):
        context.pods.check(FILE, pod)
    claim = {"kind": "PersistentVolumeClaim", "metadata": {"name": "manual-pvc"}, "spec": {"containers": []}}
    cluster.apply(claim, "mine")
    context.pods.check(FILE, pod)


def test_an_age_is_measured_here_whatever_the_clocks_say(
    cluster: StandIn, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = waiting(cluster, "")
    pod["status"] = {"conditions": []}
    pod["metadata"]["creationTimestamp"] = "1999-01-01T00:00:00Z"
    pod["spec"]["nodeName"] = "other"
    moment = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: moment)
    context.pods.check(FILE, pod)
    moment += timeouts.TAKEN_ON + 1
    with pytest.raises(Unplayable, match="its nodeName is other"):
        context.pods.check(FILE, pod)


# The progress deadline of a Deployment

PULLING = ("Pulling", 'Pulling image "nginx"')
PULLED = ("Pulled", 'Successfully pulled image "nginx" in 12s')


class Recorded:
    """As much of `DeploymentRecorder` as the end of a rollout needs."""

    def __init__(self, *pods: dict[str, Any]) -> None:
        self.standing = self.pods = list(pods)
        self.replica_sets: list[dict[str, Any]] = []
        progressing = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
        self.deployment = {
            "metadata": {"generation": 1},
            "spec": {"template": {"spec": {"containers": [{}]}}},
            "status": {"observedGeneration": 1, "conditions": [progressing]},
        }

    def can_end(self, context: Context) -> bool:
        return _can_end(context, self, "deployment.yaml", self.deployment, None)  # type: ignore[arg-type]


def test_a_deadline_that_passes_while_images_are_pulled_is_nobodys_fault(
    cluster: StandIn, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeouts, "CONTAINERS_CREATED", -1.0)
    said(cluster, *PULLING)
    assert Recorded(waiting(cluster, "ContainerCreating")).can_end(context)
    told = "late; Pod p: Pulling: the image nginx:latest has not been pulled yet"
    with pytest.raises(InfrastructureError, match=told), context.pods.explained():
        raise TimedOut("late", None)


def test_a_deadline_that_passes_is_no_cause_by_itself(cluster: StandIn, context: Context) -> None:
    said(cluster, *PULLING)
    said(cluster, *PULLED)
    assert Recorded(waiting(cluster, "ContainerCreating")).can_end(context)
    assert Recorded().can_end(context)


@pytest.mark.parametrize("found", [[], ["node a was not Ready"]])
def test_a_pod_of_a_disturbed_cluster_is_not_judged(cluster: StandIn, found: list[str]) -> None:
    evidence = Evidence(scenario="some", started=datetime.now(UTC))
    pods = PodCheck(cast(Cluster, cluster), "mine", frozenset(), evidence, disturbed=lambda: found)
    pod = waiting(cluster, "InvalidImageName", "no such name")
    blamed, words = (
        (InfrastructureError, "problem with the cluster at that moment: node a")
        if found
        else (Unplayable, "no such name")
    )
    with pytest.raises(blamed, match=words):
        pods.check(FILE, pod)


def test_a_hook_that_does_not_end_keeps_its_pod_from_starting(
    cluster: StandIn, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod = waiting(cluster, "ContainerCreating")
    pod["status"]["conditions"] = [
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    ]
    container = pod["spec"]["containers"][0]
    container["lifecycle"] = {"postStart": {"exec": {"command": ["sleep", "99999"]}}}
    said(cluster, "Started", "Started container c")
    event = next(item for (kind, _namespace, _name), item in cluster.objects.items() if kind == "Event")
    event["involvedObject"] = {"fieldPath": "spec.containers{c}"}
    moment = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: moment)
    context.pods.check(FILE, pod)
    moment += timeouts.CONTAINERS_CREATED + 1
    context.pods.check(FILE, pod)
    moment += timeouts.INIT_ENDED + 1
    with pytest.raises(Unplayable, match="the postStart hook of the container c does not end"):
        context.pods.check(FILE, pod)
    del container["lifecycle"]
    context.pods.check(FILE, pod)
