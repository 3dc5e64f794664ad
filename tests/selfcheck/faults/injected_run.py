"""Grade with a fault injected, and say what is wrong with the outcome and with what is left behind."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fixtures import k3d
from fixtures.faults.building import REFERENCE, build
from fixtures.faults.catalogue import load_faults
from fixtures.slot_clusters import remove
from grading.processes import ProgramError
from grading.pytest_plugin.reporter import EXIT_INCOMPLETE
from tests.selfcheck.cluster import runs
from tests.selfcheck.faults.injection import Injection
from tests.selfcheck.faults.site import NotHurt, NotSeen, Site, graded
from tests.selfcheck.faults.verdicts import problems

SLOT: Final = 6
_ENDS_WITHIN: Final = 1500.0
"""Seconds until a run ends into which a fault was injected: it waits for some limits in full."""


def inject(injection: Injection, folder: Path, slot: int = SLOT) -> list[str]:
    """Grade a section, inject a fault at its moment, and return what is wrong; nothing if all is right.

    Args:
        injection: the fault.
        folder: an existing folder for the submission and the reports.
        slot: the run's; its cluster is deleted first, and must be gone in the end.
    """
    remove(slot)
    try:
        found = _disturbed(injection, folder, slot)
        if injection.stops:
            found += _next_run(injection, folder, slot)
        return found + left_behind(slot)
    except (NotSeen, NotHurt) as error:
        return [str(error)]
    except ProgramError as error:
        return [f"{error}\n{error.words}"]
    finally:
        remove(slot)


def _disturbed(injection: Injection, folder: Path, slot: int) -> list[str]:
    submission, loses = REFERENCE, set()
    if injection.fault:
        fault = load_faults()[injection.fault]
        submission, loses = folder / "submission", fault.loses
        build(fault, submission)
    own = folder / "run"
    own.mkdir()
    environment = {name: value.format(folder=own) for name, value in injection.environment.items()}
    injection.prepare(own)
    with graded(own, slot, injection.marker, submission, environment) as site:
        site.wait(injection.moment)
        with injection.disturb(site):
            site.ends_within(injection.lasts)
        if not site.ends_within(_ENDS_WITHIN):
            return [f"the run did not end\n{site.output[-3000:]}"]
        return _stopped(site) if injection.stops else _judged(injection, site, loses)


def _judged(injection: Injection, site: Site, loses: set[str]) -> list[str]:
    report = site.report
    if report is None:
        return [f"no report\n{site.output[-3000:]}"]
    # What a slice of the course cannot lose is not in its report.
    lost = loses & {result.id for result in report.selected}
    return problems(injection, report, site.process.returncode, lost)


def _stopped(site: Site) -> list[str]:
    """Return what is wrong with what a run left that did not come to its end."""
    report = site.report
    if report is not None and (report.outcome != "incomplete" or report.score is not None):
        return [f"a run that was stopped has a score: {report.score}"]
    return [] if site.process.returncode not in {0, 1, EXIT_INCOMPLETE} else ["the run was not stopped"]


def _next_run(injection: Injection, folder: Path, slot: int) -> list[str]:
    own = folder / "next"
    own.mkdir()
    with graded(own, slot, injection.marker, REFERENCE, {}) as site:
        if not site.ends_within(_ENDS_WITHIN):
            return ["the next run did not end"]
        done = site.process.returncode
        return [f"the next run ended with status {done}\n{site.output[-3000:]}"] if done else []


def left_behind(slot: int) -> list[str]:
    """Return what is left of the cluster of a slot."""
    name = k3d.cluster_name(slot)
    left = {
        "containers": runs.containers(name),
        "agents": runs.agents(name),
        "networks": runs.docker("network", "ls", "--quiet", "--filter", f"name=^k3d-{name}$"),
    }
    return [f"left behind: {len(ids)} {kind}" for kind, ids in left.items() if ids]
