"""A cluster for scenarios of steps that is none: it has what is applied, each Pod Ready at once."""

import copy
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import Kubectl
from grading.errors import ApiError, TimedOut
from grading.evidence.base import Evidence
from grading.evidence.records import StepsEvidence
from grading.exercise.course import Courses
from grading.exercise.loader import load_courses
from grading.processes import Output
from grading.runner.context import Context
from grading.submission.loader import Submission
from grading.submission.record import record_manifests

Object = dict[str, Any]
LISTING = "total 4\ndrwxr-xr-x 1 root root 4096 Jan 1 00:00 .\ndrwxr-xr-x 1 root root 4096 Jan 1 00:00 .."
PAGE = "<h1>Welcome to nginx!</h1>\n200"
CRASHED = {"waiting": {"reason": "CrashLoopBackOff"}}
ENDED = {"terminated": {"exitCode": 1, "reason": "Error"}}
STANDARD = ("default", "kube-node-lease", "kube-public", "kube-system")


class Changes:
    """What a watch sees."""

    def __init__(self, seen: list[tuple[str, Object]]) -> None:
        self.seen = seen

    def until_closed(self) -> Iterator[tuple[str, Object]]:
        yield from self.seen

    def stop(self) -> None: ...


class Waited:
    """A cluster on which nothing changes while it is waited for: what is not there at once never comes."""

    def look(self, kind: str, namespace: str | None, name: str) -> Object | None:
        raise NotImplementedError

    def wait_for(
        self,
        kind: str,
        namespace: str | None,
        name: str,
        done: Callable[[Object | None], bool],
        timeout: float,
        what: str,
    ) -> Object | None:
        found = self.look(kind, namespace, name)
        if not done(found):
            raise TimedOut(f"{what}: not seen within {timeout:.0f} s", found)
        return found


class StandIn(Waited):
    """As much of `Cluster` as steps use."""

    def __init__(self) -> None:
        self.cancelled = threading.Event()
        self.objects: dict[tuple[str, str, str], Object] = {}
        self.changes: list[tuple[str, Object]] = []
        self.deleted: list[tuple[str, str]] = []
        self.stuck = False
        self.refuses = ""
        self.warnings: list[str] = []
        for name in STANDARD:
            self.apply({"kind": "Namespace", "metadata": {"name": name}})

    def create(
        self,
        data: Object,
        namespace: str | None,
        *,
        manager: str = "",
        dry_run: bool = False,
        warn: Callable[[str], object] | None = None,
    ) -> Object:
        if warn:
            for text in self.warnings:
                warn(text)
        return self.apply(data, namespace)

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        if self.refuses and data["metadata"]["name"] == self.refuses:
            raise ApiError(422, "Invalid", "it is invalid")
        made = copy.deepcopy(data)
        uid = f"uid-{len(self.objects)}-{made['metadata']['name']}"
        made["metadata"] |= {"uid": uid, "managedFields": [{"manager": "kubegrade"}]}
        if "spec" in made or made["kind"] == "Namespace":
            made["status"] = {"phase": "Active"} if made["kind"] == "Namespace" else _running(made)
        self.objects[self._key(made, namespace)] = made
        return made

    def get(self, kind: str, namespace: str | None, name: str) -> Object | None:
        return self.objects.get((kind, namespace or "", name))

    def delete(self, kind: str, namespace: str | None, name: str, grace: int | None = None) -> None:
        self.deleted.append((kind, name))
        if not self.stuck:
            self.objects.pop((kind, namespace or "", name), None)

    def listing(self, kind: str, namespace: str | None = None, **_query: str) -> Object:
        found = [item for (k, n, _), item in self.objects.items() if k == kind and n in {"", namespace}]
        return {"items": found, "metadata": {"resourceVersion": "7"}}

    def items(self, kind: str, namespace: str | None = None, **_query: str) -> list[Object]:
        found: list[Object] = self.listing(kind, namespace)["items"]
        return found

    def path(self, *_parts: object) -> str:
        return "path"

    def watch(self, _path: str, _version: str, **_query: str) -> Changes:
        return Changes(self.changes)

    def look(self, kind: str, namespace: str | None, name: str) -> Object | None:
        return {} if kind == "ServiceAccount" else copy.deepcopy(self.get(kind, namespace, name))

    def crash(self, name: str) -> None:
        """Let the container of a Pod end, and keep ending."""
        pod = next(item for item in self.objects.values() if item["metadata"]["name"] == name)
        pod["status"]["conditions"][0]["status"] = "False"
        pod["status"]["containerStatuses"][0].update(state=CRASHED, lastState=ENDED, ready=False)

    def restart(self, name: str, code: int) -> None:
        """Let the container of a Pod end with an exit code, and be started again."""
        pod = next(item for item in self.objects.values() if item["metadata"]["name"] == name)
        ended = {"terminated": {"exitCode": code, "reason": "Error"}}
        pod["status"]["containerStatuses"][0] |= {"restartCount": 1, "lastState": ended}

    def text(self, _path: str, _query: Object) -> str:
        return ""

    @staticmethod
    def _key(item: Object, namespace: str | None) -> tuple[str, str, str]:
        inside = "" if item["kind"] == "Namespace" else str(item["metadata"].get("namespace") or namespace)
        return item["kind"], inside, item["metadata"]["name"]


def _running(pod: Object) -> Object:
    return {
        "phase": "Running",
        "podIP": "10.42.0.9",
        "hostIP": "172.19.0.3",
        "conditions": [{"type": "Ready", "status": "True"}, {"type": "PodScheduled", "status": "True"}],
        "containerStatuses": [
            {"name": item["name"], "ready": True, "restartCount": 0, "state": {"running": {}}}
            for item in pod["spec"]["containers"]
        ],
    }


class Commands:
    """kubectl exec: what each command of a Pod prints, and what happens then."""

    def __init__(self) -> None:
        self.page: Callable[[], Output] = lambda: Output(0, PAGE, "")
        self.listing: Callable[[], Output] = lambda: Output(0, LISTING, "")

    def exec(self, _namespace: str, _pod: str, *command: str, container: str = "") -> Output:
        return self.page() if command[0] == "curl" else self.listing()


def played(
    scenario: str,
    submission: Submission,
    cluster: StandIn,
    commands: Commands | None = None,
    courses: Courses | None = None,
) -> StepsEvidence:
    """Play a scenario of the courses as far as it comes."""
    found = (courses or load_courses()).scenario(scenario)
    evidence = found.evidence(scenario=scenario, namespace="mine", started="2026-01-01T00:00:00Z")
    record_manifests(submission, found.files, evidence)
    found.play(context_on(cluster, commands or Commands(), submission, evidence), evidence)
    assert isinstance(evidence, StepsEvidence)
    return evidence


def context_on(
    cluster: StandIn, kubectl: object, submission: Submission, evidence: Evidence | None = None
) -> Context:
    """Return the context of a scenario that plays in the namespace ``mine``.

    Args:
        cluster: where it plays.
        kubectl: as much of `Kubectl` as it uses.
        submission: what is graded.
        evidence: what it records; by default that of a scenario without files.
    """
    return Context(
        cast(Cluster, cluster),
        cast(Kubectl, kubectl),
        submission,
        cast(Host, None),
        load_courses().images,
        evidence or Evidence(scenario="some", started=datetime.now(UTC)),
        "mine",
    )
