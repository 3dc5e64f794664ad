"""Play the steps of a scenario on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from grading.cleanup import afterwards
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.evidence.base import CommandOutput, Object
from grading.evidence.records import Record, StepsEvidence, shows
from grading.exercise.fixed import parse_path
from grading.exercise.model import ExerciseSpec
from grading.exercise.references import manifest_of
from grading.exercise.rules import MISSING, lookup
from grading.exercise.steps import REFERENCE, Apply, Ask, Delete, Exec, Look, Step, Wait, Watch
from grading.k8s.exec_errors import is_gone
from grading.runner.client_pod import confirmed
from grading.runner.container_exec import run_in
from grading.runner.context import Context
from grading.runner.owned_namespaces import OwnedNamespaces, is_ours
from grading.runner.steady import see_running
from grading.runner.volume_room import ready_pod
from grading.submission.namespace_agreement import DEFAULT
from grading.text.i18n import _, joined

_IDENTITY: Final = ("name", "namespace", "uid", "ownerReferences")


def play(exercise: ExerciseSpec, name: str, context: Context, evidence: StepsEvidence) -> None:
    """Play every step of a scenario, and record what it saw or why it failed.

    Args:
        exercise: the section of the course.
        name: of the scenario.
        context: where it plays.
        evidence: what it records.

    Raises:
        InfrastructureError: the cluster has a namespace that the scenario was to have for itself.
    """
    scenario = exercise.scenarios[name]
    owned = OwnedNamespaces(context, scenario.owns)
    owned.clear()
    with afterwards(owned.close):
        player = _Player(exercise, scenario.steps, context, owned, evidence.records)
        for step in scenario.steps:
            player.take(step)


@dataclass
class _Player:
    """One scenario that is played."""

    exercise: ExerciseSpec
    steps: list[Step]
    context: Context
    owned: OwnedNamespaces
    records: dict[str, Record]

    def take(self, step: Step) -> None:
        """Play a step, unless one that it refers to has failed."""
        record = self.records[step.name] = Record()
        failed = next((self.records[name] for name in step.refers if self.records[name].failed), None)
        if failed:
            record.trouble, record.error = failed.trouble, failed.error
            return
        with self.context.attempt(record):
            self._play(step, record)
        if record.error and not record.trouble:
            # What keeps a Pod from being Ready is why nothing else could be done with it.
            ready = self._ready_record(step)
            record.trouble = ready.trouble if ready else None

    def _play(self, step: Step, record: Record) -> None:
        match step:
            case Apply():
                self._apply(step, record)
            case Wait():
                record.objects = [self._ready(step)]
            case Ask():
                self._ask(step, record)
            case Exec():
                self._exec(step, record)
            case Look():
                self._look(step, record)
            case Watch():
                self._watch(step, record)
            case Delete():
                self._delete(step, record)

    def _apply(self, step: Apply, record: Record) -> None:
        file = self.exercise.files[step.file]
        record.objects = [
            _bare(self.owned.apply(step.file, kind, file.course.spoken)) for kind in file.objects
        ]

    def _ready(self, step: Step) -> Object:
        place, name = self._pod(step)
        return _bare(ready_pod(place, manifest_of(self.steps, self.exercise.kinds, step.name), name))

    def _ask(self, step: Ask, record: Record) -> None:
        url = REFERENCE.sub(lambda found: self._value(found[1], found[2]), step.url)
        told = self.context.step(_("Ask {url} from another Pod", url=url))
        answer = self.context.until(lambda answer: shows(answer, step.until), lambda: self.context.ask(url))
        told.see(summary.answer(answer))
        # Still: another of its containers may have ended since.
        ready = self._ready(step)
        answer = confirmed(self._pod(step)[0], ready["metadata"]["name"], answer)
        if step.seconds:
            manifest = manifest_of(self.steps, self.exercise.kinds, step.name)
            see_running(self._pod(step)[0], manifest, ready, step.seconds)
        record.objects, record.answer = [ready], answer

    def _value(self, name: str, path: str) -> str:
        value = lookup(self._object(name), parse_path(path)[0])
        if value is MISSING:
            raise InfrastructureError(_("{name} has no {path}", name=name, path=path))
        return str(value)

    def _exec(self, step: Exec, record: Record) -> None:
        place, name = self._pod(step)
        ready = self._ready_record(step)
        # A Pod that is not Ready can be entered all the same.
        if not _runs(place.cluster.get("Pod", place.namespace, name)):
            if ready and ready.error:
                raise InfrastructureError(ready.error)  # It says why.
            raise InfrastructureError(_("Pod {name} has no container that could be entered", name=name))
        output = self._run(step)
        if ready and ready.objects and is_gone(output.stderr):
            # The container ended in this very moment. It is started again, or keeps ending.
            ready.objects = None
            with ready.attempt():
                ready.objects = [self._ready(step)]
            output = self._run(step)
        record.output = output

    def _run(self, step: Exec) -> CommandOutput:
        place, name = self._pod(step)
        told = self.context.step(_("Run {command} in Pod {name}", command=" ".join(step.command), name=name))
        manifest = manifest_of(self.steps, self.exercise.kinds, step.name)
        output = run_in(place, manifest, name, *step.command)
        status = _("exit status {n}", n=output.status)
        told.see(joined("", [status, summary.lines(output.stdout or output.stderr)]))
        return CommandOutput(status=output.status, stdout=output.stdout, stderr=output.stderr)

    def _delete(self, step: Delete, record: Record) -> None:
        place, name = self._pod(step)
        pod = place.cluster.get("Pod", place.namespace, name)
        if pod is None:
            raise InfrastructureError(_("Pod {name} had disappeared before kubegrade deleted it", name=name))
        # What is looked at is what remains, not how it ends; a shell would take its 30 s.
        place.delete_pod(name, grace=1)
        record.objects = [_bare(pod)]

    def _look(self, step: Look, record: Record) -> None:
        namespace = step.namespace or self.context.namespace
        told = self.context.step(_("List every {kind}", kind=step.kind))
        listing = self.context.cluster.listing(step.kind, namespace)
        known = self._uids(step.since) if step.since else set()
        new = [item for item in listing["items"] if _uid(item) not in known and not _is_own_pod(item)]
        if namespace == DEFAULT and step.since:
            new = [item for item in new if self.owned.has_brought(item)]
        record.objects = [_told(item) if namespace == DEFAULT else _bare(item) for item in new]
        record.resource_version = listing["metadata"]["resourceVersion"]
        told.see(summary.names(_name(item) for item in new if not self.owned.is_anothers(item)))

    def _watch(self, step: Watch, record: Record) -> None:
        look = next(found for found in self.steps if found.name == step.since)
        namespace = (isinstance(look, Look) and look.namespace) or self.context.namespace
        cluster, version = self.context.cluster, self.records[step.since].resource_version
        told = self.context.step(
            _("Watch for {seconds} s whether a new {kind} appears", seconds=step.seconds, kind=step.kind)
        )
        watch = cluster.watch(cluster.path(step.kind, namespace), version, timeoutSeconds=str(step.seconds))
        seen = [item for event, item in watch.until_closed() if event == "ADDED"]
        # The API server may have closed the watch early; a last look shows what it missed.
        seen += cluster.items(step.kind, namespace)
        if namespace == DEFAULT:
            seen = [item for item in seen if self.owned.has_brought(item)]
        known = self._uids(step.since)
        new = {_uid(item): _told(item) for item in seen if _uid(item) not in known and not _is_own_pod(item)}
        record.objects = list(new.values())
        told.see(summary.names(map(_name, record.objects)))

    def _uids(self, name: str) -> set[str]:
        return {_uid(item) for item in self.records[name].objects or []}

    def _pod(self, step: Step) -> tuple[Context, str]:
        """Return the context of the namespace of a step's Pod, and the Pod's name."""
        metadata = self._object(step.pod)["metadata"]
        return self.owned.within(metadata["namespace"]), metadata["name"]

    def _object(self, name: str) -> Object:
        """Return the Pod in a record."""
        return next(item for item in self.records[name].objects or [] if item["kind"] == "Pod")

    def _ready_record(self, step: Step) -> Record | None:
        """Return the last record that shows the Pod of a step Ready, or why it is not."""
        if not step.pod:
            return None
        manifest = manifest_of(self.steps, self.exercise.kinds, step.name)
        earlier = self.steps[: self.steps.index(step)]
        waits = [found.name for found in earlier if isinstance(found, Wait | Ask)]
        same = [name for name in waits if manifest_of(self.steps, self.exercise.kinds, name) == manifest]
        return self.records[same[-1]] if same else None


def _runs(pod: Object | None) -> bool:
    """Return whether the first container of the manifest runs.

    It is the one that kubectl enters.

    Their statuses are sorted by name, so that the first of those may be another's.
    """
    if pod is None:
        return False
    name = pod["spec"]["containers"][0]["name"]
    statuses = (pod.get("status") or {}).get("containerStatuses") or []
    return any(item["name"] == name and "running" in (item.get("state") or {}) for item in statuses)


def _is_own_pod(item: Object) -> bool:
    return item["kind"] == "Pod" and is_ours(item)


def _name(item: Object) -> str:
    return str(item["metadata"]["name"])


def _uid(item: Object) -> str:
    return str(item["metadata"]["uid"])


def _bare(item: Object) -> Object:
    """Return an object without the record of who set which field."""
    metadata = {key: value for key, value in item["metadata"].items() if key != "managedFields"}
    return {**item, "metadata": metadata}


def _told(item: Object) -> Object:
    """Return what tells an object from others, and who created it.

    The rest may be somebody else's.
    """
    return {"kind": item["kind"], "metadata": {k: v for k, v in item["metadata"].items() if k in _IDENTITY}}
