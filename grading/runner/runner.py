"""Play scenarios side by side, each in a thread and a namespace of its own, and hand out their evidence."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from grading import timeouts
from grading.cluster.client import Cluster
from grading.cluster.host_ports import Host
from grading.cluster.kubectl import Kubectl
from grading.errors import ApiError, InfrastructureError, Unplayable, told
from grading.evidence.base import Evidence
from grading.evidence.surroundings import LINGERS
from grading.files import write_text
from grading.report.model import EVIDENCE
from grading.runner.asking import Around
from grading.runner.commands.elsewhere import Elsewhere
from grading.runner.commands.fleet import Fleet
from grading.runner.context import Context
from grading.runner.control import Control
from grading.runner.scenario import Scenario
from grading.runner.submitter import submitter
from grading.runner.surroundings import SurroundingsRecorder
from grading.runner.workers import Workers
from grading.submission.loader import Submission
from grading.submission.record import record_manifests
from grading.text.i18n import _

_log = logging.getLogger(__name__)

AT_A_TIME: Final = max(4, 2 * (os.cpu_count() or 1))
"""The number of scenarios that play beside the longest ones. More would start their Pods all at once, and so
far apart from each other that a rolling update, whose Pods are counted together, waits a round longer.
"""


@dataclass(frozen=True)
class Playing:
    """How far a scenario is, for the live view.

    Attributes:
        name: of the scenario.
        doing: the step that it began last.
        seconds: how long it has played.
        usual: how long it usually takes, in seconds.
    """

    name: str
    state: Literal["waits", "plays", "ended", "cut"]
    doing: str
    seconds: float
    usual: float


@dataclass
class _Play:
    """One scenario that is being played; its times are in seconds of `time.monotonic`."""

    scenario: Scenario[Any]
    evidence: Evidence
    begun: float | None = None
    ended: float | None = None

    def playing(self) -> Playing:
        """Return how far it is."""
        state: Literal["waits", "plays", "ended", "cut"] = "waits" if self.begun is None else "plays"
        if self.ended is not None:
            state = "cut" if self.evidence.trouble or self.evidence.error else "ended"
        until = self.ended or time.monotonic()
        doing = self.evidence.steps[-1].done if self.evidence.steps else ""
        return Playing(self.scenario.name, state, doing, until - (self.begun or until), self.scenario.usual)


@dataclass(frozen=True)
class Ground:
    """The cluster of a run.

    Attributes:
        cluster: the suite's own client for it.
        kubectl: kubectl for it.
        host: how this machine reaches it.
    """

    cluster: Cluster
    kubectl: Kubectl
    host: Host


@dataclass
class Runner:
    """Where the scenarios of one run are played.

    Attributes:
        ground: the cluster; None if all of them play elsewhere.
        submission: what is graded.
        images: the courses' own, each in full: if one cannot be pulled, the submission is not the cause.
        report_dir: the folder for files of evidence, below ``evidence/``.
        fetched: whether the nodes can get other images from a registry.
        tidy: whether to delete the namespaces in the end; needless if the cluster goes too.
        fleet: the clusters on which commands are played.
    """

    ground: Ground | None
    submission: Submission
    images: frozenset[str]
    report_dir: Path
    fetched: bool = False
    tidy: bool = False
    fleet: Fleet | None = None
    _futures: dict[str, Future[Evidence]] = field(default_factory=dict)
    _plays: list[_Play] = field(default_factory=list)
    _contexts: list[Context] = field(default_factory=list)
    _under_way: dict[str, threading.Event] = field(default_factory=dict)
    _leaders: list[str] = field(default_factory=list)
    _begun: float = 0.0
    _surroundings: SurroundingsRecorder | None = None
    _control: Control | None = None
    _run: str = field(default_factory=lambda: secrets.token_hex(2))

    def start(self, scenarios: Iterable[Scenario[Any]]) -> None:
        """Start to play scenarios."""
        chosen = list(scenarios)
        started = datetime.now(UTC)
        if self.ground:
            self._look_after(self.ground)
        self._under_way = {scenario.name: threading.Event() for scenario in chosen}
        self._leaders = [scenario.name for scenario in chosen if scenario.leads]
        self._begun = time.monotonic()
        leading: Workers[Evidence] = Workers(max(1, len(self._leaders)), "leader")
        following: Workers[Evidence] = Workers(AT_A_TIME, "scenario")
        elsewhere: Workers[Evidence] = Workers(1, "commands")  # one after the other: they share clusters
        for scenario in chosen:
            namespace = f"{scenario.name.replace('_', '-')}-{self._run}"
            evidence = scenario.evidence(
                scenario=scenario.name,
                title=scenario.title,
                plot=scenario.plot,
                namespace=namespace,
                started=started,
            )
            record_manifests(self.submission, scenario.files, evidence)
            self._plays.append(_Play(scenario, evidence))
        for play in self._plays:
            workers = leading if play.scenario.leads else following
            workers = elsewhere if play.scenario.elsewhere else workers
            self._futures[play.scenario.name] = workers.submit(self._play, play)

    def playing(self) -> list[Playing]:
        """Return how far each scenario is."""
        return [play.playing() for play in self._plays]

    def evidence(self, scenario: str) -> Evidence:
        """Wait for a scenario to end.

        No longer than all of them together may play: what hangs in one must not hold up the whole run.

        Returns:
            What it recorded, however it ended.

        Raises:
            InfrastructureError: it was not started, or did not end in time.
        """
        future = self._futures.get(scenario)
        if future is None:
            raise InfrastructureError(_("the scenario {name} was not started", name=scenario))
        try:
            return future.result(timeout=max(0.0, self._begun + timeouts.PLAYED - time.monotonic()))
        except (TimeoutError, CancelledError) as error:
            raise InfrastructureError(_("the scenario {name} did not end", name=scenario)) from error

    def cancel(self) -> None:
        """Let what still plays stop."""
        if self.ground:
            self.ground.cluster.cancelled.set()
        for event in self._under_way.values():
            event.set()

    def close(self) -> None:
        """Stop what still plays, and tidy up."""
        self.cancel()
        if self._surroundings:
            self._surroundings.stop()
        for future in self._futures.values():
            future.cancel()
        deadline = time.monotonic() + timeouts.STOP
        for future in self._futures.values():
            with contextlib.suppress(Exception, CancelledError):
                future.result(timeout=max(0.0, deadline - time.monotonic()))
        if self.tidy and self._control:
            self._control.close()
        if self.tidy:
            for context in self._contexts:
                with contextlib.suppress(InfrastructureError, ApiError):
                    context.close()

    def _play(self, play: _Play) -> Evidence:
        scenario, evidence = play.scenario, play.evidence
        under_way = self._under_way[scenario.name]
        context = None if scenario.elsewhere else self._context(scenario, evidence)
        if context:
            self._let_go_first(scenario)
        play.begun = begun = time.monotonic()
        try:
            if context:
                context.open()
            scenario.play(context or self._elsewhere(evidence), evidence)
        except Unplayable as failure:
            evidence.trouble = failure.problem
        except Exception as error:
            # Whatever it is, it is not the student's; what was recorded before it can be judged still.
            _log.exception("the scenario %s was cut short", scenario.name)
            evidence.error = told(error)
        finally:
            under_way.set()
            play.ended = time.monotonic()
            evidence.duration_s = round(play.ended - begun, 3)
            if self._surroundings:
                evidence.surroundings = self._surroundings.between(begun - LINGERS, play.ended)
            self._store(evidence)
        return evidence

    def _look_after(self, ground: Ground) -> None:
        """Watch the cluster, and start what shows whether it works."""
        self._surroundings = SurroundingsRecorder(ground.cluster)
        self._surroundings.start()
        self._control = Control(ground.cluster, ground.kubectl, f"kubegrade-control-{self._run}")
        self._control.start()

    def _context(self, scenario: Scenario[Any], evidence: Evidence) -> Context:
        if self.ground is None:
            raise ValueError(f"{scenario.name} plays on the cluster of the run, and there is none")
        context = Context(
            self.ground.cluster,
            self.ground.kubectl,
            self.submission,
            self.ground.host,
            self.images,
            evidence,
            evidence.namespace,
            fetched=self.fetched,
            around=self._around(),
            submitter=submitter(self.ground.cluster, self.ground.kubectl, self._run),
            files=scenario.files,
        )
        context.under_way = self._under_way[scenario.name].set
        self._contexts.append(context)
        return context

    def _elsewhere(self, evidence: Evidence) -> Elsewhere:
        if self.fleet is None:
            raise InfrastructureError(_("there are no clusters to run the commands on"))
        return Elsewhere(evidence, self.submission, self.fleet, self.images, fetched=self.fetched)

    def _around(self) -> Around:
        return Around(
            control=self._control.url if self._control else "",
            disturbed=self._surroundings.lately if self._surroundings else list,
            look_round=self._look_round,
        )

    def _look_round(self) -> None:
        if self._surroundings and self._control:
            self._surroundings.add_unreached(self._control.unreached())

    def _let_go_first(self, scenario: Scenario[Any]) -> None:
        deadline = time.monotonic() + timeouts.HEAD_START
        for leader in [] if scenario.leads else self._leaders:
            self._under_way[leader].wait(max(0.0, deadline - time.monotonic()))

    def _store(self, evidence: Evidence) -> None:
        folder = self.report_dir / EVIDENCE
        folder.mkdir(parents=True, exist_ok=True)
        write_text(folder / f"{evidence.scenario}.json", evidence.model_dump_json(indent=1))
