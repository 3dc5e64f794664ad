"""A submission that tries to run code of its own as whoever grades it, and the runs that it is handed to."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from fixtures.faults.building import REFERENCE
from grading.renderers.folder import FILES

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parents[2]
OLD = "of an earlier run"
WITNESS = "witness"
"""What every planted module writes beside the submission's parent as it is imported."""

INI = "[pytest]\npythonpath = .\naddopts = -p planted\n"
TOML = 'pythonpath = ["."]\naddopts = ["-p", "planted"]\n'
CONFIGURATIONS = {
    "pytest.ini": INI,
    ".pytest.ini": INI,
    "pytest.toml": "[pytest]\n" + TOML,
    ".pytest.toml": "[pytest]\n" + TOML,
    "tox.ini": INI,
    "setup.cfg": INI.replace("[pytest]", "[tool:pytest]"),
    "pyproject.toml": "[tool.pytest.ini_options]\n" + TOML,
}
"""Every file that pytest takes for its configuration, each importing a module beside it."""
MODULES = (
    "conftest.py",
    "pytest.py",
    "test_planted.py",
    "sitecustomize.py",
    "usercustomize.py",
    "typing.py",
    "re.py",
)


def submission(parent: Path) -> Path:
    """Make the folder ``parent/class/jan``, with the manifests of the reference."""
    folder = parent / "class" / "jan"
    folder.mkdir(parents=True)
    shutil.copytree(REFERENCE, folder, dirs_exist_ok=True)
    return folder


def plant(folder: Path, *configurations: str, modules: tuple[str, ...] = MODULES) -> None:
    """Put configurations of pytest, and modules that anything could import, into a folder."""
    witness = folder / WITNESS
    code = f"with open({str(witness)!r}, 'a') as file:\n    file.write(__name__)\n"
    for name in ("planted.py", *modules):
        (folder / name).write_text(code, "utf-8")
    for name in configurations:
        (folder / name).write_text(CONFIGURATIONS[name], "utf-8")


def ran(*folders: Path) -> list[str]:
    """Return what ran of the modules that were planted in folders."""
    return [(folder / WITNESS).read_text("utf-8") for folder in folders if (folder / WITNESS).exists()]


def run(cwd: Path, *command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, as somebody who grades would."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={**inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=120,
        check=False,
    )


def fill(folder: Path) -> None:
    """Put everything that a run leaves into a folder."""
    (folder / "evidence").mkdir(parents=True)
    for name in (*FILES, "evidence/rolling.json", "kubegrade-0123456789abcdef.tmp"):
        (folder / name).write_text(OLD, "utf-8")


def left(folder: Path) -> set[str]:
    """Return the files of an earlier run that are still in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.read_bytes() == OLD.encode())
    return {str(path.relative_to(folder)) for path in files}
