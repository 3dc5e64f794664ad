"""What a submission's own file sets, for a failure that no field is shown to cause alone.

A Pod that does not become Ready, or serves nothing, does so by its command, its probes or its volumes: the
help names those that the file sets, with their lines, so that the student need not look for them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

from grading.errors import CriterionFailure, Problem
from grading.evidence.base import Evidence
from grading.evidence.manifest import RecordedManifest
from grading.exercise.rules import MISSING, lookup
from grading.k8s.field_types import Path
from grading.k8s.pod_template import POD_SPECS, pod_spec_of
from grading.text.i18n import _, joined
from grading.text.sanitize import one_line

MOST: Final = 8
"""Fields that are named."""
LONGEST: Final = 120
"""Characters of a value."""

_OF_CONTAINERS: Final = (
    ("image",),
    ("command",),
    ("args",),
    ("ports",),
    ("startupProbe",),
    ("readinessProbe",),
    ("livenessProbe",),
    ("resources",),
    ("workingDir",),
    ("volumeMounts",),
)
_OF_PODS: Final = (("volumes",), ("affinity",), ("nodeSelector",), ("initContainers",))
_OF_CLAIMS: Final = (
    ("storageClassName",),
    ("accessModes",),
    ("resources", "requests", "storage"),
    ("volumeName",),
    ("volumeMode",),
    ("selector",),
)


def naming_own_settings(check: Callable[[Any], str | None]) -> Callable[[Any], str | None]:
    """Return a check whose failures name what the file that they point at sets."""

    @functools.wraps(check)
    def named(evidence: Evidence) -> str | None:
        try:
            return check(evidence)
        except CriterionFailure as failure:
            failure.problem = with_own_settings(evidence, failure.problem)
            raise

    return named


def with_own_settings(evidence: Evidence, problem: Problem) -> Problem:
    """Return a problem whose help names what the file that it points at sets.

    Args:
        evidence: of the scenario.
        problem: the problem; one that says what to write is returned as it is.
    """
    place = problem.location
    if problem.corrections or place is None or place.line is None:
        return problem
    said = "\n".join((problem.rationale, problem.help, problem.expected, problem.actual))
    manifests = [item for item in evidence.manifests.values() if item.file == place.file]
    named = [
        _("`{field}` (line {line})", field=text, line=line)
        for manifest in manifests
        for text, line in _settings(manifest)
        if text not in said
    ]
    if not named:
        return problem
    fields = joined(", ", named[:MOST])
    if any(_lacks_command(manifest.data) for manifest in manifests):
        told = _("{file} sets {fields}, and no `command`.", file=place.file, fields=fields)
    else:
        told = _("{file} sets {fields}.", file=place.file, fields=fields)
    return replace(problem, help=joined(" ", filter(None, [problem.help, told])))


def _settings(manifest: RecordedManifest) -> Iterator[tuple[str, int | None]]:
    """Yield the fields of an object that decide how it behaves, each with its value and its line."""
    kind = str(manifest.data.get("kind"))
    fields: list[Path] = []
    if kind in POD_SPECS:
        at = POD_SPECS[kind]
        containers = lookup(manifest.data, (*at, "containers"))
        number = len(containers) if isinstance(containers, list) else 0
        fields = [(*at, "containers", n, *field) for n in range(number) for field in _OF_CONTAINERS]
        fields += [(*at, *field) for field in _OF_PODS]
    elif kind == "PersistentVolumeClaim":
        fields = [("spec", *field) for field in _OF_CLAIMS]
    for field in fields:
        value = lookup(manifest.data, field)
        if value is not MISSING:
            yield f"{field[-1]}: {_shown(value)}", manifest.at(*field).line


def _lacks_command(data: dict[str, Any]) -> bool:
    """Return whether a container of a Pod runs what its image says."""
    containers = pod_spec_of(data).get("containers")
    return any("command" not in item for item in containers or [] if isinstance(item, dict))


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return one_line(text.replace("`", "'"), limit=LONGEST)
