"""Reading YAML of unknown origin: places of errors, limits, and values as kubectl makes them."""

import json
import time

import pytest

from grading.submission import yaml_reader
from grading.submission.yaml_reader import YamlProblem, parse


def problem(raw: bytes) -> YamlProblem:
    with pytest.raises(YamlProblem) as caught:
        parse(raw)
    return caught.value


@pytest.mark.parametrize(
    ("raw", "line", "column", "words"),
    [
        pytest.param(b"a:\n\tb: 1\n", 2, 1, "tab", id="tab as indentation"),
        pytest.param(b"\ta: 1\n", 1, 1, "tab", id="tab at the start"),
        pytest.param(b"a:\n- b\n-\tc: 1\n", 3, 2, "tab", id="tab after a dash"),
        pytest.param(b"a: 1\n  b: 2\n", 2, 4, "mapping values", id="indented below a value"),
        pytest.param(b"a:\n    b: 1\n  c: 2\n", 3, 3, "expected", id="outdented to nowhere"),
        pytest.param(b"a: 1\nb 2\nc: 3\n", 3, 1, "':'", id="no colon"),
        pytest.param(b'a: "x\nb: 2\n', 3, 1, "end of stream", id="open quote"),
        pytest.param(b"a: [1, 2\nb: 3\n", 2, 2, "',' or ']'", id="open bracket"),
        pytest.param(b"a: @x\n", 1, 4, "cannot start", id="reserved character"),
        pytest.param(b"a: &x [b]\nc:\n  <<: *x\n", 1, 8, "needs a mapping", id="a list merged"),
        pytest.param(b"a: *x\n", 1, 4, "is not defined", id="alias without anchor"),
        pytest.param(b"? [a]\n: b\n", 1, 3, "key must be text, not a list", id="a list as key"),
        pytest.param(b"~: b\n", 1, 1, "key must be text, not a list", id="null as key"),
        pytest.param(b"a: 1\nb: \x00\n", 2, 4, "not allowed", id="NUL"),
        pytest.param(b"a: \x1b[31m\n", 1, 4, "not allowed", id="escape character"),
        pytest.param(b'a: "\\ud800"\n', 1, 7, "escape", id="half of a surrogate pair"),
        pytest.param(b"a: !!binary aG\n", 1, 4, "not valid base64", id="bytes"),
        pytest.param(b"a: !!bool perhaps\n", 1, 4, "cannot be read", id="no boolean"),
        pytest.param(b"a: !!int ''\n", 1, 4, "cannot be read", id="no integer"),
        pytest.param(b"a: .inf", 1, 4, ".inf is not a valid number in JSON", id="infinity"),
        pytest.param(b"a: [.NaN]", 1, 5, ".NaN is not a valid number in JSON", id="not a number"),
        pytest.param(b"a: !!timestamp soon", 1, 4, "soon cannot be read as !!timestamp", id="no date"),
        pytest.param(b"a: !!float x", 1, 4, "the value x cannot be read as !!float", id="no number"),
        pytest.param(b"x: 1\n%s: 1" % (b"k" * 1001), 2, 1, "longer than 1000 characters", id="a long key"),
        pytest.param(b"%YAML 1.1\n---\na: 1", 1, 1, "directives", id="a directive"),
        pytest.param(
            b"a: 1\n---\n# \n\n%TAG !a! b\n---\na: 1", 5, 1, "directives", id="directive further down"
        ),
        pytest.param(b"a: 1\n---\nb: [\n", 4, 1, "node content", id="in a second document"),
        pytest.param(b"a: 1\n--- b: 2\n", 2, 4, "only a comment", id="text behind a separator"),
        pytest.param(
            b"a: 1\n---\n# c\n\xef\xbb\xbfb: 1\n", 4, 1, "U+FEFF", id="byte order mark below a comment"
        ),
        pytest.param(b"\n{a: 1}\n", 2, 2, "is not JSON", id="braces of YAML"),
        pytest.param(b'{"a": 1}\n---\n', 2, 1, "is not JSON", id="a separator in JSON"),
        pytest.param(b'{"a": 1,\n "b": NaN}\n', 1, 1, "this is not JSON: NaN", id="no number of JSON"),
        pytest.param(b'{"a": 1e400}\n', 1, 1, "1e400", id="a number that Go has not"),
        pytest.param(b'{"a": ' * 40_000, 1, 1, "deeper than 32", id="JSON that is nested too deep"),
        pytest.param(b"a: [sh, what?]\n", 1, 9, "question mark", id="question mark in brackets"),
        pytest.param(b'a: "\\/"\n', 1, 4, "unknown escape", id="an escape of JSON"),
        pytest.param(b'a: "\\ud83d\\ude00"\n', 1, 7, "escape", id="an emoji as in JSON"),
        pytest.param(
            "a: é\nbé: x\x1b".encode(), 2, 6, "#x001b is not allowed", id="after letters of two bytes"
        ),
        pytest.param(b'a: "\\ud83d\\ude0"', 1, 7, "escape", id="half of an emoji"),
        pytest.param(
            b"a: 0x" + b"f" * 9000, 1, 4, "the number is too large", id="hexadecimal number beyond printing"
        ),
        pytest.param(b"a: " + b"9" * 9000, 1, 4, "number is too large", id="decimal number beyond reading"),
    ],
)
def test_problem_says_where(raw: bytes, line: int, column: int, words: str) -> None:
    found = problem(raw)
    assert words in found.message
    assert (found.line, found.column) == (line, column)


BOMB = b"a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (n, n, b", ".join([b"*a%d" % (n - 1)] * 9)) for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(BOMB, "10000 values", id="aliases of aliases"),
        pytest.param(b"a: &a [*a]\n", "deeper than 32", id="an alias within itself"),
        pytest.param(b"[" * 200_000, "deeper than 32", id="brackets"),
        pytest.param(b"- " * 100_000, "deeper than 32", id="dashes"),
        pytest.param(b"? " * 100_000, "deeper than 32", id="keys of keys"),
        pytest.param(b"---\n" + b"{a: " * 60_000, "deeper than 32", id="braces"),
        pytest.param(b"[" + b"a," * 130_000 + b"a]", "10000 values", id="a long list"),
        pytest.param(b"\n".join(b"k%d: 1" % n for n in range(20_000)), "10000 values", id="many keys"),
        pytest.param(b"---\na: 1\n" * 21, "20 documents", id="many documents"),
        pytest.param(b"---\na\n" * 40_000, "20 documents", id="many documents, each a word"),
        pytest.param(b"{}" * 100_000, "20 documents", id="many documents of JSON"),
        pytest.param(b"#" * (yaml_reader.MAX_BYTES + 1), "256 KiB", id="many bytes"),
    ],
)
def test_limits_hold_and_are_met_soon(raw: bytes, words: str) -> None:
    begun = time.process_time()
    assert words in problem(raw).message
    assert time.process_time() - begun < 3


def test_what_lies_within_the_limits_is_read() -> None:
    nested = b"a: " + b"[" * 31 + b"1" + b"]" * 31
    assert len(parse(nested)) == 1
    assert len(parse(b"---\na: 1\n" * 20)) == 20
    assert len(parse(b"[" + b"a," * 9_998 + b"]")[0].data) == 9_998
    assert parse(b"a: 1\n" + b"#" * (yaml_reader.MAX_BYTES - 5))[0].data == {"a": 1}


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"\xef\xbb\xbfa: 1\nb: [2, three]\n", id="byte order mark"),
        pytest.param(b"a: 1\r\nb: [2, three]\r\n", id="CRLF"),
        pytest.param(b"# above\na: 1 # beside\n\n# between\nb: [2, three]\n# below", id="comments"),
        pytest.param(b"--- # c\na: 1\nb: [2, three]\n...\nwhat: follows\n", id="behind an end"),
        pytest.param(b"---\n\n---\na: 1\nb: [2, three]\n---\n# nothing\n", id="empty documents beside it"),
        pytest.param(b"---\n" * 60_000 + b"a: 1\nb: [2, three]\n", id="many empty documents beside it"),
        pytest.param(b"---\n---\n\xef\xbb\xbfa: 1\nb: [2, three]\n", id="byte order mark of a document"),
        pytest.param(b"---\n{a: 1, b: [2, 'three']}", id="flow style"),
        pytest.param(b'\n\t{"a": 1e0,\n\t"b":[2, "three"]}\n', id="JSON"),
        pytest.param(b'b:\n- 2\n- "three"\na: 1\n', id="other order, other quotes"),
        pytest.param(b"a:\t1\nb: [2,\tthree]\t# tab\n", id="tabs where kubectl takes them"),
        pytest.param(b"x: &x three\na: 1\nb: [2, *x]\n", id="an alias"),
        pytest.param(b"x: &x {a: 1, b: 2}\n<<: *x\nb: [2, three]\n", id="a merge key"),
        pytest.param(b"x: [&x {a: 1}, &y {a: 2}]\nb: [2, three]\n<<: [*x, *y]\n", id="two mappings merged"),
        pytest.param("a: 1\r\nb: [2, three]\r\n".encode("utf-16"), id="UTF-16, as Windows writes it"),
        pytest.param(b"\xfe\xff" + "a: 1\nb: [2, three]\n".encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(b"# caf\xe9\na: 1\nb: [2, three]\n", id="Latin-1 in a comment"),
    ],
)
def test_spelling_does_not_matter(raw: bytes) -> None:
    (document,) = parse(raw)
    document.data.pop("x", None)
    assert document.data == {"a": 1, "b": [2, "three"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-22", "2026-11-22"),
        ("!!timestamp 2026-11-22", "2026-11-22"),
        ("!!timestamp 2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00.5Z"),
        ("!!str 5", "5"),
        ("!!int '5'", 5),
        ("!!float 5", 5),
        ("!!set {x, z: 1}", {"x": None, "z": 1}),
        ("!!omap [x: 1]", [{"x": 1}]),
        ("!!python/tuple [1]", [1]),
        ("!!python/name:os.system x", "x"),
        ("!colour red", "red"),
        ("! 5", "5"),
        ("&a ! 5", "5"),
        ("!!binary aGk=", "hi"),
        ("10000.0", 10000),
        ("1e3", 1000),
        ("-1.5E+3", -1500),
        ("12345678901234567890.0", 12345678901234567000),
        ("1e21", 1e21),
        ("1e400", "1e400"),
        ("-0.0", 0),
        (".5", 0.5),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0o17", 15),
        ("017", 15),
        ("08", 8),
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551615", 18446744073709552000),
        ("18446744073709551616", 18446744073709552000),
        ("y", True),
        ("Off", False),
        ("\N{GRINNING FACE}", "\N{GRINNING FACE}"),
        ('"\\U0001F600 \\\\ud83d\\\\ude00"', "\N{GRINNING FACE} \\ud83d\\ude00"),
        ("'\\ud83d\\ude00'", "\\ud83d\\ude00"),
        ("x\ufeffx", "x\ufeffx"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z"),
        ("1:20", "1:20"),
        ("=", "="),
        ("10", 10),
        ("'10'", "10"),
        ("1.24", 1.24),
        ("true", True),
        ("yes", True),
        ("50%", "50%"),
        ("", None),
        ("|\n  one\n  two", "one\ntwo\n"),
    ],
)
def test_scalars_are_those_of_kubectl(text: str, value: object) -> None:
    data = parse(f"a: {text}\n".encode())[0].data
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_an_emoji_is_text_wherever_it_is_written() -> None:
    emoji = "\N{GRINNING FACE}"
    for raw in (
        json.dumps({emoji: [emoji]}),
        json.dumps({emoji: [emoji]}, ensure_ascii=False),
        f"# {emoji}\n{emoji}: [{emoji}]",
    ):
        assert parse(raw.encode())[0].data == {emoji: [emoji]}


def test_an_emoji_at_the_end_of_many_values() -> None:
    values = {"a": [*["x"] * 9_990, "\N{GRINNING FACE}"]}
    assert parse(json.dumps(values).encode())[0].data == values


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        pytest.param(
            b"a: &a {" + b"k: v, " * 900 + b"}\nb:\n" + b"- *a\n" * 20, "10000 values", id="equal keys"
        ),
        pytest.param(
            b"a: &a [" + b"x, " * 99 + b"]\nb:\n" + b"  <<: {c: *a}\n" * 200, "10000 values", id="merges"
        ),
        pytest.param(b"a: &a " + b"x" * 99_000 + b"\nb:\n" + b"- *a\n" * 20, "1024 KiB of text", id="texts"),
        pytest.param(
            b"k" * 999 + b":\n" + b"".join(b"  l%d: 1\n" % n for n in range(2000)), "1024 KiB", id="paths"
        ),
    ],
)
def test_what_is_multiplied_is_counted(raw: bytes, words: str) -> None:
    found = problem(raw)
    assert words in found.message
    assert found.line
    assert "each value written once" in found.help


def test_documents_and_lines() -> None:
    first, second = parse(b"# c\na:\n  - x: 1\n\n  - w:\n      z: 2\n---\n\nb: 3\n")
    assert first.line() == 2
    assert first.line("a") == 2
    assert first.line("a", 0, "x") == 3
    assert first.line("a", 1, "w", "z") == 6
    assert first.line("a", 1, "w", "missing", 3) == 5
    assert first.line("a", 7) == 2
    assert second.line() == 9
    assert second.line("b") == 9


@pytest.mark.parametrize(
    ("raw", "line"),
    [(b"a: 1\nb:\n  c: 1\n'b':\n  d: 2\n", 4), (b"a: 1\nb: {c: 1}\nb: {d: 2}\n", 3)],
)
def test_of_a_key_that_stands_twice_the_last_counts_as_for_kubectl(raw: bytes, line: int) -> None:
    (document,) = parse(raw)
    assert document.data == {"a": 1, "b": {"d": 2}}
    assert (document.line("b"), document.line("b", "d")) == (line, line + (line == 4))
    assert document.line("b", "c") == line  # The nearest part that is still there.
    assert document.repeated == [("b", 2)]


def test_nothing_is_no_document() -> None:
    assert parse(b"") == []
    assert parse(b"\xef\xbb\xbf# only a comment\n---\n") == []


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_byte_order_mark_before_any_document(ending: str) -> None:
    documents = ["a: 1", "--- # the second", "b: 2", "---", "c: 3", ""]
    text = (
        ending.join(documents).replace("a:", "\ufeffa:").replace("b:", "\ufeffb:").replace("c:", "\ufeffc:")
    )
    assert [found.data for found in parse(("\ufeff" + text).encode())] == [{"a": 1}, {"b": 2}, {"c": 3}]


def test_byte_order_mark_elsewhere_is_kept() -> None:
    assert parse("a: x\ufeffy\n---\n".encode())[0].data == {"a": "x\ufeffy"}
