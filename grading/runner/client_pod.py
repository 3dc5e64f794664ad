"""Ask a Service for its page from the network of a Pod of the submission, with a program of the suite's own.

Its own programs decide nothing: its image may have no curl, or one that prints what is expected. So an
ephemeral container of the suite's joins the Pod, and has the Pod's network, its DNS configuration and its
hosts file (Kubernetes: Ephemeral Containers).
"""

from __future__ import annotations

import re
from typing import Any, Final

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence.base import HttpAnswer
from grading.k8s.exec_errors import has_run
from grading.processes import Output
from grading.runner.context import Context
from grading.runner.own_names import own_name
from grading.runner.own_pod import PROBE_IMAGE
from grading.runner.pod_requests import ExecFailed
from grading.text.i18n import _
from grading.text.sanitize import one_line
from grading.waiting import until

Object = dict[str, Any]

_IDLE: Final = "trap 'exit 0' TERM; sleep 86400 & wait"
"""A program that ends at once when it is told to, so that the Pod ends no later than without it."""
_NOBODY: Final = 65534
"""A user that is not root: a Pod with ``runAsNonRoot`` takes no other."""
_INSTALLS: Final = re.compile(r"\b(apt|apt-get|apk|curl|dnf|git|npm|pip3?|wget|yum)\b")
"""Programs that fetch something from the internet."""


def join(context: Context, pod: str, **more: Any) -> str:
    """Add an idle container of the suite's own to a Pod.

    It is not waited for.

    Source: Kubernetes: Ephemeral Containers.

    Args:
        context: where the Pod is.
        pod: its name; it need not have started.
        more: further fields of the container, or others than by default.

    Returns:
        Its name.
    """
    name = own_name("asker")
    container: Object = {
        "name": name,
        "image": PROBE_IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sh", "-c", _IDLE],
        "securityContext": {"runAsUser": _NOBODY, "allowPrivilegeEscalation": False},
        **more,
    }
    context.cluster.request(
        "PATCH",
        f"{context.cluster.path('Pod', context.namespace, pod)}/ephemeralcontainers",
        body={"spec": {"ephemeralContainers": [container]}},
        content_type="application/strategic-merge-patch+json",
    )
    return name


def wait_joined(context: Context, pod: str, container: str) -> None:
    """Wait until a container that joined a Pod runs.

    Args:
        context: where the Pod is.
        pod: its name.
        container: from `join`.

    Raises:
        InfrastructureError: it does not; it is not the student's.
    """

    def runs(found: Object | None) -> bool:
        status = (found or {}).get("status") or {}
        if status.get("phase") in {"Succeeded", "Failed"}:
            raise InfrastructureError(_("Pod {pod} has ended, so no container can be added to it", pod=pod))
        statuses = status.get("ephemeralContainerStatuses") or []
        state: Object = next((item.get("state") or {} for item in statuses if item["name"] == container), {})
        if ended := state.get("terminated"):
            words = one_line(str(ended.get("message") or ended.get("exitCode")))
            raise InfrastructureError(
                _("kubegrade's container in Pod {pod} has ended: {words}", pod=pod, words=words)
            )
        return "running" in state

    what = _("kubegrade's container in Pod {pod} is running", pod=pod)
    context.cluster.wait_for("Pod", context.namespace, pod, runs, timeouts.POD_READY, what)


def run_joined(context: Context, pod: str, container: str, *command: str) -> Output:
    """Run a command in a container of the suite's own that runs in a Pod.

    Args:
        context: where the Pod is.
        pod: its name.
        container: from `join`.
        command: the program and its arguments.

    Returns:
        Its output and exit status.

    Raises:
        ExecFailed: kubectl could not run it.
    """
    output = context.kubectl.exec(context.namespace, pod, *command, container=container)
    if not has_run(output.status, output.stderr):
        raise ExecFailed(pod, output)
    return output


def ask_inside(context: Context, pod: str, url: str) -> HttpAnswer:
    """Ask for a page from a Pod's network, in a container that joins it for that.

    Args:
        context: where the Pod is.
        pod: its name.
        url: the page.

    Returns:
        The answer, or why there was none.

    Raises:
        InfrastructureError: no container could join the Pod.
    """
    asker = join(context, pod)
    wait_joined(context, pod, asker)
    return context.ask(url, pod, asker)


def confirmed(context: Context, pod: str, answer: HttpAnswer) -> HttpAnswer:
    """Return an answer of a Pod; a refusal only if it is the Pod's own.

    Then the Pod refuses in its own network too.

    Between two Pods there are nodes, whose networks may refuse for reasons of their own.

    Args:
        context: where the Pod is.
        pod: its name.
        answer: to another Pod, at the Pod's own address.

    Raises:
        InfrastructureError: no container could join the Pod.
    """
    if not answer.was_refused:
        return answer
    inside = ask_inside(context, pod, answer.url)
    return inside if inside.was_refused else answer.model_copy(update={"refused": False})


def fetches(pod: Object) -> str:
    """Return the program by which a Pod downloads something at its start.

    Empty if none.

    Args:
        pod: its manifest or the object; the commands of its containers are read.
    """
    containers = [item for key in ("initContainers", "containers") for item in pod["spec"].get(key) or []]
    words = (str(word) for item in containers for key in ("command", "args") for word in item.get(key) or [])
    found = _INSTALLS.search("\n".join(words))
    return found[0] if found else ""


def wait_dns(context: Context) -> None:
    """Wait until the cluster's DNS answers; it starts after the nodes.

    Raises:
        InfrastructureError: it does not.
    """
    answer = until(
        lambda: context.ask("http://kubernetes.default.svc:443"),
        _is_resolved,
        timeouts.DNS_READY,
        cancelled=context.cluster.cancelled,
    )
    if not _is_resolved(answer):
        raise InfrastructureError(_("the cluster's DNS does not answer: {answer}", answer=answer))


def _is_resolved(answer: HttpAnswer) -> bool:
    return "resolv" not in answer.error.lower()
