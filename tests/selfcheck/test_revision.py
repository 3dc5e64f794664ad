"""The revision of a Deployment, whatever a manifest writes in its place."""

from __future__ import annotations

import pytest

from grading.k8s.revision import revision_of


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("3", 3),
        ("12", 12),
        ("x", 0),
        ("", 0),
        ("-1", 0),
        ("1.5", 0),
        ("\u00b2", 0),
        ("\u0663", 0),
        (None, 0),
        pytest.param("9" * 19, 0, id="more than 64 bits"),
        pytest.param("1" * 200_000, 0, id="digits without end"),
    ],
)
def test_what_is_no_number_is_not_written_by_the_controller(written: str | None, number: int) -> None:
    assert (
        revision_of({"metadata": {"annotations": {"deployment.kubernetes.io/revision": written}}}) == number
    )


def test_an_object_without_a_revision() -> None:
    assert revision_of(None) == 0
    assert revision_of({"metadata": {}}) == 0
