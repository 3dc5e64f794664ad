"""Read the YAML files that lecturers write."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from grading.errors import RubricError

M = TypeVar("M", bound=BaseModel)


def read_yaml(path: Path, model: type[M]) -> M:
    """Return what a file holds.

    Args:
        path: of the file, UTF-8.
        model: its form.

    Raises:
        RubricError: what is wrong, in which file.
    """
    try:
        return model.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    except ValidationError as error:
        raise RubricError(f"{path}: {_told(error)}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RubricError(f"{path}: {error}") from error


def _told(error: ValidationError) -> str:
    """Return each place that is wrong, and why."""
    found = ((".".join(map(str, item["loc"])), item["msg"]) for item in error.errors())
    return "; ".join(f"{place}: {why}" if place else why for place, why in found)
