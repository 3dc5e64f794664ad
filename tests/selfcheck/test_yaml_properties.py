"""Whatever a file holds, reading it gives plain data or says what is wrong with it, and where."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given

from grading.submission.yaml_nodes import MAX_DEPTH
from grading.submission.yaml_reader import Document, YamlProblem, parse
from tests.selfcheck.yamltexts import files


def check_plain(value: Any, depth: int = 0) -> None:
    """Raise if a value is not of JSON's types exactly, or is nested too deep."""
    assert depth <= MAX_DEPTH
    if type(value) is dict:
        for key, inner in value.items():
            assert type(key) is str
            check_plain(inner, depth + 1)
    elif type(value) is list:
        for inner in value:
            check_plain(inner, depth + 1)
    else:
        assert value is None or type(value) in {str, int, float, bool}
        assert type(value) is not int or -(2**63) <= value < 10**21


def outcome(raw: bytes) -> tuple[YamlProblem | None, list[Document]]:
    try:
        return None, parse(raw)
    except YamlProblem as problem:
        return problem, []


@given(raw=files)
@example(raw=b"a: !!timestamp 2026-11-22")
@example(raw=b"a: !!timestamp x")
@example(raw=b"!!set {a, b}")
@example(raw=b"!!omap [a: 1]")
@example(raw=b"a: .inf")
@example(raw=b'"\\ud83d\\ude00": "\\ud83d\\ude00"')
@example(raw=b"\xff\xfe\x00")
@example(raw=b"\xff\xfe\x00\xd8a")
@example(raw="é: \x1b".encode())
@example(raw=b"&a a: *a")
@example(raw=b"a: &a [*a]")
@example(raw=b"&a [&a b, *a]")
@example(raw=b"<<: &a {<<: *a}")
@example(raw=b"? <<\n: {a: 1}")
@example(raw=b"a: 1_")
@example(raw=b"a: -")
@example(raw=b"a: -_")
@example(raw=b"a: +.5")
@example(raw=b"a: 0b")
@example(raw=b"a: 1e99999")
@example(raw=b"%YAML 1.2\n---\na")
def test_every_file_is_read_or_says_why_not(raw: bytes) -> None:
    problem, documents = outcome(raw)
    if problem is not None:
        assert problem.message
        assert 1 <= problem.line <= 2 + len(raw)
        assert problem.column >= 1
    for document in documents:
        check_plain(document.data)
        json.dumps(document.data, allow_nan=False).encode()
        json.dumps(document.data, ensure_ascii=False).encode()
        assert all(line >= 1 for line in document.lines.values())
        assert document.line() is not None
