"""Start a graded run so that nothing outside this project can configure it.

pytest reads its configuration, and imports what that names, before it loads any plugin; it looks for it
beside every argument that could be a path. A submission that brings a ``pytest.ini`` or a ``conftest.py``
would run its own code as whoever grades it. So this is decided before pytest begins: ``_kubegrade.pth`` is
installed in site-packages, and executed by Python's `site` module at every start. It runs this module if
pytest or kubegrade, or a link to one of them, is on the command line. A command line of pytest that grades is
started once more with the configuration, the root folder and the plugins of this project. Every other process
is left alone.
``_kubegrade_needed.pth``, which is executed after it, ends what grades if this module did not run to its end.

The current folder may be among those that modules come from (``PYTHONPATH=.``): what is imported at the top
is part of the interpreter itself, the rest is imported while `main` keeps the folder out.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final, NoReturn

OPTION: Final = "--submission"
"""The option of pytest that stands for a graded run."""
COURSE_OPTION: Final = "--course"
"""The option of pytest by which a graded run is of a course of somebody else's."""
LOOKS: Final = (
    "-h", "--help", "-V", "--version", "--co", "--collect-only", "--collectonly", "--markers", "--fixtures",
    "--funcargs", "--fixtures-per-test", "--cache-show",
)  # fmt: skip
"""Options of pytest with which nothing is graded."""
REFUSED: Final = "KUBEGRADE_REFUSED"
"""The variable with which a run is told what on its command line is refused."""
ROOT: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder of this project."""

_COURSES: Final = (
    ("grading", "course", "*", "course.yaml"),
    ("grading", "course", "*", "exercise.yaml"),
    ("grading", "course", "*", "*", "exercise.yaml"),
)
"""Where the courses of this project say what their markers are."""
_CONFIGURATION: Final = os.path.join(ROOT, "pyproject.toml")
_FIXED: Final = (
    *("-c", _CONFIGURATION, "--rootdir", ROOT, "--noconftest", "-p", "fixtures.graded_run", "-W", "default"),
    *("-W", "ignore::pytest.PytestCacheWarning"),
)
"""The arguments of pytest that fix what a graded run is configured by. A warning, which is an error in this
project's own tests, is shown, and changes neither a verdict nor the exit status. That pytest has no cache is
as it is to be: a graded run writes to the folders of its report only."""
_PROGRAM: Final = ("-P", "-m", "pytest")
"""pytest, with nothing of the current folder among the modules (``-P``)."""
_PYTEST: Final = frozenset({"pytest", "py.test", "pytest.__main__"})
_OTHERWISE: Final = frozenset(
    {
        "--config-file",
        "--rootdir",
        "--override-ini",
        "--setup-only",
        "--setuponly",
        "--setup-plan",
        "--setupplan",
    }
)
"""Options of pytest that a graded run does not take."""
_FLAGS: Final = "hlqsvxV"
"""Options of pytest of one letter that have no value."""
_JOINED: Final = (OPTION, COURSE_OPTION, "--report-dir", "--lang")
"""Options of a graded run whose value may begin with anything; of a run that is refused these are kept."""
_FOLDERS: Final = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX")
"""Variables with a folder that modules come from."""
_CHILDREN: Final = {"PYTHONSAFEPATH": "1"}
"""Variables by which the children of a process are safe from the current folder too."""
_EXIT_USAGE: Final = 4
_FILES: Final = 20
"""Files of arguments that are looked at, and of each as many characters."""
_CHARACTERS: Final = 2**20


def main() -> None:
    """Replace this process if it is to grade a submission and was not started so."""
    folders = sys.path[:]
    sys.path[:] = [folder for folder in sys.path if _is_elsewhere(folder)]
    try:
        _main()
    finally:
        sys.path[:] = folders
    sys.modules["kubegrade_guard"] = sys  # what _kubegrade_needed.pth looks for


def _main() -> None:
    options, path, is_module, arguments = parse(sys.orig_argv)
    if not path:
        return
    programs = {path} if is_module else {_program(path), _program(os.path.realpath(path))}
    if programs & _PYTEST:
        if tuple(arguments[: len(_FIXED)]) != _FIXED and grades([*_added()[0], *arguments]):
            _start([*options, *_PROGRAM], arguments)
    elif "kubegrade" in programs and not is_module and _safe() != dict(os.environ):
        _replace([*options, path, *arguments], _safe())


def _program(path: str) -> str:
    """Return the name of a program: of a script, or of a package run by its path."""
    folder, name = os.path.split(path)
    return os.path.basename(folder) if name == "__main__.py" else name.removesuffix(".exe")


def start_pytest(arguments: list[str]) -> NoReturn:
    """Replace this process by a graded run.

    Args:
        arguments: of pytest.
    """
    _start(list(_PROGRAM), arguments)


def _start(program: list[str], arguments: list[str]) -> NoReturn:
    _replace(*_graded_run(program, arguments))


def command(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the command of a graded run, for a child process, and its environment.

    Args:
        arguments: of pytest.
    """
    words, environment = _graded_run(list(_PROGRAM), arguments)
    return [sys.executable, *words], environment | _CHILDREN


def _graded_run(program: list[str], arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Return the interpreter's arguments and environment for a graded run.

    End if none can be.
    """
    if not os.path.isfile(_CONFIGURATION):
        _refuse(f"{ROOT} holds no tests: kubegrade grades from a checkout of its repository.")
    try:
        os.getcwd()
    except FileNotFoundError:
        _refuse("the current folder does not exist any more: start in another one.")
    environment = _safe()
    for name in (REFUSED, "PYTEST_PLUGINS"):
        environment.pop(name, None)
    # Plugins of other projects that are installed beside this one, such as one that runs failed tests again.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    words, unreadable = _added()
    added, arguments = joined(words), joined(arguments)
    refused = unreadable or next(refusals([*added, *arguments]), "") or next(unseen(added), "")
    if refused:
        # Such a run says so, and clears its report folder.
        environment[REFUSED] = refused
        kept = tuple(f"{name}=" for name in _JOINED)
        words = [word for word in [*added, *arguments] if word.startswith(kept) or looks(word)]
        added, arguments = [], words
    if added or refused:
        import shlex

        environment["PYTEST_ADDOPTS"] = shlex.join(added)
    return [*program, *_FIXED, *arguments], environment


def looks(word: str) -> bool:
    """Return whether an argument of pytest is one with which nothing is graded."""
    return word in LOOKS or (word[:1] == "-" and "h" in word and not word[1:].strip(_FLAGS))


def parse(words: list[str]) -> tuple[list[str], str, bool, list[str]]:
    """Take a command line of Python apart.

    Args:
        words: as in `sys.orig_argv`, the interpreter first.

    Returns:
        The options of the interpreter; the script as it was given, or the name of a module (``-m``), empty if
        neither is started; whether it is a module; the arguments of the program.
    """
    import re

    at = 1
    while at < len(words):
        word, rest = words[at], words[at + 1 :]
        if not word.startswith("-"):
            return words[1:at], word, False, rest
        if word == "--" and rest:
            return words[1:at], rest[0], False, rest[1:]
        if word == "--check-hash-based-pycs":
            at += 2
            continue
        letters = re.fullmatch(r"-([^-cmWX]*)([cmWX]?)(.*)", word, re.DOTALL)
        flags, option, value = letters.groups() if letters else ("", "c", "")
        if word == "-" or option == "c":
            break
        if option == "m":
            options = words[1:at] + ([f"-{flags}"] if flags else [])
            module, *arguments = [value, *rest] if value else rest or [""]
            return options, module, True, arguments
        at += 2 if option and not value else 1  # -W and -X have a value
    return words[1:], "", False, []


def joined(words: list[str]) -> list[str]:
    """Return arguments with ``--submission DIR`` as ``--submission=DIR``.

    So DIR is not taken for an option, whatever it is called.
    """
    result: list[str] = []
    rest = iter(words)
    for word in rest:
        value = next(rest, None) if word in _JOINED else None
        result.append(word if value is None else f"{word}={value}")
    return result


def grades(words: list[str]) -> bool:
    """Return whether arguments of pytest ask for a graded run.

    Directly, or from a file of arguments.
    """
    import re

    words = _expanded(words)
    if any(word.partition("=")[0] in {OPTION, COURSE_OPTION} for word in words):
        return True
    expressions = [value for letter, value in _short(words) if letter == "m"]
    selected = {name for expression in expressions for name in re.findall(r"\w+", expression)}
    return bool(selected) and not selected.isdisjoint(markers())


def refusals(words: list[str]) -> Iterator[str]:
    """Yield the arguments of pytest by which a graded run would be another.

    They have it read another configuration or more arguments, or set tests up and not run them.
    """
    for word in words:
        if word.startswith("@") or word.partition("=")[0] in _OTHERWISE:
            yield word
    yield from (f"-{letter} {value}" for letter, value in _short(words) if letter in "co")


def unseen(words: list[str]) -> Iterator[str]:
    """Yield the arguments that a run takes from its command line only.

    They load other code, or turn warnings into errors: who starts the run must mean them.
    """
    yield from (word for word in words if word.partition("=")[0] == "--pythonwarnings")
    for letter, value in _short(words):
        if letter == "W" or (letter == "p" and not value.startswith("no:")):
            yield f"-{letter} {value}"


def _short(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the one-letter options that have a value, with their values.

    Also behind flags (``-qm``).
    """
    for at, word in enumerate(words):
        letters = word[1:].lstrip(_FLAGS) if word.startswith("-") else ""
        if letters and letters[0] != "-":
            value = letters[1:] or "".join(words[at + 1 : at + 2])
            yield letters[0], value.removeprefix("=")


def _expanded(words: list[str]) -> list[str]:
    """Return arguments with those in files of arguments (``@FILE``).

    Also of files in these.
    """
    words = list(words)
    files = 0
    for word in words:  # which grows meanwhile
        if word.startswith("@") and files < _FILES:
            files += 1
            words += _lines(word[1:])
    return words


def _lines(path: str) -> list[str]:
    """Return the lines of a file of arguments, none of a pipe or the like.

    That could be read once only.
    """
    try:
        if os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as stream:
                return stream.read(_CHARACTERS).splitlines()
    except OSError:
        pass  # pytest says what is wrong with it
    return []


def _added() -> tuple[list[str], str]:
    """Return the arguments in the environment, and their text if unreadable."""
    import shlex

    text = os.environ.get("PYTEST_ADDOPTS", "")
    try:
        return shlex.split(text), ""
    except ValueError:
        return text.split(), f"PYTEST_ADDOPTS={text}"


def markers() -> set[str]:
    """Return the markers of the courses and their sections."""
    import glob
    import re

    found = set()
    for pattern in _COURSES:
        for path in glob.glob(os.path.join(ROOT, *pattern)):
            with open(path, encoding="utf-8") as stream:
                found |= set(re.findall(r"^marker: *(\w+)", stream.read(), re.MULTILINE))
    return found


def _is_elsewhere(folder: str) -> bool:
    """Return whether a folder is absolute and not the current one."""
    try:
        return os.path.isabs(folder) and not os.path.samefile(folder, os.curdir)
    except OSError:  # one of the two does not exist
        return os.path.isabs(folder)


_INTERPRETER: Final = (
    "PYTHONWARNINGS", "PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG",
)  # fmt: skip
"""Variables by which Python would run this project otherwise: other warnings, no assertions."""
_SEARCHED: Final = {"PATH": os.path.isabs, "LD_LIBRARY_PATH": os.path.isabs, "PYTHONPATH": _is_elsewhere}
"""Variables with folders of programs, libraries and modules, and which of these folders are kept."""


def _safe() -> dict[str, str]:
    """Return an environment in which nothing of the current folder runs."""
    safe = {name: value for name, value in os.environ.items() if name not in _INTERPRETER}
    for name, is_kept in _SEARCHED.items():
        if name in safe:
            safe[name] = os.pathsep.join(filter(is_kept, safe[name].split(os.pathsep)))
            if not safe[name]:
                del safe[name]  # for an empty PATH is the current folder
    for name in _FOLDERS:
        if name in safe and not os.path.isabs(safe[name]):
            del safe[name]
    return safe


def _replace(arguments: list[str], environment: dict[str, str]) -> NoReturn:
    """Start the interpreter again in place of this process."""
    os.execve(sys.executable, [sys.executable, *arguments], environment | _CHILDREN)  # noqa: S606 - no shell


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"ERROR: {message}\n")
    sys.stderr.flush()
    os._exit(_EXIT_USAGE)


if __name__ == "kubegrade.pth":
    main()
