"""The steps of the workflow that grades on GitHub, run as GitHub's runner runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from grading.errors import Location
from tests.selfcheck.reports import report

ROOT = Path(__file__).resolve().parents[2]


def step(name: str) -> str:
    workflow = yaml.safe_load((ROOT / ".github/workflows/grade.yml").read_text("utf-8"))
    return str(next(s["run"] for s in workflow["jobs"]["grade"]["steps"] if s.get("name") == name))


def run(name: str, repository: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    # The runner's own way where a step names no shell: bash -e {0}
    script = repository / "step.sh"
    script.write_text(step(name), "utf-8")
    environment = {
        "PATH": f"{path}:{os.environ['PATH']}",
        "LANGUAGE": "en",
        "GITHUB_ACTIONS": "true",
        "GITHUB_WORKSPACE": str(repository),
        "GITHUB_STEP_SUMMARY": str(repository / "summary.md"),
        "GITHUB_ENV": str(repository / "env"),
        "RUNNER_TEMP": str(repository / "temp"),
    }
    # As the runner does it: what a step writes there is in the environment of those behind it.
    if (repository / "env").exists():
        lines = (repository / "env").read_text("utf-8").splitlines()
        environment |= dict(line.split("=", 1) for line in lines)
    return subprocess.run(
        ["bash", "-e", str(script)],
        cwd=repository,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def commands(output: str) -> list[tuple[str, str]]:
    """Return the workflow commands, as name and message, that GitHub's runner would take off this output."""
    taken, token = [], ""
    for line in output.splitlines():
        found = re.match(r"\s*::([^ :]+)[^:]*::(.*)", line)
        if token:
            token = "" if found and found[1] == token else token
        elif found:
            taken.append((found[1], found[2]))
            token = found[2] if found[1] == "stop-commands" else ""
    return [*taken, ("stopped", token)] if token else taken


@pytest.mark.parametrize("status", [0, 1, 2])
@pytest.mark.parametrize("ending", ["\\n", ""])
def test_no_command_is_taken_from_what_grading_prints(tmp_path: Path, status: int, ending: str) -> None:
    fake = tmp_path / "bin" / "make"
    fake.parent.mkdir()
    said = f"::error::x\\n::add-mask::y\\n::stop-commands::z\\n::z::{ending}"
    fake.write_text(f"#!/bin/sh\nprintf '{said}'\nexit {status}\n", "utf-8")
    fake.chmod(0o755)
    ended = run("Grade", tmp_path, str(fake.parent))
    assert ended.returncode == status
    assert "::add-mask::y" in ended.stdout
    assert [name for name, _message in commands(ended.stdout)] == ["stop-commands"]
    assert commands(ended.stdout + "::notice::ours")[-1] == ("notice", "ours")
    assert ended.stdout != run("Grade", tmp_path, str(fake.parent)).stdout  # another token each time


def test_annotations_and_summary(tmp_path: Path) -> None:
    made = report("wrong\n::error::x")
    made.submission = str(tmp_path / "submission")
    made.criteria[0].location = Location("dep.yaml", 2)
    folder = tmp_path / "temp" / "report"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(made.to_json(), "utf-8")
    (folder / "report.md").write_text("# 40 / 100 points\n", "utf-8")
    (tmp_path / "env").write_text(f"REPORT_DIR={folder}\n", "utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "kubegrade").symlink_to(Path(sys.executable).with_name("kubegrade"))
    ended = run("Annotations", tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert [name for name, _message in commands(ended.stdout)] == ["error", "notice"]
    assert (
        "::error file=submission/dep.yaml,line=2,title=a.bad%3A failed::wrong ::error::x%0Awrong"
        in ended.stdout
    )
    assert run("Summary", tmp_path).returncode == 0
    assert (tmp_path / "summary.md").read_text("utf-8") == "# 40 / 100 points\n"


def test_a_report_in_the_repository_counts_for_nothing(tmp_path: Path) -> None:
    planted = tmp_path / "report"
    planted.mkdir()
    (planted / "report.json").write_text(report("planted").to_json(), "utf-8")
    (planted / "report.md").write_text("# 100 / 100 points\n", "utf-8")
    fake = tmp_path / "bin" / "make"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "to $REPORT_DIR"\nexit 2\n', "utf-8")  # before it has graded anything
    fake.chmod(0o755)
    ended = run("Grade", tmp_path, str(fake.parent))
    assert f"to {tmp_path}/temp/report\n" in ended.stdout
    for name in ("Summary", "Annotations"):
        done = run(name, tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "summary.md").exists()
