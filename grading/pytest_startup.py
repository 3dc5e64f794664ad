"""Start a graded run so that nothing outside this project can configure it.

pytest reads its configuration, and imports what that names, before it loads any plugin; it looks for it
beside every argument that could be a path. A submission that brings a ``pytest.ini`` or a ``conftest.py``
would run its own code as whoever grades it. So this is decided before pytest begins: ``kubegrade.pth`` is
installed in site-packages, and executed by Python's `site` module at every start. It runs this module if
pytest or kubegrade stands on the command line. A command line of pytest that grades is started once more with
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
NOT_GRADED: Final = frozenset({"criterion", "cluster"})
"""Markers of this project that select no chapter or section of a course."""
ROOT: Final = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
"""The folder of this project."""
_CONFIGURATION: Final = os.path.join(ROOT, "pyproject.toml")
_FIXED: Final = ("-c", _CONFIGURATION, "--rootdir", ROOT, "--noconftest", "-p", "fixtures.graded_run")
"""The arguments of pytest that fix what a graded run is configured by."""

_PROGRAM: Final = ("-P", "-m", "pytest")
"""pytest, with nothing of the current folder among the modules (``-P``)."""
_PYTEST: Final = frozenset({"pytest", "py.test"})
_EXIT_USAGE: Final = 4


def main() -> None:
    """Replace this process if it is to grade a submission and was not started so."""
    folders = sys.path[:]
    sys.path[:] = _without_current_folder()
    try:
        _main()
    finally:
        sys.path[:] = folders


def _main() -> None:
    options, path, is_module, arguments = parse(sys.orig_argv)
    program = os.path.basename(path).removesuffix(".exe")
    if program in _PYTEST:
        if not _grades(arguments):
            return
        if not os.path.isfile(_CONFIGURATION):
            _refuse(f"{ROOT} holds no tests: kubegrade grades from a checkout of its repository.")
        start = list(_FIXED)
        if arguments[: len(start)] != start:
            _replace([*options, *_PROGRAM, *start, *arguments])
    elif program == "kubegrade" and not is_module and _safe() != dict(os.environ):
        _replace([*options, path, *arguments])


def start_pytest(arguments: list[str]) -> NoReturn:
    """Replace this process by a graded run.

    Args:
        arguments: of pytest.
    """
    _replace([*_PROGRAM, *_FIXED, *arguments])


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


def _grades(arguments: list[str]) -> bool:
    """Return whether arguments of pytest, with those of the environment, ask for a graded run."""
    import re
    import shlex

    try:
        added = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        added = []  # pytest says what is wrong with it
    words = [*added, *arguments]
    if any(word == OPTION or word.startswith(f"{OPTION}=") for word in words):
        return True
    selected = {name for expression in _expressions(words) for name in re.findall(r"\w+", expression)}
    return bool(selected) and not selected.isdisjoint(markers())


def _expressions(words: list[str]) -> Iterator[str]:
    """Return the marker expressions in arguments of pytest: ``-m``, alone or behind flags (``-qm``)."""
    import re

    for at, word in enumerate(words):
        match = re.fullmatch(r"-[A-Za-z]*?m(.*)", word, re.DOTALL)
        if match:
            yield match[1] or "".join(words[at + 1 : at + 2])


def markers() -> set[str]:
    """Return the markers that select what is graded: those of the courses and their sections."""
    import tomllib

    try:
        with open(_CONFIGURATION, "rb") as stream:
            lines = tomllib.load(stream)["tool"]["pytest"]["ini_options"]["markers"]
    except FileNotFoundError:
        return set()
    return {line.partition(":")[0].partition("(")[0] for line in lines} - NOT_GRADED


def _without_current_folder() -> list[str]:
    """Return `sys.path` without what ``PYTHONPATH`` names relative to the current folder."""
    named = filter(None, [os.environ.get("PYTHONPATH")])
    folders = [folder for path in named for folder in path.split(os.pathsep) if not os.path.isabs(folder)]
    try:
        relative = {os.path.abspath(folder) for folder in folders}
    except FileNotFoundError:  # there is no current folder any more
        relative = set()
    return [folder for folder in sys.path if folder not in relative]


def _safe() -> dict[str, str]:
    """Return the environment without relative folders in the paths that programs are looked for in."""
    safe = dict(os.environ)
    for name in ("PYTHONPATH", "PATH"):
        if name in safe:
            folders = [folder for folder in safe[name].split(os.pathsep) if os.path.isabs(folder)]
            safe[name] = os.pathsep.join(folders)
    return safe


def _replace(arguments: list[str]) -> NoReturn:
    """Start the interpreter again in place of this process; its children are safe from the folder too."""
    environment = {**_safe(), "PYTHONSAFEPATH": "1"}
    os.execve(sys.executable, [sys.executable, *arguments], environment)  # noqa: S606 - a list, no shell


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"ERROR: {message}\n")
    sys.stderr.flush()
    os._exit(_EXIT_USAGE)


if __name__ == "kubegrade.pth":
    main()
