"""An agent of its own that joins a cluster, by a Docker that only pretends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grading.cluster import docker_agent
from grading.processes import Output

ARGUMENTS = ["server", "--disable=traefik", "--kubelet-arg=pod-max-pids=2048", "--tls-san", "0.0.0.0"]  # noqa: S104


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, memory: int) -> list[list[str]]:
    asked: list[list[str]] = []
    said = {
        "exec": "token",
        "inspect": json.dumps(["rancher/k3s:v1", memory, ARGUMENTS]),
        "run": "0123456789abcdef",
    }

    def run(words: list[str], **_options: Any) -> Output:
        asked.append(words)
        return Output(0, said[words[1]], "")

    monkeypatch.setattr(docker_agent, "run", run)
    return asked


@pytest.mark.parametrize("memory", [2**32])
def test_an_agent_is_bounded_as_the_server_is(asked: list[list[str]]) -> None:
    assert docker_agent.join("mine", "agent") == "0123456789ab"
    options, _image, command = split(asked[-1])
    assert options[options.index("--memory") + 1] == options[options.index("--memory-swap") + 1] == str(2**32)
    assert [word for word in command if "kubelet" in word] == ["--kubelet-arg=pod-max-pids=2048"]
    assert "--disable=traefik" not in command


@pytest.mark.parametrize("memory", [0])
def test_a_server_without_a_limit_gives_none(asked: list[list[str]]) -> None:
    docker_agent.join("mine", "agent")
    assert "--memory" not in asked[-1]


def split(words: list[str]) -> tuple[list[str], str, list[str]]:
    """Return the options of `docker run`, the image and what its container is told."""
    at = words.index("rancher/k3s:v1")
    return words[:at], words[at], words[at + 1 :]
