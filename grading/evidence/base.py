"""The evidence of every scenario: plain data, which is stored, read back and judged without a cluster."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

from pydantic import BaseModel, Field

from grading.errors import InfrastructureError, Location, Problem, Unplayable, told
from grading.evidence.manifest import RecordedManifest
from grading.evidence.steps import Step
from grading.evidence.surroundings import Surroundings
from grading.evidence.timeline import ClientSample, PlotSettings, Timeline
from grading.text.i18n import _
from grading.text.stored import Said

VERSION: Final = "kubegrade/evidence/v2"

_log = logging.getLogger(__name__)

T = TypeVar("T")
Object = dict[str, Any]


class HttpAnswer(BaseModel):
    """The answer to one HTTP request.

    Attributes:
        url: what was asked for.
        status: of the answer; 0 if there was none. 502 if what came is no answer of HTTP, as a proxy says
            (RFC 9110, 15.6.3); `error` tells more.
        body: the beginning of the page.
        error: why there was no answer.
        server: its header Server, empty if there was none, or in evidence of before it was recorded.
        refused: whether the other side refused the connection; None if only `error` tells, as in evidence of
            before this was recorded.
        address: that the connection was made to, if a program in a Pod asked; empty in evidence of before it
            was recorded.
    """

    url: str
    status: int = 0
    body: str = ""
    error: Said = ""
    server: str = ""
    refused: bool | None = None
    address: str = ""

    @property
    def is_nginx(self) -> bool:
        """True if a page of nginx came back: its own, or one put in its place."""
        return self.status == 200 and (self.server.startswith("nginx") or "Welcome to nginx" in self.body)

    @property
    def was_refused(self) -> bool:
        """True if the other side said no, as it does when nothing listens on that port.

        Silence is something else: a machine under load is silent too. So is a network without a way there,
        which curl calls by the same words as a refusal; older evidence has no others.
        """
        if self.refused is not None:
            return self.refused
        words = ("refused", "couldn't connect", "could not connect")
        return not self.status and any(word in self.error.lower() for word in words)

    def __str__(self) -> str:
        if not self.status:
            return self.error
        return f"HTTP {self.status}: {self.error}" if self.error else f"HTTP {self.status}"


class CommandOutput(BaseModel):
    """The output of a command in a container, and its exit status by kubectl."""

    status: int
    stdout: str = ""
    stderr: str = ""


class Part(BaseModel):
    """A part of a scenario that may fail while the others go on.

    Attributes:
        trouble: why it stopped early, if the submission is the cause.
        error: why it stopped early, if it is not.
    """

    trouble: Problem | None = None
    error: Said = ""

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Record what ends this part, and go on after it."""
        try:
            yield
        except Unplayable as failure:
            self.trouble = failure.problem
        except InfrastructureError as error:
            self.error = str(error)
        except Exception as error:
            # Whatever it is, it is not the student's; the other parts can be judged still.
            _log.exception("a part of the scenario was cut short")
            self.error = told(error)


class Evidence(Part):
    """The base of every scenario's evidence.

    Attributes:
        title: what the scenario is called, a message to be translated when it is shown.
        manifests: by file as the course names it, what the submission declares.
        unusable: by file, why a manifest cannot be used.
        remarks: by file, what to tell about how it was handed in, although it is graded.
        warnings: by file, what kubectl warned of when the file was applied, with the place.
        texts: by path in the submission, the text of each file that can be shown.
        admissions: by file, what the API server said to it; empty text if it was accepted.
        parts: by name, why a part of it stopped early for the same reason, while the rest was played.
        steps: what was done and seen, in the order in which it happened; see `story`.
        timeline: what happened to the Deployment of the scenario, if it records one.
        clients: what the connections to its Pods saw, by the clock of the timeline.
        plot: how the timeline is plotted; None if it is not.
        surroundings: what happened to the cluster meanwhile; None in what was recorded before this was.
    """

    version: Literal["kubegrade/evidence/v2"] = VERSION
    scenario: str
    title: Said = ""
    namespace: str = ""
    started: datetime
    duration_s: float = 0.0
    manifests: dict[str, RecordedManifest] = {}
    unusable: dict[str, Problem] = {}
    remarks: dict[str, Said] = {}
    warnings: dict[str, list[Said]] = {}
    texts: dict[str, str] = {}
    admissions: dict[str, str] = {}
    parts: dict[str, Problem] = {}
    steps: list[Step] = Field(default_factory=list)
    timeline: Timeline | None = None
    clients: list[ClientSample] = Field(default_factory=list)
    plot: PlotSettings | None = None
    surroundings: Surroundings | None = None

    def story(self) -> Iterator[Step]:
        """Yield the steps, and last why the scenario ended early, if it did."""
        yield from self.steps
        if self.trouble:
            yield Step(done=_("Stopped there"), seen=self.trouble.rationale)
        if self.error:
            yield Step(done=_("Stopped early, not because of the submission"), seen=self.error)

    def manifest(self, file: str) -> RecordedManifest:
        """Return what a file declares.

        Raises:
            Unplayable: the file cannot be used.
            InfrastructureError: the scenario does not play this file.
        """
        if file in self.unusable:
            raise Unplayable.of(self.unusable[file])
        if file not in self.manifests:
            raise InfrastructureError(
                _("the scenario {name} does not use {file}", name=self.scenario, file=file)
            )
        return self.manifests[file]

    def at(self, file: str, *path: str | int) -> Location:
        """Return the place of a field in a file, or of the nearest part of it."""
        known = self.manifests.get(file)
        return known.at(*path) if known and known.applied else Location(file, field=path)

    def need(self, value: T | None, *parts: Part | str) -> T:
        """Return a piece of evidence.

        Args:
            value: the evidence, None if there is none.
            parts: the parts of the scenario that it rests on, besides the scenario itself: recorded
                on their own, or by name.

        Raises:
            Unplayable: the scenario, or this part of it, stopped before it, because of the submission.
            InfrastructureError: it is missing for another reason.
        """
        if value is not None:
            return value
        holders = [*(part for part in parts if isinstance(part, Part)), self]
        named = [self.parts[part] for part in parts if isinstance(part, str) and part in self.parts]
        trouble = next((found for found in (*named, *(holder.trouble for holder in holders)) if found), None)
        if trouble is not None:
            raise Unplayable.of(trouble)
        error = next((holder.error for holder in holders if holder.error), "")
        raise InfrastructureError(
            error or _("the scenario {name} ended before it recorded this", name=self.scenario)
        )
