"""Files of commands are read as the shell that they were typed into read them."""

from __future__ import annotations

import shlex
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.commands.decoding import decoded
from grading.commands.dialects import CMD, POSIX, POWERSHELL, Dialect
from grading.commands.reader import MAX_LINE, MAX_LINES, MAX_STEPS, read
from grading.commands.words import Unreadable, split
from tests.selfcheck.commands.documents import Document, documents, told

DOCUMENTS = list(documents())
COMMAND = "kubectl create ns pxl"


def texts(line: str, dialect: Dialect = POSIX) -> list[list[str]]:
    return [[word.text for word in part.words] for part in split(line, dialect)]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_a_document_is_read_as_it_was_typed(document: Document) -> None:
    assert told(read(document.text)) == document.expected


def test_there_are_enough_documents() -> None:
    assert len({document.id for document in DOCUMENTS}) == len(DOCUMENTS) >= 100


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.id)
def test_the_ends_of_lines_change_nothing(document: Document) -> None:
    text = document.text
    assert told(read(text.replace("\n", "\r\n"))) == document.expected
    assert told(read("\ufeff" + text)) == document.expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_decoded(encoding: str) -> None:
    assert decoded(f"{COMMAND} # één".encode(encoding)) == f"{COMMAND} # één"


def test_what_no_text_has_is_left_out() -> None:
    assert decoded(b"kubectl\0 create\0 ns pxl") == COMMAND


def test_colours_and_titles_of_a_terminal_are_no_part_of_a_command() -> None:
    line = (
        "\x1b]0;student@virt: ~\x07\x1b[01;32mstudent@virt\x1b[00m:\x1b[01;34m~\x1b[00m$ "
        + COMMAND
        + "\x1b[K"
    )
    assert [step.text for step in read(line).steps] == [COMMAND]


def test_a_remark_names_the_lines_that_a_terminal_showed() -> None:
    reading = read(f"$ {COMMAND}\none\ntwo\n$ kubectl get ns\nthree\n")
    assert [str(remark) for remark in reading.remarks] == [
        "lines 2-3, 5 look like output of the terminal, so they are not run"
    ]


def test_commands_beyond_the_first_hundred_are_counted() -> None:
    reading = read(f"{COMMAND}\n" * (MAX_STEPS + 7))
    assert len(reading.steps) == MAX_STEPS
    assert reading.omitted == 7
    assert "only the first 100 commands are run; 7 commands" in reading.remarks[0]


def test_a_command_of_too_many_lines_ends() -> None:
    reading = read("kubectl create ns \\\n" + "a\\\n" * 100)
    assert reading.steps[0].last == MAX_LINES


def test_a_command_that_is_too_long_fails() -> None:
    step = read("kubectl create ns " + "a" * MAX_LINE).steps[0]
    assert [decision.outcome for decision in step.decisions] == ["failed"]
    assert len(step.text) == MAX_LINE


@pytest.mark.parametrize(
    "text",
    ["kubectl " * 30_000, "\\\n" * 100_000, "student@a:" * 20_000, "'" * 200_000, "$(" * 100_000,
     "kubectl x -" + "-a" * 100_000, "[" * 200_000, "{" * 200_000, "a@b " * 60_000, "\x1b]" * 100_000,
     "kubectl <<A\n" * 20_000, "kubectl x\n" + "--a\n" * 60_000, "k\n" * 100_000, "\n" * 250_000,
     "".join(f"kubect{number:x}\n" for number in range(20_000))],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_a_hostile_file_is_read_soon(text: str) -> None:
    begun = time.process_time()
    read(text)
    assert time.process_time() - begun < 2


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    read(text)
    read(f"student@virt:~$ kubectl {text}")


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=1))
def test_words_that_were_quoted_are_read_back(words: list[str]) -> None:
    assert texts(shlex.join(words)) == [words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (r"a\ b c", ["a b", "c"]),
        (r'"a\b" "a\"b" "a\\b" "a\$b"', [r"a\b", 'a"b', r"a\b", "a$b"]),
        (r"'a\b'", [r"a\b"]),
        ("a'b'\"c\"d", ["abcd"]),
        ("''", [""]),
        ("a#b #c", ["a#b"]),
        ("a \\\n b", ["a", "b"]),
        ("a\\\nb", ["ab"]),
        ('"a\\\nb"', ["ab"]),
        ("a 2>&1", ["a"]),
        ("a 2> /dev/null b", ["a", "b"]),
        ("a2>b c", ["a2", "c"]),
        ("a $", ["a", "$"]),
        ("a ~ * ? !", ["a", "~", "*", "?", "!"]),
        ("a {} {b}", ["a", "{}", "{b}"]),
    ],
)
def test_a_line_is_split_as_sh_does(line: str, words: list[str]) -> None:
    assert texts(line) == [words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a `\n b", ["a", "b"]),
        ('a `"b', ["a", '"b']),
        ('a "b""c"', ["a", 'b"c']),
        ("a 'b''c'", ["a", "b'c"]),
        ('a "b`"c"', ["a", 'b"c']),
        (r"a C:\b\c", ["a", r"C:\b\c"]),
    ],
)
def test_a_line_is_split_as_powershell_does(line: str, words: list[str]) -> None:
    assert texts(line, POWERSHELL) == [words]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a ^\n b", ["a", "b"]),
        ('a "b c"d', ["a", "b cd"]),
        ("a 'b c'", ["a", "'b", "c'"]),
        ("a #b", ["a", "#b"]),
    ],
)
def test_a_line_is_split_as_cmd_does(line: str, words: list[str]) -> None:
    assert texts(line, CMD) == [words]


@pytest.mark.parametrize("line", ["'a", '"a', "a 'b", "(a)", "a (b"])
def test_a_line_that_needs_more_is_unreadable(line: str) -> None:
    with pytest.raises(Unreadable):
        split(line)
