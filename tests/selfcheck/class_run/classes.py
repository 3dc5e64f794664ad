"""A class for the tests: submissions that say what becomes of them, clusters that are files."""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from fixtures.class_run.errors import MachineNotReady
from fixtures.class_run.job_runs import JobRuns
from fixtures.class_run.ledger import Job, Ledger
from fixtures.class_run.planning import Choice, Plan, Wanted, plan
from fixtures.class_run.results import Reports
from fixtures.class_run.running import remove_left_over, run_jobs
from grading.errors import InfrastructureError
from grading.report.results import Results
from tests.selfcheck.class_run import grader
from tests.selfcheck.test_score import rubric

SELECTED = ("a.one", "a.two", "a.three")
FIRST_SLOT = 60
"""No cluster is made, and yet no run of a developer has such slots."""


@dataclass
class Garage:
    """Clusters that are files of a folder.

    Attributes:
        without: slots that have no cluster to be had.
    """

    folder: Path
    without: frozenset[int] = frozenset()
    told: list[str] = field(default_factory=list)

    def make_ready(self, slot: int) -> str:
        if slot in self.without:
            raise MachineNotReady(f"no cluster for slot {slot}")
        (self.folder / str(slot)).write_text("clean", "utf-8")
        self.told.append(f"make {slot}")
        return "made"

    def remove(self, slot: int) -> None:
        (self.folder / str(slot)).unlink(missing_ok=True)
        self.told.append(f"remove {slot}")

    def clusters(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@dataclass
class Watcher:
    """Keeps what it is told."""

    jobs: list[Job] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def doing(self, slot: int, key: str, words: str) -> None: ...

    def ended(self, slot: int, job: Job) -> None:
        self.jobs.append(job)

    def say(self, words: str) -> None:
        self.said.append(words)


@dataclass
class Class:
    """A class in a folder.

    Attributes:
        root: an existing folder.
        behaviours: by key, as `grader` reads them.
    """

    root: Path
    behaviours: dict[str, str]
    rubric_digest: str = "rubric"
    without: frozenset[int] = frozenset()
    watcher: Watcher = field(default_factory=Watcher)

    def __post_init__(self) -> None:
        (self.root / "clusters").mkdir(exist_ok=True)
        self.garage = Garage(self.root / "clusters", self.without)
        self.reports = Reports(self.out, rubric(), SELECTED)
        self.ledger = Ledger(self.out)
        self.stop = threading.Event()
        program = self.root / "grader.py"
        shutil.copy(grader.__file__, program)
        for outcome, error in (("graded", None), ("incomplete", InfrastructureError("the node went away"))):
            results = Results(rubric(), "folder")
            results.select(SELECTED)
            for name in SELECTED:
                results.record(name, error)
            (self.root / f"{outcome}.json").write_text(results.report().to_json(), "utf-8")

    @property
    def out(self) -> Path:
        return self.root / "out"

    @property
    def notes(self) -> Path:
        return self.root / "notes"

    def command(self, folder: Path, report_dir: Path, slot: int) -> list[str]:
        words = [str(self.root / "grader.py"), str(folder), str(report_dir), str(slot), str(self.notes)]
        return [sys.executable, *words]

    def hand_in(self) -> list[Wanted]:
        for key, behaviour in self.behaviours.items():
            folder = self.out / "handed-in" / key / "1"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / grader.BEHAVIOUR).write_text(behaviour, "utf-8")
        return [Wanted(key, 1, behaviour) for key, behaviour in self.behaviours.items()]

    def plan(self, choice: Choice | None = None) -> Plan:
        """Do what a run begins with."""
        remove_left_over(self.out, self.garage)
        return plan(self.hand_in(), self.ledger, self.reports, self.rubric_digest, choice or Choice())

    def grade(self, choice: Choice | None = None, at_once: int = 2) -> bool:
        """Run the class; return whether it came to its end."""
        due = self.plan(choice).due
        if not due:
            return True
        runs = JobRuns(self.out, self.ledger, self.reports, self.command, self.garage, self.stop)
        return run_jobs(due, runs, self.watcher, at_once, FIRST_SLOT)

    def states(self) -> dict[str, str]:
        return {key: job.state.value for key, job in self.ledger.read().items()}

    def begun(self) -> list[str]:
        """Return the keys in the order in which a grader was started for them."""
        return [line.split()[1] for line in self.lines() if line.startswith("begin")]

    def lines(self) -> list[str]:
        return self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []
