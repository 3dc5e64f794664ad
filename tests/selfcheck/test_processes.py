"""One way to run other programs: argument lists, a limit, and no secret in a message."""

import os
import sys
import time
import tracemalloc
from pathlib import Path

import psutil
import pytest

from grading import timeouts
from grading.captured import GAP, TAIL
from grading.cluster import docker_agent
from grading.cluster.kubectl import MAX_OUTPUT, Kubectl
from grading.errors import InfrastructureError
from grading.processes import ProgramError, Unending, run, started
from grading.waiting import until

HIDDEN = "K10f-hidden"
ENDED = {False, psutil.STATUS_ZOMBIE}


def python(code: str, *arguments: str) -> list[str | bytes | Path]:
    return [Path(sys.executable), "-c", code, *arguments]


def test_arguments_are_no_words_of_a_shell() -> None:
    hostile = "$(touch x); `id` 'é' \U0001f600"
    done = run([*python("import sys; sys.stdout.buffer.write(sys.argv[1].encode())"), hostile], timeout=30)
    assert (done.status, done.stdout, done.stderr) == (0, hostile, "")


def test_nothing_can_be_read_and_what_is_printed_may_be_anything() -> None:
    code = (
        "import os, sys; os.write(1, sys.stdin.buffer.read() + b'a\\xff'); os.write(2, os.environb[b'ADDED'])"
    )
    done = run(python(code), timeout=30, env={"ADDED": "b"})
    assert (done.stdout, done.stderr) == ("a\N{REPLACEMENT CHARACTER}", "b")


FLOOD = "import os; [os.write({stream}, b'x' * 65536) for _ in range({times})]; "


@pytest.mark.parametrize("stream", [1, 2])
def test_of_a_long_output_the_beginning_and_the_end_are_kept(stream: int) -> None:
    code = f"import os; os.write({stream}, b'first'); {FLOOD.format(stream=stream, times=9)}"
    done = run(python(f"{code} os.write({stream}, b'last')"), timeout=30, most=9)
    printed = (done.stdout, done.stderr)[stream - 1]
    assert printed.startswith("firstxxxx\n…\nxx")
    assert printed.endswith("xlast")
    assert len(printed) == 9 + len("\n…\n") + TAIL


def test_what_fits_is_kept_whole() -> None:
    assert run(python("print('a' * 9)"), timeout=30, most=4).stdout == "aaaaaaaaa\n"


@pytest.mark.parametrize("stream", [1, 2])
def test_a_program_that_prints_without_end_is_killed(stream: int) -> None:
    code = f"import os\nwhile True: os.write({stream}, b'x' * 65536)"
    tracemalloc.start()
    try:
        with pytest.raises(Unending, match=r"it printed more than 8 MiB of output$") as caught:
            run(python(code, HIDDEN), timeout=30, most=1000)
        assert tracemalloc.get_traced_memory()[1] < 2 * 2**20
    finally:
        tracemalloc.stop()
    assert caught.value.floods
    assert (caught.value.output.stdout or caught.value.output.stderr).startswith("x" * 1000 + "\n…\n")
    assert HIDDEN not in str(caught.value)


def test_a_program_that_closes_its_output_and_goes_on_is_killed() -> None:
    begun = time.monotonic()
    with pytest.raises(Unending, match=r"it was not finished within 1 s$") as caught:
        run(python("import os, time; os.close(1); os.close(2); time.sleep(60)"), timeout=1, most=9)
    assert not caught.value.floods
    assert time.monotonic() - begun < 20


def test_a_program_that_fails_is_quoted() -> None:
    code = "import sys; print('out'); print('first\\n\\nlast', file=sys.stderr); sys.exit(3)"
    with pytest.raises(ProgramError) as caught:
        run(python(code, HIDDEN), timeout=30)
    assert (caught.value.reason, caught.value.words) == ("exit status 3", "first\nlast")
    assert HIDDEN not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert run(python(code), timeout=30, check=False).status == 3


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(ProgramError, match="nowhere: No such file or directory") as caught:
        run(["/nowhere", HIDDEN], timeout=30)
    assert caught.value.words == ""


def test_a_program_that_takes_too_long_is_killed_with_its_children(tmp_path: Path) -> None:
    """One that ignores SIGTERM, and a child of it that keeps the pipe open."""
    pid = tmp_path / "pid"
    code = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(sys.argv[1], 'w', encoding='utf-8').write(str(child.pid))\n"
        "print('said', flush=True)\n"
        "time.sleep(60)"
    )
    begun = time.monotonic()
    with pytest.raises(ProgramError, match="it was not finished within 3 s") as caught:
        run([*python(code), pid, HIDDEN], timeout=3)
    assert time.monotonic() - begun < 20
    assert caught.value.words == "said"
    assert HIDDEN not in str(caught.value)
    child = int(pid.read_text("utf-8"))
    assert until(lambda: psutil.pid_exists(child) and psutil.Process(child).status(), is_dead, 10) in ENDED


def is_dead(status: object) -> bool:
    return status in ENDED


def test_a_program_has_a_session_of_its_own() -> None:
    done = run(python("import os; print(os.getsid(0) == os.getpid())"), timeout=30)
    assert done.stdout == "True\n"


def test_a_program_does_not_outlive_the_block() -> None:
    with started(python("import time; print('up', flush=True); time.sleep(60)")) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        assert process.poll() is None
    assert process.returncode is not None


def kubectl(tmp_path: Path, code: str) -> Kubectl:
    program = tmp_path / "kubectl"
    program.write_text(f"#!{sys.executable}\n{code}", "utf-8")
    program.chmod(0o755)
    return Kubectl(tmp_path / "config", program=str(program))


def test_kubectl_keeps_a_part_of_what_is_printed(tmp_path: Path) -> None:
    done = kubectl(tmp_path, f"print('a' * {3 * MAX_OUTPUT}); raise SystemExit(2)").run("get", "pods")
    assert done.status == 2
    assert len(done.stdout.encode()) == MAX_OUTPUT + len(GAP) + TAIL


def test_kubectl_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "EXEC", 0.2)
    with pytest.raises(
        InfrastructureError, match=r"^kubectl exec --namespace n p: it was not finished within 0\.2 s$"
    ):
        kubectl(tmp_path, "import time; time.sleep(60)").exec("n", "p", "cat")


def test_kubectl_that_forwards_a_port(tmp_path: Path) -> None:
    code = "import time; print('Forwarding from 127.0.0.1:40123 -> 80', flush=True); time.sleep(60)"
    with kubectl(tmp_path, code).port_forward("n", "pod/p", 80) as port:
        assert port == 40123


def test_kubectl_that_says_much_goes_on_forwarding(tmp_path: Path) -> None:
    """A line for each connection that the Pod refuses: a full pipe would hold it up."""
    done = tmp_path / "done"
    code = (
        "import os, pathlib, time\n"
        "print('Forwarding from 127.0.0.1:40123 -> 80', flush=True)\n"
        "[os.write(2, b'x' * 65536) for _ in range(99)]\n"
        f"pathlib.Path({str(done)!r}).touch()\n"
        "time.sleep(60)"
    )
    with kubectl(tmp_path, code).port_forward("n", "pod/p", 80):
        assert until(done.exists, bool, 20)


@pytest.mark.parametrize("piece", ["b'x'", "b'x' * 65536"], ids=["a line that drips", "a flood"])
def test_kubectl_whose_first_line_does_not_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    monkeypatch.setattr(timeouts, "PORT_FORWARD", 1.0)
    begun = time.monotonic()
    with (
        pytest.raises(InfrastructureError, match=r"did not start listening: x+$"),
        kubectl(tmp_path, f"import os\nwhile True: os.write(1, {piece})").port_forward("n", "pod/p", 80),
    ):
        pass
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import sys; print('no such Pod', file=sys.stderr)", "no such Pod"),
        ("import time; print('hm', flush=True); time.sleep(60)", "hm"),
    ],
)
def test_kubectl_that_does_not_listen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    monkeypatch.setattr(timeouts, "PORT_FORWARD", 1.0)
    with (
        pytest.raises(InfrastructureError, match=f"^kubectl port-forward did not start listening: {words}$"),
        kubectl(tmp_path, code).port_forward("n", "pod/p", 80),
    ):
        pass


UNREACHED = "Error from server: error dialing backend: proxy error, code 502: 502 Bad Gateway"
AT_LAST = """
import pathlib, sys, time
tries = pathlib.Path(__file__).with_name("tries")
known = tries.read_text("utf-8") if tries.exists() else ""
tries.write_text(known + ".", "utf-8")
if len(known) < {failures}:
    print("{words}", file=sys.stderr)
    raise SystemExit(1)
print("Forwarding from 127.0.0.1:40123 -> 80", flush=True)
time.sleep({then})
"""


def tries(tmp_path: Path) -> int:
    return len((tmp_path / "tries").read_text("utf-8"))


def test_kubectl_that_does_not_get_to_the_node_tries_again(tmp_path: Path) -> None:
    code = AT_LAST.format(failures=2, words=UNREACHED, then=0)
    done = kubectl(tmp_path, code).exec("n", "p", "cat")
    assert (done.status, tries(tmp_path)) == (0, 3)


def test_kubectl_that_fails_otherwise_does_not_try_again(tmp_path: Path) -> None:
    code = AT_LAST.format(failures=2, words="error: unable to upgrade connection: EOF", then=0)
    assert kubectl(tmp_path, code).exec("n", "p", "cat").status == 1
    assert tries(tmp_path) == 1


def test_kubectl_forwards_a_port_when_it_gets_to_the_node(tmp_path: Path) -> None:
    code = AT_LAST.format(failures=1, words=UNREACHED, then=60)
    with kubectl(tmp_path, code).port_forward("n", "pod/p", 80) as port:
        assert port == 40123
    assert tries(tmp_path) == 2


def test_kubectl_that_never_gets_to_the_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "KUBELET_REACHED", 0.1)
    program = kubectl(tmp_path, AT_LAST.format(failures=99, words=UNREACHED, then=0))
    done = program.exec("n", "p", "cat")
    assert (done.status, done.stderr) == (1, f"{UNREACHED}\n")
    with (
        pytest.raises(InfrastructureError, match=f"did not start listening: {UNREACHED}$"),
        program.port_forward("n", "pod/p", 80),
    ):
        pass


@pytest.mark.parametrize("end", ["echo refused $* >&2; exit 1", "sleep 60"])
def test_the_token_of_a_cluster_is_in_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    program = tmp_path / "docker"
    program.write_text(
        f"#!/bin/sh\ncase $1 in exec) echo {HIDDEN};; inspect) echo '[\"k3s\", 0, []]';; run) {end};; esac\n",
        "utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(timeouts, "DOCKER", 2.0)
    with pytest.raises(InfrastructureError, match=r"^docker run") as caught:
        docker_agent.join("c", "agent")
    assert HIDDEN not in f"{caught.value} {caught.value.__cause__!r} {caught.value.__context__!r}"


def test_the_only_other_places_that_start_programs() -> None:
    """A daemon that outlives setup, the proof of `kubegrade faulty`, graded runs with the user's terminal.

    And a trial under confinement, which is entered between fork and exec; and the graded runs of a class,
    each a group of processes with a log, which ends with its deadline.
    """
    root = Path(__file__).resolve().parents[2]
    sources = [path for folder in ("grading", "fixtures") for path in (root / folder).rglob("*.py")]
    starts = ("subprocess.run(", "subprocess.Popen(", "subprocess.check_", "os.system(", "os.popen(")
    found = {
        str(path.relative_to(root))
        for path in sources
        if any(word in path.read_text("utf-8") for word in starts)
    }
    assert found == {
        "grading/confinement.py",
        "grading/processes.py",
        "grading/retry.py",
        "fixtures/airgap/daemon.py",
        "fixtures/class_run/processes.py",
        "fixtures/faults/runs.py",
    }


def test_kubectl_as_another_user(tmp_path: Path) -> None:
    own = kubectl(tmp_path, "import sys; print(sys.argv[1:])")
    other = own.acting_as("somebody", "some")
    assert "'--as', 'somebody', '--as-group', 'some', 'get'" in other.run("get").stdout
    assert "--as" not in own.run("get").stdout
