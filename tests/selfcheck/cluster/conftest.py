"""What all tests on a real cluster share."""

import os
from collections.abc import Iterator

import pytest

from fixtures.local import bypass_proxies


@pytest.fixture(autouse=True, scope="session")
def _no_proxy_in_between() -> Iterator[None]:
    """Reach the clusters from the tests' own process too if the developer has a proxy."""
    environment = dict(os.environ)
    bypass_proxies(environment)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, environment[name])
        yield
