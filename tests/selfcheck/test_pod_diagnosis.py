"""Why a Pod does not start: on a recorded Pod whose status says what Kubernetes says in such a case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grading.course.chapter11.deployments.evidence import DeploymentEvidence
from grading.exercise.loader import load_courses
from grading.k8s.container_errors import LIMITS_SET, has_memory_limit
from grading.k8s.diagnosis import Diagnosis, long_seen
from grading.k8s.image_reference import canonical
from grading.k8s.pod_diagnosis import diagnose, held_up, is_ready, may_be_held_up, unsteady_for
from tests.selfcheck.recorded import recorded

IMAGES = load_courses().images

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

NOT_FOUND = (
    'failed to pull and unpack image "docker.io/library/nginx:9": docker.io/library/nginx:9: not found'
)


def ago(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def aged(_pod: dict[str, Any], since: str) -> float:
    return (NOW - datetime.fromisoformat(since.rpartition(" ")[2])).total_seconds()


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
    diagnosis = diagnose(data, IMAGES, aged)
    assert diagnosis is not None
    return diagnosis


def test_recorded_pod_is_ready() -> None:
    data = pod()
    assert is_ready(data)
    assert diagnose(data, IMAGES, aged) is None
    assert diagnose(data, IMAGES, long_seen) is None


@pytest.mark.parametrize(("age", "left"), [(0, 2), (1, 1), (2, 0), (60, 0)])
def test_a_container_that_just_started_may_end_at_once(age: float, left: float) -> None:
    data = pod({"running": {"startedAt": ago(age)}})
    assert unsteady_for(data, aged) == left
    data["status"]["containerStatuses"].append({"name": "more", "state": {"running": {"startedAt": ago(1)}}})
    assert unsteady_for(data, aged) == max(left, 1)
    assert unsteady_for(pod(waiting("x")), aged) == 0


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
    assert diagnose(fresh, IMAGES, aged) is None


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
    assert diagnose(pod(state), IMAGES, aged) is None


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
    assert diagnose(pod(waiting("ErrImagePull", NOT_FOUND), image=image), IMAGES, aged) is None


def test_first_pull_that_failed_may_be_a_hiccup() -> None:
    assert diagnose(pod(waiting("ErrImagePull", "i/o timeout"), image="nginx:9"), IMAGES, aged) is None
    assert found(pod(waiting("ImagePullBackOff", "i/o timeout"), image="nginx:9"))


@pytest.mark.parametrize(
    "reason", ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
)
def test_container_that_cannot_be_made(reason: str) -> None:
    diagnosis = found(pod(waiting(reason, 'configmap "x"\n not found')))
    assert diagnosis == Diagnosis(reason, 'configmap "x" not found')
    assert found(pod(waiting(reason))).message == reason


TASK = "failed to create containerd task: failed to create shim task: OCI runtime create failed: "
INIT = f"{TASK}runc create failed: unable to start container process: "
WRONG_COMMAND = f'{INIT}exec: "nginxx": executable file not found in $PATH: unknown'

# As kubelet, containerd and runc word them.
OF_A_FIELD = {
    "command": WRONG_COMMAND,
    "command, a path": f'{INIT}exec: "/bin/nope": stat /bin/nope: no such file or directory: unknown',
    "command, a file": f'{INIT}exec: "/etc/passwd": permission denied: unknown',
    "command, a folder": f'{INIT}error during container init: exec: "/tmp": is a directory: unknown',
    "no command": 'failed to generate container "ab" spec: failed to generate spec: no command specified',
    "workingDir": f'{INIT}error during container init: chdir to cwd ("/x/y") set in config.json failed: '
    "permission denied: unknown",
    "workingDir, a file": f"{INIT}error during container init: mkdir /etc/passwd: not a directory: unknown",
    "mountPath": f'{INIT}error during container init: error mounting "/var/lib/kubelet/pods/a/volumes/'
    'kubernetes.io~empty-dir/v" to rootfs at "/etc/passwd": create mountpoint for /etc/passwd mount: cannot '
    'create subdirectories in "/run/k3s/x/rootfs/etc/passwd": not a directory: unknown',
    "subPath": 'failed to prepare subPath for volumeMount "v" of container "c"',
    "subPathExpr": 'missing value for "FOLDER"',
    "subPathExpr, upwards": "unable to provision SubPath `../../etc`: must not contain '..'",
    "subPathExpr, from the root": "error SubPath `/etc` must not be an absolute path",
    "env": "couldn't find key colour in ConfigMap default/settings",
    "envFrom": 'configmap "settings" not found',
    "runAsNonRoot": 'container has runAsNonRoot and image will run as root (pod: "p_n(1)", container: c)',
    "runAsUser": "container's runAsUser breaks non-root policy",
    "name of a user": "container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user",
    "capability": f'{TASK}unknown capability "CAP_FLY": unknown',
}
OF_THE_MACHINE = (
    "context deadline exceeded",
    'failed to reserve container name "c_p_n_1_0": name "c_p_n_1_0" is reserved for "ab"',
    "failed to sync configmap cache: timed out waiting for the condition",
    "dial tcp 10.43.0.1:443: i/o timeout",
    f"{TASK}too many open files: unknown",
    f"{TASK}mkdir /run/k3s/containerd/ab: no space left on device: unknown",
    f"{INIT}fork/exec /proc/self/exe: resource temporarily unavailable: unknown",
    f"{INIT}fork/exec /proc/self/exe: cannot allocate memory: unknown",
    f"{INIT}unable to apply cgroup configuration: mkdir /sys/fs/cgroup/kubepods/ab: read-only file system",
    f"{INIT}container init was OOM-killed (memory limit too low?): unknown",
    "failed to create containerd task: ttrpc: closed: unknown",
    "rpc error: code = Unavailable desc = connection error: desc = transport: Error while dialing: dial unix "
    "/run/k3s/containerd/containerd.sock: connect: connection refused",
    'failed to start containerd task "ab": OCI runtime start failed: cannot start a running container',
    "failed to create shim task: failed to mount rootfs component: input/output error: unknown",
    "what nobody has seen yet",
    "",
)


def never_started(data: dict[str, Any], message: str, reason: str = "StartError") -> dict[str, Any]:
    ended = {"terminated": {"exitCode": 128, "reason": reason, "message": message}}
    data["status"]["containerStatuses"][0]["lastState"] = ended
    return data


@pytest.mark.parametrize("words", OF_THE_MACHINE)
@pytest.mark.parametrize(
    "reason", ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
)
def test_what_is_not_known_to_come_from_a_field_is_the_machines(reason: str, words: str) -> None:
    diagnosis = found(pod(waiting(reason, words)))
    assert (diagnosis.infrastructure, diagnosis.may_pass) == (True, True)
    assert diagnosis.message.startswith(words[:200] or reason)
    diagnosis = found(never_started(pod(waiting("CrashLoopBackOff")), words))
    assert (diagnosis.infrastructure, diagnosis.may_pass, diagnosis.log_of) == (True, True, None)


@pytest.mark.parametrize("words", OF_A_FIELD.values(), ids=OF_A_FIELD)
def test_what_comes_from_a_field_is_the_manifests(words: str) -> None:
    for reason in ("CreateContainerConfigError", "CreateContainerError", "RunContainerError"):
        assert not found(pod(waiting(reason, words))).infrastructure
    assert not found(never_started(pod(waiting("CrashLoopBackOff")), words)).infrastructure


@pytest.mark.parametrize(("limit", "own"), [("4Mi", True), ("128m", True), ("64Mi", False), (None, False)])
def test_memory_too_little_to_start_is_a_limit_of_the_manifest(limit: str | None, own: bool) -> None:
    data = pod(waiting("RunContainerError", f"{INIT}container init was OOM-killed (memory limit too low?)"))
    if limit:
        data["spec"]["containers"][0]["resources"] = {"limits": {"memory": limit}}
    assert found(data).infrastructure is not own


@pytest.mark.parametrize(
    ("reason", "code", "limits", "own"),
    [
        ("Error", 1, {}, True),
        ("Completed", 0, {}, True),
        ("OOMKilled", 137, {"memory": "8Mi"}, True),
        ("OOMKilled", 137, {}, False),
        ("Error", 137, {}, False),
        ("Error", 143, {}, False),
        ("Unknown", 255, {}, False),
        ("ContainerStatusUnknown", 137, {}, False),
    ],
)
def test_a_container_that_is_ended_from_outside_is_nobodys_manifest(
    reason: str, code: int, limits: dict[str, str], own: bool
) -> None:
    ended = {"terminated": {"exitCode": code, "reason": reason}}
    again = pod(waiting("CrashLoopBackOff"))
    again["status"]["containerStatuses"][0]["lastState"] = ended
    once = pod(ended)
    once["spec"]["restartPolicy"] = "Never"
    for data in (again, once):
        data["spec"]["containers"][0]["resources"] = {"limits": limits}
        diagnosis = diagnose(data, IMAGES, aged)
        assert diagnosis
        assert diagnosis.infrastructure is not own
    assert found(again).may_pass is not own


@pytest.mark.parametrize(("words", "own"), [("too many open files", False), (OF_A_FIELD["command"], True)])
def test_a_container_that_is_not_started_again(words: str, own: bool) -> None:
    data = pod({"terminated": {"exitCode": 128, "reason": "StartError", "message": words}})
    data["spec"]["restartPolicy"] = "Never"
    assert (found(data).infrastructure, found(data).may_pass) == (not own, False)


@pytest.mark.parametrize(
    ("noted", "own"),
    [
        (None, True),
        ("memory request for container c; cpu, memory limit for container c", False),
        ("ephemeral-storage limit for container c; memory limit for container d", True),
        ("memory limit for init container c", True),
    ],
)
def test_a_limit_that_the_namespace_gives_is_not_the_containers_own(noted: str | None, own: bool) -> None:
    container = {"name": "c", "resources": {"limits": {"memory": "1Gi", "ephemeral-storage": "1Gi"}}}
    annotations = {LIMITS_SET: f"LimitRanger plugin set: {noted}"} if noted else {}
    pod = {"metadata": {"annotations": annotations}, "spec": {"containers": [container]}}
    assert has_memory_limit(pod, container) is own


def test_what_will_not_pass_comes_first() -> None:
    data = pod(waiting("RunContainerError", "too many open files"))
    data["spec"]["containers"].append({"name": "more", "image": "nginx"})
    last = {"terminated": {"exitCode": 1, "reason": "Error"}}
    crashing = {"name": "more", "state": waiting("CrashLoopBackOff"), "lastState": last}
    data["status"]["containerStatuses"].append(crashing)
    assert found(data).log_of == "more"


def test_an_image_that_may_not_be_pulled_is_the_manifests_doing() -> None:
    message = 'Container image "nginx" is not present with pull policy of Never'
    assert not found(pod(waiting("ErrImageNeverPull", message))).infrastructure


def test_container_that_crashes() -> None:
    data = pod(waiting("CrashLoopBackOff", "back-off 10s"))
    status = data["status"]["containerStatuses"][0]
    status["lastState"] = {
        "terminated": {"exitCode": 127, "reason": "Error", "message": "sh: nginxx: not found"}
    }
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
    assert diagnose(data, IMAGES, aged) is None


@pytest.mark.parametrize("policy", ["Always", "OnFailure", "Never"])
@pytest.mark.parametrize(("code", "told"), [(0, False), (1, True)])
def test_init_container_is_to_end(policy: str, code: int, told: bool) -> None:
    data = pod(waiting("PodInitializing"))
    data["spec"].update(restartPolicy=policy, initContainers=[{"name": "first", "image": "busybox"}])
    ended = {"terminated": {"exitCode": code, "reason": "Error"}}
    data["status"]["initContainerStatuses"] = [{"name": "first", "state": ended}]
    assert (diagnose(data, IMAGES, aged) is not None) is (told and policy == "Never")


@pytest.mark.parametrize(
    ("age", "policy", "told"), [(59, None, False), (61, None, True), (3600, "Always", False)]
)
def test_init_container_that_does_not_end(age: float, policy: str | None, told: bool) -> None:
    data = pod(waiting("PodInitializing"))
    data["spec"]["initContainers"] = [{"name": "first", "image": "busybox", "restartPolicy": policy}]
    running = {"running": {"startedAt": ago(age)}}
    data["status"]["initContainerStatuses"] = [{"name": "first", "state": running}]
    diagnosis = diagnose(data, IMAGES, aged)
    assert (diagnosis is not None) is told
    if diagnosis:
        assert (diagnosis.reason, diagnosis.log_of) == ("Initializing", "first")


LOW = "The node was low on resource: ephemeral-storage. Container c was using 36Ki, "


@pytest.mark.parametrize(
    ("reason", "message", "infrastructure"),
    [
        ("DeadlineExceeded", "Pod was active on the node longer than the specified deadline", False),
        ("Evicted", 'Usage of EmptyDir volume "logs" exceeds the limit "1Mi". ', False),
        ("Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ", False),
        ("Evicted", 'Container c exceeded its local ephemeral storage limit "1Mi". ', False),
        ("Evicted", f"{LOW}request is 0, has larger consumption of ephemeral-storage. ", True),
        ("Evicted", f"{LOW}which exceeds its request of 0. ", True),
        ("Preempting", "Preempted in order to admit critical pod", True),
        ("Terminated", "Pod was terminated in response to imminent node shutdown.", True),
        ("OutOfmemory", "Pod was rejected: Node didn't have enough resource: memory", True),
        ("NodeLost", "", True),
        ("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed", True),
    ],
)
@pytest.mark.parametrize("policy", ["Always", "Never"])
def test_pod_that_failed_as_a_whole(reason: str, message: str, infrastructure: bool, policy: str) -> None:
    data = pod({"terminated": {"exitCode": 1, "reason": "Error"}})
    del data["metadata"]["ownerReferences"]
    data["spec"] |= {"restartPolicy": policy, "activeDeadlineSeconds": 5}
    del data["spec"]["nodeName"]
    data["status"].update(phase="Failed", reason=reason, message=message)
    assert found(data) == Diagnosis(reason, message.strip() or reason, infrastructure)


def test_an_evicted_pod_of_a_deployment_is_replaced() -> None:
    data = pod({"terminated": {"exitCode": 137, "reason": "Error"}})
    data["status"].update(phase="Failed", reason="Evicted", message=LOW)
    assert found(data).may_pass
    data["status"]["message"] = 'Usage of EmptyDir volume "logs" exceeds the limit "1Mi". '
    assert (found(data).infrastructure, found(data).may_pass) == (False, False)


@pytest.mark.parametrize("field", ["nodeName", "schedulerName"])
def test_pod_for_a_node_or_scheduler_that_is_not_there(field: str) -> None:
    data = pod()
    data["spec"] |= {"nodeName": None} | {field: "my-own"}
    data["status"] = {"phase": "Pending"}
    assert "my-own" in found(data).message
    data["metadata"]["creationTimestamp"] = ago(29)
    assert diagnose(data, IMAGES, aged) is None
    data["metadata"]["creationTimestamp"] = ago(60)
    data["status"]["conditions"] = [{"type": "PodScheduled", "status": "True"}]
    assert diagnose(data, IMAGES, aged) is None


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
    assert diagnose(data, IMAGES, aged) == (Diagnosis("Unschedulable", message) if told else None)
    data["status"]["conditions"][0]["reason"] = "SchedulingGated"
    assert found(data).reason == "SchedulingGated"


def unschedulable(message: str) -> dict[str, Any]:
    data = pod({})
    data["metadata"]["creationTimestamp"] = ago(60)
    said = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    data["status"] = {"conditions": [said]}
    return data


@pytest.mark.parametrize(
    "message",
    [
        "0/3 nodes are available: 3 Too many pods.",
        "0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.",
        "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/unreachable: }, "
        "2 node(s) had volume node affinity conflict.",
        "0/2 nodes are available: 1 node(s) were unschedulable, 1 node(s) didn't match Pod's node affinity.",
        "0/2 nodes are available: 2 Insufficient memory.",
        "no nodes available to schedule pods",
    ],
)
def test_full_cluster_is_nobodys_manifest(message: str) -> None:
    expected = Diagnosis("Unschedulable", message, infrastructure=True, may_pass=True)
    assert found(unschedulable(message)) == expected


@pytest.mark.parametrize(
    "message",
    [
        "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
        "0/2 nodes are available: 2 node(s) had untolerated taint {course: full}.",
        "0/2 nodes are available: 2 node(s) didn't have free ports for the requested pod ports.",
        "0/2 nodes are available: 2 Insufficient cpu.",
    ],
)
def test_what_a_manifest_asks_of_the_nodes_is_its_own(message: str) -> None:
    data = unschedulable(message)
    data["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "100", "memory": "0"}}
    assert found(data) == Diagnosis("Unschedulable", message)


def creating(seconds: float, reason: str = "ContainerCreating") -> dict[str, Any]:
    data = pod(waiting(reason))
    for condition in data["status"]["conditions"]:
        condition["lastTransitionTime"] = ago(seconds)
    return data


def test_containers_that_cannot_be_made() -> None:
    assert diagnose(creating(30), IMAGES, aged) is None
    assert may_be_held_up(creating(30), aged)
    assert not may_be_held_up(creating(5), aged)
    assert not may_be_held_up(pod(), aged)
    refused = 'MountVolume.SetUp failed for volume "manual-pv" : hostPath type check failed: /tmp/x'
    for message, own in (
        (refused, True),
        ('MountVolume.SetUp failed for volume "conf" : configmap "no-such" not found', True),
        ('MountVolume.SetUp failed for volume "conf" : references non-existent config key: colour', True),
        ("volume manual-pv has volumeMode Block, but is specified in volumeMounts", True),
        ('failed for volume "kube-api-access-x" : configmap "kube-root-ca.crt" not found', False),
        ('failed for volume "kube-api-access-x" : write /x/ca.crt: no space left on device', False),
        ('failed for volume "manual-pv" : write /x/ca.crt: no space left on device', False),
        ("Unable to attach or mount volumes: timed out waiting for the condition", False),
    ):
        told = held_up(pod(), [{"reason": "Scheduled", "message": refused}, mounting(message)])
        assert told
        assert (told.infrastructure, told.may_pass) == (not own, not own)
    assert held_up(pod(), [{"reason": "Pulling", "message": "x"}]) is None


def mounting(message: str) -> dict[str, str]:
    return {"reason": "FailedMount", "message": message}


@pytest.mark.parametrize(("limit", "own"), [("128m", True), ("64Mi", False)])
def test_a_sandbox_or_a_token_that_does_not_fit_into_the_limit_of_memory(limit: str, own: bool) -> None:
    data = pod()
    data["spec"]["containers"][0]["resources"] = {"limits": {"memory": limit}}
    killed = "unable to start container process: container init was OOM-killed (memory limit too low?)"
    full = 'failed for volume "kube-api-access-x" : write /x/ca.crt: no space left on device'
    for event in ({"reason": "FailedCreatePodSandBox", "message": killed}, mounting(full)):
        told = held_up(data, [event])
        assert told
        assert told.infrastructure is not own
