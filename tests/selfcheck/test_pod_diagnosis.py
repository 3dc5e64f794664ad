"""Why a Pod does not start: on a recorded Pod whose status says what Kubernetes says in such a case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.exercise.loader import load_courses
from grading.k8s.image_reference import canonical
from grading.k8s.pod_diagnosis import (
    Diagnosis,
    diagnose,
    held_up,
    is_ready,
    may_be_held_up,
    unsteady_for,
)
from grading.k8s.shortages import SHORTAGES
from tests.selfcheck.recorded import recorded

IMAGES = load_courses().images

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

NOT_FOUND = (
    'failed to pull and unpack image "docker.io/library/nginx:9": docker.io/library/nginx:9: not found'
)


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def pod(state: dict[str, Any] | None = None, *, image: str = "nginx", **container: Any) -> dict[str, Any]:
    pods = recorded("deployment", DeploymentEvidence).pods
    assert pods
    found = pods[0]
    found["metadata"]["creationTimestamp"] = ago(60)
    found["spec"]["containers"][0].update({"image": image, **container})
    status = found["status"]
    if state is not None:
        status["containerStatuses"][0].update(state=state, ready=False)
        for condition in status["conditions"]:
            if condition["type"] in {"Ready", "ContainersReady"}:
                condition["status"] = "False"
    return found


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def found(data: dict[str, Any]) -> Diagnosis:
    diagnosis = diagnose(data, IMAGES, NOW)
    assert diagnosis is not None
    return diagnosis


def test_recorded_pod_is_ready() -> None:
    data = pod()
    assert is_ready(data)
    assert diagnose(data, IMAGES, NOW) is None
    assert diagnose(data, IMAGES) is None


@pytest.mark.parametrize(("age", "left"), [(0, 3), (1, 2), (3, 0), (60, 0)])
def test_a_container_that_just_started_may_end_at_once(age: float, left: float) -> None:
    data = pod({"running": {"startedAt": ago(age)}})
    assert unsteady_for(data, NOW) == left
    data["status"]["containerStatuses"].append({"name": "more", "state": {"running": {"startedAt": ago(1)}}})
    assert unsteady_for(data, NOW) == max(left, 2)
    assert unsteady_for(pod(waiting("x")), NOW) == 0


def test_not_ready() -> None:
    assert not is_ready(None)
    assert not is_ready(pod(waiting("ContainerCreating")))
    going = pod()
    going["metadata"]["deletionTimestamp"] = ago(1)
    assert not is_ready(going)
    fresh = pod()
    del fresh["status"]
    fresh["metadata"]["creationTimestamp"] = ago(1)
    assert not is_ready(fresh)
    assert diagnose(fresh, IMAGES, NOW) is None


@pytest.mark.parametrize(
    "state",
    [
        waiting("ContainerCreating"),
        waiting("PodInitializing"),
        waiting(""),
        {},
        {"running": {"startedAt": ago(500)}},
        {"terminated": {"exitCode": 1, "reason": "Error"}},
    ],
)
def test_waiting_may_still_help(state: dict[str, Any]) -> None:
    assert diagnose(pod(state), IMAGES, NOW) is None


@pytest.mark.parametrize(
    "reason", ["ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "InvalidImageName"]
)
def test_image_that_does_not_exist(reason: str) -> None:
    diagnosis = found(pod(waiting(reason, NOT_FOUND), image="nginx:9"))
    assert diagnosis.reason == reason
    assert diagnosis.message.startswith("the image nginx:9 cannot be pulled: failed to pull")
    assert not diagnosis.infrastructure


@pytest.mark.parametrize(
    "image", ["nginx", "docker.io/library/nginx:1.24", "nginx:1.26", "busybox", "debian"]
)
def test_image_of_the_course_is_not_the_students_trouble(image: str) -> None:
    assert canonical(image) in IMAGES
    assert found(pod(waiting("ImagePullBackOff", "x"), image=image)).infrastructure
    assert diagnose(pod(waiting("ErrImagePull", NOT_FOUND), image=image), IMAGES, NOW) is None


def test_first_pull_that_failed_may_be_a_hiccup() -> None:
    assert diagnose(pod(waiting("ErrImagePull", "i/o timeout"), image="nginx:9"), IMAGES, NOW) is None
    assert found(pod(waiting("ImagePullBackOff", "i/o timeout"), image="nginx:9"))


@pytest.mark.parametrize(
    "reason", ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
)
def test_container_that_cannot_be_made(reason: str) -> None:
    diagnosis = found(pod(waiting(reason, 'configmap "x"\n not found')))
    assert diagnosis == Diagnosis(reason, 'configmap "x" not found')
    assert found(pod(waiting(reason))).message == reason


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("CreateContainerError", "context deadline exceeded"),
        ("CreateContainerError", 'failed to reserve container name "x": name "x" is reserved'),
        ("CreateContainerConfigError", "failed to sync configmap cache: timed out waiting for the condition"),
    ],
)
def test_a_busy_machine_is_nobodys_manifest(reason: str, message: str) -> None:
    assert found(pod(waiting(reason, message))) == Diagnosis(
        reason, message, infrastructure=True, may_pass=True
    )


TASK = "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
WRONG_COMMAND = f'{TASK}exec: "nginxx": executable file not found in $PATH: unknown'


@pytest.mark.parametrize("words", SHORTAGES)
@pytest.mark.parametrize(
    "reason", ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
)
def test_a_shortage_of_the_machine_may_pass(reason: str, words: str) -> None:
    diagnosis = found(pod(waiting(reason, f"{TASK}{words}: unknown")))
    assert (diagnosis.infrastructure, diagnosis.may_pass) == (True, True)
    assert words in diagnosis.message
    diagnosis = found(pod(waiting(reason, f"{TASK}{words.replace(' ', '-').replace('/', '-')}x: unknown")))
    assert (diagnosis.infrastructure, diagnosis.may_pass) == (False, False)


def never_started(data: dict[str, Any], message: str, reason: str = "StartError") -> dict[str, Any]:
    ended = {"terminated": {"exitCode": 128, "reason": reason, "message": message}}
    data["status"]["containerStatuses"][0]["lastState"] = ended
    return data


@pytest.mark.parametrize("words", SHORTAGES)
def test_a_shortage_of_the_machine_may_pass_when_it_comes_again(words: str) -> None:
    data = never_started(pod(waiting("CrashLoopBackOff")), f"{TASK}{words}: unknown")
    assert (found(data).infrastructure, found(data).may_pass, found(data).log_of) == (True, True, None)
    data = never_started(pod(waiting("CrashLoopBackOff")), f"{TASK}{words}: unknown", "Error")
    assert (found(data).infrastructure, found(data).may_pass) == (False, False)


def test_a_command_that_does_not_exist_comes_with_the_same_words_around() -> None:
    for reason in ("CreateContainerError", "RunContainerError"):
        assert not found(pod(waiting(reason, WRONG_COMMAND))).infrastructure
    assert not found(never_started(pod(waiting("CrashLoopBackOff")), WRONG_COMMAND)).infrastructure


@pytest.mark.parametrize(("words", "short"), [("too many open files", True), ("no such file", False)])
def test_a_container_that_is_not_started_again(words: str, short: bool) -> None:
    data = pod({"terminated": {"exitCode": 128, "reason": "StartError", "message": f"{TASK}{words}"}})
    data["spec"]["restartPolicy"] = "Never"
    assert (found(data).infrastructure, found(data).may_pass) == (short, False)


def test_what_will_not_pass_comes_first() -> None:
    data = pod(waiting("RunContainerError", "too many open files"))
    data["spec"]["containers"].append({"name": "more", "image": "nginx"})
    data["status"]["containerStatuses"].append({"name": "more", "state": waiting("CrashLoopBackOff")})
    assert found(data).log_of == "more"


def test_an_image_that_may_not_be_pulled_is_the_manifests_doing() -> None:
    message = 'Container image "nginx" is not present with pull policy of Never'
    assert not found(pod(waiting("ErrImageNeverPull", message))).infrastructure


def test_container_that_crashes() -> None:
    data = pod(waiting("CrashLoopBackOff", "back-off 10s"))
    status = data["status"]["containerStatuses"][0]
    status["lastState"] = {"terminated": {"exitCode": 127, "message": "sh: nginxx: not found"}}
    assert found(data) == Diagnosis(
        "CrashLoopBackOff",
        "the container nginx keeps ending with exit code 127: sh: nginxx: not found",
        log_of="nginx",
    )
    status["lastState"] = {}
    assert "exit code ?" in found(data).message


def test_container_that_ended_for_good() -> None:
    data = pod({"terminated": {"exitCode": 0, "reason": "Completed"}})
    data["spec"]["restartPolicy"] = "Never"
    assert found(data) == Diagnosis("Completed", "the container nginx ended with exit code 0", log_of="nginx")


def test_container_that_is_started_again_after_a_failure() -> None:
    data = pod({"terminated": {"exitCode": 1, "reason": "Error"}})
    data["spec"]["restartPolicy"] = "OnFailure"
    assert diagnose(data, IMAGES, NOW) is None


@pytest.mark.parametrize("policy", ["Always", "OnFailure", "Never"])
@pytest.mark.parametrize(("code", "told"), [(0, False), (1, True)])
def test_init_container_is_to_end(policy: str, code: int, told: bool) -> None:
    data = pod(waiting("PodInitializing"))
    data["spec"].update(restartPolicy=policy, initContainers=[{"name": "first", "image": "busybox"}])
    ended = {"terminated": {"exitCode": code, "reason": "Ended"}}
    data["status"]["initContainerStatuses"] = [{"name": "first", "state": ended}]
    assert (diagnose(data, IMAGES, NOW) is not None) is (told and policy == "Never")


@pytest.mark.parametrize(
    ("age", "policy", "told"), [(59, None, False), (61, None, True), (3600, "Always", False)]
)
def test_init_container_that_does_not_end(age: float, policy: str | None, told: bool) -> None:
    data = pod(waiting("PodInitializing"))
    data["spec"]["initContainers"] = [{"name": "first", "image": "busybox", "restartPolicy": policy}]
    running = {"running": {"startedAt": ago(age)}}
    data["status"]["initContainerStatuses"] = [{"name": "first", "state": running}]
    diagnosis = diagnose(data, IMAGES, NOW)
    assert (diagnosis is not None) is told
    if diagnosis:
        assert (diagnosis.reason, diagnosis.log_of) == ("Initializing", "first")


@pytest.mark.parametrize(
    ("reason", "message", "infrastructure"),
    [
        ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", False),
        ("Evicted", "Usage of EmptyDir volume exceeds the limit", False),
        ("Evicted", "The node was low on resource: memory", True),
    ],
)
def test_pod_that_failed_as_a_whole(reason: str, message: str, infrastructure: bool) -> None:
    data = pod({"terminated": {"exitCode": 137}})
    data["status"].update(phase="Failed", reason=reason, message=message)
    assert found(data) == Diagnosis(reason, message, infrastructure)


@pytest.mark.parametrize("field", ["nodeName", "schedulerName"])
def test_pod_for_a_node_or_scheduler_that_is_not_there(field: str) -> None:
    data = pod()
    data["spec"] |= {"nodeName": None} | {field: "my-own"}
    data["status"] = {"phase": "Pending"}
    assert "my-own" in found(data).message
    data["metadata"]["creationTimestamp"] = ago(29)
    assert diagnose(data, IMAGES, NOW) is None
    data["metadata"]["creationTimestamp"] = ago(60)
    data["status"]["conditions"] = [{"type": "PodScheduled", "status": "True"}]
    assert diagnose(data, IMAGES, NOW) is None


def test_pod_whose_gates_nobody_opens() -> None:
    data = pod(waiting(""))
    ready = next(c for c in data["status"]["conditions"] if c["type"] == "Ready")
    ready.update(reason="ReadinessGatesNotReady", message='corresponding condition of "x" does not exist')
    assert found(data).reason == "ReadinessGatesNotReady"


def test_init_container() -> None:
    data = pod(waiting("PodInitializing"))
    data["spec"]["initContainers"] = [{"name": "first", "image": "nginx:9"}]
    data["status"]["initContainerStatuses"] = [{"name": "first", "state": waiting("ImagePullBackOff", "x")}]
    assert "nginx:9" in found(data).message


@pytest.mark.parametrize(("age", "told"), [(60, True), (11, True), (9, False)])
def test_unschedulable(age: float, told: bool) -> None:
    data = pod({})
    data["metadata"]["creationTimestamp"] = ago(age)
    message = 'persistentvolumeclaim "manual-pvc" not found'
    data["status"] = {
        "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        ]
    }
    assert diagnose(data, IMAGES, NOW) == (Diagnosis("Unschedulable", message) if told else None)
    data["status"]["conditions"][0]["reason"] = "SchedulingGated"
    assert found(data).reason == "SchedulingGated"


@pytest.mark.parametrize(
    "message",
    [
        "0/3 nodes are available: 3 Too many pods.",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.",
    ],
)
def test_full_cluster_is_nobodys_manifest(message: str) -> None:
    data = pod({})
    data["metadata"]["creationTimestamp"] = ago(60)
    data["status"] = {
        "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
        ]
    }
    assert diagnose(data, IMAGES, NOW) == Diagnosis("Unschedulable", message, infrastructure=True)


@pytest.mark.parametrize(
    ("probe", "age", "told"),
    [
        ({"periodSeconds": 5}, 44, False),
        ({"periodSeconds": 5}, 46, True),
        ({"httpGet": {"port": 80}}, 59, False),
        ({"httpGet": {"port": 80}}, 61, True),
        ({"initialDelaySeconds": 20}, 79, False),
        ({"initialDelaySeconds": 20}, 81, True),
        ({"initialDelaySeconds": 100}, 130, False),
        ({"initialDelaySeconds": 3600}, 171, True),
        (None, 3600, False),
    ],
)
def test_readiness_probe_that_never_passes(probe: dict[str, Any] | None, age: float, told: bool) -> None:
    diagnosis = diagnose(pod({"running": {"startedAt": ago(age)}}, readinessProbe=probe), IMAGES, NOW)
    assert (diagnosis is not None) is told
    if diagnosis:
        assert diagnosis.reason == "Unready"
        assert "nginx" in diagnosis.message


def creating(seconds: float, reason: str = "ContainerCreating") -> dict[str, Any]:
    data = pod(waiting(reason))
    for condition in data["status"]["conditions"]:
        condition["lastTransitionTime"] = ago(seconds)
    return data


def test_containers_that_cannot_be_made() -> None:
    assert diagnose(creating(30), IMAGES, NOW) is None
    assert may_be_held_up(creating(30), NOW)
    assert not may_be_held_up(creating(5), NOW)
    assert not may_be_held_up(pod(), NOW)
    refused = 'MountVolume.SetUp failed for volume "manual-pv" : hostPath type check failed: /tmp/x'
    for message, expected in (
        (refused, True),
        ('MountVolume.SetUp failed for volume "conf" : configmap "no-such" not found', True),
        ('failed for volume "kube-api-access-x" : configmap "kube-root-ca.crt" not found', False),
        ('failed for volume "kube-api-access-x" : write /x/ca.crt: no space left on device', True),
        ('failed for volume "manual-pv" : write /x/ca.crt: no space left on device', False),
        ("Unable to attach or mount volumes: timed out waiting for the condition", False),
    ):
        event = {"reason": "FailedMount", "message": message}
        assert bool(held_up([{"reason": "Scheduled", "message": refused}, event])) is expected
    message = "unable to start container process: container init was OOM-killed (memory limit too low?)"
    assert held_up([{"reason": "FailedCreatePodSandBox", "message": message}])
    assert not held_up([{"reason": "FailedCreatePodSandBox", "message": "context deadline exceeded"}])
