"""What all tests of the grader itself share."""

from collections.abc import Iterator

import pytest

from grading.i18n import Language, speaking


@pytest.fixture(autouse=True)
def _in_english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Speak English, in the processes that a test starts too, whatever the developer's environment says."""
    monkeypatch.setenv("LANGUAGE", "en")
    with speaking(Language.EN):
        yield
