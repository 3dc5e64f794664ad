"""Make a manifest ready to be applied: the only place where one is placed, edited and bounded."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Final

from grading.k8s.pod_template import pod_spec_of
from grading.submission import finished_jobs
from grading.submission.admission_errors import check_bounds
from grading.submission.allowed import load_table
from grading.submission.grace_periods import shorten
from grading.submission.guards import OF_THE_CLUSTER, SUITES_OWN
from grading.submission.manifest import Manifest
from grading.submission.node_ports import give_back
from grading.submission.resource_requests import fit, waive

Object = dict[str, Any]
Edit = Callable[[Object], object]

_OTHERS: Final[Object] = {"key": SUITES_OWN, "operator": "DoesNotExist"}
"""Selects Pods that are not the suite's own."""


def as_handed_in(manifest: Manifest, namespace: str) -> Object:
    """Return a manifest's object as handed in, in the scenario's namespace.

    One of the whole cluster has no namespace. Its Pods get no more than the table of `allowed` permits.

    Args:
        manifest: of a submission.
        namespace: of the scenario.
    """
    data = manifest.object(None if manifest.data["kind"] in OF_THE_CLUSTER else namespace)
    _write_into_pods(data)
    fit(data, load_table().limits)
    return data


def written(manifest: Manifest) -> Object:
    """Return a manifest's object as a command applies it.

    In the namespace that it names.

    Raises:
        Unplayable: it asks for more than the table of `allowed` lets it have.
    """
    data = copy.deepcopy(manifest.data)
    _write_into_pods(data)
    fit(data, load_table().limits)
    check_bounds(manifest, data)
    return data


def prepared(manifest: Manifest, namespace: str, edit: Edit | None = None) -> Object:
    """Return the object of a manifest as a scenario applies it.

    Args:
        manifest: of a submission.
        namespace: of the scenario.
        edit: changes the object, as the course edits a file in place.

    Raises:
        Unplayable: it asks for more than a cluster that others play on has for it.
    """
    data = as_handed_in(manifest, namespace)
    if edit:
        edit(data)
    give_back(data, manifest.others_ports)
    check_bounds(manifest, data)
    waive(data)
    shorten(data)
    finished_jobs.keep(data)
    return data


def _write_into_pods(data: Object) -> None:
    """Write the fields that Pods of a submission get into a Pod or template.

    A Pod may ask to be near others, or far from them: the suite's own, which the course does not have, are
    none of them.
    """
    if spec := pod_spec_of(data):
        spec.update(load_table().written)
        for term in _terms(spec):
            selector = term["labelSelector"]
            selector["matchExpressions"] = [*(selector.get("matchExpressions") or []), _OTHERS]


def _terms(spec: Object) -> Iterator[Object]:
    """Yield the parts of a Pod's spec that select other Pods to choose a node by."""
    found = list(spec.get("topologySpreadConstraints") or [])
    for kind in ("podAffinity", "podAntiAffinity"):
        rules = (spec.get("affinity") or {}).get(kind) or {}
        found += rules.get("requiredDuringSchedulingIgnoredDuringExecution") or []
        preferred = rules.get("preferredDuringSchedulingIgnoredDuringExecution") or []
        found += [item.get("podAffinityTerm") or {} for item in preferred]
    # Without a selector it selects no Pod.
    yield from (term for term in found if term.get("labelSelector") is not None)
