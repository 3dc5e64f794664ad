"""Clusters and a kubectl for commands that are none."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from grading.cluster.client import Cluster
from grading.processes import Output
from grading.runner.commands.fleet import Lent
from tests.selfcheck.played import StandIn

Object = dict[str, Any]


class StandInApi(StandIn):
    """A cluster whose nodes are Ready."""

    def __init__(self, nodes: Iterable[str]) -> None:
        super().__init__()
        self.patched: list[tuple[str, str | None, str, Object]] = []
        for name in nodes:
            labels = {"node-role.kubernetes.io/control-plane": "true"} if "server" in name else {}
            self.apply({"kind": "Node", "metadata": {"name": name, "labels": labels}}, "")
            status = {"conditions": [{"type": "Ready", "status": "True"}]}
            self.objects["Node", "", name]["status"] = status

    def items(self, kind: str, namespace: str | None = None, **query: str) -> list[Object]:
        if namespace is None:
            return [item for key, item in self.objects.items() if key[0] == kind]
        return super().items(kind, namespace, **query)

    def apply(self, data: Object, namespace: str | None = None) -> Object:
        if data["kind"] in {"LimitRange", "NetworkPolicy"}:
            self.objects[self._key(data, namespace)] = data
            return data
        return super().apply(data, namespace)

    def patch(self, kind: str, namespace: str | None, name: str, body: Object) -> None:
        self.patched.append((kind, namespace, name, body))

    @staticmethod
    def _key(item: Object, namespace: str | None) -> tuple[str, str, str]:
        if item["kind"] == "Node":
            return "Node", "", item["metadata"]["name"]
        return StandIn._key(item, namespace)


class StandInFleet:
    """Hands out stand-ins, and records what was asked of it."""

    kubectl = Path("kubectl")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.created: list[tuple[int, int]] = []
        self.lent: list[Lent] = []
        self.back: list[str] = []
        self.deleted: list[str] = []

    def create(self, name: str, servers: int, agents: int) -> Lent:
        self.created.append((servers, agents))
        real = f"run-{len(self.lent)}"
        nodes = [f"k3d-{real}-server-{n}" for n in range(min(servers, 1))]
        nodes += [f"k3d-{real}-agent-{n}" for n in range(min(agents, 2))]
        path = self._folder / f"{real}.kubeconfig"
        cluster = {"server": f"https://{real}"}
        path.write_text(
            yaml.safe_dump({"clusters": [{"cluster": cluster}], "users": [{"user": {"token": real}}]}),
            "utf-8",
        )
        self.lent.append(Lent(real, cast(Cluster, StandInApi(nodes)), path, tuple(nodes)))
        return self.lent[-1]

    def lend(self, name: str) -> Lent:
        return self.create(name, 1, 0)

    def give_back(self, lent: Lent) -> None:
        self.back.append(lent.name)

    def delete(self, lent: Lent) -> None:
        self.deleted.append(lent.name)


class StandInKubectl:
    """Answers by the beginning of a command, and records what was run."""

    def __init__(self) -> None:
        self.ran: list[list[str]] = []
        self.waits: list[bool] = []
        self.answers: dict[str, Callable[[], Output]] = {}

    def run(self, arguments: Sequence[str], *, waits: bool) -> Output:
        self.ran.append(list(copy.copy(arguments)))
        self.waits.append(waits)
        words = " ".join(arguments)
        found = (answer for begin, answer in self.answers.items() if words.startswith(begin))
        return next(found, lambda: Output(0, "", ""))()
