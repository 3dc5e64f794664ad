"""How long a full graded run of the reference takes, against the floor and against a plain script.

The median of some runs: the floor's first rollout varies between 13 and 22 s. ``--against`` runs another
checkout by turns with this one, so that a machine that is busier for a while is so for both.

The floor is what cannot be avoided one after the other: the cluster, a first rollout of dep-rolling.yaml
and one update of it, each by k3d and kubectl alone, in this same run. The floor with two clusters is the
same while the cluster of 11.4 is created beside the rollout, as its commands ask for it.

With ``--sequential`` the CPU seconds of the machine are those of a plain script that does what the exercises
on manifests do, by k3d and kubectl alone, and of a run that grades them, each with a cluster of its own:
what Kubernetes and the kernel cost, and what the grader adds.

    .venv/bin/python -m benchmarks.chapter11 [--runs N] [--against CHECKOUT] [--sequential]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.machine import busy
from fixtures import k3d
from fixtures.airgap.kit import Kit, load_kit
from fixtures.environment import use
from grading.exercise.loader import load_courses

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "manifests" / "reference"
NAME = "kubegrade-benchmark"
SECOND = "kubegrade-benchmark-2"
"""The cluster of 11.4, with one server and one agent."""


class Machine:
    """k3d and kubectl, by hand."""

    def __init__(self, kit: Kit, folder: Path) -> None:
        self.kit = kit
        self.config = folder / "default.yaml"
        self.config.write_text(k3d.configuration(kit), "utf-8")
        self.kubeconfig = folder / "kubeconfig"
        self.environment = dict(os.environ)
        use(kit, self.environment)
        self.environment |= {"KUBECONFIG": str(self.kubeconfig), "MANIFESTS": str(REFERENCE)}

    def run(self, *command: str, text: str | None = None) -> str:
        done = subprocess.run(
            command,
            input=text,
            encoding="utf-8",
            errors="replace",
            check=True,
            stdout=subprocess.PIPE,
            env=self.environment,
        )
        return done.stdout

    def create_second(self) -> None:
        [asked] = load_courses().exercise_of("clusters").known["clusters"]
        config = self.config.with_name("dev-cluster.yaml")
        config.write_text(k3d.course_configuration(asked, self.kit), "utf-8")
        self.run("k3d", "cluster", "create", SECOND, "--config", str(config), "--wait")

    def delete_second(self) -> None:
        self.run("k3d", "cluster", "delete", SECOND)

    def create(self) -> None:
        self.run("k3d", "cluster", "create", NAME, "--config", str(self.config), "--wait")
        self.kubeconfig.write_text(self.run("k3d", "kubeconfig", "get", NAME), "utf-8")
        self.run("kubectl", "wait", "--for=condition=Ready", "nodes", "--all", "--timeout=60s")
        self.run("kubectl", "wait", "--for=create", "serviceaccount/default", "--timeout=60s")

    def delete(self) -> None:
        self.run("k3d", "cluster", "delete", NAME)


def timed(action: Callable[[], object]) -> float:
    begun = time.monotonic()
    action()
    return time.monotonic() - begun


def _versions() -> tuple[str, str]:
    """Return dep-rolling.yaml as it is handed in, and as the course updates it."""
    first = (REFERENCE / "dep-rolling.yaml").read_text("utf-8")
    return first, first.replace("nginx:1.24", "nginx:1.26").replace(
        "Initial release", "Update naar nginx:1.26"
    )


def _roll_out(machine: Machine, text: str) -> None:
    machine.run("kubectl", "apply", "-f", "-", text=text)
    machine.run("kubectl", "rollout", "status", "deployment/nginx-deployment", "--timeout=300s")


def floor(machine: Machine) -> dict[str, float]:
    first, second = _versions()
    times = {"cluster": timed(machine.create)}
    try:
        times["first rollout"] = timed(partial(_roll_out, machine, first))
        times["one update"] = timed(partial(_roll_out, machine, second))
    finally:
        machine.delete()
    return times


def floor_with_two(machine: Machine) -> float:
    """Return the seconds of the floor while a second cluster is created beside the first rollout."""
    beside = threading.Thread(target=machine.create_second)

    def play() -> None:
        machine.create()
        beside.start()
        for text in _versions():
            _roll_out(machine, text)
        beside.join()

    try:
        return timed(play)
    finally:
        machine.delete()
        machine.delete_second()


def graded(root: Path = ROOT, *more: str) -> tuple[float, float]:
    """Return seconds and peak resident memory in MiB of a full graded run of a checkout."""
    with tempfile.TemporaryDirectory() as report:
        command = [
            str(root / ".venv" / "bin" / "pytest"), "-q", "-m", "chapter11", f"--report-dir={report}", *more
        ]  # fmt: skip
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        peak = [0.0]
        watcher = threading.Thread(target=_watch_memory, args=(process, peak))
        watcher.start()
        output, _ = process.communicate()
        seconds = time.monotonic() - begun
        watcher.join()
    if process.returncode:
        sys.exit(output)
    return seconds, peak[0]


def _watch_memory(process: subprocess.Popen[str], peak: list[float]) -> None:
    """Keep the last high-water mark that the kernel gives for the process itself, not its children."""
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
        except OSError:
            return
        marks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
        peak[0] = max(peak[0], *(int(mark) / 1024 for mark in marks), 0.0)
        time.sleep(0.2)


def sequential(machine: Machine) -> float:
    def play() -> None:
        machine.create()
        machine.run("bash", str(Path(__file__).with_name("sequential.sh")))

    try:
        return timed(play)
    finally:
        machine.delete()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sequential", action="store_true", help="time the plain script too")
    parser.add_argument("--runs", type=int, default=3, help="how often each is timed (default: 3)")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="another checkout, set up")
    chosen = parser.parse_args()
    seen: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(load_kit(), Path(folder))
        for _run in range(chosen.runs):
            once = measured(machine, chosen.against, chosen.sequential)
            for name, value in once.items():
                seen.setdefault(name, []).append(value)
            Console().print(", ".join(f"{name} {value:.2f}" for name, value in once.items()))
    table = Table("what", f"median of {chosen.runs}", box=None)
    for name, values in seen.items():
        table.add_row(name, f"{median(values):.2f}")
    Console().print(table)


def measured(machine: Machine, against: Path | None, plain: bool) -> dict[str, float]:
    """Time everything once: seconds, ratios, and MiB of memory."""
    parts = floor(machine)
    total, two = sum(parts.values()), floor_with_two(machine)
    seconds, memory = graded()
    found = {
        **parts,
        "floor": total,
        "floor with two clusters": two,
        "graded run": seconds,
        "graded run / floor with two clusters": seconds / two,
    }
    if against:
        other, _memory = graded(against.resolve())
        found |= {"other checkout": other, "other checkout / floor": other / total}
    if plain:
        found |= against_script(machine)
    return {**found, "peak MiB of the pytest process": memory}


def against_script(machine: Machine) -> dict[str, float]:
    """Time a plain script of the exercises on manifests, and a run that grades them."""
    with tempfile.TemporaryDirectory() as folder:
        rubric = Path(folder, "manifests.yaml")
        rubric.write_text("version: manifests\ncommands: false\n", "utf-8")
        begun = busy()
        script = sequential(machine)
        between = busy()
        seconds, _memory = graded(ROOT, f"--rubric={rubric}")
        cpu, cpu_script = busy() - between, between - begun
    return {
        "plain script": script,
        "plain script / graded manifests": script / seconds,
        "CPU s of the plain script": cpu_script,
        "CPU s of graded manifests": cpu,
        "CPU of graded manifests / plain script": cpu / cpu_script,
    }


if __name__ == "__main__":
    main()
