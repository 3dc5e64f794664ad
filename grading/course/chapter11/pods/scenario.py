"""The commands of section 11.5: a Pod that is created imperatively."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.pods.course_values import CLUSTER, FILE
from grading.evidence.commands import CommandsEvidence
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.scene import Beginning, play_commands
from grading.runner.scenario import Scenario
from grading.text.i18n import marked


def play(context: Elsewhere, evidence: CommandsEvidence) -> None:
    """Play the commands on the cluster of 11.4."""
    play_commands(context, evidence, Beginning(FILE, (CLUSTER,), CLUSTER))


IMPERATIVE: Final = Scenario(
    "pod_imperative", CommandsEvidence, play, title=marked("The commands of 11.5"), usual=4, elsewhere=True
)
