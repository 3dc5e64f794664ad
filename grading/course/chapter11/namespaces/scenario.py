"""The commands of section 11.7: namespaces."""

from __future__ import annotations

from typing import Final

from grading.cluster.client import Cluster
from grading.commands.reader import Reading
from grading.course.chapter11.namespaces.course_values import DEV, FILE, MANIFEST, NAMESPACE, POD, TEST
from grading.evidence.commands import CommandsEvidence
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.scene import Beginning, play_commands
from grading.runner.commands.world import Seed
from grading.runner.scenario import Scenario
from grading.text.i18n import marked


def play(context: Elsewhere, evidence: CommandsEvidence) -> None:
    """Play the commands with both clusters, the second one current (11.7)."""
    beginning = Beginning(
        FILE,
        (DEV, TEST),
        TEST,
        seeds={TEST: _bring_namespace_if_needed},
        ensured={MANIFEST: _bring_namespace},
        pods=((NAMESPACE, POD),),
    )
    play_commands(context, evidence, beginning)


def _bring_namespace_if_needed(reading: Reading) -> Seed | None:
    """Return what brings the namespace of ns.yaml, unless a command creates it.

    The manifest is graded by itself, and a student may have left its command out of the imperative ones.
    """
    calls = [decision.call for step in reading.steps for decision in step.decisions if decision.call]
    creates = any(call.verb == ("create", "namespace") and NAMESPACE in call.arguments for call in calls)
    applies = any(call.changes and call.values("filename") for call in calls)
    return None if creates or applies else _bring_namespace


def _bring_namespace(api: Cluster) -> None:
    if api.get("Namespace", None, NAMESPACE) is None:
        api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})


NAMESPACES: Final = Scenario(
    "namespaces_commands",
    CommandsEvidence,
    play,
    title=marked("The commands of 11.7"),
    usual=2,
    elsewhere=True,
)
