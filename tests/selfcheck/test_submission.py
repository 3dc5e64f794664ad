"""Finding and reading the files of a submission, hostile ones among them."""

import encodings.utf_8_sig  # noqa: F401 - nobody may not read it where Python belongs to root
import os
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from fixtures.faults.building import REFERENCE
from grading.errors import Location, SubmissionError, Unplayable
from grading.exercise.loader import load_courses
from grading.submission import folder
from grading.submission.course_file import CourseFile
from grading.submission.file_names import FileNames
from grading.submission.loader import load_submission
from tests.selfcheck.manifests import known, seen

KNOWN = [
    CourseFile("dep.yaml", ("Pod",)),
    CourseFile("svc-debian.yaml", ("Pod",), also=("svc-deb.yaml",)),
    CourseFile("second-pod.yaml", ("Pod",)),
]
POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: one\nspec:\n  containers:\n  - {name: c, image: nginx}\n"


def put(root: Path, name: str, text: str | bytes = POD) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def trouble(root: Path, name: str = "dep.yaml", kind: str = "Pod") -> Unplayable:
    with pytest.raises(Unplayable) as caught:
        load_submission(root, KNOWN).manifest(name, kind)
    return caught.value


def refused(root: Path) -> str:
    with pytest.raises(SubmissionError) as caught:
        load_submission(root, KNOWN)
    return str(caught.value)


def as_nobody(root: Path) -> str:
    """Load a submission in a process that permissions bind; return the refusal, empty where none."""
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        answer = "no refusal"
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            load_submission(root, KNOWN).manifest("dep.yaml", "Pod")
        except (SubmissionError, Unplayable) as error:
            answer = f"{type(error).__name__}: {error}"
        except BaseException as error:
            answer = f"unexpected {type(error).__name__}: {error}"
        os.write(sender, answer.encode())
        os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as stream:
        text = stream.read().decode()
    os.waitpid(child, 0)
    return text


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """A folder that every user may reach: pytest's own are for its user alone."""
    folder = tmp_path
    while folder != folder.parent and folder.stat().st_uid == os.geteuid() and folder != Path("/tmp"):
        if folder.name.startswith(("pytest-", "popen-", "test_")):  # the second is of a worker
            folder.chmod(folder.stat().st_mode | 0o055)
        folder = folder.parent
    return tmp_path


def test_no_folder(tmp_path: Path) -> None:
    assert "this folder does not exist" in refused(tmp_path / "none")


def test_a_file(tmp_path: Path) -> None:
    assert "is a file" in refused(put(tmp_path, "dep.yaml"))


def test_empty_folder(tmp_path: Path) -> None:
    message = refused(tmp_path)
    assert "no file of the course" in message
    assert "dep.yaml" in message


def test_only_other_files(tmp_path: Path) -> None:
    put(tmp_path, "notes.txt")
    assert "no file of the course" in refused(tmp_path)


@pytest.mark.parametrize("place", ["", "outer"])
def test_unreadable_folder(open_path: Path, place: str) -> None:
    outer = open_path / "outer"
    put(outer / "inner", "dep.yaml")
    assert as_nobody(outer / "inner") == "no refusal"
    closed = open_path / "outer"
    closed.chmod(0)
    try:
        answer = as_nobody(outer if not place else outer / "inner")
    finally:
        closed.chmod(0o755)
    assert answer.startswith("SubmissionError")
    assert "Permission denied" in answer


def test_unreadable_file(open_path: Path) -> None:
    put(open_path / "sub", "dep.yaml").chmod(0)
    answer = as_nobody(open_path / "sub")
    assert answer.startswith("Unplayable")
    assert "cannot be opened: Permission denied" in answer


def test_missing_file(tmp_path: Path) -> None:
    put(tmp_path, "second-pod.yaml")
    found = trouble(tmp_path)
    assert found.problem.rationale == "dep.yaml is missing from the submission"
    assert found.problem.location is None


def test_file_twice(tmp_path: Path) -> None:
    put(tmp_path, "a/dep.yaml")
    put(tmp_path, "b/dep.yaml")
    found = trouble(tmp_path)
    assert "there are 2 files named" in found.problem.rationale
    assert found.problem.actual == "a/dep.yaml, b/dep.yaml"
    put(tmp_path, "dep.yml")
    assert load_submission(tmp_path, KNOWN).remarks("dep.yaml") == []


MEANT = [
    "Dep.yaml",
    "DEP.YAML",
    "dep.yml",
    "Dep.Yml",
    "deeper/dep.yml",
    "dep.yaml.txt",
    "dep.yaml.yaml",
    "dep .yaml",
    "dep (1).yaml",
    "dep(1).yml",
    "dep-1.yaml",
    "dep 2.yaml",
    "dep - Copy.yaml",
    "dep - kopie (2).yaml",
    "Copy of dep.yaml",
    "12345_67890_dep.yaml",
    "desmetjan_LATE_1234_56789_dep-1.yaml",
    "anon_7f3_678_dep.yaml",
    "Jan De Smet_4701_assignsubmission_file_dep.yaml",
    "Deploy it_jan_attempt_2026-11-20-23-50-01_dep.yaml",
]
"""Names that mean dep.yaml."""


@pytest.mark.parametrize("name", MEANT)
def test_a_name_that_is_plainly_meant(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    submission = load_submission(tmp_path, KNOWN)
    assert submission.manifest("dep.yaml", "Pod").file == name
    assert submission.remarks("dep.yaml") == [
        f"{name} is graded as dep.yaml, the name that the course gives it"
    ]


@pytest.mark.parametrize(
    "name",
    ["dep-rolling.yaml", "dep-old.yaml", "dep2.yaml", "my-dep.yaml", "jan_dep.yaml", "dep.txt", "dep.yaml~",
     "._dep.yaml", "dep.yaml.bak", "dep-123.yaml", "1_dep.yaml", "second-pod-1.yaml"],
)  # fmt: skip
def test_a_name_that_means_something_else(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    put(tmp_path, "svc-debian.yaml")
    assert trouble(tmp_path).problem.rationale == "dep.yaml is missing from the submission"


@pytest.mark.parametrize(
    "renamed",
    ["{}.yml", "{} (1).yaml", "{}-1.yaml", "{}.yaml.txt", "{} - Copy.yaml", "1_2_{}.yaml",
     "t_u_attempt_2026-11-20-23-50-01_{}.yaml", "1_2_{}-1 (2).yml.txt"],
)  # fmt: skip
def test_every_file_of_the_courses_is_told_from_the_others(renamed: str) -> None:
    files = load_courses().files
    names = FileNames(files.values())
    stems = {name.removesuffix(".yaml"): name for name, file in files.items() if not file.holds_commands}
    assert {stem: names.meant(renamed.format(stem)) for stem in stems} == stems


@pytest.mark.parametrize(
    "renamed",
    ["{}", "{}.SH", "{}.txt", "{}.sh.txt", "{} (1).sh", "{}-1.sh", "{}.ps1", "{} copy.sh", "Kopie van {}.sh",
     "1_2_{}.sh", "t_u_attempt_2026-11-20-23-50-01_{}.sh", "x_1_assignsubmission_file_{}.txt"],
)  # fmt: skip
def test_every_file_of_commands_is_told_from_the_others(renamed: str) -> None:
    files = load_courses().files
    names = FileNames(files.values())
    stems = {name.removesuffix(".sh"): name for name, file in files.items() if file.holds_commands}
    assert stems
    assert {stem: names.meant(renamed.format(stem)) for stem in stems} == stems
    dashed = {stem: names.meant(renamed.format(stem.replace(".", "-"))) for stem in stems}
    assert dashed == stems


def test_a_further_name_of_the_course_is_meant_too(tmp_path: Path) -> None:
    put(tmp_path, "SVC_deb.yml")
    assert load_submission(tmp_path, KNOWN).location("svc-debian.yaml") == "SVC_deb.yml"


def test_a_name_that_could_be_of_two_files_is_of_neither(tmp_path: Path) -> None:
    put(tmp_path, "A b.yaml")
    put(tmp_path, "a-b.yaml")
    submission = load_submission(tmp_path, known("a-b.yaml", "a_b.yaml"))
    assert submission.location("a-b.yaml") == "a-b.yaml"
    assert submission.found.others == ["A b.yaml"]


def test_of_two_candidates_neither_is_graded(tmp_path: Path) -> None:
    put(tmp_path, "dep (1).yaml")
    put(tmp_path, "old/dep.yml")
    found = trouble(tmp_path)
    assert found.problem.rationale == (
        "dep.yaml is missing, but 2 files could be it: dep (1).yaml, old/dep.yml"
    )
    assert found.problem.help
    assert load_submission(tmp_path, KNOWN).remarks("dep.yaml") == []


@pytest.mark.parametrize("name", MEANT)
def test_names_may_be_taken_exactly(tmp_path: Path, name: str) -> None:
    put(tmp_path, name)
    with pytest.raises(Unplayable) as caught:
        load_submission(tmp_path, [CourseFile("dep.yaml", ("Pod",), exact=True)]).manifest("dep.yaml", "Pod")
    assert (
        caught.value.problem.rationale
        == f"dep.yaml is missing, but there is a file with nearly the same name: {name}"
    )
    assert "Rename it to dep.yaml" in caught.value.problem.help


def test_exact_name_beside_a_near_one(tmp_path: Path) -> None:
    put(tmp_path, "dep.yml", "other")
    put(tmp_path, "dep.yaml")
    submission = load_submission(tmp_path, KNOWN)
    assert submission.manifest("dep.yaml", "Pod").file == "dep.yaml"
    assert submission.remarks("dep.yaml") == ["dep.yml is not graded: dep.yaml has the exact name"]


def test_other_name_of_the_course(tmp_path: Path) -> None:
    put(tmp_path, "x/svc-deb.yaml")
    assert load_submission(tmp_path, KNOWN).manifest("svc-debian.yaml", "Pod").file == "x/svc-deb.yaml"
    put(tmp_path, "svc-debian.yaml")
    assert load_submission(tmp_path, KNOWN).manifest("svc-debian.yaml", "Pod").file == "svc-debian.yaml"
    put(tmp_path, "y/svc-debian.yaml")
    assert "2 files named" in trouble(tmp_path, "svc-debian.yaml").problem.rationale


@pytest.mark.parametrize("depth", [1, 12, 13, 60, 100])
def test_folders_of_any_depth(tmp_path: Path, depth: int) -> None:
    put(tmp_path, "d/" * depth + "dep.yaml")
    assert load_submission(tmp_path, KNOWN).manifest("dep.yaml", "Pod").data["kind"] == "Pod"


def test_folders_beyond_measure_are_told(tmp_path: Path) -> None:
    put(tmp_path, "d/" * 105 + "dep.yaml")
    assert "deep" in refused(tmp_path)


@pytest.mark.parametrize("kind", ["files", "folders"])
def test_too_many_entries(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_ENTRIES", 30)
    put(tmp_path, "dep.yaml")
    for number in range(30):
        path = tmp_path / f"{number}"
        path.mkdir() if kind == "folders" else path.touch()
    assert "more than 30" in refused(tmp_path)


def test_tools_folders_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "dep.yaml")
    put(tmp_path, ".git/dep.yaml", "x")
    put(tmp_path, "__MACOSX/._dep.yaml", "x")
    assert load_submission(tmp_path, KNOWN).found.exact == {"dep.yaml": ["dep.yaml"]}


@pytest.mark.parametrize("inside", [True, False])
def test_link(tmp_path: Path, inside: bool) -> None:
    root = tmp_path / "sub"
    root.mkdir()
    target = put(root if inside else tmp_path, "real.txt")
    (root / "dep.yaml").symlink_to(target)
    found = trouble(root)
    assert "the file is a link" in found.problem.rationale


def test_file_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "sub"
    path = put(root, "dep.yaml")
    loaded = load_submission(root, KNOWN)
    path.unlink()
    path.symlink_to(put(tmp_path, "outside.yaml"))
    with pytest.raises(Unplayable, match="cannot be opened"):
        loaded.manifest("dep.yaml", "Pod")


def test_linked_folder_is_not_entered(tmp_path: Path) -> None:
    put(tmp_path, "outside/dep.yaml")
    put(tmp_path, "sub/second-pod.yaml")
    (tmp_path / "sub" / "more").symlink_to(tmp_path / "outside")
    (tmp_path / "sub" / "round").symlink_to(tmp_path / "sub")
    assert "missing" in trouble(tmp_path / "sub").problem.rationale


def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "dep.yaml")
    assert "not a regular file" in trouble(tmp_path).problem.rationale


def test_large_file_is_not_read(tmp_path: Path) -> None:
    with put(tmp_path, "dep.yaml").open("r+b") as stream:
        stream.truncate(50 * 2**20)
    assert "larger than 256 KiB (52428800 bytes)" in trouble(tmp_path).problem.rationale


def test_folder_name_that_is_no_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir()
    put(Path(os.fsdecode(folder)), "dep.yaml", "a: [")
    found = trouble(tmp_path)
    assert found.problem.location is not None
    assert found.problem.location.file == "caf\N{REPLACEMENT CHARACTER}/dep.yaml"
    assert TypeAdapter(Location).dump_json(found.problem.location)


def test_images_of_the_files_that_can_be_read(tmp_path: Path) -> None:
    put(tmp_path, "dep.yaml", "a: [")
    put(tmp_path, "second-pod.yaml")
    assert load_submission(tmp_path, KNOWN).images() == {"docker.io/library/nginx:latest"}


def test_a_folder_that_is_a_link_is_somebody_elses(tmp_path: Path) -> None:
    put(tmp_path / "reference", "dep.yaml")
    (tmp_path / "piet").symlink_to("reference")
    assert f"{tmp_path}/piet is a link to reference. Give the folder itself" in refused(tmp_path / "piet")


def test_every_file_of_the_reference_becomes_evidence_without_a_remark() -> None:
    courses = load_courses()
    submission = load_submission(REFERENCE, courses.files.values())
    evidence = seen(submission)
    assert not evidence.unusable
    assert not evidence.remarks
    assert {*evidence.texts} == {submission.location(name) for name in courses.files}
