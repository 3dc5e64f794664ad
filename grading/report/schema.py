"""The JSON Schemas of ``report.json``: the one made from the models, and those that the package ships.

``python -m grading.report.schema`` prints the first, for ``grading/report/schemas/report-v2.schema.json``.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from grading.report.model import SCHEMA, Report
from grading.text.stored import SCHEMAS

_ADDED: Final = {"Report": {"selection", "left_out"}, "CriterionResult": {"gradable", "first_error"}}
"""Fields that v2 got later, by model: older reports do not have them, and are of v2 all the same."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``report.json``."""
    schema = Report.model_json_schema(by_alias=True, mode="serialization")
    for model in (schema, *schema["$defs"].values()):
        if "messages" in model.get("properties", {}):
            model["properties"]["messages"]["additionalProperties"] = {"$ref": "#/$defs/Source"}
    for name, added in _ADDED.items():
        model = schema if name == schema["title"] else schema["$defs"][name]
        model["required"] = [field for field in model["required"] if field not in added]
    schema["$defs"] |= SCHEMAS
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA, **schema}


def stored_schema(version: int = 2) -> dict[str, Any]:
    """Return the JSON Schema that the package ships of a version of the report."""
    path = resources.files("grading.report").joinpath(f"schemas/report-v{version}.schema.json")
    schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return schema


if __name__ == "__main__":
    print(json.dumps(json_schema(), indent=2))
