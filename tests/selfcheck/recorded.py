"""Evidence that was recorded on a real cluster.

Each file of recordings/ is the evidence of one scenario as a run leaves it in its report folder,
compressed, and named after the submission and the scenario.
"""

import gzip
from pathlib import Path
from typing import TypeVar

from grading.evidence.base import Evidence

E = TypeVar("E", bound=Evidence)

FOLDER = Path(__file__).parent / "recordings"


def recorded(scenario: str, model: type[E], submission: str = "reference") -> E:
    """Read a recording; every call returns an object of its own."""
    raw = (FOLDER / f"{submission}-{scenario}.json.gz").read_bytes()
    return model.model_validate_json(gzip.decompress(raw))
