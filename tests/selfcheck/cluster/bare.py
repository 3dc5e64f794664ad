"""A cluster of the kit by k3d alone, without a graded run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fixtures import k3d
from fixtures.airgap.kit import Kit
from fixtures.environment import use


def by_k3d(kit: Kit, *arguments: str) -> str:
    environment = dict(os.environ)
    use(kit, environment)
    done = subprocess.run(
        ["k3d", *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def bare_cluster(kit: Kit, slot: int, folder: Path) -> Iterator[Path]:
    """Make the cluster of a slot, and yield the path of its kubeconfig."""
    name = k3d.cluster_name(slot)
    (folder / "default.yaml").write_text(k3d.configuration(kit, slot), "utf-8")
    k3d.delete(kit.k3d, name)
    try:
        by_k3d(kit, "cluster", "create", name, "--config", str(folder / "default.yaml"))
        (folder / "kubeconfig").write_text(by_k3d(kit, "kubeconfig", "get", name), "utf-8")
        yield folder / "kubeconfig"
    finally:
        k3d.delete(kit.k3d, name)
