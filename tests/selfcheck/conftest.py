"""What all tests of the grader itself share."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from grading.text.i18n import Language, speaking

settings.register_profile("gate", max_examples=150, derandomize=True, deadline=None)
settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "gate"))
"""The gate tries the same examples in every run; `HYPOTHESIS_PROFILE=nightly` looks for new ones."""


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak English, in the processes that a test starts too, whatever the developer's environment says."""
    monkeypatch.setenv("LANGUAGE", "en")
    with speaking(Language.EN):
        yield
