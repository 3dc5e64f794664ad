"""The report: what `report.json` holds. Every other form is a rendering of it.

The JSON Schema in ``grading/report/schemas/report-v1.schema.json`` is made from these models.
"""

from __future__ import annotations

import json
from datetime import datetime
from enum import StrEnum
from importlib import resources
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PlainSerializer

from grading.errors import Location
from grading.text.i18n import Language
from grading.text.sanitize import encodable

SCHEMA: Literal["kubegrade/report/v1"] = "kubegrade/report/v1"
FILE: Final = "report.json"
EVIDENCE: Final = "evidence"
"""The folder beside it for what each scenario recorded, as a file ``SCENARIO.json``."""

Text = Annotated[str, PlainSerializer(encodable, return_type=str)]
"""Text of any origin: what no file could hold is replaced as it is written, so that a report never fails."""


class Verdict(StrEnum):
    """How one criterion ended."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"
    ERROR = "error"
    NOT_RUN = "not_run"

    @property
    def is_lost(self) -> bool:
        """True where the submission loses the points."""
        return self in {Verdict.FAILED, Verdict.BLOCKED}


class Detail(StrEnum):
    """What a student sees of a criterion: everything, the verdict alone, or that there is one."""

    FULL = "full"
    VERDICT = "verdict"
    NONE = "none"


class CriterionResult(BaseModel):
    """One criterion, graded.

    Attributes:
        rationale: why the verdict is what it is; for ``passed`` a remark, where there is one.
        blocked_by: the criterion that this one needs and that was lost.
        duration_s: seconds that its test took, waiting for its scenario included.
        evidence: paths relative to the report folder.
        detail: what a student sees of it; every form but this one abides by it, see
            `grading.report.student_view`.
    """

    model_config = ConfigDict(extra="forbid")

    id: Text
    chapter: Text
    section: Text
    title: Text
    points: Annotated[int, Field(ge=1, le=100)]
    earned: Annotated[int, Field(ge=0)] = 0
    verdict: Verdict = Verdict.NOT_RUN
    rationale: Text = ""
    help: Text = ""
    expected: Text = ""
    actual: Text = ""
    location: Location | None = None
    blocked_by: Text | None = None
    duration_s: FiniteFloat = 0.0
    evidence: list[Text] = []
    detail: Detail = Detail.FULL


class StandIn(BaseModel):
    """An image that stands in for one that could not be pulled."""

    model_config = ConfigDict(extra="forbid")

    image: Text
    note: Text


class Environment(BaseModel):
    """Where it was graded."""

    model_config = ConfigDict(extra="forbid")

    kubegrade: Text = ""
    k3d: Text = ""
    kubernetes: Text = ""
    node_image: Text = ""
    cluster: Text = ""
    stand_ins: list[StandIn] = []


class Report(BaseModel):
    """One graded submission.

    Attributes:
        score: the sum of the points earned; null where grading is incomplete, so that it cannot be
            taken for a grade.
        max_score: the points of all criteria that were to be graded, from the rubric.
        outcome: ``incomplete`` where any of them has no verdict of its own.
        reason: why it is incomplete.
        lang: the language of its texts, as an ISO 639-1 code.
        sources: the text of each manifest that a criterion has a place in, by its path in the
            submission, so that a form can show the line.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    schema_: Annotated[Literal["kubegrade/report/v1"], Field(alias="schema")] = SCHEMA
    submission: Text
    started: datetime
    duration_s: FiniteFloat
    environment: Environment
    score: int | None
    max_score: int
    outcome: Literal["graded", "incomplete"]
    reason: Text = ""
    lang: Language = Language.EN
    criteria: list[CriterionResult]
    sources: dict[Text, Text] = {}

    def to_json(self) -> str:
        """Return the text of ``report.json``."""
        return self.model_dump_json(indent=2, by_alias=True) + "\n"

    @property
    def selected(self) -> list[CriterionResult]:
        """The criteria that were to be graded."""
        return [result for result in self.criteria if result.verdict is not Verdict.NOT_RUN]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``report.json``."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}


def stored_schema() -> dict[str, Any]:
    """Return the JSON Schema that the package ships."""
    path = resources.files("grading.report").joinpath("schemas/report-v1.schema.json")
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
