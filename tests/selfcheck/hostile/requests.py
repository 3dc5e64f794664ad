"""What of an attack reaches the API server if no first wall looks at it."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grading.cluster.client import Cluster
from grading.errors import ApiError
from grading.exercise.loader import load_courses
from grading.k8s.field_types import decode
from grading.runner.owned_namespaces import label
from grading.runner.submitter import Submitter
from grading.submission.exported import cleaned
from grading.submission.manifest import Manifest
from grading.submission.multi_document import flattened
from grading.submission.preparation import as_handed_in
from grading.submission.yaml_allowance import Allowance
from grading.submission.yaml_reader import Document, YamlProblem, parse
from tests.selfcheck.hostile.model import Attack

Object = dict[str, Any]


def objects(attack: Attack, folder: Path, namespace: str) -> Iterator[Object]:
    """Yield the objects in the files of an attack.

    Args:
        attack: which changes these files.
        folder: that was made of it.
        namespace: to which they go, as far as they are in any.
    """
    kinds = {kind for file in load_courses().files.values() for kind in file.kinds}
    for name in sorted(attack.files):
        for document in _documents(folder / name):
            manifest = Manifest(name, document.data, document)
            if attack.is_raw or document.data["kind"] not in kinds:
                yield manifest.object(namespace)
            else:
                # As it is decoded: the place of what is no list or no text differs by the tool.
                data = cleaned(decode(document.data, document.data["kind"])[0])[0]
                made = as_handed_in(Manifest(name, data, document), namespace)
                if made["kind"] == "Namespace":
                    label(made)
                yield made


def _documents(path: Path) -> list[Document]:
    if path.suffix != ".yaml" or not path.is_file():
        return []
    try:
        read = parse(path.read_bytes(), Allowance())
    except YamlProblem:
        return []
    return [item for document in read for item in flattened(document)]


def create(run: Submitter, data: Object, *, dry_run: bool = True) -> Object:
    """Ask for an object to be created; return it as it is, or would be.

    Args:
        run: whose rights count.
        data: the object.
        dry_run: whether nothing is kept of it. Addresses and ports of Services are then not looked at.

    Raises:
        ApiError: the API server rejects it.
    """
    version, kind = data["apiVersion"], data["kind"]
    group = f"apis/{version}" if "/" in version else f"api/{version}"
    plural, namespaced = _resource(run.owner, group, kind)
    namespace = f"/namespaces/{data['metadata'].get('namespace')}" if namespaced else ""
    query = {"fieldManager": "test", "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
    made: Object = run.cluster.request("POST", f"{group}{namespace}/{plural}", body=data, query=query)
    return made


@functools.cache
def _resource(api: Cluster, group: str, kind: str) -> tuple[str, bool]:
    """Return the resource of a kind, and whether it is in a namespace, as the API server tells."""
    found = api.request("GET", group)["resources"]
    return next((r["name"], r["namespaced"]) for r in found if r["kind"] == kind and "/" not in r["name"])


def rejections(
    run: Submitter, attack: Attack, folder: Path, namespace: str, *, dry_run: bool = True
) -> list[str]:
    """Return what the API server says of each object of an attack that it rejects; see `create`."""
    said = []
    for data in objects(attack, folder, namespace):
        try:
            create(run, data, dry_run=dry_run)
        except ApiError as error:
            said.append(error.message)
    return said


def answers(run: Submitter, attack: Attack, namespace: str) -> list[str]:
    """Return what the API server says of each request of an attack; empty text if it does what is asked."""
    said = []
    for request in attack.requests:
        try:
            run.cluster.request(
                request.method,
                request.path.format(namespace=namespace),
                body=request.body,
                content_type="application/merge-patch+json"
                if request.method == "PATCH"
                else "application/json",
            )
        except ApiError as error:
            said.append(error.message)
        else:
            said.append("")
    return said
