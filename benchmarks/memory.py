"""How much memory a graded run takes, with everything that it starts.

    .venv/bin/python -m benchmarks.memory [SUBMISSION...] [--slot N]

Grades each submission, all courses, by default the reference and a lab whose Pods send each tab 1000 events
with a name of their own, 20000 in all. Every 50 ms it adds up what the run's processes take: the grader, each
kubectl, the process that draws the page. Memory that processes share is divided among them (Linux: PSS,
proc_pid_smaps); the clusters, which are not its children, are not in it.

On two cores it was 225 MiB for the reference, 136 of them for the kubectls of one moment, and 245 MiB for the
lab, all for the grader itself.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT / "manifests" / "reference"
COURSES: Final = ("chapter11", "introlab")
LIMIT: Final = 512
"""MiB that a run may take."""
MIB: Final = 2**20
_BETWEEN: Final = 0.05
_PROGRAM: Final = """\
        command:
          - python3
          - -c
          - |
            import eventlet; eventlet.monkey_patch()
            import os
            from flask import Flask, request
            from flask_socketio import SocketIO
            name = os.environ["HOSTNAME"]
            app = Flask(__name__)
            socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")
            @app.route("/")
            def index():
                return f'<p id="server">{name}</p>'
            def flood(sid):
                for number in range(1000):
                    socketio.emit("count", {"count": number, "server": f"{name}-{sid}-{number}"}, to=sid)
                    eventlet.sleep(0)
                socketio.emit("count", {"count": 10, "server": name}, to=sid)
            @socketio.on("connect")
            def connected():
                socketio.start_background_task(flood, request.sid)
            socketio.run(app, host="0.0.0.0", port=5000)
"""


def names_without_end(target: Path) -> Path:
    """Write the reference with a lab that names another Pod in each event; return its folder."""
    shutil.copytree(REFERENCE, target)
    lab = target / "flask-app.yaml"
    before, ports, after = lab.read_text("utf-8").partition("        ports:\n")
    assert ports
    lab.write_text(f"{before}{_PROGRAM}{ports}{after}", "utf-8")
    return target


def taken(process: psutil.Process) -> dict[str, int]:
    """Return how many bytes a process and those that it started take, added up by their programs."""
    found: dict[str, int] = {}
    for item in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            name = item.name()
            found[name] = found.get(name, 0) + item.memory_full_info().pss
    return found


def measure(submission: Path, folder: Path, *options: str) -> tuple[int, dict[str, int], float]:
    """Grade a submission; return the most bytes that it took, by which programs, and the seconds."""
    begun = time.monotonic()
    command = [str(ROOT / ".venv" / "bin" / "pytest"), "-q", "-m", " or ".join(COURSES)]
    most: dict[str, int] = {}
    with subprocess.Popen(
        [*command, "--submission", str(submission), "--report-dir", str(folder), *options],
        cwd=ROOT,
        stdout=sys.stderr,
        stderr=sys.stderr,
    ) as run:
        process = psutil.Process(run.pid)
        while run.poll() is None:
            with contextlib.suppress(psutil.Error):
                found = taken(process)
                most = max(most, found, key=lambda item: sum(item.values()))
            time.sleep(_BETWEEN)
    return sum(most.values()), most, time.monotonic() - begun


def main() -> int:
    """Measure each submission; return 1 if one took more than `LIMIT`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submissions", nargs="*", type=Path)
    parser.add_argument("--slot", default="1")
    options = parser.parse_args()
    is_more = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        submissions = options.submissions or [REFERENCE, names_without_end(folder / "names-without-end")]
        for number, submission in enumerate(submissions):
            total, programs, seconds = measure(
                submission, folder / f"report-{number}", "--slot", options.slot
            )
            parts = ", ".join(f"{name} {size / MIB:.0f}" for name, size in sorted(programs.items()))
            print(f"{submission.name}: {total / MIB:.0f} MiB ({parts}) in {seconds:.0f} s", flush=True)
            is_more = is_more or total > LIMIT * MIB
    return int(is_more)


if __name__ == "__main__":
    sys.exit(main())
