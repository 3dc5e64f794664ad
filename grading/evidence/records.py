"""The evidence of a scenario of steps: a record for each step, by the name that the step gives it."""

from __future__ import annotations

from pydantic import Field

from grading.evidence.base import CommandOutput, Evidence, HttpAnswer, Object, Part


class Record(Part):
    """What one step saw, or why it failed.

    Attributes:
        objects: the objects that it created, waited for, deleted or found.
        resource_version: of the list that it found them in, for a watch of what comes later.
        answer: to an HTTP request.
        output: of a command.
    """

    objects: list[Object] | None = None
    resource_version: str = ""
    answer: HttpAnswer | None = None
    output: CommandOutput | None = None

    @property
    def failed(self) -> bool:
        """True if the step failed."""
        return self.trouble is not None or bool(self.error)


class StepsEvidence(Evidence):
    """The evidence of every scenario of steps.

    Attributes:
        records: what its steps recorded, by name.
    """

    records: dict[str, Record] = Field(default_factory=dict)

    def record(self, name: str) -> Record:
        """Return a record; an empty one if the scenario did not get to that step."""
        return self.records.get(name) or Record()


def shows(answer: HttpAnswer, text: str) -> bool:
    """Return whether a page came back and holds a text."""
    return answer.status == 200 and text in answer.body
