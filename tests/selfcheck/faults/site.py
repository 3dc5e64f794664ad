"""A graded run in a process of its own, and its cluster, seen from beside."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import psutil
from kubernetes.config import ConfigException

from fixtures import k3d
from fixtures.claims import Claim
from grading import processes, timeouts
from grading.cluster.client import Cluster
from grading.processes import Output
from grading.report.model import FILE, Report
from grading.waiting import until
from tests.selfcheck.cluster import runs
from tests.selfcheck.faults.moments import Moment, Object

_SEEN_WITHIN: Final = 400.0
"""Seconds until a moment is seen: the cluster, and the longest scenario."""


class NotSeen(Exception):
    """A graded run ended, or took too long, before its moment."""


class NotHurt(Exception):
    """A fault was injected, and touched nothing that the run did."""


@dataclass
class Site:
    """A graded run, and what surrounds it.

    Attributes:
        process: the run.
        slot: of the run.
        folder: for files of the test's own.
        report_dir: the run's.
        at_end: is closed when the run has ended.
    """

    process: subprocess.Popen[bytes]
    slot: int
    folder: Path
    report_dir: Path
    at_end: ExitStack = field(default_factory=ExitStack)

    @property
    def cluster(self) -> str:
        """k3d's name of the run's cluster."""
        return k3d.cluster_name(self.slot)

    def node(self, name: str) -> str:
        """Return the container of a node, such as ``agent-0`` or ``serverlb``."""
        return f"k3d-{self.cluster}-{name}"

    @property
    def nodes(self) -> list[str]:
        """The names of the nodes that run Pods."""
        names = k3d.node_names(self.cluster)
        return [name.removeprefix(f"k3d-{self.cluster}-") for name in names]

    @property
    def has_ended(self) -> bool:
        """Whether the run has ended."""
        return self.process.poll() is not None

    @cached_property
    def api(self) -> Cluster:
        """A client for the run's cluster, as soon as there is one.

        Raises:
            NotSeen: the run ended before.
        """
        client = until(self._client, lambda found: found is not None or self.has_ended, _SEEN_WITHIN)
        if client is None:
            raise NotSeen(f"there was no cluster\n{self.output[-3000:]}")
        self.at_end.callback(client.close)
        return client

    def _client(self) -> Cluster | None:
        try:
            return Cluster(Claim(self.cluster).kubeconfig, back_within=0)
        except ConfigException:
            return None  # It is written when the cluster was made.

    def wait(self, moment: Moment) -> Object:
        """Wait until a moment of the run.

        Raises:
            NotSeen: it did not come.
        """
        api = self.api
        found = until(
            lambda: moment.look(api), lambda item: item is not None or self.has_ended, _SEEN_WITHIN, every=0.1
        )
        if found is None:
            raise NotSeen(f"not seen: {moment.title}\n{self.output[-3000:]}")
        return found

    def docker(self, *words: str, check: bool = True) -> Output:
        """Run a command of Docker's.

        Args:
            words: the command.
            check: whether it may not fail; one that undoes a fault may, as the cluster may be gone.
        """
        return processes.run(["docker", *words], timeout=timeouts.DOCKER, check=check)

    def shell(self, node: str, script: str, *, check: bool = True) -> str:
        """Run a script in a node; return what it printed."""
        return self.docker("exec", self.node(node), "sh", "-c", script, check=check).stdout.strip()

    def helpers(self, name: str) -> list[psutil.Process]:
        """Return the programs of a name that the run has started, directly or not."""
        try:
            started = psutil.Process(self.process.pid).children(recursive=True)
            return [process for process in started if process.name() == name]
        except psutil.Error:
            return []

    def ends_within(self, seconds: float) -> bool:
        """Return whether the run ends within so many seconds."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def output(self) -> str:
        """What the run printed."""
        return (self.folder / "output.txt").read_text("utf-8", "replace")

    @property
    def report(self) -> Report | None:
        """The run's report, None if it wrote none."""
        try:
            return Report.model_validate_json((self.report_dir / FILE).read_bytes())
        except OSError:
            return None


@contextmanager
def graded(
    folder: Path, slot: int, marker: str, submission: Path, environment: dict[str, str]
) -> Iterator[Site]:
    """Start a graded run, which does not outlive the block.

    Args:
        folder: an existing one for the report and the output.
        slot: of the run.
        marker: what is graded.
        submission: the folder to grade.
        environment: added to that of this process.
    """
    report_dir = folder / "report"
    command = runs.command(report_dir, "-m", marker, f"--slot={slot}", submission=submission)
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=runs.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    site = Site(process, slot, folder, report_dir)
    try:
        with site.at_end:
            yield site
    finally:
        if not site.has_ended:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
