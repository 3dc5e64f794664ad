"""Start a graded run so that nothing outside this project can configure it.

pytest reads its configuration, and imports what that names, before it loads any plugin; it looks for it
beside every argument that could be a path. A submission that brings a ``pytest.ini`` or a ``conftest.py``
would run its own code as whoever grades it. So this is decided before pytest begins: ``_kubegrade.pth`` is
installed in site-packages, and executed by Python's `site` module at every start. It runs this module if
pytest or kubegrade is on the command line. A command line of pytest that grades is started once more with
the configuration, the root folder and the plugins of this project. Every other process is left alone.

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
PATH_OPTIONS: Final = (OPTION, "--report-dir")
"""Options of a graded run whose value is a path, which may begin with anything."""
NOT_GRADED: Final = frozenset({"criterion", "cluster"})
"""Markers of this project that select no chapter or section of a course."""
REFUSED: Final = "KUBEGRADE_REFUSED"
"""The variable with which a run is told what on its command line is refused."""
ROOT: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder of this project."""

_CONFIGURATION: Final = os.path.join(ROOT, "pyproject.toml")
_FIXED: Final = ("-c", _CONFIGURATION, "--rootdir", ROOT, "--noconftest", "-p", "fixtures.graded_run")
"""The arguments of pytest that fix what a graded run is configured by."""
_PROGRAM: Final = ("-P", "-m", "pytest")
"""pytest, with nothing of the current folder among the modules (``-P``)."""
_PYTEST: Final = frozenset({"pytest", "py.test", "pytest.__main__"})
_FLAGS: Final = "hlqsvxV"
"""Options of pytest of one letter that have no value."""
_SEARCHED: Final = ("PATH", "LD_LIBRARY_PATH")
"""Variables with folders that programs and libraries are looked for in."""
_FOLDERS: Final = ("PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX")
"""Variables with a folder that modules come from."""
_EXIT_USAGE: Final = 4
_LARGEST: Final = 64 * 1024
"""Bytes of a file of arguments that are looked at."""


def main() -> None:
    """Replace this process if it is to grade a submission and was not started so."""
    folders = sys.path[:]
    sys.path[:] = [folder for folder in sys.path if _is_elsewhere(folder)]
    try:
        _main()
    except Exception as error:
        # Python would go on without this module, and run what it is to keep from running.
        if any(OPTION in word for word in sys.orig_argv):
            _refuse(f"a graded run could not be started: {type(error).__name__}: {error}")
        raise
    finally:
        sys.path[:] = folders


def _main() -> None:
    options, path, is_module, arguments = parse(sys.orig_argv)
    program = os.path.basename(path).removesuffix(".exe")
    if program == "__main__.py":
        program = os.path.basename(os.path.dirname(path))
    if program in _PYTEST:
        if tuple(arguments[: len(_FIXED)]) != _FIXED and grades([*_added(), *arguments]):
            _start([*options, *_PROGRAM], arguments)
    elif program == "kubegrade" and not is_module and _safe() != dict(os.environ):
        _replace([*options, path, *arguments], _safe())


def start_pytest(arguments: list[str]) -> NoReturn:
    """Replace this process by a graded run.

    Args:
        arguments: of pytest.
    """
    _start(list(_PROGRAM), arguments)


def _start(program: list[str], arguments: list[str]) -> NoReturn:
    if not os.path.isfile(_CONFIGURATION):
        _refuse(f"{ROOT} holds no tests: kubegrade grades from a checkout of its repository.")
    environment = _safe()
    added, arguments = joined(_added()), joined(arguments)
    refused = next(refusals([*added, *arguments]), "")
    if refused:
        # The report folder is all that such a run needs to know: it clears it, and says what is refused.
        environment[REFUSED] = refused
        added, arguments = [], [word for word in [*added, *arguments] if word.startswith("--report-dir=")]
    if added or refused:
        import shlex

        environment["PYTEST_ADDOPTS"] = shlex.join(added)
    _replace([*program, *_FIXED, *arguments], environment)


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
    """Return arguments with ``--submission DIR`` as ``--submission=DIR``, which is no option then."""
    result: list[str] = []
    rest = iter(words)
    for word in rest:
        value = next(rest, None) if word in PATH_OPTIONS else None
        result.append(word if value is None else f"{word}={value}")
    return result


def grades(words: list[str]) -> bool:
    """Return whether arguments of pytest ask for a graded run, directly or from a file of arguments."""
    import re

    words = [*words, *(line for word in words if word.startswith("@") for line in _lines(word[1:]))]
    if any(word.startswith(OPTION[:8]) for word in words):  # spelled wrong, too
        return True
    expressions = [value for letter, value in _short(words) if letter == "m"]
    selected = {name for expression in expressions for name in re.findall(r"\w+", expression)}
    return bool(selected) and not selected.isdisjoint(markers())


def refusals(words: list[str]) -> Iterator[str]:
    """Yield the arguments of pytest that would have it read another configuration, or more arguments."""
    for word in words:
        if word.startswith("@") or word.partition("=")[0] in {"--config-file", "--rootdir"}:
            yield word
    yield from (f"-c {value}" for letter, value in _short(words) if letter == "c")


def _short(words: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the options of one letter that have a value, also behind flags (``-qm``), with their values."""
    for at, word in enumerate(words):
        letters = word[1:].lstrip(_FLAGS) if word.startswith("-") else ""
        if letters and letters[0] != "-":
            value = letters[1:] or "".join(words[at + 1 : at + 2])
            yield letters[0], value.removeprefix("=")


def _lines(path: str) -> list[str]:
    """Return the lines of a file of arguments; of a pipe or the like, which can be read once, none."""
    if not os.path.isfile(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read(_LARGEST).splitlines()


def _added() -> list[str]:
    """Return the arguments in the environment."""
    import shlex

    try:
        return shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        return []  # pytest says what is wrong with it


def markers() -> set[str]:
    """Return the markers that select what is graded: those of the courses and their sections."""
    import tomllib

    try:
        with open(_CONFIGURATION, "rb") as stream:
            lines = tomllib.load(stream)["tool"]["pytest"]["ini_options"]["markers"]
    except FileNotFoundError:
        return set()
    return {line.partition(":")[0].partition("(")[0] for line in lines} - NOT_GRADED


def _is_elsewhere(folder: str) -> bool:
    """Return whether a folder is absolute and not the current one."""
    try:
        return os.path.isabs(folder) and not os.path.samefile(folder, os.curdir)
    except OSError:  # one of the two does not exist
        return os.path.isabs(folder)


def _safe() -> dict[str, str]:
    """Return the environment without the current folder where programs, modules and libraries come from."""
    safe = dict(os.environ)
    for name in _SEARCHED:
        if name in safe:
            safe[name] = os.pathsep.join(filter(os.path.isabs, safe[name].split(os.pathsep)))
    if "PYTHONPATH" in safe:
        safe["PYTHONPATH"] = os.pathsep.join(filter(_is_elsewhere, safe["PYTHONPATH"].split(os.pathsep)))
    for name in _FOLDERS:
        if name in safe and not os.path.isabs(safe[name]):
            del safe[name]
    return safe


def _replace(arguments: list[str], environment: dict[str, str]) -> NoReturn:
    """Start the interpreter again in place of this process; its children are safe from the folder too."""
    environment["PYTHONSAFEPATH"] = "1"
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606 - a list, no shell


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"ERROR: {message}\n")
    sys.stderr.flush()
    os._exit(_EXIT_USAGE)


if __name__ == "kubegrade.pth":
    main()
