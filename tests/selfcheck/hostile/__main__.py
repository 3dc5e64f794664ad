"""Print the tables of docs/security.md, or grade attacks on a cluster."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from fixtures.slot_clusters import remove
from tests.selfcheck.hostile.catalogue import load_attacks
from tests.selfcheck.hostile.graded import grade
from tests.selfcheck.hostile.table import table


def main(names: list[str], slot: int) -> int:
    """Grade attacks one after another; return the exit status: 1 if any is not as it says."""
    wrong = 0
    try:
        for name in names:
            work = Path(tempfile.mkdtemp(prefix="kubegrade-hostile-"))
            outcome = grade(load_attacks()[name], slot, work)
            wrong += bool(outcome.problem)
            print(
                "WRONG" if outcome.problem else "ok   ",
                name,
                f"{outcome.duration_s:.0f} s",
                work,
                outcome.problem,
            )
    finally:
        remove(slot)
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.selfcheck.hostile", description=__doc__)
    parser.add_argument("names", metavar="ID", nargs="*", choices=[*load_attacks(), []], help="what to grade")
    parser.add_argument("--slot", type=int, default=1, help="of the cluster; see kubegrade grade --help")
    given = parser.parse_args()
    if given.names:
        sys.exit(main(given.names, given.slot))
    sys.stdout.write(table())
