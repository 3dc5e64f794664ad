"""The commands of section 11.4: a first cluster."""

from __future__ import annotations

from typing import Final

from grading.course.chapter11.clusters.course_values import FILE
from grading.evidence.commands import CommandsEvidence
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.scene import Beginning, play_commands
from grading.runner.scenario import Scenario
from grading.text.i18n import marked


def play(context: Elsewhere, evidence: CommandsEvidence) -> None:
    """Play the commands on a machine without a cluster (11.4)."""
    play_commands(context, evidence, Beginning(FILE))


CLUSTERS: Final = Scenario(
    "clusters", CommandsEvidence, play, title=marked("The commands of 11.4"), usual=12, elsewhere=True
)
