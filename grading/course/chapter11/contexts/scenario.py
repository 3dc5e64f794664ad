"""The commands of section 11.6: contexts."""

from __future__ import annotations

from typing import Final

from grading.cluster.client import Cluster
from grading.course.chapter11.contexts.course_values import DEV, FILE, POD, TEST
from grading.evidence.commands import CommandsEvidence
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.scene import Beginning, play_commands
from grading.runner.own_namespace import wait_usable
from grading.runner.scenario import Scenario
from grading.text.i18n import marked


def play(context: Elsewhere, evidence: CommandsEvidence) -> None:
    """Play the commands with both clusters, the second one current (11.6)."""
    beginning = Beginning(FILE, (DEV, TEST), TEST, seeds={DEV: lambda _reading: _bring_pod})
    play_commands(context, evidence, beginning)


def _bring_pod(api: Cluster) -> None:
    wait_usable(api, "default")
    api.apply(POD, "default")


CONTEXTS: Final = Scenario(
    "contexts", CommandsEvidence, play, title=marked("The commands of 11.6"), usual=3, elsewhere=True
)
