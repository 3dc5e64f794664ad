"""The released images that users pull: this machine's stand-ins under the real names."""

from __future__ import annotations

import json
from pathlib import Path

from fixtures.airgap.archive import ImageFolder
from fixtures.airgap.kit import Kit
from fixtures.airgap.paths import SOURCES, cache
from tests.selfcheck.hub import real
from tests.selfcheck.hub.hosts import CACHE, DOCKER_HUB, GHCR
from tests.selfcheck.hub.shelf import UNCHANGED, Changes, Shelf, layer

NODE_TAG = "v1.31.5-k3s1"
PAUSE = "rancher/mirrored-pause:3.6"
HELPER = "rancher/mirrored-library-busybox:1.36.1"
COREDNS = "rancher/mirrored-coredns-coredns:1.12.0"
LOCAL_PATH = "rancher/local-path-provisioner:v0.0.30"
KLIPPER_LB = "rancher/klipper-lb:v0.4.9"
LIMIT_TEST = "ratelimitpreview/test:latest"
"""What Docker Hub has for asking how many pulls are left."""

_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_ARCHIVE = "usr/share/k3s/images/.wh.system.tar"
_BUSYBOX = "kubegrade/busybox:1.35"
_MANIFESTS = {"coredns.yaml": (COREDNS,), "local-storage.yaml": (HELPER, LOCAL_PATH)}
"""The node's manifests, and the images that k3s has in the places of the stand-in's one."""
_CONTAINERD = f"""\
#!/bin/sh
sed -i 's|kubegrade/pause:3.6|{PAUSE}|' /var/lib/rancher/k3s/agent/etc/containerd/config.toml
exec /usr/bin/containerd "$@"
"""
"""Before containerd on the node's PATH: the stand-in's sandbox image is not the one that k3s pulls."""


def unusable(kit: Kit) -> str:
    """Return why a kit cannot be served, or nothing."""
    lacking = {"node", "k3d-proxy", "k3d-tools", "registry", "busybox"} - kit.folders.keys()
    if lacking:
        return f"the kit has no images of its own to serve ({kit.source}): kubegrade setup --source built"
    return ""


def fill(shelf: Shelf, kit: Kit, authority: bytes, parts: Path | None = None) -> None:
    """Put on the shelf what the released road asks for.

    Args:
        shelf: of the hub.
        kit: the built one of this machine.
        authority: the hub's own, in PEM, which the images trust as the released ones trust the real one's.
        parts: a folder of real ones in the place of stand-ins, as `parts.compile_into` makes it.
    """
    folders = kit.folders
    helpers = kit.k3d_version.removeprefix("v")
    trusting = Changes(layers=[layer({_CERTIFICATES: (authority, 0o644)})])
    put(shelf, f"rancher/k3s:{NODE_TAG}", folders["node"], node_changes(authority, parts))
    put(shelf, "library/registry:2", folders["registry"], trusting)
    proxy = real.proxy(parts, folders["k3d-proxy"]) if parts else UNCHANGED
    shelf.put(GHCR, "k3d-io/k3d-proxy", helpers, folders["k3d-proxy"], proxy)
    shelf.put(GHCR, "k3d-io/k3d-tools", helpers, folders["k3d-tools"])
    for folder in folders.values():
        for name in ImageFolder(folder).image.publish:
            put(shelf, name, folder)
    busybox = folders["busybox"]
    pause = _pause()
    put(shelf, PAUSE, pause or busybox, UNCHANGED if pause else _waiting())
    put(shelf, HELPER, busybox)
    # The node's own program does the work of these two, in a container with a busybox.
    put(shelf, COREDNS, busybox)
    put(shelf, LOCAL_PATH, busybox, real.local_path(parts) if parts else UNCHANGED)
    put(shelf, KLIPPER_LB, busybox, _waiting())
    put(shelf, LIMIT_TEST, busybox)


def put(shelf: Shelf, name: str, folder: Path, changes: Changes = UNCHANGED) -> None:
    """Serve an image of Docker Hub, named as REPOSITORY:TAG, there and from a school's cache."""
    repository, tag = name.rsplit(":", 1)
    for host in (DOCKER_HUB, CACHE):
        shelf.put(host, repository, tag, folder, changes)


def node_changes(authority: bytes, parts: Path | None = None) -> Changes:
    """Return what makes the stand-in of the node more like k3s: it has no images inside, and pulls them."""
    files = {_ARCHIVE: (b"", 0o644), _CERTIFICATES: (authority, 0o644)}
    files["usr/local/sbin/containerd"] = (_CONTAINERD.encode(), 0o755)
    for name, images in _MANIFESTS.items():
        text = (SOURCES / "manifests" / name).read_text("utf-8")
        if text.count(_BUSYBOX) != len(images):
            raise ValueError(f"{name} no longer names {_BUSYBOX} {len(images)} times")
        for image in images:
            text = text.replace(_BUSYBOX, image, 1)
        if parts and name == "local-storage.yaml":
            text = real.local_storage(text)
        files[f"usr/share/k3s/manifests/{name}"] = (text.encode(), 0o644)
    if parts:
        files.update(real.node(parts))
    return Changes(layers=[layer(files)])


def _waiting() -> Changes:
    return Changes(config={"Entrypoint": ["/bin/sleep", "infinity"], "Cmd": None})


def _pause() -> Path | None:
    """The newest pause image among the built things; the kit itself has it inside the node image only."""
    known = list((cache() / "build" / "image-pause").glob("*/done.json"))
    newest = max(known, key=lambda file: float(json.loads(file.read_text("utf-8"))["made"]), default=None)
    return newest.parent if newest else None
