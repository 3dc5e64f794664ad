"""What the hub serves: manifests and blobs by repository, each image as an OCI index of two platforms."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fixtures.airgap.archive import ImageFolder, architecture
from fixtures.airgap.tree import MTIME

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
PLATFORMS = {"amd64": {}, "arm64": {"variant": "v8"}}
"""The architectures of each image, and what its platform says besides."""

Content = bytes | Path


@dataclass(frozen=True)
class Stored:
    """A manifest, a config or a layer."""

    media_type: str
    content: Content
    digest: str

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True)
class Changes:
    """What a released image has on top of its stand-in.

    Attributes:
        layers: tars, lowest first.
        config: replaces members of the image's `config`, such as Entrypoint.
    """

    layers: Sequence[bytes] = ()
    config: Mapping[str, Any] = field(default_factory=dict)


UNCHANGED = Changes()


class Shelf:
    """Images by registry and repository."""

    def __init__(self) -> None:
        self._manifests: dict[tuple[str, str], dict[str, Stored]] = {}
        self._blobs: dict[tuple[str, str], dict[str, Stored]] = {}

    def put(self, host: str, repository: str, tag: str, folder: Path, changes: Changes = UNCHANGED) -> None:
        """Serve an image under a name.

        Args:
            host: of the registry.
            repository: such as library/nginx.
            tag: such as 1.26.
            folder: of the stand-in, as `fixtures.airgap.archive` writes it.
            changes: on top of it.
        """
        place = host, repository
        known = self._manifests.setdefault(place, {})
        blobs = self._blobs.setdefault(place, {})
        layers = _layers(ImageFolder(folder), changes)
        entries = []
        for name, more in PLATFORMS.items():
            config = _config(ImageFolder(folder), changes, layers, name)
            blobs.update({blob.digest: blob for blob in (config, *layers)})
            manifest = _stored(
                MANIFEST,
                {
                    "schemaVersion": 2,
                    "mediaType": MANIFEST,
                    "config": config.descriptor(),
                    "layers": [layer.descriptor() for layer in layers],
                },
            )
            known[manifest.digest] = manifest
            platform = {"architecture": name, "os": "linux", **more}
            entries.append({**manifest.descriptor(), "platform": platform})
        index = _stored(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
        known[index.digest] = known[tag] = index

    def has(self, host: str, repository: str) -> bool:
        """Whether there is such a repository."""
        return (host, repository) in self._manifests

    def manifest(self, host: str, repository: str, reference: str) -> Stored | None:
        """Return a manifest or an index by tag or digest."""
        return self._manifests.get((host, repository), {}).get(reference)

    def blob(self, host: str, repository: str, digest: str) -> Stored | None:
        """Return a config or a layer of a repository."""
        return self._blobs.get((host, repository), {}).get(digest)

    def any_blob(self, digest: str) -> Stored | None:
        """Return a config or a layer of any repository."""
        return next((blobs[digest] for blobs in self._blobs.values() if digest in blobs), None)

    def names(self) -> list[str]:
        """Return every image as HOST/REPOSITORY:TAG."""
        return sorted(
            f"{host}/{repository}:{reference}"
            for (host, repository), known in self._manifests.items()
            for reference in known
            if ":" not in reference
        )


def layer(files: Mapping[str, tuple[bytes, int]]) -> bytes:
    """Return a tar of files, each with its mode; `.wh.NAME` takes NAME out of the layers below."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8") as tar:
        for path, (content, mode) in sorted(files.items()):
            info = tarfile.TarInfo(path)
            info.size, info.mode, info.mtime = len(content), mode, MTIME
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _layers(source: ImageFolder, changes: Changes) -> list[Stored]:
    image = source.image
    lower = [Stored(LAYER, file, digest) for digest, file in zip(image.layers, source.layers, strict=True)]
    return lower + [_stored(LAYER, content) for content in changes.layers]


def _config(source: ImageFolder, changes: Changes, layers: Sequence[Stored], platform: str) -> Stored:
    config = json.loads(source.config.read_bytes())
    config["architecture"] = platform
    if platform != architecture():
        config["variant"] = PLATFORMS[platform].get("variant", "")
    config["config"] = {**config["config"], **changes.config}
    # The layers are not compressed: their digests are those of their tars.
    config["rootfs"]["diff_ids"] = [layer.digest for layer in layers]
    for _ in changes.layers:
        config["history"].append({"created": config["created"], "created_by": "the hub of the tests"})
    return _stored(CONFIG, config)


def _stored(media_type: str, content: bytes | Mapping[str, Any]) -> Stored:
    raw = content if isinstance(content, bytes) else json.dumps(content, sort_keys=True).encode()
    return Stored(media_type, raw, "sha256:" + hashlib.sha256(raw).hexdigest())
