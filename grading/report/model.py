"""The report: what `report.json` holds. Every other form is a rendering of it.

`grading.report.schema` makes the JSON Schema from these models. Texts are
plain strings there; the sources of those that are messages stand in ``messages`` beside them, so that the
report can be shown in another language (see `grading.text.stored`). Reports of v1 can be read too, by
`grading.report.upgrade`.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    PlainSerializer,
    PlainValidator,
    computed_field,
    model_validator,
)

from grading.errors import Correction, Location
from grading.text.i18n import Language, language, spoken
from grading.text.messages import changed
from grading.text.sanitize import encodable, inert_json
from grading.text.stored import source_of, told

SCHEMA: Literal["kubegrade/report/v2"] = "kubegrade/report/v2"
FILE: Final = "report.json"
EVIDENCE: Final = "evidence"
"""The folder beside it for what each scenario recorded, as a file ``SCENARIO.json``."""

Text = Annotated[str, PlainSerializer(encodable, return_type=str)]
"""Text of any origin: what no file could hold is replaced as it is written, so that a report never fails."""


def _kept(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("Input should be a valid string")


Worded = Annotated[str, PlainValidator(_kept), PlainSerializer(encodable, return_type=str)]
"""Text that may be a `grading.text.messages.Message`."""


class Told(BaseModel):
    """A part of a report with texts that can be told again in another language."""

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, json_schema_serialization_defaults_required=True
    )

    TOLD: ClassVar[tuple[str, ...]]
    """The names of these texts."""

    @computed_field(description="The sources of those of its texts that are messages, by their names.")  # type: ignore[prop-decorator]
    @property
    def messages(self) -> dict[str, Any]:
        """The sources of its messages, by the names of the texts."""
        sources = {name: source_of(getattr(self, name)) for name in self.TOLD if getattr(self, name)}
        return {name: source for name, source in sources.items() if source is not None}

    @model_validator(mode="before")
    @classmethod
    def _tell(cls, data: Any) -> Any:
        """Return the data with messages in place of the texts that have a source.

        Raises:
            ValueError: a text that takes none has one.
        """
        if not isinstance(data, dict) or "messages" not in data:
            return data
        sources = data["messages"]
        if not isinstance(sources, dict) or not sources.keys() <= set(cls.TOLD):
            raise ValueError(f"messages are of {', '.join(cls.TOLD)} only")
        texts = {name: changed(told(data.get(name), source), encodable) for name, source in sources.items()}
        return {name: value for name, value in data.items() if name != "messages"} | texts

    def spoken(self) -> Self:
        """Return it with its own texts in the language spoken."""
        texts = {name: changed(spoken(getattr(self, name)), encodable) for name in self.TOLD}
        return self.model_copy(update=texts)


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


class CriterionResult(Told):
    """One criterion, graded.

    Attributes:
        earned: its points; null where there is no verdict, as with ``error`` and ``not_run``.
        selected: whether it was to be graded.
        rationale: why the verdict is what it is; for ``passed`` a remark, where there is one.
        corrections: what to write in the submission instead, as far as that is known.
        blocked_by: the criterion that this one needs and that was lost.
        duration_s: seconds that its test took, waiting for its scenario included.
        evidence: paths relative to the report folder.
        gradable: false if two tries on two clusters ended in ``error`` while the control of the second
            passed: it is not gradable as handed in, and a person decides.
        first_error: why the first of two tries ended without a verdict; empty if there was one try.
        detail: what a student sees of it; every form but this one abides by it, see
            `grading.report.student_view`.
    """

    TOLD = ("title", "rationale", "help", "expected", "actual", "first_error")

    id: Text
    chapter: Text
    section: Text
    title: Worded
    points: Annotated[int, Field(ge=1, le=100)]
    earned: Annotated[int, Field(ge=0)] | None = None
    selected: bool = True
    verdict: Verdict = Verdict.NOT_RUN
    rationale: Worded = ""
    help: Worded = ""
    expected: Worded = ""
    actual: Worded = ""
    location: Location | None = None
    corrections: list[Correction] = []
    blocked_by: Text | None = None
    duration_s: FiniteFloat = 0.0
    evidence: list[Text] = []
    gradable: bool = True
    first_error: Worded = ""
    detail: Detail = Detail.FULL

    @property
    def files(self) -> frozenset[str]:
        """The files of the submission that it has a place in."""
        places = [*([self.location] if self.location else []), *(item.location for item in self.corrections)]
        return frozenset(place.file for place in places)


class SectionTitle(Told):
    """A section of a chapter and its title."""

    TOLD = ("title",)

    section: Text
    title: Worded


class ChapterTitle(Told):
    """A chapter of the course, its title and those of its sections."""

    TOLD = ("title",)

    chapter: Text
    title: Worded
    sections: list[SectionTitle]

    def spoken(self) -> Self:
        """Return it with all its titles in the language spoken."""
        sections = [section.spoken() for section in self.sections]
        return super().spoken().model_copy(update={"sections": sections})


class StandIn(Told):
    """An image that stands in for one that could not be pulled."""

    TOLD = ("note",)

    image: Text
    note: Worded


class LeftOut(BaseModel):
    """A criterion that a lecturer's rubric leaves out of a chapter."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)

    id: Text
    chapter: Text
    section: Text
    points: Annotated[int, Field(ge=1, le=100)]


class Egress(StrEnum):
    """Whether Pods of a submission reach the machine that graded, its networks and other clusters."""

    BLOCKED = "blocked"
    OPEN = "open"
    UNKNOWN = "unknown"


Unconfinement = Literal["", "system", "docker"]
"""Why nothing kept a run from writing outside its folders; empty if something did, or nobody said."""


class Environment(BaseModel):
    """Where it was graded.

    Attributes:
        egress: what a Pod of the suite's own found, under the NetworkPolicy of a submission.
        unconfined: why nothing kept the run from writing outside its folders. ``system``: the kernel has no
            Landlock; ``docker``: Docker's command does not work under it.
        digests: what registries called the released images when they were pulled, by tag.
    """

    model_config = ConfigDict(extra="forbid", json_schema_serialization_defaults_required=True)

    kubegrade: Text = ""
    k3d: Text = ""
    kubernetes: Text = ""
    node_image: Text = ""
    cluster: Text = ""
    stand_ins: list[StandIn] = []
    egress: Egress = Egress.UNKNOWN
    digests: dict[Text, Text] = {}
    unconfined: Unconfinement = ""


class Report(Told):
    """One graded submission.

    Attributes:
        rubric: the version of the rubric; empty if it names none.
        lang: the language of its texts, as an ISO 639-1 code.
        score: the sum of the points earned; null where grading is incomplete, so that it cannot be
            taken for a grade.
        max_score: the points of all criteria that were to be graded, from the rubric.
        score_at_least: the score if every criterion without a verdict were lost.
        score_at_most: the score if every criterion without a verdict were passed.
        outcome: ``incomplete`` where any of them has no verdict of its own.
        reason: why it is incomplete.
        chapters: the titles of the chapters that its criteria are of.
        selection: the options by which criteria of these chapters were not selected, as they were given;
            empty if all were.
        left_out: what a lecturer's rubric leaves out of these chapters.
        sources: the text of each manifest that a criterion has a place in, by its path in the
            submission, so that a form can show the line.
    """

    TOLD = ("reason",)

    schema_: Annotated[Literal["kubegrade/report/v2"], Field(alias="schema")] = SCHEMA
    submission: Text
    started: datetime
    duration_s: FiniteFloat
    environment: Environment
    rubric: Text
    lang: Language = Language.EN
    score: int | None
    max_score: int
    score_at_least: int
    score_at_most: int
    outcome: Literal["graded", "incomplete"]
    reason: Worded = ""
    chapters: list[ChapterTitle]
    selection: list[Text] = []
    left_out: list[LeftOut] = []
    criteria: list[CriterionResult]
    sources: dict[Text, Text] = {}

    def to_json(self) -> str:
        """Return the text of ``report.json``."""
        return inert_json(self.model_dump_json(indent=2, by_alias=True)) + "\n"

    def spoken(self) -> Self:
        """Return the report in the language spoken, as far as it can be told."""
        stand_ins = [stand_in.spoken() for stand_in in self.environment.stand_ins]
        parts = {
            "lang": language(),
            "environment": self.environment.model_copy(update={"stand_ins": stand_ins}),
            "chapters": [chapter.spoken() for chapter in self.chapters],
            "criteria": [result.spoken() for result in self.criteria],
        }
        return super().spoken().model_copy(update=parts)

    @property
    def selected(self) -> list[CriterionResult]:
        """The criteria that were to be graded."""
        return [result for result in self.criteria if result.selected]

    def section_title(self, chapter: str, section: str) -> str:
        """Return the title of a section, empty if the report does not tell it."""
        found = (
            item.title
            for known in self.chapters
            if known.chapter == chapter
            for item in known.sections
            if item.section == section
        )
        return next(found, "")


def bounds(results: list[CriterionResult]) -> tuple[int, int]:
    """Return the fewest and the most points that criteria come to.

    One without a verdict may be worth all.
    """
    least = sum(result.earned or 0 for result in results)
    return least, least + sum(result.points for result in results if result.earned is None)
