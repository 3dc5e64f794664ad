"""Disturbances of nodes: their containers, their programs and their network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from grading.waiting import until
from tests.selfcheck.faults.site import NotHurt, Site

_FROZEN_WITHIN: Final = 15.0


def killed(site: Site, node: str) -> AbstractContextManager[None]:
    """Kill a node without a word, and start it again."""
    return _ended(site, node, "kill")


def stopped(site: Site, node: str) -> AbstractContextManager[None]:
    """Stop a node as ``docker stop`` does, and start it again."""
    return _ended(site, node, "stop", "--time=2")


@contextmanager
def _ended(site: Site, node: str, *how: str) -> Iterator[None]:
    site.docker(*how, site.node(node))
    try:
        yield
    finally:
        site.docker("start", site.node(node), check=False)


@contextmanager
def paused(site: Site, node: str) -> Iterator[None]:
    """Freeze all programs of a node."""
    # A container with many programs, which start others meanwhile, is not always frozen at the first attempt.
    done = until(
        lambda: site.docker("pause", site.node(node), check=False),
        lambda output: output.status == 0,
        _FROZEN_WITHIN,
    )
    if done.status:
        raise NotHurt(f"the node could not be frozen: {done.stderr}")
    try:
        yield
    finally:
        site.docker("unpause", site.node(node), check=False)


@contextmanager
def restarted(site: Site, node: str) -> Iterator[None]:
    """Restart a node, once."""
    site.docker("restart", "--time=2", site.node(node))
    yield


@contextmanager
def halted(site: Site, node: str, program: str) -> Iterator[None]:
    """Stop a program of a node by SIGSTOP, and let it go on."""
    site.shell(node, f"kill -STOP $(pidof {program})")
    try:
        yield
    finally:
        site.shell(node, f"kill -CONT $(pidof {program})", check=False)


@contextmanager
def rejecting(site: Site, port: int) -> Iterator[None]:
    """Let every node reject connections to a port of its own."""
    rule = f"INPUT -p tcp --dport {port} -j REJECT --reject-with tcp-reset"
    for node in site.nodes:
        site.shell(node, f"iptables -I {rule}")
    try:
        yield
    finally:
        for node in site.nodes:
            site.shell(node, f"iptables -D {rule}", check=False)


@contextmanager
def parted(site: Site, node: str, other: str) -> Iterator[None]:
    """Drop what a node and its Pods get from another one and its Pods, and what they send there."""
    found = site.api.get("Node", None, site.node(other))
    assert found is not None
    places = [site.shell(other, "hostname -i"), found["spec"]["podCIDR"]]
    chains = ("INPUT -s", "OUTPUT -d", "FORWARD -s", "FORWARD -d")
    rules = [f"{chain} {place} -j DROP" for place in places for chain in chains]
    for rule in rules:
        site.shell(node, f"iptables -I {rule}")
    try:
        yield
    finally:
        for rule in rules:
            site.shell(node, f"iptables -D {rule}", check=False)


@contextmanager
def short_of_memory(site: Site, node: str, megabytes: int) -> Iterator[None]:
    """Bound a node's memory and fill it, so that the kernel ends Pods of it, which reserve nothing, first."""
    limit = f"{megabytes}m"
    site.docker("update", f"--memory={limit}", f"--memory-swap={limit}", site.node(node))
    site.docker("exec", "--detach", site.node(node), "tail", "/dev/zero")
    try:
        yield
    finally:
        site.docker("update", "--memory=-1", "--memory-swap=-1", site.node(node), check=False)


@contextmanager
def full_disks(site: Site, folder: str) -> Iterator[None]:
    """Put a disk that is full over a folder of each node; what is in it already stays where it is."""
    mounted = f"mkdir -p {folder} && mount -t tmpfs -o size=4k tmpfs {folder}"
    for node in site.nodes:
        site.shell(node, f"{mounted} && head -c 4096 /dev/zero >{folder}/full")
    try:
        yield
    finally:
        for node in site.nodes:
            site.shell(node, f"umount -l {folder}", check=False)
