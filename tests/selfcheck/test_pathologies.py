"""What one submission's files cost before there is a cluster: 2 s of processor time and 512 MiB at most."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from tests.selfcheck.pathologies import NAMES, SUBMISSIONS

ROOT: Final = Path(__file__).resolve().parents[2]
MOST_SECONDS: Final = 2.0
MOST_MIB: Final = 512

COST: Final = """
import json, os, sys, traceback
from pathlib import Path
from grading.cli import app
from grading.errors import Unplayable
from grading.exercise.loader import load_courses
from grading.submission.loader import load_submission

def check(folder):
    try:
        app(["check", folder], standalone_mode=True)
    except SystemExit as end:
        return end.code

def read(folder):
    files = load_courses().files.values()
    submission = load_submission(Path(folder), files)
    for name, kind in ((file.name, kind) for file in files for kind in file.kinds):
        try:
            manifest = submission.manifest(name, kind)
        except Unplayable as problem:
            str(problem)
        else:
            json.dumps(manifest.object("x"))
            json.dumps({"|".join(map(str, path)): line for path, line in manifest.document.lines.items()})
    submission.images()

for folder in sys.argv[1:]:
    child = os.fork()
    if not child:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        status = 9
        try:
            status = check(folder)
            read(folder)
        except BaseException:
            traceback.print_exc()
            status = 9
        os._exit(status)
    _, status, used = os.wait4(child, 0)
    cost = [used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status)]
    print(json.dumps(cost), flush=True)
"""


class Cost(NamedTuple):
    """What a submission took."""

    seconds: float
    mib: float
    status: int


def write(folder: Path, name: str) -> Path:
    for file, raw in SUBMISSIONS[name]().items():
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder / name


@pytest.fixture(scope="module")
def costs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Cost]:
    """What `kubegrade check` and then reading all manifests took, after the imports, by submission."""
    folders = [str(write(tmp_path_factory.mktemp("submissions"), name)) for name in SUBMISSIONS]
    done = subprocess.run(
        [sys.executable, "-c", COST, *folders],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        cwd=ROOT,
        check=True,
    )
    costs = [Cost(*json.loads(line)) for line in done.stdout.splitlines()]
    return dict(zip(SUBMISSIONS, costs, strict=True))


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_cost(costs: dict[str, Cost], name: str) -> None:
    cost = costs[name]
    assert cost.status == 1  # There are findings, and nothing else has gone wrong.
    assert cost.seconds < MOST_SECONDS
    assert cost.mib < MOST_MIB


@pytest.mark.parametrize("name", list(SUBMISSIONS)[:3])
def test_cost_of_the_whole_command(tmp_path: Path, name: str) -> None:
    code = (
        "import json, os, resource, sys\n"
        "os.spawnv(os.P_WAIT, sys.executable, [sys.executable, '-m', 'grading.cli', 'check', sys.argv[1]])\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))"
    )
    arguments = [sys.executable, "-c", code, str(write(tmp_path, name))]
    done = subprocess.run(
        arguments, capture_output=True, encoding="utf-8", errors="replace", cwd=ROOT, check=True
    )
    *findings, cost = done.stdout.splitlines()
    seconds, mib = json.loads(cost)
    assert seconds < MOST_SECONDS
    assert mib < MOST_MIB
    assert any("more than" in line or "longer than" in line for line in findings)
    assert {line.split(":")[0] for line in findings} >= set(NAMES if "45 KB" not in name else ["dep.yaml"])
