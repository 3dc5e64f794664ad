"""Parts of k3s and k3d that are Go modules, compiled here for a hub that serves them instead of stand-ins.

What is compiled is kept in the cache of the kit. docs/platforms.md lists what cannot be had so.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from fixtures.airgap import golang
from fixtures.airgap.errors import KitError
from fixtures.airgap.paths import SOURCES, cache
from fixtures.airgap.programs import K3D_VERSION
from fixtures.airgap.recipes import ProgramRecipe, read_programs
from fixtures.airgap.run import run
from fixtures.airgap.store import Store, fingerprint, tree_digest

LOCAL_PATH, KINE, CONFD, NODE, PROXY = "local-path-provisioner", "kine", "confd", "k3s", "k3d-proxy"
"""Their names in a world's folder: programs, and of the proxy the folder of k3d's own files."""

_MODULES: Final = Path(__file__).parent / "modules"
_CONFD: Final = ProgramRecipe(
    name=CONFD, title=CONFD, module="confd", package="github.com/kelseyhightower/confd"
)
_ETCD: Final = {
    '"go.etcd.io/etcd/server/v3/etcdmain"': "",
    "etcdmain.Main(os.Args)": """\
err := os.Chdir("/var/lib/rancher/k3s/server")
		if err == nil { // without an endpoint it is SQLite's ./db/state.db
			words := []string{"kine", "--listen-address=127.0.0.1:2379", "--metrics-bind-address=0"}
			err = syscall.Exec("/usr/bin/kine", words, os.Environ())
		}
		slog.Error("kine", "err", err)
		os.Exit(1)""",
}
"""What the main.go of the stand-in's node has for etcd, and what starts kine in its place."""


@dataclass(frozen=True)
class _Installed:
    """A program that `go install` makes from a module as it was released.

    Attributes:
        package: with its version.
        words: of `go install` besides.
        environment: of the compiler besides.
    """

    name: str
    package: str
    words: tuple[str, ...]
    environment: Mapping[str, str]


_INSTALLED: Final = (
    _Installed(
        LOCAL_PATH,
        "github.com/rancher/local-path-provisioner@v0.0.30",
        ("-ldflags", "-s -w -X main.VERSION=v0.0.30"),
        {"CGO_ENABLED": "0"},
    ),
    _Installed(
        KINE,
        "github.com/k3s-io/kine@v0.13.5",
        ("-tags", "netgo,osusergo", "-ldflags", "-s -w -linkmode external -extldflags -static"),
        # SQLite as kine's own scripts/build has it: it asks for the size of its tables.
        {"CGO_ENABLED": "1", "CGO_CFLAGS": "-DSQLITE_ENABLE_DBSTAT_VTAB=1 -DSQLITE_USE_ALLOCA=1"},
    ),
)


def lacking() -> str:
    """Return why the parts cannot be compiled on this machine, or nothing."""
    if golang.find_go() is None:
        return "there is no Go"
    return "" if shutil.which("gcc") else "kine's SQLite needs gcc"


def compile_into(folder: Path) -> None:
    """Put the parts into a folder, compiled if the cache does not have them.

    Raises:
        KitError: the reason is `lacking`'s, or the compiler's.
    """
    go = golang.find_go()
    if go is None or lacking():
        raise KitError(lacking())
    folder.mkdir()
    for program in _INSTALLED:
        _add(folder, program.name, program, go, partial(_install, program, go))
    _add(folder, CONFD, tree_digest(_MODULES), go, partial(_build_confd, go))
    _add(folder, NODE, [tree_digest(SOURCES / "node"), _ETCD], go, partial(_build_node, go))
    shutil.copytree(_of_k3d(go) / "proxy", folder / PROXY)


def _add(folder: Path, name: str, inputs: object, go: Path, build: Callable[[Path], None]) -> None:
    store, key = Store(cache() / "build"), fingerprint(repr(inputs), golang.version(go))
    part = f"part {name}"
    if store.find(part, key) is None:
        store.make(part, key, build)
    shutil.copy(store.path(part, key) / name, folder)


def _install(program: _Installed, go: Path, out: Path) -> None:
    settings = {"GOBIN": str(out), "GOFLAGS": "", "GOWORK": "off", "GOTOOLCHAIN": "local"}
    run(
        [go, "install", "-trimpath", "-buildvcs=false", *program.words, program.package],
        doing=f"compiling {program.name}",
        env={**settings, **program.environment},
    )


def _build_confd(go: Path, out: Path) -> None:
    golang.build_program(_CONFD, go, out, _MODULES)


def _build_node(go: Path, out: Path) -> None:
    """Compile the stand-in's node with kine in the place of etcd."""
    recipe = read_programs()[NODE]
    main = SOURCES / recipe.module / "cmd" / "k3s" / "main.go"
    replaced, overlay = out / "main.go", out / "overlay.json"
    replaced.write_text(with_kine(main.read_text("utf-8")), "utf-8")
    overlay.write_text(json.dumps({"Replace": {str(main): str(replaced)}}), "utf-8")
    golang.build_program(recipe.model_copy(update={"flags": (f"-overlay={overlay}",)}), go, out)


def with_kine(main: str) -> str:
    """Return the source of the node's program with kine in the place of etcd."""
    for old, new in _ETCD.items():
        if main.count(old) != 1:
            raise ValueError(f"the node's main.go no longer has {old} once")
        main = main.replace(old, new)
    return main


def _of_k3d(go: Path) -> Path:
    """Return the folder of k3d's own module."""
    words: list[str | Path] = [go, "mod", "download", "-json", f"github.com/k3d-io/k3d/v5@v{K3D_VERSION}"]
    return Path(json.loads(run(words, doing="fetching k3d's module"))["Dir"])
