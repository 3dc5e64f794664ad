"""No command ends because the terminal, or the locale, or the name of a file is not UTF-8.

Real commands, in processes of their own; a graded run to its end is in cluster/test_terminal.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.selfcheck.manifests import REFERENCE
from tests.selfcheck.pseudoterminal import run_at_terminal
from tests.selfcheck.reports import report

ROOT = Path(__file__).resolve().parents[2]
BINARIES = Path(sys.executable).parent
C_LOCALE = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
ENCODINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "C": C_LOCALE,
}
DOCKER = """#!/bin/sh
case "$1 $2" in
"version --format") echo 28.0.0-é ;;
"ps -aq"|"volume ls"|"network ls") ;;
*) printf 'no such object: caf\\351 é\\n' >&2; echo '[]'; exit 1 ;;
esac
"""
DOWN = "#!/bin/sh\nprintf 'Kan geen verbinding maken: één démon, caf\\351\\n' >&2; exit 1\n"
NO_DAEMON = "unix:///nowhere"
"""Setup starts no Docker daemon where the user has named one."""

Ended = tuple[int, bytes]
Command = Callable[..., Ended]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a name in UTF-8, a submission in it with a name that is not, and a report."""
    place = tmp_path / "oplossing-één"
    submission = place / "k8s"
    (submission / "map ✓").mkdir(parents=True)
    strange = Path(os.fsdecode(os.fsencode(submission) + b"/caf\xe9"))
    strange.mkdir()
    text = (REFERENCE / "dep.yaml").read_text("utf-8").replace("replicas: 2", "replicas: één\n  ✗é: 1")
    (strange / "dep.yaml").write_text(text, "utf-8")
    shutil.copy(REFERENCE / "svc.yaml", submission / "map ✓")
    (submission / "map ✓" / "second-pod.yaml").write_text("kind: [één ✗", "utf-8")
    (submission / "temptest.yaml").write_bytes("kind: Pod # caf\xe9".encode("latin-1"))
    (place / "report.json").write_text(report("één ✅").to_json(), "utf-8")
    (place / "bin").mkdir()
    return place


@pytest.fixture
def command(place: Path) -> Command:
    """Run a command of the project; return its exit status and what it printed."""

    def run(environment: dict[str, str], program: str, *words: str | bytes, docker: str = DOCKER) -> Ended:
        (place / "bin" / "docker").write_text(docker, "utf-8")
        (place / "bin" / "docker").chmod(0o755)
        done = subprocess.run(
            [BINARIES / program, *(os.fsencode(word) for word in words)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            env=clean(place, environment),
        )
        return done.returncode, done.stdout

    return run


def clean(place: Path, environment: dict[str, str]) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LC_"))}
    folders = {f"XDG_{kind}_HOME": str(place / kind) for kind in ("CACHE", "STATE")}
    path = f"{place / 'bin'}:{os.environ['PATH']}"
    return {**given, **folders, "PATH": path, "LANG": "en_US.UTF-8", "DOCKER_HOST": NO_DAEMON, **environment}


def sound(ended: Ended, status: int, encoding: str, *words: str) -> None:
    text = ended[1].decode(encoding)  # nothing in it that the terminal does not know
    assert ended[0] == status, text
    for trouble in ("Traceback", "INTERNALERROR", "UnicodeEncodeError", "UnicodeDecodeError"):
        assert trouble not in text
    for word in words:
        assert word in text


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_command_in_the_c_locale(place: Path, command: Command, lang: str) -> None:
    here, submission = str(place), str(place / "k8s")

    def kubegrade(status: int, *words: str, docker: str = DOCKER) -> str:
        ended = command(C_LOCALE, "kubegrade", "--lang", lang, *words, docker=docker)
        sound(ended, status, "ascii")
        return ended[1].decode("ascii")

    kubegrade(0, "--help")
    kubegrade(0, "setup", "--help")
    assert "dep.yaml:6" in kubegrade(1, "check", submission)
    kubegrade(4, "check", f"{here}/één")
    kubegrade(4, "render", f"{here}/één.json", "--to", "md")
    kubegrade(0, "render", f"{here}/report.json", "--to", "md", "--out", f"{here}/één.md")
    assert "één ✅" in (place / "één.md").read_text("utf-8")
    kubegrade(4, "render", f"{here}/report.json", "--to", "één")
    assert "k3d 5.8" in kubegrade(2, "doctor")
    assert "d?mon, caf" in kubegrade(2, "setup", "--source", "released", docker=DOWN)
    kubegrade(2, "bundle", f"{here}/één.kit")
    kubegrade(4, "faulty", "één")
    kubegrade(0, "teardown", "--cache")
    graded = ("pytest", "-m", "s11_9", "--submission", submission, f"--report-dir={here}/uit-é")
    sound(command(C_LOCALE, *graded, f"--lang={lang}"), 6, "ascii", "kubegrade setup")
    assert "oplossing-één" in (place / "uit-é" / "report.json").read_text("utf-8")
    kubegrade(6, "grade", submission, "-m", "s11_9", "--report-dir", f"{here}/uit-ë")
    assert "oplossing-één" in (place / "uit-ë" / "report.json").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_other_terminals(place: Path, command: Command, encoding: str) -> None:
    environment, submission = ENCODINGS[encoding], place / "k8s"
    sound(command(environment, "kubegrade", "check", str(submission)), 1, encoding, "temptest.yaml")
    sound(command(environment, "kubegrade", "--lang=nl", "doctor"), 2, encoding, "Docker")
    graded = command(
        environment,
        "pytest",
        "-m",
        "s11_9",
        f"--submission={submission}",
        f"--report-dir={place}/één",
        "--lang=nl",
    )
    sound(graded, 6, encoding, "kubegrade setup")


def test_a_terminal_in_iso_8859_1(place: Path, iso_8859_1: dict[str, str]) -> None:
    submission = str(place / "k8s")
    environment = {**iso_8859_1, "TERM": "xterm-256color"}
    sound(at_terminal(place, environment, "kubegrade", "check", submission), 1, "latin-1", "één")
    rendered = ("kubegrade", "render", f"{place}/report.json", "--to", "terminal")
    sound(at_terminal(place, environment, *rendered), 0, "latin-1", "één ?")
    graded = ("pytest", "-m", "s11_9", "--submission", submission, f"--report-dir={place}/uit-é")
    sound(at_terminal(place, environment, *graded), 6, "latin-1", "kubegrade setup")
    assert "oplossing-één" in (place / "uit-é" / "report.json").read_text("utf-8")


@pytest.fixture(scope="module")
def iso_8859_1(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a Belgian locale of the last century."""
    folder = tmp_path_factory.mktemp("locales")
    made = subprocess.run(
        ["localedef", "-i", "nl_BE", "-f", "ISO-8859-1", folder / "nl_BE.ISO-8859-1"],
        capture_output=True,
        check=False,
    )
    if not (folder / "nl_BE.ISO-8859-1").is_dir():
        pytest.skip(
            f"no locale in ISO-8859-1 (Debian: package locales): {made.stderr.decode('utf-8', 'replace')}"
        )
    return {"LOCPATH": str(folder), "LC_ALL": "nl_BE.ISO-8859-1"}


def at_terminal(place: Path, environment: dict[str, str], program: str, *words: str) -> Ended:
    """Run at a pseudo-terminal; return exit status and all that it was sent."""
    return run_at_terminal([BINARIES / program, *words], ROOT, clean(place, environment))


def test_a_pod_is_asked_in_utf_8(place: Path) -> None:
    """A path in a container is the submission's text, and no path of this machine."""
    program = place / "bin" / "kubectl"
    program.write_text("#!/bin/sh\nprintf '%s' \"$4\"\n", "utf-8")
    program.chmod(0o755)
    code = (
        "import sys; from pathlib import Path; from grading.cluster.kubectl import Kubectl\n"
        "out = Kubectl(Path('config'), program=sys.argv[1]).run('cat', '/data/\\xe9\\u2713').stdout\n"
        "print(ascii(out), sys.getfilesystemencoding())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, program], capture_output=True, check=True, env=clean(place, C_LOCALE)
    )
    assert done.stdout == b"'/data/\\xe9\\u2713' ascii\n"
