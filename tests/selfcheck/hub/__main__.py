"""Run a command in a world of its own: `python -m tests.selfcheck.hub [--ill NAME] -- COMMAND ...`."""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.selfcheck.hub.ills import ILLS, WELL
from tests.selfcheck.hub.world import World, WorldError, lacking


def main(arguments: list[str]) -> int:
    """Run the command; return its exit status."""
    options = _parse(arguments)
    if reason := lacking():
        sys.exit(reason)
    signal.signal(signal.SIGTERM, _terminate)
    folder = Path(tempfile.mkdtemp(prefix="kubegrade-world-"))
    try:
        ill = ILLS[options.ill] if options.ill else WELL
        with World(folder, ill=ill, route=not options.no_route, real_parts=options.real_parts) as world:
            return _foreground(world.command(options.command))
    except WorldError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        return 130
    finally:
        if options.keep:
            print(f"Kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.selfcheck.hub", description=__doc__)
    parser.add_argument("--ill", choices=sorted(ILLS), help="what is wrong with the hub")
    parser.add_argument("--no-route", action="store_true", help="no hub, and nothing can be reached")
    parser.add_argument("--real-parts", action="store_true", help="serve parts of k3s and k3d themselves")
    parser.add_argument("--keep", action="store_true", help="keep the caches, the logs and the hub's journal")
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    return parser.parse_args(arguments)


def _foreground(words: list[str]) -> int:
    # Ctrl-C is for the command in the world: nsenter waits for it, and so do we.
    process = subprocess.Popen(words, preexec_fn=_ignore)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise


def _ignore() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _terminate(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + signal.SIGTERM)  # the world ends, and the command with it


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
