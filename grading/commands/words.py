"""Split a line into the words of commands as a shell would, without being one.

`shlex` of the standard library differs from a shell in what matters here: it keeps the newline of a continued
line, takes ``#`` inside of a word for a comment, keeps the backslash of ``\\$`` in double quotes, splits
``$(a b)`` in two, and knows neither ``2>&1`` nor the rules of Windows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from grading.commands.dialects import CMD, POSIX, Dialect
from grading.text.i18n import _

Joint = Literal["", ";", "&&", "||", "|", "&"]
"""What stands before a command: nothing, or an operator of the shell."""

_BRACES: Final = re.compile(r"\{[^{}\s]*(?:,|\.\.)[^{}\s]*\}")
"""What bash expands to several words; a JSONPath as in ``{.items[*].kind}`` is none."""
_REDIRECTION: Final = re.compile(r"&>>?|<<<|<<-?|<>|>>|>\||[<>]&|[<>]")
_EXPANDED: Final = re.compile(r"\$(?:[A-Za-z_][A-Za-z0-9_]*(?::\w+)?|[0-9{(@*#?$!'\"-])")
_VARIABLE_OF_CMD: Final = re.compile(r"%[A-Za-z_][A-Za-z0-9_()]*%")
_OPERATORS: Final[dict[str, Joint]] = {"&&": "&&", "||": "||", ";": ";", "|": "|", "&": "&", "\n": ";"}
_OPERATOR: Final = re.compile(r"&&|\|\||;|\||&|\n")
_ESCAPED_IN_DOUBLE: Final = '$`"\\\n'
"""What a backslash takes the meaning from inside of double quotes (POSIX, 2.2.3)."""


@dataclass(frozen=True)
class Word:
    """A word of a command.

    Attributes:
        text: without its quotes.
        expands: the part that a shell would put something else in place of, empty text if there is none.
    """

    text: str
    expands: str = ""


@dataclass(frozen=True)
class Part:
    """One command of a line.

    Attributes:
        words: the program and its arguments.
        joint: what stands before it.
        redirections: operators and files that its input and output are joined to, such as ``> pods.txt``.
    """

    words: tuple[Word, ...]
    joint: Joint = ""
    redirections: tuple[str, ...] = ()

    @property
    def reads_input(self) -> bool:
        """True if its input comes from a file, a text in the line or another command."""
        return self.joint == "|" or any("<" in item for item in self.redirections)


class Unreadable(Exception):
    """A line is none that a shell would run.

    Args:
        message: why, for the student.
        open_quote: whether only the end of a quote is missing, which may come in the next line.
    """

    def __init__(self, message: str, *, open_quote: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.open_quote = open_quote


def split(text: str, dialect: Dialect = POSIX) -> list[Part]:
    """Return the commands of a line.

    Args:
        text: the line, its continuation lines joined by newlines behind the character that continues it.
        dialect: of the shell that it was typed into.

    Raises:
        Unreadable: a quote has no end, or the line needs a shell.
    """
    return _Splitter(text, dialect).parts()


class _Splitter:
    def __init__(self, text: str, dialect: Dialect) -> None:
        self._text = text
        self._dialect = dialect
        self._at = 0
        self._word: list[str] | None = None
        self._is_bare = True
        self._expands = ""
        self._words: list[Word] = []
        self._redirections: list[str] = []
        self._pending = ""
        self._joint: Joint = ""
        self._parts: list[Part] = []

    def parts(self) -> list[Part]:
        while self._at < len(self._text):
            self._step()
        self._end_part("")
        return self._parts

    def _step(self) -> None:
        character = self._text[self._at]
        if character == self._dialect.escape:
            self._escaped()
        elif character in self._dialect.quotes:
            self._quoted(character)
        elif self._expansion(quoted=False):
            pass
        elif character in " \t\r":
            self._end_word()
            self._at += 1
        elif character == "#" and self._word is None and self._dialect.comments:
            end = self._text.find("\n", self._at)
            self._at = len(self._text) if end < 0 else end
        elif found := _REDIRECTION.match(self._text, self._at):
            self._redirect(found[0])
        elif found := _OPERATOR.match(self._text, self._at):
            self._at = found.end()
            self._end_part(_OPERATORS[found[0]])
        elif character in "()":
            raise Unreadable(
                _(
                    "parentheses outside quotes are shell syntax, and commands are run without a shell; put "
                    "them in quotes"
                )
            )
        else:
            self._add(character)
            self._at += 1

    def _add(self, text: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(text)

    def _escaped(self) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        if following == "\n":  # the line goes on
            return
        self._is_bare = False
        self._add(following or self._dialect.escape)

    def _quoted(self, quote: str) -> None:
        begun, dialect = self._at, self._dialect
        self._at += 1
        self._is_bare = False
        self._add("")
        while True:
            character = self._text[self._at : self._at + 1]
            if not character:
                column = begun - self._text.rfind("\n", 0, begun)
                raise Unreadable(
                    _("the quote {quote} in column {column} has no end", quote=quote, column=column),
                    open_quote=True,
                )
            following = self._text[self._at + 1 : self._at + 2]
            if character == quote:
                self._at += 1
                if not (dialect.doubles and following == quote):
                    return
                self._add(quote)
                self._at += 1
            elif quote == '"' and character == dialect.escape and self._is_escape(following):
                self._at += 2
                self._add("" if following == "\n" else following)
            elif quote == '"' and self._expansion(quoted=True):
                pass
            else:
                self._add(character)
                self._at += 1

    def _is_escape(self, following: str) -> bool:
        if self._dialect is CMD:
            return False
        return bool(following) and (self._dialect is not POSIX or following in _ESCAPED_IN_DOUBLE)

    def _expansion(self, *, quoted: bool) -> bool:
        """Take what a shell would put something else in place of, if it stands here."""
        rest, end = self._text, 0
        if self._dialect is CMD:
            found = _VARIABLE_OF_CMD.match(rest, self._at)
            end = found.end() if found else 0
        elif found := _EXPANDED.match(rest, self._at):
            opening = found[0][-1]
            end = _matching(rest, found.end() - 1) if opening in "({" else found.end()
            if opening in "'\"":  # quotes with other rules; the quote itself is read next
                end -= 1
        elif rest[self._at] == "`" and self._dialect is POSIX:
            end = rest.find("`", self._at + 1) + 1 or len(rest)
        elif self._dialect is POSIX and not quoted and (found := _BRACES.match(rest, self._at)):
            end = found.end()
        if not end:
            return False
        taken = rest[self._at : end]
        self._expands = self._expands or taken
        self._add(taken)
        self._at = end
        return True

    def _redirect(self, operator: str) -> None:
        number = "".join(self._word or []) if self._is_bare else ""
        if number.isdigit():
            self._word = None
        else:
            self._end_word()
        self._pending = operator
        self._at += len(operator)

    def _end_word(self) -> None:
        if self._word is None:
            return
        word = Word("".join(self._word), self._expands)
        if self._pending:
            self._redirections.append(f"{self._pending} {word.text}")
            self._pending = ""
        else:
            self._words.append(word)
        self._word, self._expands, self._is_bare = None, "", True

    def _end_part(self, joint: Joint) -> None:
        self._end_word()
        if self._words or self._redirections:
            self._parts.append(Part(tuple(self._words), self._joint, tuple(self._redirections)))
            self._joint = joint
        elif joint not in {";", ""}:
            self._joint = joint
        self._words, self._redirections, self._pending = [], [], ""


def _matching(text: str, opening: int) -> int:
    """Return the place behind the matching bracket, the text's end if none."""
    pairs, depth = {"(": ")", "{": "}"}, 0
    begin, end = text[opening], pairs[text[opening]]
    for place in range(opening, len(text)):
        depth += (text[place] == begin) - (text[place] == end)
        if depth == 0:
            return place + 1
    return len(text)
