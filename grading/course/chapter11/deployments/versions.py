"""The versions of dep-rolling.yaml in the course, as edits of a student's file (11.9.4, 11.9.5).

The course edits the file in place with nano; the grader plays the same edits on the student's own file,
so that everything else in it counts as it was written.
"""

from __future__ import annotations

import copy
from typing import Any, Final

from grading.course.chapter11.deployments.course_values import FIRST, REVERTED, SECOND, Version
from grading.k8s.image_reference import canonical, repository
from grading.k8s.revision import CHANGE_CAUSE
from grading.submission.preparation import Edit

Object = dict[str, Any]


BAD_IMAGE: Final = Version("nginx:does-not-exist-kubegrade", "Update naar een image dat niet bestaat")
"""An image that no registry has."""


def first(data: Object) -> None:
    """Edit a file with the course's later edits back to the first version (11.9.4).

    Any other stays as it is.
    """
    image, cause = _image(data), _cause(data)
    for edited in (SECOND, REVERTED):
        if image == canonical(edited.image) and cause == edited.cause:
            set_cause(data, FIRST.cause)
    if image == canonical(SECOND.image):
        _set_image(data, FIRST.image)


def second(data: Object) -> None:
    """Edit a file as for the update: nginx:1.26 and its change-cause (11.9.4)."""
    to(SECOND)(data)


def reverted(data: Object) -> None:
    """Edit a file back to its first version, with the rollback's change-cause.

    Source: section 11.9.5.2 of the course.
    """
    first(data)
    set_cause(data, REVERTED.cause)


def to(version: Version) -> Edit:
    """Return the edit that sets an image and its change-cause."""

    def edit(data: Object) -> None:
        _set_image(data, version.image)
        set_cause(data, version.cause)

    return edit


def scaled(edit: Edit, replicas: int) -> Edit:
    """Return an edit that also sets the replicas, for the history alone."""

    def both(data: Object) -> None:
        edit(data)
        if isinstance(data.get("spec"), dict):
            data["spec"]["replicas"] = replicas

    return both


def is_second(data: Object) -> bool:
    """Return whether a file holds the image of the course's edit (11.9.4)."""
    return _image(copy.deepcopy(data)) == canonical(SECOND.image)


def set_cause(data: Object, cause: str) -> None:
    """Set the change-cause.

    Annotations that are no mapping are left for the API server to reject.
    """
    annotations = data["metadata"].get("annotations")
    if annotations is None or isinstance(annotations, dict):
        data["metadata"]["annotations"] = {**(annotations or {}), CHANGE_CAUSE: cause}


def _container(data: Object) -> Object | None:
    """Return the container that the course updates: the one of nginx, else the first.

    It is brought to the front, where evidence looks for its image; Kubernetes does not mind the order.
    """
    try:
        containers = data["spec"]["template"]["spec"]["containers"]
        containers.sort(key=lambda container: not _is_nginx(container))
        container = containers[0]
    except (KeyError, IndexError, TypeError, AttributeError):
        return None
    return container if isinstance(container, dict) else None


def _is_nginx(container: Object) -> bool:
    return repository(str(container.get("image", ""))) == repository(FIRST.image)


def _image(data: Object) -> str | None:
    image = (_container(data) or {}).get("image")
    return canonical(image) if isinstance(image, str) else None


def _set_image(data: Object, image: str) -> None:
    container = _container(data)
    if container is not None:
        container["image"] = image


def _cause(data: Object) -> str | None:
    annotations = data["metadata"].get("annotations")
    cause = annotations.get(CHANGE_CAUSE) if isinstance(annotations, dict) else None
    return cause if isinstance(cause, str) else None
