"""Evidence that was recorded on a real cluster.

Each file is the evidence of one scenario, as a run leaves it in its report folder, compressed:
those named after a scenario alone are of the reference, the others of a copy with one line of
dep-rolling.yaml changed: maxSurge 50% (surge50), strategy Recreate, maxUnavailable 3 (unavail3),
replicas 5.
"""

import gzip
from pathlib import Path
from typing import TypeVar

from grading.evidence.base import Evidence

E = TypeVar("E", bound=Evidence)

FOLDER = Path(__file__).parent / "recordings"


def recorded(name: str, model: type[E]) -> E:
    """Read a recording; every call returns an object of its own."""
    return model.model_validate_json(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
