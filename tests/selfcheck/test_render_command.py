"""`kubegrade render`, as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grading.renderers import FORMS, render
from tests.selfcheck.reports import part_of, report


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "grading.cli", "render", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, env=environment or None)


MADE = part_of(report("é ✅\n::error::x"), "1.2")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(MADE.to_json(), "utf-8")
    return path


@pytest.mark.parametrize("form", FORMS)
def test_each_form(made: Path, form: str) -> None:
    # A terminal that knows ASCII alone changes nothing: it is what a file would hold.
    shown = run(made, "--to", form, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout == render(MADE, FORMS[form], made.parent).encode()
    assert shown.stderr == b""


def test_into_a_file(made: Path, tmp_path: Path) -> None:
    shown = run(made, "--to", "md", "--out", tmp_path / "page.md")
    assert (shown.returncode, shown.stdout) == (0, b"")
    head = "# 40 / 100 points for 2 of 3 criteria: part of the chapter\n"
    assert (tmp_path / "page.md").read_text("utf-8").startswith(head)


@pytest.mark.parametrize("name", ["v1-graded", "v1-incomplete"])
def test_a_report_of_the_version_before_in_another_language(name: str) -> None:
    shown = run(Path(__file__).parent / f"stored_reports/{name}.json", "--to", "md", "--lang", "nl")
    assert (shown.returncode, shown.stderr) == (0, b"")
    words = "# 35 / 100 punten\n" if name == "v1-graded" else "# Niet nagekeken: onvolledig\n"
    assert shown.stdout.decode().startswith(words)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["none.json", "--to", "md"], ["none.json", "No such file"], id="no such file"),
        pytest.param([".", "--to", "md"], [".: Is a directory"], id="a folder"),
        pytest.param(["text", "--to", "md"], ["text: not valid JSON", "line 1"], id="no JSON"),
        pytest.param(["latin", "--to", "md"], ["latin: not valid JSON"], id="no UTF-8"),
        pytest.param(["deep", "--to", "md"], ["deep: not valid JSON"], id="deep"),
        pytest.param(["list", "--to", "md"], ['"schema" is null', "kubegrade/report/v2"], id="no object"),
        pytest.param(["other", "--to", "md"], ['other: its "schema" is ["x"]'], id="other"),
        pytest.param(["v3", "--to", "md"], ['"schema" is "kubegrade/report/v3"', "/v1, ", "/v2;"], id="v3"),
        pytest.param(["v2", "--to", "md"], ["v2: not a valid report, submission: Field"], id="incomplete"),
        pytest.param(["v1", "--to", "md"], ["v1: not a valid report, $: 'submission' is a"], id="v1"),
        pytest.param(["report.json", "--to", "pdf"], ["--to pdf", ", ".join(FORMS)], id="unknown form"),
        pytest.param(["report.json", "--to", "md", "--out", "no/x"], ["no/x: No such", "--out"], id="out"),
    ],
)  # fmt: skip
def test_bad_input(
    arguments: list[str], words: list[str], made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made.parent)
    Path("text").write_text("score: 1", "utf-8")
    Path("latin").write_bytes(b'{"a": "\xe9"}')
    Path("deep").write_text("[" * 100_000, "utf-8")
    Path("list").write_text("[]", "utf-8")
    Path("other").write_text(json.dumps({"schema": ["x"]}), "utf-8")
    Path("v3").write_text(json.dumps({"schema": "kubegrade/report/v3"}), "utf-8")
    Path("v2").write_text(json.dumps({"schema": "kubegrade/report/v2"}), "utf-8")
    Path("v1").write_text(json.dumps({"schema": "kubegrade/report/v1"}), "utf-8")
    shown = run(*arguments)
    assert shown.returncode == 4
    assert shown.stdout == b""
    message = shown.stderr.decode()
    assert message.count("\n") == 1
    for part in words:
        assert part in message


@pytest.mark.parametrize(
    ("edited", "words"),
    [
        pytest.param({"score": 90}, "add up to 40 of 100 points, but the report says 90 of 100", id="score"),
        pytest.param({"max_score": 50}, "the report says 40 of 50", id="max"),
        pytest.param({"score": None}, "its outcome is graded", id="no score"),
        pytest.param({"outcome": "incomplete"}, "its outcome is incomplete", id="outcome"),
        pytest.param(
            {"score_at_least": 0}, "between 40 and 40 points, but the report says 0 to 40", id="least"
        ),
        pytest.param({"score_at_most": 100}, "but the report says 40 to 100", id="most"),
        pytest.param({"messages": {"x": {}}}, "messages are of reason only", id="messages"),
        pytest.param({"messages": {"reason": 1}}, "of no known form", id="message"),
        pytest.param({"duration_s": float("nan")}, "duration_s: Input should be a finite", id="no number"),
    ],
)
def test_a_report_that_contradicts_itself(made: Path, edited: dict[str, object], words: str) -> None:
    made.write_text(json.dumps(json.loads(made.read_text("utf-8")) | edited), "utf-8")
    shown = run(made, "--to", "gradescope")
    assert (shown.returncode, shown.stdout) == (4, b"")
    assert words in shown.stderr.decode()


def test_more_points_than_there_are(made: Path) -> None:
    data = json.loads(made.read_text("utf-8"))
    data["criteria"][1]["earned"], data["score"] = 60, 60
    made.write_text(json.dumps(data), "utf-8")
    shown = run(made, "--to", "github")
    assert shown.returncode == 4
    assert "a.good has 60 of 40 points" in shown.stderr.decode()


@pytest.mark.parametrize(
    ("number", "edited", "words"),
    [
        (0, {"earned": None}, "the verdict of a.bad is failed, but its points are None"),
        (0, {"verdict": "error"}, "the verdict of a.bad is error, but its points are 0"),
        (1, {"selected": False}, "the verdict of a.good is passed, but its points are 40"),
        (2, {"earned": 0}, "the verdict of a.other is not_run, but its points are 0"),
        (2, {"selected": True}, "add up to 40 of 140 points"),
        (0, {"verdict": "error", "earned": None}, "its criteria add up to between 40 and 100 points"),
    ],
)
def test_verdicts_without_points_and_points_without_a_verdict(
    made: Path, number: int, edited: dict[str, object], words: str
) -> None:
    data = json.loads(made.read_text("utf-8"))
    data["criteria"][number] |= edited
    made.write_text(json.dumps(data), "utf-8")
    shown = run(made, "--to", "md")
    assert shown.returncode == 4
    assert words in shown.stderr.decode()


def test_points_beyond_all_measure(made: Path) -> None:
    data = json.loads(made.read_text("utf-8"))
    data["criteria"][0]["points"] = data["criteria"][0]["earned"] = 10**12
    made.write_text(json.dumps(data), "utf-8")
    shown = run(made, "--to", "github")
    assert shown.returncode == 4
    assert "points: Input should be less than or equal to 100" in shown.stderr.decode()


@pytest.mark.parametrize("arguments", [["--foo"], ["--to"], ["--to", "md", "--lang", "fr"]])
def test_wrong_options_are_bad_input(made: Path, arguments: list[str]) -> None:
    assert run(made, *arguments).returncode == 4


def test_what_is_no_file_is_written_to_and_stays(made: Path, tmp_path: Path) -> None:
    assert run(made, "--to", "md", "--out", "/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()
    assert run(made, "--to", "md", "--out", "/dev/stdout").stdout.startswith(b"# 40 / 100 points")
    assert Path("/dev/stdout").is_symlink()
    (tmp_path / "folder").mkdir()
    assert run(made, "--to", "md", "--out", tmp_path / "folder").returncode == 4
    assert run(made, "--to", "md", "--out", "/dev/full").returncode == 4
    assert Path("/dev/full").is_char_device()
    assert not list(tmp_path.glob("*.tmp"))


def test_a_full_disk_is_said_in_one_line(made: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        shown = subprocess.run(
            [sys.executable, "-m", "grading.cli", "render", str(made), "--to", "md"],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert shown.returncode == 4
    assert shown.stderr == b"standard output: No space left on device; give another file with --out\n"


@pytest.mark.parametrize("target", ["victim", "none"])
def test_a_link_is_replaced(made: Path, tmp_path: Path, target: str) -> None:
    (tmp_path / "victim").write_text("mine", "utf-8")
    (tmp_path / "page.md").symlink_to(target)
    assert run(made, "--to", "md", "--out", tmp_path / "page.md").returncode == 0
    assert not (tmp_path / "page.md").is_symlink()
    assert (tmp_path / "victim").read_text("utf-8") == "mine"
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("place", ["report.json", "evidence/pod.json", "page.md"])
def test_what_never_ends_is_not_opened(made: Path, tmp_path: Path, place: str) -> None:
    path = tmp_path / place
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    ended = run(made, "--to", "html", "--out", tmp_path / ("page.md" if place == "page.md" else "page.html"))
    assert ended.returncode == (0 if place.startswith("evidence") else 4)
    assert place.startswith("evidence") or b"it is not a regular file" in ended.stderr


@pytest.mark.parametrize("name", ["/dev/stdout", "//dev/stdout", "/dev/../dev/stdout", "/proc/self/fd/1"])
def test_the_names_of_a_stream(made: Path, tmp_path: Path, name: str) -> None:
    """Into a file, which a shell has opened: the name leads to it, and is not to be replaced."""
    with (tmp_path / "out").open("wb") as stream:
        command = [sys.executable, "-m", "grading.cli", "render", str(made), "--to", "md", "--out", name]
        assert subprocess.run(command, stdout=stream, check=False).returncode == 0
    assert (tmp_path / "out").read_bytes().startswith(b"# 40 / 100 points")
    assert Path("/dev/stdout").is_symlink()


def test_a_file_keeps_its_permissions(made: Path, tmp_path: Path) -> None:
    page = tmp_path / ("x" * 250)
    page.touch(0o600)
    assert run(made, "--to", "md", "--out", page).returncode == 0
    assert page.stat().st_mode & 0o777 == 0o600
    assert page.stat().st_size > 0
