"""Section 11.10.7.1: a log in a container's own filesystem, gone with the Pod."""

from __future__ import annotations

import secrets
from typing import Final

from grading.course.chapter11.storage.course_values import EPHEMERAL_FILE, LOG
from grading.course.chapter11.storage.evidence import EphemeralEvidence
from grading.runner.container_files import read_file, read_written, write_file
from grading.runner.context import Context
from grading.runner.scenario import Scenario
from grading.text.i18n import _, marked


def play(context: Context, evidence: EphemeralEvidence) -> None:
    """Read the log of temptest.yaml and add a line; replace the Pod (11.10.7.1)."""
    name = context.apply(EPHEMERAL_FILE, "Pod")["metadata"]["name"]
    evidence.first_pod = context.ready_pod(EPHEMERAL_FILE, name)
    evidence.nonce = f"kubegrade {secrets.token_hex(8)}"
    if not read_written(context, EPHEMERAL_FILE, name, LOG):
        evidence.log_before = ""
        return
    help_text = _("The container writes its log to {path} (11.10.7.1).", path=LOG)
    write_file(context, EPHEMERAL_FILE, name, LOG, evidence.nonce, help=help_text, append=True)
    evidence.log_before = read_file(context, EPHEMERAL_FILE, name, LOG)
    # Its first process is a shell, which ignores SIGTERM: the default grace period would be 30 s of
    # waiting, and what is looked at is what remains, not how it ends.
    context.delete_pod(name, grace=1)
    context.apply(EPHEMERAL_FILE, "Pod")
    evidence.second_pod = context.ready_pod(EPHEMERAL_FILE, name)
    evidence.log_after = read_written(context, EPHEMERAL_FILE, name, LOG)


EPHEMERAL: Final = Scenario("ephemeral", EphemeralEvidence, play, title=marked("A log in a container"))
