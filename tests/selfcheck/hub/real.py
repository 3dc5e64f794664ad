"""What the released images have on top of the stand-ins where their own parts can be had (`parts`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml

from fixtures.airgap.archive import ImageFolder
from fixtures.airgap.tree import Tree
from tests.selfcheck.hub import parts
from tests.selfcheck.hub.shelf import Changes, layer

_NGINX: Final = """\
#!/bin/sh
# Debian has nginx's stream module apart from it, the released image inside.
stream='load_module /usr/lib/nginx/modules/ngx_stream_module.so;'
if [ "$1" = -g ]; then stream="$stream $2"; shift 2; fi
exec /usr/lib/nginx/nginx -g "$stream" "$@"
"""


def node(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return the files by which a node keeps its objects with kine."""
    return {
        "usr/bin/k3s": ((folder / parts.NODE).read_bytes(), 0o755),
        "usr/bin/kine": ((folder / parts.KINE).read_bytes(), 0o755),
    }


def local_storage(text: str) -> str:
    """Return the manifest with the provisioner of the image in the place of the node's own program."""
    documents = list(yaml.safe_load_all(text))
    [deployment] = [document for document in documents if document["kind"] == "Deployment"]
    pod = deployment["spec"]["template"]["spec"]
    [container] = pod["containers"]
    container["command"] = ["local-path-provisioner", "start", "--config", "/etc/config/config.json"]
    for volumes in (container["volumeMounts"], pod["volumes"]):
        [own] = [volume for volume in volumes if volume["name"] == "program"]
        volumes.remove(own)
    return yaml.safe_dump_all(documents, sort_keys=False)


def local_path(folder: Path) -> Changes:
    """Return the real local path provisioner, on a busybox."""
    program = {"usr/bin/local-path-provisioner": ((folder / parts.LOCAL_PATH).read_bytes(), 0o755)}
    return Changes([layer(program)], {"Cmd": ["local-path-provisioner"]})


def proxy(folder: Path, stand_in: Path) -> Changes:
    """Return k3d's own proxy, template and start, with confd, on the stand-in's nginx."""
    tree = Tree()
    for below in ImageFolder(stand_in).layers:
        tree.read_tar(below)
    files = {
        "usr/lib/nginx/nginx": (tree.read("/usr/sbin/nginx"), 0o755),
        "usr/sbin/nginx": (_NGINX.encode(), 0o755),
        "usr/local/bin/confd": ((folder / parts.CONFD).read_bytes(), 0o755),
        "usr/bin/nginx-proxy": ((folder / parts.PROXY / "nginx-proxy").read_bytes(), 0o755),
        "usr/bin/.wh.k3d-proxy": (b"", 0o644),
    }
    for place in ("templates", "conf.d"):
        for file in (folder / parts.PROXY / place).iterdir():
            files[f"etc/confd/{place}/{file.name}"] = (file.read_bytes(), 0o644)
    return Changes([layer(files)], {"Entrypoint": ["/bin/sh", "-c", "nginx-proxy"], "Cmd": None})
