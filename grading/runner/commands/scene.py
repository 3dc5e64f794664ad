"""Play a file of commands from the state that the course has reached there."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from grading import timeouts
from grading.cleanup import afterwards
from grading.commands.reader import Reading, read
from grading.errors import InfrastructureError, Unplayable
from grading.evidence.commands import CommandRun, CommandsEvidence, PodSeen
from grading.k8s.pod_diagnosis import is_ready
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.files import Manifests
from grading.runner.commands.fleet import Lent
from grading.runner.commands.kubeconfig import PrivateKubeconfig
from grading.runner.commands.player import Player
from grading.runner.commands.private_kubectl import PrivateKubectl
from grading.runner.commands.world import Seed, World
from grading.runner.pod_check import PodCheck
from grading.text.i18n import _

_DELETES: Final = "delete"
"""Of kubectl, and of ``k3d cluster``."""


@dataclass(frozen=True)
class Beginning:
    """The state that the course has reached when a section begins.

    Attributes:
        file: of the section's commands.
        clusters: the clusters that are there.
        current: the one whose context is the current one.
        seeds: by cluster, what is to be on it, if the commands do not create it.
        ensured: by manifest of the course, what is to be there once a command has applied it, whether it
            could be used or not: what is wrong with it costs the criteria on the manifest.
        pods: namespace and name of the Pods that are waited for, in the end and before anything is deleted.
    """

    file: str
    clusters: tuple[str, ...] = ()
    current: str = ""
    seeds: Mapping[str, Callable[[Reading], Seed | None]] = field(default_factory=dict)
    ensured: Mapping[str, Seed] = field(default_factory=dict)
    pods: tuple[tuple[str, str], ...] = ()


def play_commands(context: Elsewhere, evidence: CommandsEvidence, beginning: Beginning) -> None:
    """Play the commands of a section, and wait for the Pods that they are about.

    Args:
        context: the clusters, and what was handed in.
        evidence: what is recorded.
        beginning: the state from which the commands are played.

    Raises:
        Unplayable: the file cannot be used.
        InfrastructureError: something else went wrong.
    """
    text = context.submission.commands(beginning.file)
    evidence.commands = context.submission.location(beginning.file)
    reading = read(text)
    remarks = reading.remarks if reading.steps else [*reading.remarks, _("it contains no command")]
    for remark in remarks:
        context.step(_("Read {file}", file=evidence.commands), remark)
    with tempfile.TemporaryDirectory() as folder:
        world = World(context.fleet, PrivateKubeconfig(Path(folder, "kubeconfig")))
        with afterwards(world.close):
            seeds = {name: seed(reading) for name, seed in beginning.seeds.items()}
            world.begin(beginning.clusters, beginning.current, seeds)
            evidence.before = world.kubeconfig.state()
            files = Manifests(context.submission, beginning.ensured)
            kubectl = PrivateKubectl(context.fleet.kubectl, Path(folder), world.kubeconfig.path)
            pods = _Pods(context, evidence, world, beginning.pods)
            player = Player(world, context, evidence, kubectl, Path(folder), files)
            for step in reading.steps:
                if any(decision.call and _DELETES in decision.call.verb for decision in step.decisions):
                    pods.settle()
                player.play(step)
            evidence.after = world.kubeconfig.state()
            pods.settle()


@dataclass
class _Pods:
    """The Pods that commands created, on each cluster that has them.

    Attributes:
        looked: how often a Pod had been created or changed at the last look; by cluster, namespace, name.
    """

    context: Elsewhere
    evidence: CommandsEvidence
    world: World
    names: tuple[tuple[str, str], ...]
    looked: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def settle(self) -> None:
        """Wait until they are Ready, and once only for each that does not become so.

        Before anything is deleted too: whoever tidies up has shown them all the same.
        """
        for namespace, name in self.names:
            made = [
                (change.cluster, run)
                for run, change in self.evidence.objects("Pod", name, namespace)
                if change.change != "deleted"
            ]
            often = Counter(cluster for cluster, _run in made)
            ready = {seen.cluster for seen in self.evidence.pods if seen.ready and seen.name == name}
            for cluster, run in dict(made).items():
                key = (cluster, namespace, name)
                lent = self.world.lent(cluster)
                if cluster in ready or self.looked[key] == often[cluster] or lent is None:
                    continue
                if lent.api.get("Pod", namespace, name):
                    self.looked[key] = often[cluster]
                    seen = PodSeen(cluster=cluster, namespace=namespace, name=name)
                    _settle_pod(self.context, self.evidence, lent, run, seen)


def _settle_pod(
    context: Elsewhere, evidence: CommandsEvidence, lent: Lent, run: CommandRun, seen: PodSeen
) -> None:
    evidence.pods.append(seen)
    step = context.step(_("Wait for Pod {name}", name=seen.name))
    try:
        _wait_ready(context, evidence, lent, seen)
    except Unplayable as failure:
        failure.move(evidence.place(run))
        seen.trouble = failure.problem
        step.see(failure.problem.rationale)
    except InfrastructureError as error:
        seen.error = str(error)
        step.see(str(error))
    else:
        seen.ready = True
        step.see(_("Ready"))


def _wait_ready(context: Elsewhere, evidence: CommandsEvidence, lent: Lent, seen: PodSeen) -> None:
    pods = PodCheck(lent.api, seen.namespace, context.images, evidence, fetched=context.fetched)

    def done(pod: dict[str, object] | None) -> bool:
        if pod is None:
            raise InfrastructureError(
                _("Pod {name} is gone, but kubegrade did not delete it", name=seen.name)
            )
        pods.check(evidence.commands, pod)
        return is_ready(pod)

    what = _("Pod {name} Ready", name=seen.name)
    while True:
        with pods.explained():
            found = lent.api.wait_for("Pod", seen.namespace, seen.name, done, timeouts.POD_READY, what)
        assert found is not None  # noqa: S101 - `done` is false for None
        left = pods.unsteady_for(found)
        if not left:
            return
        # A program that ends at once is Ready for a moment; nothing but the clock tells whether it goes on.
        lent.api.cancelled.wait(left)
