"""One factor stretches every limit on a slow machine, and nothing else."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grading import timeouts
from tests.selfcheck.planted import BIN

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path
    for folder in ("grading", "fixtures")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "airgap" not in path.parts and path.name not in {"timeouts.py", "faulty.py"}
]
"""What takes part in a graded run; set-up has limits of its own."""

LIMITED = {"timeout", "connect", "read", "total", "wait_timeout", "cluster_timeout"}
"""Keyword arguments that bound a wait."""
WAITS = {"wait", "wait_for", "until", "until_nginx", "result", "stop_after_delay", "communicate"}
"""Functions that wait as long as one of their arguments says."""
WORDS = {"TIMEOUT", "GRACE", "WITHIN", "DEADLINE"}
"""Words in the names of constants that are limits."""
OTHER = {"_LOOP_TIMEOUT"}
"""Constants that are called as a limit and are none: what one request is."""


@pytest.fixture
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in timeouts.limits().items():
        monkeypatch.setattr(timeouts, name, seconds)


@pytest.mark.usefixtures("_as_it_was")
def test_every_limit_is_stretched_and_nothing_else() -> None:
    before = {name: value for name, value in vars(timeouts).items() if name.isupper()}
    timeouts.stretch(3)
    after = {name: value for name, value in vars(timeouts).items() if name.isupper()}
    fixed = {"STEADY", "LONGEST_PROBE", "PROGRESS_DEADLINE", "FIXED"}
    assert {name for name in before if after[name] == before[name]} == fixed
    assert all(after[name] == 3 * before[name] for name in before.keys() - fixed)
    assert set(timeouts.limits()) == before.keys() - fixed
    assert fixed == timeouts.FIXED | {"FIXED"}


def at_import(tree: ast.Module) -> Iterator[ast.expr]:
    """The expressions of a module that are evaluated once, when it is imported."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)]
        elif isinstance(node, ast.Lambda):
            waiting += [*node.args.defaults, *filter(None, node.args.kw_defaults)]
        else:
            waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.expr):
            yield node


def is_limit(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "timeouts"
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_limit_is_read_before_it_is_stretched(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert [node.lineno for node in at_import(tree) if is_limit(node)] == []
    froms = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "grading.timeouts" not in froms


def number(node: ast.AST | None) -> float:
    """The value of a number in the source, 0 for anything else."""
    value = node.value if isinstance(node, ast.Constant) else None
    return float(value) if isinstance(value, int | float) else 0.0


def stray_limits(tree: ast.Module) -> list[int]:
    """The lines with a number, or a constant of the module, that bounds a wait.

    A second or less is no limit, but the time until the next look.
    """
    constants = {
        target.id: number(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            bounds = [word.value for word in node.keywords if word.arg in LIMITED]
            bounds += node.args if name in WAITS else []
            for bound in bounds:
                if number(bound) > 1 or (isinstance(bound, ast.Name) and constants.get(bound.id, 0) > 1):
                    found.append(node.lineno)
    named = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in OTHER]
    return found + [node.lineno for node in named if set(node.id.split("_")) & WORDS]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_limit_stands_elsewhere(path: Path) -> None:
    assert stray_limits(ast.parse(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "run(words, timeout=30)",
        "thread.wait(5)",
        "urllib3.Timeout(connect=10, read=None)",
        "FIRST: Final = 20.0\nstop_after_delay(FIRST)",
        "LOOK = 5\ndef ask(): until(right, LOOK)",
        "_BINDING_GRACE: Final = 20.0",
    ],
)
def test_a_limit_that_stands_elsewhere_is_found(source: str) -> None:
    assert stray_limits(ast.parse(source)) != []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("0.5", "--patience: '0.5' is not a number from 1 to 20"),
        ("21", "--patience: '21' is not a number from 1 to 20"),
        ("nan", "--patience: 'nan' is not a number from 1 to 20"),
        ("slow", "--patience: 'slow' is not a number from 1 to 20"),
    ],
)
def test_a_factor_that_is_none(given: str, told: str) -> None:
    done = subprocess.run(
        [BIN / "pytest", "-m", "s11_5", "--collect-only", f"--patience={given}"],
        cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert told in done.stderr


def test_the_command_takes_the_factor_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [BIN / "kubegrade", "grade", "nowhere", "--patience=21"],
        cwd=tmp_path, capture_output=True, encoding="utf-8", errors="replace", check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert "--patience: '21.0' is not a number from 1 to 20" in done.stderr


def test_a_run_is_as_patient_as_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "teller.py").write_text(
        "from grading import timeouts\n"
        "def pytest_collection_finish(): print('POD_READY', timeouts.POD_READY, 'STEADY', timeouts.STEADY)\n",
        "utf-8",
    )
    for options, told in (
        ([], "POD_READY 180.0 STEADY 2.0"),
        (["--patience=2.5"], "POD_READY 450.0 STEADY 2.0"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-m", "s11_5", "--collect-only", "-s", "-p", "teller", *options],
            cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False,
            env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        )  # fmt: skip
        assert told in done.stdout, done.stdout + done.stderr
