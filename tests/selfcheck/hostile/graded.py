"""Grade an attack on a cluster, and look at what it left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from fixtures import k3d
from fixtures.claims import Claim
from fixtures.faults.building import ROOT
from fixtures.faults.catalogue import marker
from fixtures.faults.judging import Outcome, compared
from grading.cluster.client import Cluster
from grading.exercise.loader import load_courses
from grading.k8s.pod_diagnosis import is_node_ready
from grading.report.model import Report, Verdict
from grading.runner.own_namespace import OWNED
from tests.selfcheck.hostile.building import make
from tests.selfcheck.hostile.catalogue import course_of
from tests.selfcheck.hostile.forms import active
from tests.selfcheck.hostile.model import Attack, Graded

MOST_MIB: Final = 512
"""Memory of the process that grades, whatever Pods do."""
NOTHING: Final = Graded()


def grade(attack: Attack, slot: int, work: Path) -> Outcome:
    """Grade an attack on the cluster of a slot, which is kept for the next.

    Args:
        attack: what to grade; one that nothing stops is to cost nothing.
        slot: see the option ``--slot``.
        work: an existing folder for the submission and its report.
    """
    with course_of(attack):
        return _graded(attack, slot, work)


def _graded(attack: Attack, slot: int, work: Path) -> Outcome:
    expected = attack.stopped.run or NOTHING
    folder, report_dir = make(attack, work / attack.id), work / attack.id / "report"
    begun = time.monotonic()
    status, mib, output = _run(attack, folder, report_dir, slot, expected.seconds)
    duration = round(time.monotonic() - begun, 1)
    try:
        report = Report.model_validate_json((report_dir / "report.json").read_bytes())
    except (OSError, ValidationError):
        return Outcome(
            attack.id, f"no report within {expected.seconds} s: {output[-2000:]}", duration_s=duration
        )
    decided = [r for r in report.criteria if r.id not in expected.undecided or r.verdict is not Verdict.ERROR]
    is_whole = len(decided) == len(report.criteria)
    judged = report.model_copy(update={"criteria": decided})
    outcome = compared(attack.id, expected, judged, status if is_whole else None)
    problems = [outcome.problem] if outcome.problem else []
    if mib > MOST_MIB:
        problems.append(f"{mib:.0f} MiB of memory")
    if not any(expected.says in result.rationale for result in report.selected):
        problems.append(f"nothing says {expected.says!r}")
    problems += active("terminal", output, "")
    problems += left(slot, expected)
    return replace(outcome, problem="\n".join(problems), duration_s=duration)


def _run(attack: Attack, folder: Path, report_dir: Path, slot: int, seconds: float) -> tuple[int, float, str]:
    """Return the exit status of a graded run, the MiB of memory that it took, and what it printed."""
    command = [
        sys.executable, "-m", "pytest", "-q", "-m", marker(attack, load_courses()), f"--submission={folder}",
        f"--report-dir={report_dir}", "--keep-cluster", f"--slot={slot}",
        *(f"--course={folder}" for folder in load_courses().given),
    ]  # fmt: skip
    log = report_dir.with_name("output")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
    timer = threading.Timer(seconds, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    _pid, ended, used = os.wait4(process.pid, 0)
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(ended)
    return process.returncode, used.ru_maxrss / 1024, log.read_text("utf-8", "replace")


def left(slot: int, expected: Graded) -> list[str]:
    """Return what a run has left on its cluster that it found otherwise."""
    name = k3d.cluster_name(slot)
    with closing(Cluster(Claim(name).kubeconfig)) as api:
        selector = ",".join(f"{key}={value}" for key, value in OWNED.items())
        ours = [
            f"{kind} {item['metadata']['name']} is left"
            for kind in ("Namespace", "PersistentVolume", "ClusterRole", "ClusterRoleBinding")
            for item in api.items(kind, labelSelector=selector)
            if not item["metadata"].get("deletionTimestamp")
        ]
        nodes = [
            f"node {item['metadata']['name']} is not Ready"
            for item in api.items("Node")
            if not is_node_ready(item)
        ]
    return [*ours, *nodes, *_found(name, expected.absent)]


def _found(cluster: str, paths: list[str]) -> Iterator[str]:
    for node in k3d.node_names(cluster):
        for path in paths:
            done = subprocess.run(
                ["docker", "exec", node, "test", "-e", path], check=False, capture_output=True
            )
            if done.returncode == 0:
                yield f"{path} is on {node}"
