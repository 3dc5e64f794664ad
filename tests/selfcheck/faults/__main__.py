"""Inject faults: `python -m tests.selfcheck.faults [NAME ...]`; without a name, list them."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.selfcheck.faults.catalogue import IN_A_WORLD, INJECTIONS
from tests.selfcheck.faults.injected_run import SLOT, inject


def main(arguments: list[str]) -> int:
    """Inject the faults that are named, one after the other; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.selfcheck.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--slot", type=int, default=SLOT, help="of the graded runs")
    options = parser.parse_args(arguments)
    known = {**INJECTIONS, IN_A_WORLD.id: IN_A_WORLD}
    if unknown := set(options.names) - set(known):
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    if not options.names:
        print("\n".join(f"{injection.id:24} {injection.title}" for injection in known.values()))
    status = 0
    for name in options.names:
        folder = Path(tempfile.mkdtemp(prefix=f"kubegrade-{name}-"))
        begin = time.monotonic()
        wrong = inject(known[name], folder, options.slot)
        status = status or bool(wrong)
        print("WRONG" if wrong else "ok   ", name, f"{time.monotonic() - begin:.0f} s", folder, flush=True)
        print("".join(f"    {line}\n" for line in wrong), end="", flush=True)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
