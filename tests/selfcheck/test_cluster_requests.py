"""What is sent to the API server."""

import json
from typing import Any

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grading.cluster.client import encoded

# What no YAML can hold, not even escaped, is refused as a manifest is read.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
OBJECTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(OBJECTS)
@example({"note": "mine \N{ROCKET}", "\N{ROCKET}": "\\ud83d\\ude80"})
@example({"a": "x\x85\u2028\u2029y\ufeff\ufffe\uffff\x7f\0\x1b", "b": "é \U0010ffff"})
def test_a_body_is_the_same_as_json_and_as_yaml(body: Any) -> None:
    assert json.loads(encoded(body)) == body
    assert yaml.load(encoded(body), yaml.CSafeLoader) == body
