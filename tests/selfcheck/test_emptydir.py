"""How the container of pod-with-volume.yaml is restarted: its image is written in another way."""

from __future__ import annotations

from typing import Any

import pytest

from grading.course.chapter11.storage.emptydir import same_image
from grading.errors import InfrastructureError

DIGEST = f"sha256:{'ab' * 32}"


def pod(image: str, image_id: str = "") -> dict[str, Any]:
    statuses = [{"name": "other", "imageID": "x@y"}, {"name": "app", "imageID": image_id}]
    return {
        "spec": {"containers": [{"name": "app", "image": image}]},
        "status": {"containerStatuses": statuses},
    }


@pytest.mark.parametrize(
    ("image", "same"),
    [
        ("busybox", "docker.io/library/busybox:latest"),
        ("busybox:1.36", "docker.io/library/busybox:1.36"),
        ("docker.io/library/busybox:latest", "busybox:latest"),
        ("quay.io/prometheus/busybox", "quay.io/prometheus/busybox:latest"),
        ("quay.io/prometheus/busybox:latest", f"quay.io/prometheus/busybox@{DIGEST}"),
        ("localhost:5000/busybox:1", f"quay.io/prometheus/busybox@{DIGEST}"),
    ],
)
def test_an_image_of_any_registry_has_another_name(image: str, same: str) -> None:
    assert same_image(pod(image, f"quay.io/prometheus/busybox@{DIGEST}")) == same


@pytest.mark.parametrize("image_id", ["", DIGEST, f"quay.io/b/b@{DIGEST}"])
def test_an_image_with_one_name_alone_is_nobodys_fault(image_id: str) -> None:
    with pytest.raises(InfrastructureError, match="has no other form that means the same"):
        same_image(pod(f"quay.io/b/b@{DIGEST}", image_id))
