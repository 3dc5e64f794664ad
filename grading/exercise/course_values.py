"""What to write, for a failure whose check does not tell: the value of the manifest that the course shows.

The course's own manifest earns the criterion. So a submission that does not, and not by the cluster's fault,
loses it by a field in which it differs: by the one that the failure points at, or by those of its Pods, its
claim or its volume. Fields that decide nothing, such as names of containers, are none of these.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from grading.errors import Correction, CriterionFailure, Location, Problem
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.exercise.completing import completed
from grading.exercise.declared import served_ports
from grading.exercise.fixed import rules_of
from grading.exercise.published import Known, Published
from grading.exercise.rules import MISSING, MOST_TOLD, lookup, told
from grading.k8s.differences import Difference, differences, has_consistent_volumes, volume_names
from grading.k8s.field_types import Path, decode
from grading.k8s.pod_template import TEMPLATES
from grading.submission import yaml_reader
from grading.text.i18n import _, joined

_WHOLE: Final = frozenset({"spec", "template", "containers", "initContainers", "volumes", "volumeMounts"})
"""The last names of fields that hold all of a behaviour: a failure that points at one means any below it."""
_STORED: Final = frozenset({"Pod", "PersistentVolume", "PersistentVolumeClaim"})
"""Kinds of which one may fail by a field of another."""
_STORES: Final = frozenset({"PersistentVolume", "PersistentVolumeClaim"})
_METADATA: Final = frozenset({"labels", "annotations", "namespace", "creationTimestamp", "generateName"})
"""What an object may have besides in its metadata, and behave the same."""
_NO_BEHAVIOUR: Final = frozenset(
    {
        "imagePullPolicy",
        "stdin",
        "terminationGracePeriodSeconds",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
    }
)
_PROGRAM: Final = frozenset({"image", "command", "args"})
_VOLUMES: Final = frozenset({"volumes", "volumeMounts"})
_PROBES: Final = {"readinessProbe": "readiness", "livenessProbe": "liveness", "startupProbe": "startup"}
_LONGEST: Final = 300
"""Characters of what to write that a help holds."""
_MOST: Final = 50
"""Fields of an object that are told; the objects of the course have fewer."""
_SHORTEST: Final = 4
"""Characters of a word that a message names; shorter ones are in too many."""


def following_course(
    check: Callable[[Any], str | None], published: Callable[[], Mapping[str, Published]]
) -> Callable[[Any], str | None]:
    """Return a check whose failures say what to write, as the course does.

    Args:
        check: the check.
        published: returns the objects that the course shows, by their keys in the evidence.
    """

    @functools.wraps(check)
    def told_so(evidence: Evidence) -> str | None:
        try:
            return check(evidence)
        except CriterionFailure as failure:
            failure.problem = with_course_values(evidence, failure.problem, published())
            raise

    return told_so


def with_course_values(evidence: Evidence, problem: Problem, published: Mapping[str, Published]) -> Problem:
    """Return a problem with corrections by the course's manifests, if it has none and they tell.

    Args:
        evidence: of the scenario.
        problem: the problem.
        published: the objects that the course shows, by their keys in the evidence.
    """
    place = problem.location
    if place is None:
        return problem
    known = list(_known(evidence, place, published))
    if problem.corrections:
        return completed(problem, known)
    for item in known:
        if _is_at(item.manifest, place):
            chosen = _chosen(evidence, item, problem, place)
            if chosen:
                return _corrected(problem, [(item, chosen)])
            others = _beside(evidence, item, known)
            if others:  # the place is in another file
                problem = _corrected(problem, others)
                return replace(problem, location=problem.corrections[0].location)
            return problem
    return problem


def _beside(evidence: Evidence, item: Known, known: list[Known]) -> list[tuple[Known, list[Difference]]]:
    """Return what the volume and the claim differ in that a Pod or a claim fails by, though it is right."""
    if item.manifest.data.get("kind") not in _STORED:
        return []
    others = [other for other in known if other.manifest.data.get("kind") in _STORES and other != item]
    found = [(other, _deciding(evidence, other)) for other in others]
    return [(other, differing) for other, differing in found if differing]


def _known(evidence: Evidence, place: Location, published: Mapping[str, Published]) -> Iterator[Known]:
    """Yield the objects of a submission that the course shows."""
    for key, course in published.items():
        manifest = evidence.manifests.get(key)
        if manifest is None and key in evidence.unusable:
            manifest = _as_written(evidence.texts.get(place.file, ""), place.file, course)
        if manifest is not None:
            yield Known(manifest, course)


def _as_written(text: str, file: str, course: Published) -> RecordedManifest | None:
    """Return the only object of a file that is not usable as it is written; None if it is another one."""
    documents = yaml_reader.short(text)
    if len(documents) != 1 or not isinstance(documents[0].data, dict):
        return None
    data, kind = documents[0].data, str(course.data["kind"])
    if not isinstance(data.get("kind", kind), str):
        return None
    _data, deviations = decode(data, kind)
    if any(item.what == "unknown" for item in deviations) and data.get("kind") != kind:
        return None
    lines = {"|".join(map(str, path)): line for path, line in documents[0].lines.items()}
    return RecordedManifest(file=file, data=data, lines=lines)


def _is_at(manifest: RecordedManifest, place: Location) -> bool:
    """Return whether a place is in an object."""
    if manifest.file != place.file or (place.kind and place.kind != manifest.data.get("kind")):
        return False
    return place.line is None or place.line in manifest.lines.values()


def _field(manifest: RecordedManifest, place: Location) -> Path:
    """Return the field of a place; by its line, if it is older than fields are recorded."""
    if place.field or place.line is None:
        return place.field
    names = (name for name, line in manifest.lines.items() if line == place.line)
    parts = next(names, "").split("|")
    return tuple(int(part) if part.isdigit() else part for part in parts if part)


def _chosen(evidence: Evidence, item: Known, problem: Problem, place: Location) -> list[Difference]:
    """Return the fields to correct: at the place, or those by which the object behaves otherwise."""
    field = _field(item.manifest, place)
    if not _is_whole(field):
        found = list(_at(_all(evidence, item), field))
        if field == ("kind",):
            found += _at(_all(evidence, item), ("apiVersion",))
        if found:
            return found
    deciding = _deciding(evidence, item)
    return _named(item, deciding, problem) if item.manifest.data.get("kind") in TEMPLATES else deciding


def _is_whole(field: Path) -> bool:
    names = [part for part in field if isinstance(part, str)]
    return not names or names[-1] in _WHOLE


def _all(evidence: Evidence, item: Known) -> list[Difference]:
    """Return the fields in which an object differs from the course's, and the course does not allow it."""
    data, spec = item.manifest.data, item.published.spec
    ports = served_ports(evidence, spec)
    rules = [
        rule
        for fixed in (spec.fixed, *(variant.fixed for variant in spec.variants))
        for rule in rules_of(fixed, ports)
    ]

    def is_allowed(path: Path) -> bool:
        if lookup(data, path) is MISSING:
            return False
        return any(rule.path == path and (not rule.costs or rule.accepts(rule.value(data))) for rule in rules)

    return [found for found in differences(data, item.published.data) if not is_allowed(found.path)]


def _at(found: Iterable[Difference], field: Path) -> Iterator[Difference]:
    """Yield the differences at a field, below it, or of what holds it."""
    for item in found:
        if item.path[: len(field)] == field:
            yield item
        elif field[: len(item.path)] == item.path:
            yield _part(item, field)


def _part(item: Difference, field: Path) -> Difference:
    """Return of a field that is too much only a part of it, if others are beside that."""
    below = field[len(item.path) :]
    holder = lookup(item.found, below[:-1])
    if item.value is None and isinstance(holder, dict) and len(holder) > 1 and below[-1] in holder:
        return Difference(field, None, holder[below[-1]])
    return item


def _deciding(evidence: Evidence, item: Known) -> list[Difference]:
    """Return the differences by which an object behaves otherwise."""
    template = TEMPLATES.get(str(item.manifest.data.get("kind")), ())
    return [found for found in _all(evidence, item) if not _decides_nothing(found, template)]


def _decides_nothing(found: Difference, template: Path) -> bool:
    is_pod = found.path[: len(template)] == template
    for path in (found.path, found.path[len(template) :] if is_pod else found.path):
        if found.value is None and path[0] == "metadata" and len(path) > 1 and path[1] in _METADATA:
            return True
    return (
        found.path[0] == "status"
        or found.path[-1] in _NO_BEHAVIOUR
        or ("containers" in found.path and "ports" in found.path)
    )


def _named(item: Known, found: list[Difference], problem: Problem) -> list[Difference]:
    """Return of differences of Pods those that a message names, with what belongs to them.

    All if it names none.
    A probe that it does not name is none of them, unless there is nothing else.
    """
    text = f"{problem.rationale}\n{problem.actual}"
    own = {str(lookup(item.manifest.data, ("metadata", "name"))), *_names(item.published.data)}
    named = [one for one in found if _is_named(one, text, own)]
    if any(part in _PROBES for one in named for part in one.path):
        named += [one for one in found if one not in named and one.path[-1] in _PROGRAM]
    if any(part in _VOLUMES for one in named for part in one.path):
        named += [one for one in found if one not in named and _VOLUMES.intersection(one.path)]
    if named:
        return [one for one in found if one in named]
    return [one for one in found if not any(part in _PROBES for part in one.path)] or found


def _is_named(found: Difference, text: str, own: set[str]) -> bool:
    keys = [part for part in found.path if isinstance(part, str)]
    if keys[-1] in _PROBES or (len(keys) > 1 and _PROBES.keys() & set(keys)):
        probe = next(_PROBES[key] for key in keys if key in _PROBES)
        return probe in text.lower() or f"{probe}Probe" in text
    words = {keys[-1]} - _PROGRAM if isinstance(found.path[-1], str) else set()
    if keys[-1] not in _PROGRAM - {"image"}:
        words.update(_scalars(found.found))
    words = {word for word in words if len(word) >= _SHORTEST} - own
    if isinstance(found.path[-1], int):
        words |= {str(lookup(found.found, ("name",)))} - own
    return any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) for word in words)


def _scalars(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _scalars(item)
    elif isinstance(value, str):
        yield value


def _names(value: Any) -> Iterator[str]:
    """Yield the values of the fields ``name`` in an object."""
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _names(item)
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        yield value["name"]


def _corrected(problem: Problem, found: list[tuple[Known, list[Difference]]]) -> Problem:
    """Return a problem with corrections, and with them in its help before what it said, if they are few."""
    corrections: list[Correction] = []
    advice: list[str] = []
    shown: list[str] = []
    for item, differing in found:
        ordered = sorted(differing, key=lambda one: one.value is None)[:_MOST]
        made = [Correction(item.manifest.at(*one.path), _value(item, one)) for one in ordered]
        advice += [told(item.manifest, correction) for correction in made]
        shown.append(_("The course shows the file in {course}.", course=item.published.course))
        corrections += made
    if len(corrections) > MOST_TOLD or any(len(words) > _LONGEST for words in advice):
        advice = []  # the difference to the file shows them
    new = [words for words in shown if words not in problem.help]
    help = joined(" ", filter(None, [*advice, problem.help, *new]))
    return replace(problem, help=help, corrections=tuple(corrections))


def _value(item: Known, found: Difference) -> Any:
    """Return what to write; a volume is mounted by the name that the submission gives it."""
    data = item.manifest.data
    if found.path[-1] != "volumeMounts" or not has_consistent_volumes(data):
        return found.value
    own = volume_names(data, item.published.data)
    return [{**mount, "name": own.get(mount["name"], mount["name"])} for mount in found.value or ()] or None
