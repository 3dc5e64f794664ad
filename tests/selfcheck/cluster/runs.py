"""Start graded runs as a user does: in a process of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grading.report.model import Report

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "manifests" / "reference"


@dataclass(frozen=True)
class Run:
    status: int
    output: str
    report_dir: Path

    @property
    def report(self) -> Report:
        return Report.model_validate_json((self.report_dir / "report.json").read_bytes())

    @property
    def last_words(self) -> str:
        return self.output[-4000:]


def command(report_dir: Path, *options: str, submission: Path = REFERENCE) -> list[str]:
    # The two spellings of a path option are both in use here; of two options -m the last one counts.
    program = [str(Path(sys.executable).with_name("pytest")), "-m", "chapter11"]
    return [*program, "--submission", str(submission), f"--report-dir={report_dir}", *options]


def run(
    report_dir: Path, *options: str, submission: Path = REFERENCE, timeout: float = 900, **environment: str
) -> Run:
    done = subprocess.run(
        command(report_dir, *options, submission=submission), cwd=ROOT, check=False,
        encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, env={**os.environ, **environment},
    )  # fmt: skip
    return Run(done.returncode, done.stdout, report_dir)


def start(report_dir: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(report_dir, *options),
        cwd=ROOT,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # A shell lets its background jobs ignore Ctrl-C, and their children with them.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def docker(*arguments: str) -> list[str]:
    done = subprocess.run(
        ["docker", *arguments], capture_output=True, encoding="utf-8", errors="replace", check=True
    )
    return done.stdout.split()


def containers(cluster: str) -> list[str]:
    return docker("ps", "--all", "--quiet", "--filter", f"label=k3d.cluster={cluster}")


def agents(cluster: str) -> list[str]:
    """The containers of agents that the introductory lab let join."""
    return docker(
        "ps", "--all", "--quiet", "--filter", "label=kubegrade.role=external-agent",
        "--filter", f"label=k3d.cluster={cluster}",
    )  # fmt: skip
