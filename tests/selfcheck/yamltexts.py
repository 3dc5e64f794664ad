"""Texts that are YAML or nearly, for property tests of the reader."""

from __future__ import annotations

import codecs

from hypothesis import strategies as st

SCALARS = [
    *(
        "a",
        "b",
        "kind",
        "Pod",
        "''",
        '"x y"',
        "1",
        "-0",
        "017",
        "0x1F",
        "0b1",
        "1_0",
        "1e3",
        "10000.0",
        "1:20",
    ),
    *(".5", "1e400", "-.inf", ".nan", "~", "null", "", "yes", "y", "=", "<<", "2026-11-22", "1" * 500),
    *(
        '"\\ud83d\\ude00"',
        '"\\ud800"',
        '"\\0"',
        '"\\u263a"',
        "\N{GRINNING FACE}",
        "é",
        "\ufeff",
        "\u2028",
        "\x85",
    ),
    *("\0", "\x1b", "\x7f", "\ufffe", "@", "`", "%x", "a: b", "# c", "'", '"', "|", ">-", "? x", "- y", "*a"),
]
TAGS = [
    *("!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ", "!!timestamp ", "!!set ", "!!omap "),
    *(
        "!!pairs ",
        "!!merge ",
        "!!value ",
        "!!map ",
        "!!seq ",
        "!!python/object:os.system ",
        "!x ",
        "! ",
        "!e!x ",
    ),
    *("!<tag:yaml.org,2002:int> ", "!<", "!!"),
]
PREFIXES = [*["", "", "", ""], "&a ", "&b ", *TAGS]

scalars = st.builds("{}{}".format, st.sampled_from(PREFIXES), st.sampled_from(SCALARS))
aliases = st.sampled_from(["*a", "*b", "*c"])


def _flow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    prefix = st.sampled_from(PREFIXES)
    pairs = st.lists(st.builds("{}: {}".format, inner, inner), max_size=4)
    return st.one_of(
        st.builds(lambda start, items: f"{start}[{', '.join(items)}]", prefix, st.lists(inner, max_size=4)),
        st.builds(lambda start, items: f"{start}{{{', '.join(items)}}}", prefix, pairs),
        st.builds("{{<<: {}, k: {}}}".format, inner, inner),
    )


flows = st.recursive(scalars | aliases, _flow, max_leaves=12)
anchored = st.builds(
    "x: &a {{k: v, '<<': w}}\ny: &b [*a, {}]\nz: &c {}\n{}: {}\n".format,
    *(st.recursive(st.sampled_from(SCALARS[:36]) | aliases, _flow, max_leaves=5) for _ in range(4)),
)
"""Most of these are YAML, where most of `texts` are not."""
lines = st.builds(
    lambda indent, start, text: f"{' ' * indent}{start}{text}",
    st.integers(0, 6),
    st.sampled_from(
        ["", "", "- ", "- - ", "k: ", "k:\n", "? ", ": ", "<<: ", "\t", "kind: ", "---\n", "...\n", "&a k: "]
    ),
    flows,
)
directives = st.sampled_from(
    ["", "", "", "%YAML 1.1\n---\n", "%YAML 1.2\n---\n", "%TAG !e! tag:x,1:\n---\n", "%FOO\n"]
)
texts = st.builds(
    lambda head, body, newline: head + newline.join(body),
    directives,
    st.lists(lines, max_size=8),
    st.sampled_from(["\n", "\n", "\r\n", "\r", "\x85"]),
)
ENCODINGS = [
    lambda text: text.encode(),
    lambda text: codecs.BOM_UTF8 + text.encode(),
    lambda text: text.encode("utf-16"),
    lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be") + b"\0",
    lambda text: text.encode("utf-32"),
    lambda text: text.encode("latin-1", "replace"),
    lambda text: text.encode()[:-1],
]
files = st.one_of(
    st.builds(lambda text, encode: encode(text), texts | anchored | flows, st.sampled_from(ENCODINGS)),
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
