"""What ``course.yaml`` and ``exercise.yaml`` hold: see docs/exercises.md for each key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from grading.errors import Mistakes, RubricError
from grading.exercise.check_model import Check, Declared, Holds, OfRecord
from grading.exercise.course_cluster import ClusterSpec, FileName
from grading.exercise.fixed import node_ports_of, rules_of
from grading.exercise.references import check_steps
from grading.exercise.steps import Apply, Look, Name, Step
from grading.k8s.field_types import known_kinds
from grading.report.model import Detail
from grading.submission.allowed import load_table
from grading.submission.namespace_agreement import DEFAULT
from grading.text.by_language import Words

API: Final = 1
"""The version of the form of a course's files, and of the interface of their Python, `grading.api`."""
SHORTEST_TITLE: Final = 10
"""Characters: a title is a line for a student, such as "Both Pods are Ready"."""

Marker = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Namespace = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]


def _several(value: Any) -> Any:
    """Take one check for a list of it."""
    return value if isinstance(value, list) else [value]


def _known(api: int) -> int:
    """Return a version of the form.

    Raises:
        ValueError: it is not the one that is known here.
    """
    if api != API:
        raise ValueError(f"this kubegrade knows version {API} of the form and of grading.api, not {api}")
    return api


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CourseSpec(_Model):
    """``course.yaml``.

    Attributes:
        api: the version of the form that its files have.
        version: of the course's criteria and points; every report names it.
        marker: selects its tests.
        points: what all of its criteria are worth together.
        published: the folder of the manifests that the course shows its students in full, as seen from that
            of ``course.yaml``: what to write follows them if no rule tells it. Empty if it shows none.
    """

    api: Annotated[int, AfterValidator(_known)]
    version: Annotated[str, Field(min_length=1)]
    marker: Marker
    title: Words
    points: Annotated[int, Field(ge=1)]
    published: str = ""


class ObjectSpec(_Model):
    """An object that a file declares.

    Attributes:
        fixed: what the course fixes: a rule by the path of its field.
        variants: further rules, of which the file must keep one set.
        named: its name in the course, if that is not fixed: a file of several objects is searched for it.
        serves: for a Service, the file of the Pods that it leads to.
        client: for a Service, the file of the Pod that asks it.
        claim: for a Pod, the file of the claim that it uses.
        volume: for a claim, the file of the volume that it is bound to.
        into: for a Pod, the file of the namespace that it runs in.
    """

    fixed: dict[str, Any] = {}
    variants: list[Variant] = []
    named: str = ""
    serves: str = ""
    client: str = ""
    claim: str = ""
    volume: str = ""
    into: str = ""

    @property
    def name(self) -> str:
        """Its name in the course, empty text if it has none."""
        fixed = self.fixed.get("metadata.name")
        return self.named or str((fixed.get("is") if isinstance(fixed, dict) else fixed) or "")


class Variant(_Model):
    """One of several states of a file that are right.

    Attributes:
        fixed: what it fixes.
        remark: what to tell a student who hands the file in in this state.
    """

    fixed: dict[str, Any]
    remark: Words | None = None


class FileSpec(_Model):
    """A file that a student hands in, with its objects by kind.

    Attributes:
        commands: whether it holds commands, and no objects.
        course: the section of the course that shows it, for messages.
        also: further names that the course gives it.
        images: the images that it uses, besides those among its fixed values.
    """

    objects: dict[str, ObjectSpec] = {}
    commands: bool = False
    course: Words
    also: list[str] = []
    images: list[str] = []

    @property
    def ports(self) -> frozenset[int]:
        """The ports of the nodes that are fixed for its Services."""
        services = (item for kind, item in self.objects.items() if kind == "Service")
        return frozenset(port for item in services for port in node_ports_of(item.fixed))

    @model_validator(mode="before")
    @classmethod
    def _one_object(cls, value: Any) -> Any:
        """Take a file of one object without the level ``objects``."""
        if not isinstance(value, dict) or "kind" not in value:
            return value
        of_file = {key: value[key] for key in ("course", "also", "images") if key in value}
        of_object = {key: item for key, item in value.items() if key not in {*of_file, "kind"}}
        return {**of_file, "objects": {value["kind"]: of_object}}

    @model_validator(mode="after")
    def _readable(self) -> FileSpec:
        if self.commands == bool(self.objects):
            raise ValueError("a file holds either commands, or objects of some kinds")
        for kind, item in self.objects.items():
            if kind not in known_kinds():
                raise ValueError(f"kind {kind}: there are {', '.join(sorted(known_kinds()))}")
            try:
                for fixed in (item.fixed, *(variant.fixed for variant in item.variants)):
                    rules_of(fixed, {})
            except RubricError as error:
                raise ValueError(str(error)) from error
        return self


class ScenarioSpec(_Model):
    """A scenario: steps of the engine, or Python.

    Attributes:
        title: what it is called in reports, if it has steps.
        steps: what it does, in order.
        usual: the seconds that they usually take.
        owns: the namespaces of the whole cluster that belong to it beside its own. It deletes what an earlier
            run left of them, creates one when something goes into it and it does not exist, and deletes them
            in the end. Its objects go to the namespace that they name: one of these, or ``default``.
        play: the `Scenario` of a module in the folder, as ``module.NAME``.
        played: the files that Python plays; those of steps are the ones that they apply.
        clusters: the clusters that the course has where commands are played, or that they create.
    """

    title: Words | None = None
    steps: list[Step] = []
    usual: Annotated[float, Field(gt=0)] = 15.0
    owns: list[Namespace] = []
    play: str = ""
    played: Annotated[list[str], Field(alias="files")] = []
    clusters: list[FileName] = []

    @property
    def files(self) -> list[str]:
        """The files that it plays."""
        applied = dict.fromkeys(step.file for step in self.steps if isinstance(step, Apply))
        return list(applied) or self.played

    @model_validator(mode="after")
    def _one_way(self) -> ScenarioSpec:
        given = self.model_fields_set
        if ("steps" in given) == ("play" in given):
            raise ValueError("a scenario has either steps, or play and files")
        if "steps" in given and "played" in given:
            raise ValueError("files: the steps say which files they apply")
        if "play" in given and "owns" in given:
            raise ValueError("owns: the scenario in Python says so itself")
        if "steps" in given and "clusters" in given:
            raise ValueError("clusters: steps play on the cluster of the section")
        if "steps" in given and "title" not in given:
            raise ValueError("title: a scenario of steps needs one")
        for name in self.owns:
            if name == DEFAULT or name.startswith("kube-"):
                raise ValueError(f"owns: every cluster has the namespace {name}, which is not to be deleted")
        return self


class CriterionSpec(_Model):
    """A criterion.

    Attributes:
        scenario: the scenario whose evidence it judges.
        checks: what judges it; of several the first that fails counts.
        needs: criteria that must not be lost for this one to be testable.
        detail: what a student sees of it.
        help: what to do about a failure of the engine's checks, with the command that shows more and the
            section of the course.
        cannot_be_lost: why no manifest that the API server accepts fails its checks; only a criterion without
            a fault that does has it.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$")]
    points: Annotated[int, Field(ge=1)]
    title: Words
    scenario: Name
    checks: Annotated[list[Check], BeforeValidator(_several), Field(alias="check", min_length=1)]
    needs: list[str] = []
    detail: Detail = Detail.FULL
    help: Words | None = None
    cannot_be_lost: Words | None = None

    @model_validator(mode="after")
    def _tells(self) -> CriterionSpec:
        if len(self.title.en) < SHORTEST_TITLE:
            raise ValueError(f"{self.id}: title: {self.title.en} says too little")
        if self.help is None and any(isinstance(check, OfRecord) for check in self.checks):
            raise ValueError(f"{self.id}: help: its check does not know what to do about a failure")
        return self


class ExerciseSpec(_Model):
    """``exercise.yaml``: a section of the course.

    Attributes:
        cluster: the cluster that the course makes for its manifests.
        allows: fields that its files may have besides; see `Table.on_request`.
    """

    section: str
    marker: Marker
    title: Words
    cluster: ClusterSpec | None = None
    allows: list[str] = []
    files: dict[str, FileSpec] = {}
    scenarios: dict[Name, ScenarioSpec] = {}
    criteria: list[CriterionSpec] = []

    @model_validator(mode="after")
    def _consistent(self) -> ExerciseSpec:
        Mistakes.check(self._mistakes())
        return self

    def _mistakes(self) -> Iterator[str]:
        known = load_table().on_request
        for field in self.allows:
            if field not in known:
                yield f"allows: {field} cannot be allowed; these can: {', '.join(sorted(known))}"
        for name, scenario in self.scenarios.items():
            try:
                check_steps(scenario.steps, self.kinds, scenario.owns)
            except ValueError as error:
                yield f"the scenario {name}: {error}"
            for file in scenario.played:
                if file not in self.files:
                    yield f"the scenario {name} plays {file}, which is not among the files"
        for criterion in self.criteria:
            if criterion.scenario not in self.scenarios:
                yield f"{criterion.id}: there is no scenario {criterion.scenario}"
            else:
                yield from _mistaken_checks(criterion, self.scenarios[criterion.scenario])
        used = {criterion.scenario for criterion in self.criteria}
        for name in self.scenarios:
            if name not in used:
                yield f"the scenario {name} is used by no criterion"

    @property
    def kinds(self) -> dict[str, list[str]]:
        """The kinds of the objects in each file."""
        return {name: list(file.objects) for name, file in self.files.items()}


def _mistaken_checks(criterion: CriterionSpec, scenario: ScenarioSpec) -> Iterator[str]:
    """Yield what is wrong with each check about something that its scenario does not record."""
    steps = {step.name: step for step in scenario.steps}
    for check in criterion.checks:
        if isinstance(check, Declared) and check.file not in scenario.files:
            yield f"{criterion.id}: {criterion.scenario} does not play {check.file}"
        if not isinstance(check, OfRecord):
            continue
        step = steps.get(check.record)
        if type(step) not in check.steps:
            yield f"{criterion.id}: {criterion.scenario} records no {check.record} that it can judge"
        elif isinstance(check, Holds) and isinstance(step, Look) and step.namespace == DEFAULT:
            yield f"{criterion.id}: of objects in {DEFAULT} no fields are recorded"
