"""Image references that mean the same."""

import pytest

from grading.k8s.image_reference import canonical, named_in, short

NGINX = "docker.io/library/nginx:latest"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("nginx", NGINX),
        ("nginx:latest", NGINX),
        (" nginx ", NGINX),
        ("library/nginx", NGINX),
        ("docker.io/nginx", NGINX),
        ("docker.io/library/nginx", NGINX),
        ("docker.io/library/nginx:latest", NGINX),
        ("index.docker.io/library/nginx", NGINX),
        ("nginx:1.24", "docker.io/library/nginx:1.24"),
        ("me/nginx", "docker.io/me/nginx:latest"),
        ("quay.io/nginx", "quay.io/nginx:latest"),
        ("localhost/nginx", "localhost/nginx:latest"),
        ("localhost:5000/nginx", "localhost:5000/nginx:latest"),
        ("host:5000/nginx:1.24", "host:5000/nginx:1.24"),
        ("nginx@sha256:00", "docker.io/library/nginx@sha256:00"),
    ],
)
def test_canonical(reference: str, expected: str) -> None:
    assert canonical(reference) == expected


@pytest.mark.parametrize(
    "other", ["nginx:1.24", "nginx2", "me/nginx", "quay.io/library/nginx", "nginx@sha256:0"]
)
def test_other_images_stay_others(other: str) -> None:
    assert canonical(other) != NGINX


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("docker.io/library/nginx", "nginx:latest"),
        ("me/x:1", "me/x:1"),
        ("quay.io/a/b", "quay.io/a/b:latest"),
    ],
)
def test_short(reference: str, expected: str) -> None:
    assert short(reference) == expected


def test_images_that_an_object_names() -> None:
    containers = [{"name": "image", "image": "nginx:1.25"}, {"image": {"image": "busybox"}}, {"image": 1}]
    template = {"initContainers": [{"image": "debian"}], "containers": containers}
    data = {"kind": "Deployment", "spec": {"template": {"spec": template}}}
    assert list(named_in(data)) == ["debian", "nginx:1.25", "busybox"]
