"""A course as it is loaded: its sections, and all that is derived from them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grading.errors import CriterionFailure, RubricError
from grading.evidence.base import Evidence
from grading.evidence.records import StepsEvidence
from grading.exercise.begin_again import with_beginning_again
from grading.exercise.blame import naming_disturbances
from grading.exercise.check_model import Check, Declared
from grading.exercise.checks import engine_check
from grading.exercise.course_cluster import CourseCluster
from grading.exercise.course_values import following_course
from grading.exercise.fixed import images_of
from grading.exercise.model import CourseSpec, CriterionSpec, ExerciseSpec
from grading.exercise.own_settings import naming_own_settings
from grading.exercise.published import Published, objects_in
from grading.k8s.image_reference import canonical
from grading.report.model import LeftOut
from grading.report.rubric import Chapter, Criterion, Rubric, Section
from grading.runner.scenario import Scenario
from grading.submission.course_file import CourseFile
from grading.text.i18n import joined

if TYPE_CHECKING:
    from grading.runner.context import Context

Judge = Callable[[Any], str | None]
"""A check: takes evidence, returns what to tell a student all the same, or raises `CriterionFailure`."""


@dataclass(frozen=True)
class Exercise:
    """A section of a course.

    Attributes:
        spec: its ``exercise.yaml``.
        package: the Python package of its folder.
        chapter: the marker of its course.
        exact_names: whether a file is found by its exact name alone.
        left_out: those of its criteria that a lecturer's rubric leaves out.
        cluster: the cluster that the course makes for its manifests, None if it names none.
        known: by scenario of commands, the clusters that they know.
        manifests: the folder of the manifests that the course shows in full, None if it shows none.
    """

    spec: ExerciseSpec
    package: str
    chapter: str
    exact_names: bool = False
    left_out: tuple[CriterionSpec, ...] = ()
    cluster: CourseCluster | None = None
    known: Mapping[str, tuple[CourseCluster, ...]] = field(default_factory=dict)
    manifests: Path | None = None

    @cached_property
    def files(self) -> dict[str, CourseFile]:
        """The files that a student hands in, by name."""
        return {
            name: CourseFile(
                name,
                tuple(file.objects),
                tuple(file.also),
                tuple(item.name for item in file.objects.values()),
                self.exact_names,
                course=file.course.spoken,
                ports=file.ports,
                opens=frozenset(self.spec.allows),
            )
            for name, file in self.spec.files.items()
        }

    def published(self) -> dict[str, Published]:
        """Return the objects that the course shows in full, by their keys in the evidence."""
        if self.manifests is None:
            return {}
        files = tuple(file for file in self.files.values() if file.kinds)
        shown = objects_in(self.manifests, files) if files else {}
        return {
            file.key(kind): Published(shown[file.key(kind)], spec, file.name, file.course)
            for file in files
            for kind, spec in self.spec.files[file.name].objects.items()
            if shown
        }

    @property
    def images(self) -> set[str]:
        """The images that its files use, each in full."""
        found: set[str] = set()
        for file in self.spec.files.values():
            found |= {canonical(image) for image in file.images}
            for item in file.objects.values():
                for fixed in (item.fixed, *(variant.fixed for variant in item.variants)):
                    found |= images_of(fixed)
        return found

    def declares(self, file: str) -> CriterionSpec | None:
        """Return the criterion that looks at what a file declares, None if there is none."""
        for criterion in self.spec.criteria:
            if any(isinstance(check, Declared) and check.file == file for check in criterion.checks):
                return criterion
        return None

    def scenario(self, name: str) -> Scenario[Any]:
        """Return a scenario, with the files that it plays.

        Raises:
            RubricError: the folder has no such scenario.
        """
        spec = self.spec.scenarios[name]
        files = tuple(self.files[file] for file in spec.files)
        title = spec.title.spoken if spec.title else ""
        if not spec.play:
            play = partial(_play, self.spec, name)
            return Scenario(name, StepsEvidence, play, title=title, usual=spec.usual, files=files)
        made = self._python(spec.play)
        if not isinstance(made, Scenario):
            raise RubricError(f"{name}: {spec.play} is not a scenario")
        if made.name != name:
            raise RubricError(f"{name}: {spec.play} is the scenario {made.name}: give both the same name")
        if not (title or made.title):
            raise RubricError(f"{name}: the scenario has no title")
        usual = spec.usual if "usual" in spec.model_fields_set else made.usual
        return replace(made, title=title or made.title, usual=usual, files=files)

    def judge(self, criterion: CriterionSpec) -> Judge:
        """Return what judges a criterion.

        Raises:
            RubricError: the folder has no such check.
        """
        judges = [self._judged(check, criterion) for check in criterion.checks]
        told = [name for name in self.spec.files if self._teller(name) == criterion.id]

        def judge(evidence: Evidence) -> str:
            try:
                with naming_disturbances(evidence):
                    said = [check(evidence) for check in judges]
            except CriterionFailure as failure:
                failure.problem = with_beginning_again(failure.problem)
                raise
            for name in told:
                said += [evidence.remarks.get(name, ""), *evidence.warnings.get(name, [])]
            return joined("; ", filter(None, said))

        return judge

    def _judged(self, check: Check, criterion: CriterionSpec) -> Judge:
        """Return a check of a criterion, whose failures say what to write, or what the file sets."""
        if isinstance(check, Declared):
            return following_course(engine_check(check, criterion, self.spec), self.published)
        made = self._check(check) if isinstance(check, str) else engine_check(check, criterion, self.spec)
        return naming_own_settings(following_course(made, self.published))

    def _teller(self, file: str) -> str | None:
        """Return the criterion that tells the remarks about a file, once.

        It is the one that looks at what the file declares, or else the first of a scenario that plays it.
        """
        declares = self.declares(file)
        playing = (item for item in self.spec.criteria if file in self.spec.scenarios[item.scenario].files)
        found = declares or next(playing, None)
        return found.id if found else None

    def _check(self, name: str) -> Judge:
        """Return a check of a module of the folder."""
        made = self._python(name)
        if not callable(made):
            raise RubricError(f"{name} is not a function")
        return made  # type: ignore[no-any-return]

    def _python(self, name: str) -> Any:
        """Return what a module of the folder calls ``module.name``.

        Raises:
            RubricError: it cannot be imported, or has no such name.
        """
        module, _dot, attribute = name.rpartition(".")
        try:
            return getattr(importlib.import_module(f"{self.package}.{module}"), attribute)
        except Exception as error:  # whatever a module of a lecturer's raises as it is imported
            words = f"{type(error).__name__}: {error}".replace(f"{self.package}.", "")
            raise RubricError(f"{name}: {words}") from error


def _play(exercise: ExerciseSpec, name: str, context: Context, evidence: StepsEvidence) -> None:
    """Play steps.

    The module that does needs kubernetes, which loading a course does not.
    """
    importlib.import_module("grading.exercise.play").play(exercise, name, context, evidence)


@dataclass(frozen=True)
class Course:
    """A course: ``course.yaml`` and its sections in the order of their numbers.

    Attributes:
        given: its folder, if it was given with ``--course``; None if it is installed.
    """

    spec: CourseSpec
    exercises: tuple[Exercise, ...]
    given: Path | None = None

    @property
    def chapter(self) -> Chapter:
        """Its part of the rubric."""
        return Chapter(
            chapter=self.spec.marker,
            title=self.spec.title,
            version=self.spec.version,
            points=self.spec.points,
            sections=[_section(exercise.spec) for exercise in self.exercises if exercise.spec.criteria],
            left_out=[
                LeftOut(
                    id=criterion.id,
                    chapter=exercise.chapter,
                    section=exercise.spec.section,
                    points=criterion.points,
                )
                for exercise in self.exercises
                for criterion in exercise.left_out
            ],
        )


def _section(spec: ExerciseSpec) -> Section:
    return Section(
        section=spec.section,
        marker=spec.marker,
        title=spec.title,
        criteria=[
            Criterion(
                id=criterion.id,
                title=criterion.title,
                points=criterion.points,
                needs=criterion.needs,
                detail=criterion.detail,
            )
            for criterion in spec.criteria
        ],
    )


@dataclass(frozen=True)
class Courses:
    """All courses that are graded."""

    courses: tuple[Course, ...]

    @property
    def default_marker(self) -> str:
        """The marker of what is graded by default.

        The first course, or all that were given.
        """
        chosen = [course for course in self.courses if course.given] or self.courses[:1]
        return " or ".join(course.spec.marker for course in chosen)

    @property
    def given(self) -> list[Path]:
        """The folders of the courses that were given with ``--course``."""
        return [course.given for course in self.courses if course.given]

    @cached_property
    def rubric(self) -> Rubric:
        """The criteria, what each is worth and what it needs."""
        return Rubric(chapters=[course.chapter for course in self.courses])

    @cached_property
    def exercises(self) -> tuple[Exercise, ...]:
        """The sections of all courses."""
        return tuple(exercise for course in self.courses for exercise in course.exercises)

    @cached_property
    def files(self) -> dict[str, CourseFile]:
        """Every file that a submission may hold, by name."""
        return {name: file for exercise in self.exercises for name, file in exercise.files.items()}

    @cached_property
    def images(self) -> frozenset[str]:
        """The images of the courses, each in full.

        If one cannot be pulled, the student is not to blame.
        """
        return frozenset(image for exercise in self.exercises for image in exercise.images)

    @cached_property
    def criteria(self) -> dict[str, tuple[Exercise, CriterionSpec]]:
        """The criteria by id, with the section that each is of."""
        return {
            criterion.id: (exercise, criterion)
            for exercise in self.exercises
            for criterion in exercise.spec.criteria
        }

    def markers(self, exercise: Exercise) -> tuple[str, ...]:
        """Return the markers that select a section: its course's and its own."""
        return tuple(dict.fromkeys((exercise.chapter, exercise.spec.marker)))

    def scenario_of(self, criterion: str) -> str:
        """Return the name of the scenario whose evidence a criterion judges."""
        return self.criteria[criterion][1].scenario

    def scenario(self, name: str) -> Scenario[Any]:
        """Return a scenario by its name."""
        return self.exercise_of(name).scenario(name)

    def exercise_of(self, scenario: str) -> Exercise:
        """Return the section of a scenario."""
        return next(item for item in self.exercises if scenario in item.spec.scenarios)

    def playing(self, files: Iterable[str]) -> list[str]:
        """Return the scenarios that play some files.

        Only their evidence depends on them.
        """
        return [
            name
            for exercise in self.exercises
            for name, scenario in exercise.spec.scenarios.items()
            if set(scenario.files) & set(files)
        ]

    def in_order(self, names: Container[str]) -> list[str]:
        """Return scenarios in the order in which they start.

        Those that usually take longest come first.
        """
        chosen = [name for exercise in self.exercises for name in exercise.spec.scenarios if name in names]
        return sorted(chosen, key=lambda name: -self.scenario(name).usual)

    def judge(self, criterion: str) -> Judge:
        """Return what judges a criterion."""
        exercise, spec = self.criteria[criterion]
        return exercise.judge(spec)
