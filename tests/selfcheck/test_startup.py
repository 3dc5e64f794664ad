"""A graded run is configured by this project alone; nothing of a submission runs as who grades it."""

import json
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fixtures.faults.building import REFERENCE
from grading import pytest_startup
from grading.exercise.loader import load_courses
from tests.selfcheck import planted
from tests.selfcheck.planted import BIN, CONFIGURATIONS, ROOT, fill, left, plant, ran, run, submission

PYTEST = (BIN / "pytest",)
MODULE = (sys.executable, "-m", "pytest")
JOINED = (sys.executable, "-mpytest")
COLLECTS = ("-m", "s11_5", "--collect-only", "-q")
COLLECTED = {
    f"[{id}]" for id, (section, _spec) in load_courses().criteria.items() if section.spec.marker == "s11_5"
}


def is_ours(done: subprocess.CompletedProcess[str]) -> bool:
    collected = [line[line.index("[") :] for line in done.stdout.splitlines() if "::" in line]
    return done.returncode == 0 and sorted(collected) == sorted(COLLECTED)


@pytest.mark.parametrize("place", ["in the folder", "in its parent"])
@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_configuration_of_the_submission_is_not_read(tmp_path: Path, name: str, place: str) -> None:
    folder = submission(tmp_path)
    at = folder if place == "in the folder" else folder.parent
    plant(at, name, modules=())
    done = run(tmp_path, *PYTEST, *COLLECTS, "--submission", folder)
    assert is_ours(done), done.stdout + done.stderr
    assert ran(at) == []
    # The proof that it would have run: pytest for other things reads it.
    run(tmp_path, *PYTEST, "--collect-only", folder)
    assert ran(at) == ["planted"]


@pytest.mark.parametrize("options", [["--submission", "{}"], ["--submission={}"]], ids=["two words", "one"])
@pytest.mark.parametrize("where", ["class/jan", "class", "."])
@pytest.mark.parametrize("start", [PYTEST, MODULE, JOINED], ids=["pytest", "-m pytest", "-mpytest"])
def test_nothing_of_the_submission_runs(
    tmp_path: Path, start: tuple[object, ...], where: str, options: list[str]
) -> None:
    folder = submission(tmp_path)
    for place in (folder, folder.parent):
        plant(place, *CONFIGURATIONS)
    cwd = tmp_path / where
    path = os.path.relpath(folder, cwd)
    done = run(cwd, *start, *COLLECTS, *(option.format(path) for option in options))
    assert is_ours(done), done.stdout + done.stderr
    assert ran(folder, folder.parent) == []


@pytest.mark.parametrize(
    ("start", "arguments", "environment"),
    [
        pytest.param(PYTEST, COLLECTS, {"PYTEST_ADDOPTS": "--submission ."}, id="PYTEST_ADDOPTS"),
        pytest.param(MODULE, COLLECTS[2:], {"PYTEST_ADDOPTS": "-m s11_5 --submission=."}, id="all of it"),
        pytest.param(MODULE, (*COLLECTS, "--lang=en"), {}, id="marker alone"),
        pytest.param(MODULE, ("-qms11_5", "--co"), {}, id="marker behind a flag"),
        pytest.param((sys.executable, "-m", "pytest.__main__"), COLLECTS, {}, id="pytest.__main__"),
        pytest.param(PYTEST, (*COLLECTS, "--submission=."), {"PYTHONPATH": ""}, id="empty PYTHONPATH"),
        pytest.param(MODULE, (*COLLECTS, "--submission=."), {"PYTHONPATH": "."}, id="PYTHONPATH=."),
        pytest.param(PYTEST, (*COLLECTS, "--submission=."), {"PYTHONPATH": f":{ROOT}"}, id="PYTHONPATH=:X"),
        pytest.param(PYTEST, (*COLLECTS, "--submission=."), {"PYTHONPATH": f"{ROOT}:"}, id="PYTHONPATH=X:"),
        pytest.param(MODULE, (*COLLECTS, "--submission=."), {"PYTHONPATH": "{here}"}, id="PYTHONPATH=$PWD"),
        pytest.param(PYTEST, (*COLLECTS, "--submission=."), {"PYTHONPYCACHEPREFIX": "."}, id="PYCACHE"),
        pytest.param((sys.executable, "-X", "dev", *MODULE[1:]), (*COLLECTS, "--submission=."), {}, id="-X"),
        pytest.param((sys.executable, "-Im", "pytest"), (*COLLECTS, "--submission=."), {}, id="-Im"),
    ],
)
def test_nothing_runs_in_other_forms(
    tmp_path: Path, start: tuple[object, ...], arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    folder = submission(tmp_path)
    guard = folder / "grading"
    guard.mkdir()
    plant(folder, *CONFIGURATIONS)
    shutil.copy(folder / "planted.py", guard / "pytest_startup.py")
    shutil.copy(folder / "planted.py", guard / "__init__.py")
    environment = {name: value.format(here=folder) for name, value in environment.items()}
    done = run(folder, *start, *arguments, **environment)
    assert is_ours(done), done.stdout + done.stderr
    assert ran(folder) == []


AROUND = {
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONINSPECT": "1",
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONDEVMODE": "1",
    "PYTEST_PLUGINS": "planted",
    "TZ": "Pacific/Kiritimati",
    "LANG": "de_DE.UTF-8",
    "PYTEST_ADDOPTS": "-v --tb=no -p no:cacheprovider",
}


def test_nothing_of_the_environment_reaches_a_graded_run(tmp_path: Path) -> None:
    """Not a plugin of pytest that is installed beside this project either."""
    folder = submission(tmp_path)
    plugins = tmp_path / "plugins"
    info = plugins / "theirs-1.0.dist-info"
    info.mkdir(parents=True)
    plant(plugins, modules=())
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[pytest11]\ntheirs = planted\n", "utf-8")
    environment = {**AROUND, "PYTHONPATH": str(plugins)}
    done = run(folder, *PYTEST, *COLLECTS, "--submission=.", **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(criterion in done.stdout for criterion in COLLECTED)
    assert ran(plugins) == []
    # The proof that it would have run: pytest for other things loads it.
    run(tmp_path, *PYTEST, "--collect-only", PYTHONPATH=str(plugins))
    assert ran(plugins) == ["planted"]


@pytest.mark.parametrize(
    "words", ["-p planted", "-pplanted", "-vp planted", "-W error", "--pythonwarnings=error"]
)
def test_the_environment_loads_no_other_code(tmp_path: Path, words: str) -> None:
    folder = submission(tmp_path)
    plant(folder, modules=())
    done = run(folder, *PYTEST, "-m", "s11_5", "--submission=.", PYTEST_ADDOPTS=words, PYTHONPATH=str(folder))
    assert done.returncode == 4
    assert "Leave " in done.stderr
    assert ran(folder) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-m", "chapter11", "."], "Give the folder to grade with --submission."),
        (["-m", "chapter11", "--report-dir=out", "."], ". is not a test of kubegrade"),
        (["-m", "chapter11", "--submision", "."], "Give the folder to grade with --submission."),
        (["-m", "s11_5", "--submision=.", "--report-dir=report"], "unrecognized arguments: --submision"),
        (["--submission=.", "test_planted.py"], "test_planted.py is not a test of kubegrade"),
        (["--submission=.", "-c", "pytest.ini"], "Leave -c pytest.ini out"),
        (["--submission=.", "-qcpytest.ini"], "Leave -c pytest.ini out"),
        (["--submission=.", "--config-file=pytest.ini"], "Leave --config-file=pytest.ini out"),
        (["--submission=.", "--config-file", "pytest.ini"], "Leave --config-file out"),
        (["--submission=.", "--rootdir", "."], "Leave --rootdir out"),
        (["--submission=.", "-o", "pythonpath=."], "Leave -o pythonpath=. out"),
        (["--submission=.", "--override-ini=pythonpath=."], "Leave --override-ini=pythonpath=. out"),
        (["--submission=.", "--setup-only"], "Leave --setup-only out"),
        (["--submission=.", "-n", "2"], "unrecognized arguments: -n"),
        (["--submission=.", "--reruns=2"], "unrecognized arguments: --reruns=2"),
        (["--submission=.", "--setup-plan"], "Leave --setup-plan out"),
        (["@arguments"], "Leave @arguments out"),
        (["@nested"], "Leave @nested out"),
        (["--submission=.", "--lang", "nl", "--rootdir=."], "Laat --rootdir=. weg"),
        (["--submission=.", "-k", "@arguments"], "Leave @arguments out"),
        (["--submission", "@arguments"], "@arguments: this folder does not exist"),
        (["--submission", "--version"], "--version: this folder does not exist"),
        (["--submission"], "expected one argument"),
    ],
)
@pytest.mark.parametrize("by", ["command line", "PYTEST_ADDOPTS"])
def test_a_wrong_command_line_runs_nothing_either(
    tmp_path: Path, arguments: list[str], words: str, by: str
) -> None:
    folder = submission(tmp_path)
    plant(folder, "pytest.ini")
    (folder / "arguments").write_text("--submission=.\n-c\npytest.ini\n", "utf-8")
    (folder / "nested").write_text("-q\n@arguments\n", "utf-8")
    fill(folder / "report")
    if by == "command line":
        done = run(folder, *MODULE, *arguments)
    else:
        done = run(folder, *MODULE, PYTEST_ADDOPTS=shlex.join(arguments))
    assert done.returncode == 4
    assert words in done.stderr
    assert ran(folder) == []
    if any(word.startswith(("--submission", "--report-dir=report")) for word in arguments):
        assert left(folder / "report") == set()


def test_a_test_beside_a_link_is_the_one_of_the_project(tmp_path: Path) -> None:
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS, modules=(*planted.MODULES, "__init__.py"))
    (folder / "tests").symlink_to(ROOT / "tests")
    done = run(folder, *PYTEST, *COLLECTS, "--submission=.", "tests/chapter11/test_chapter11.py")
    assert is_ours(done), done.stdout + done.stderr
    assert ran(folder) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "s11_5"),
        ("-m", "not introlab", "test_theirs.py"),
        ("-m", "s11_5", "-c", "theirs.ini"),
        ("-m", "s11_5", "--rootdir=."),
        ("@arguments",),
    ],
)
def test_a_marker_of_another_project_loses_nothing_of_it(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """They cannot be told from ours; the message says whose they are here."""
    fill(tmp_path / "report")
    before = left(tmp_path / "report")
    (tmp_path / "arguments").write_text("-m\ns11_5\n", "utf-8")
    done = run(tmp_path, *PYTEST, *arguments)
    assert done.returncode == 4
    told = "select what to grade with -m and one of these markers: chapter11,"
    assert told in done.stderr or "a graded run always uses" in done.stderr
    assert left(tmp_path / "report") == before


GUARD = (ROOT / "grading" / "pytest_startup.py").read_text("utf-8")


@pytest.mark.parametrize(
    "guard",
    [
        pytest.param(None, id="moved"),
        pytest.param("", id="empty"),
        pytest.param("<<<<<<< HEAD\n" + GUARD, id="not Python"),
        pytest.param(GUARD.replace("    _main()\n", "    raise OSError('disk')\n", 1), id="failing"),
    ],
)
@pytest.mark.parametrize("by", ["command line", "PYTEST_ADDOPTS"])
def test_a_guard_that_is_missing_or_broken_lets_nothing_start(
    tmp_path: Path, guard: str | None, by: str
) -> None:
    venv.create(tmp_path / "venv", symlinks=True)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    for path in (ROOT / "grading").glob("*.pth"):
        shutil.copy(path, packages)
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    if guard is not None:
        (packages / "grading").mkdir()
        (packages / "grading" / "pytest_startup.py").write_text(guard, "utf-8")
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS)
    python = tmp_path / "venv" / "bin" / "python"
    if by == "command line":
        done = run(folder, python, "-m", "pytest", "-m", "s11_5", "--submission", ".")
    else:
        done = run(folder, python, "-mpytest", PYTEST_ADDOPTS="-m s11_5 --submission=.")
    assert (done.returncode, done.stdout) == (4, "")
    assert "Run `make setup` there" in done.stderr
    assert ran(folder) == []
    assert run(tmp_path, python, "-c", "pass", "pytest", "--submission-id=3").returncode in {0, 4}
    assert run(tmp_path, python, "-m", "pytest", "--version").returncode == 0


def test_a_script_of_another_name_and_after_two_dashes(tmp_path: Path) -> None:
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS)
    with TemporaryDirectory(prefix="place-") as place:  # whose name holds that of neither program
        link = Path(place, "grade-it")
        link.symlink_to(PYTEST[0])
        again = Path(place, "again")
        again.symlink_to(link)
        for start in ((link,), (again,), (sys.executable, link), (sys.executable, "--", *PYTEST)):
            done = run(folder, *start, *COLLECTS, "--submission=.")
            assert is_ours(done), done.stdout + done.stderr
    assert ran(folder) == []


@pytest.mark.parametrize("program", ["-c", "copy"])
def test_nothing_is_graded_by_what_the_guard_does_not_know(tmp_path: Path, program: str) -> None:
    code = "import sys; from _pytest.config import console_main; sys.exit(console_main())"
    with TemporaryDirectory(prefix="place-") as place:
        copy = Path(place, "grade-it")
        copy.write_text(code, "utf-8")
        start = [sys.executable, "-c", code] if program == "-c" else [sys.executable, copy]
        done = run(ROOT, *start, "-m", "s11_5", f"--submission={REFERENCE}", f"--report-dir={tmp_path}")
    assert done.returncode == 4
    assert "use the command pytest" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_arguments_in_the_environment_that_cannot_be_read(tmp_path: Path) -> None:
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS)
    fill(folder / "report")
    done = run(folder, *PYTEST, "-m", "s11_5", "--submission=.", PYTEST_ADDOPTS="-q '")
    assert done.returncode == 4
    assert "Leave PYTEST_ADDOPTS=-q ' out" in done.stderr
    assert (ran(folder), left(folder / "report")) == ([], set())


@pytest.mark.parametrize("path", [".", "", ":", ".:bin"])
def test_no_program_of_the_folder_is_started(tmp_path: Path, path: str) -> None:
    """An empty PATH is the current folder too; the kit puts a folder of its own before what is there."""
    folder = submission(tmp_path)
    (folder / "plugins").mkdir()
    (folder / "plugins" / "asker.py").write_text(
        "import os\ndef pytest_configure(): print('PATH', os.environ.get('PATH'))\n", "utf-8"
    )
    (folder / "bin").mkdir()
    environment = {"PATH": path, "LD_LIBRARY_PATH": path, "PYTHONPATH": f"{folder}/plugins"}
    done = run(folder, *PYTEST, *COLLECTS, "--submission=.", "-p", "asker", "-s", **environment)
    assert is_ours(done), done.stdout + done.stderr
    assert "PATH None" in done.stdout.splitlines()


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    """Nothing is graded from there, and nothing else is disturbed."""
    gone = ("bash", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "bash")
    folder = submission(tmp_path)
    done = run(tmp_path, *gone, *PYTEST, "-m", "s11_5", f"--submission={folder}")
    assert (done.returncode, done.stdout) == (4, "")
    assert "the current folder does not exist any more" in done.stderr
    other = run(tmp_path, *gone, sys.executable, "-c", "print(1)", "pytest")
    assert (other.returncode, other.stdout, other.stderr) == (0, "1\n", "")


@pytest.mark.parametrize(
    "command",
    [
        ["pytest", "-m", "s11_5", "--submission=."],
        ["kubegrade", "grade", ".", "-m", "s11_5"],
        ["kubegrade", "grade", ".", "-m", "s11_5", "--retry-errors"],
    ],
    ids=["pytest", "kubegrade", "second try"],
)
def test_a_whole_run_inside_the_folder(tmp_path: Path, command: list[str]) -> None:
    """Up to the cluster, for which nothing is set up here, and through all forms of the report."""
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS)
    home = tmp_path / "home"
    environment = {
        "HOME": str(home), "XDG_STATE_HOME": f"{home}/state", "XDG_CACHE_HOME": f"{home}/cache",
        "XDG_DATA_HOME": f"{home}/data", "PYTHONPATH": ".",
    }  # fmt: skip
    done = run(folder, BIN / command[0], *command[1:], **environment)
    assert done.returncode == 6, done.stdout + done.stderr
    assert ran(folder) == []
    report = json.loads((folder / "report" / "report.json").read_text("utf-8"))
    assert (report["submission"], report["outcome"]) == (".", "incomplete")
    assert (folder / "report" / "report.html").is_file()


def test_other_uses_of_pytest_notice_nothing(tmp_path: Path) -> None:
    """A project with options and markers of its own that are called as ours are."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  cluster: theirs\n  s12_1: theirs\n", "utf-8")
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n"
        "    for name in ('lang', 'slot', 'topology', 'report-dir'):\n"
        "        parser.addoption(f'--{name}')\n"
        "    parser.addoption('--keep-cluster', action='store_true')\n",
        "utf-8",
    )
    (tmp_path / "test_theirs.py").write_text(
        "import sys, pytest\n"
        "@pytest.mark.cluster\n"
        "def test_it(pytestconfig):\n"
        "    assert pytestconfig.option.lang == 'fr' and pytestconfig.option.keep_cluster\n"
        "    assert not [name for name in sys.modules if name.split('.')[0] in ('grading', 'fixtures')]\n"
        "    assert sys.orig_argv[1:2] == [pytestconfig.option.slot], sys.orig_argv\n",
        "utf-8",
    )
    options = ["-m", "cluster", "--lang=fr", "--report-dir", ".", "--keep-cluster", "--topology=x"]
    for start, slot in ((PYTEST, str(PYTEST[0])), (MODULE, "-m"), (JOINED, "-mpytest")):
        done = run(tmp_path, *start, *options, f"--slot={slot}")
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_no_run_can_read_changes_none(tmp_path: Path) -> None:
    """Files that libraries look for in the current folder, or in the one of a program."""
    folder, clean = submission(tmp_path), tmp_path / "clean"
    clean.mkdir()
    for name, text in {
        "matplotlibrc": "axes.facecolor: red\nfont.size: 40\nbackend: module://planted\n",
        ".netrc": "default login student password secret\n",
        ".env": "LANGUAGE=nl\nPYTEST_ADDOPTS=-p planted\n",
        "babel.cfg": "[python: **.py]\n",
        "locale/nl/LC_MESSAGES/kubegrade.po": 'msgid "{n} points"\nmsgstr "theirs"\n',
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    plant(folder, *CONFIGURATIONS, modules=(*planted.MODULES, "matplotlib.py", "babel.py", "yaml.py"))
    made = tmp_path / "made"
    shutil.copytree(Path(__file__).parent / "recordings", made / "unused")
    from tests.selfcheck.pages import FAULTY, graded
    from tests.selfcheck.test_page import stored

    report = stored(tmp_path / "report", graded(*FAULTY)) / "report.json"
    for arguments in (["render", report, "--to", "html"], ["check", folder], ["--help"]):
        theirs, ours = (run(cwd, BIN / "kubegrade", *arguments, PYTHONPATH=".") for cwd in (folder, clean))
        assert theirs.stdout == ours.stdout
        assert theirs.stderr == ours.stderr == ""
        assert theirs.stdout
    assert ran(folder) == []


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("python -m pytest -q x", ([], "pytest", True, ["-q", "x"])),
        ("python -mpytest -q", ([], "pytest", True, ["-q"])),
        ("python -Im pytest", (["-I"], "pytest", True, [])),
        ("python -X utf8 -W error -B -mpytest", (["-X", "utf8", "-W", "error", "-B"], "pytest", True, [])),
        ("python -Xutf8 /opt/bin/pytest -x", (["-Xutf8"], "/opt/bin/pytest", False, ["-x"])),
        ("python /opt/bin/py.test", ([], "/opt/bin/py.test", False, [])),
        (
            "python --check-hash-based-pycs always -m pytest",
            (["--check-hash-based-pycs", "always"], "pytest", True, []),
        ),
        ("python -c pass pytest", None),
        ("python -Bc pass", None),
        ("python - pytest", None),
        ("python -m", None),
        ("python", None),
        ("python --version", None),
    ],
)
def test_command_lines_of_python(line: str, parts: tuple[list[str], str, bool, list[str]] | None) -> None:
    options, program, is_module, arguments = pytest_startup.parse(line.split())
    assert (parts is None) == (program == "")
    assert parts is None or parts == (options, program, is_module, arguments)


def test_markers_are_those_of_the_courses() -> None:
    courses = load_courses()
    assert pytest_startup.markers() == {
        marker for exercise in courses.exercises for marker in courses.markers(exercise)
    }


def test_what_is_installed_is_this_one() -> None:
    for source in (ROOT / "grading").glob("*.pth"):
        installed = Path(sysconfig.get_path("purelib"), source.name)
        assert installed.read_bytes() == source.read_bytes(), "run `make setup`"


def test_an_installed_wheel_runs_nothing_of_a_submission(tmp_path: Path) -> None:
    """Without a checkout there are no tests to grade with; nothing else is configured in their place."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"]
    assert run(ROOT, *build).returncode == 0
    venv.create(tmp_path / "venv", symlinks=True)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    [wheel] = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "others.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    folder = submission(tmp_path)
    plant(folder, *CONFIGURATIONS)
    python = tmp_path / "venv" / "bin" / "python"
    done = run(folder, python, "-m", "pytest", "-m", "chapter11", "--submission", ".")
    assert (done.returncode, done.stdout) == (4, "")
    assert "kubegrade grades from a checkout" in done.stderr
    assert ran(folder) == []
    assert run(tmp_path, python, "-m", "pytest", "--version").returncode == 0
