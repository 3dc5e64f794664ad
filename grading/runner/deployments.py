"""Wait until a Deployment is complete, and find out who is responsible if it does not become so."""

from __future__ import annotations

from typing import Any

from grading import timeouts
from grading.errors import InfrastructureError
from grading.evidence import summary
from grading.runner.context import Context
from grading.runner.revisions import raise_paused
from grading.runner.rollouts import is_complete, raise_stuck
from grading.text.i18n import _

Object = dict[str, Any]


def complete_deployment(context: Context, file: str, name: str) -> Object:
    """Wait until a Deployment is complete (Kubernetes: Deployments, Complete Deployment).

    Args:
        context: where it runs.
        file: its manifest, for messages.
        name: its name.

    Returns:
        The Deployment.

    Raises:
        Unplayable: its Pods will not become Ready because of the manifest, or it is paused by it.
        InfrastructureError: time ran out, or something else is the reason.
    """

    def done(deployment: Object | None) -> bool:
        if deployment is None:
            raise InfrastructureError(
                _("Deployment {name} is gone, but kubegrade did not delete it", name=name)
            )
        raise_paused(context, deployment, file)
        raise_stuck(context, deployment, file)
        for pod in context.cluster.items("Pod", context.namespace, labelSelector=_selector(deployment)):
            if not pod["metadata"].get("deletionTimestamp"):
                context.pods.check(file, pod)
        return is_complete(deployment)

    step = context.step(_("Wait for Deployment {name}", name=name))
    with context.pods.explained():
        found = context.cluster.wait_for(
            "Deployment",
            context.namespace,
            name,
            done,
            timeouts.ROLLOUT,
            _("Deployment {name} is complete", name=name),
        )
    assert found is not None  # noqa: S101 - `done` raises for None
    step.see(summary.deployment(found))
    return found


def _selector(deployment: Object) -> str:
    labels = deployment["spec"]["selector"].get("matchLabels") or {}
    return ",".join(f"{key}={value}" for key, value in labels.items())
