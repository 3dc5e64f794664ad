"""The student's own file with a field as it should be."""

from pathlib import Path
from typing import Any, Final

import pytest

from fixtures.faults.building import build
from fixtures.faults.catalogue import load_faults
from grading.errors import Correction, Location
from grading.precheck import check_folder
from grading.report.corrected import MAX_SHOWN, DiffLine, corrected, difference
from grading.submission import yaml_reader

FIELD: Final = ("spec", "replicas")


def fix(
    text: str, field: tuple[str | int, ...], value: Any, kind: str = "Deployment", line: int | None = None
) -> str | None:
    """Return a text with a field corrected; None if no line shows it."""
    made, unwritten = corrected(text, [Correction(Location("a.yaml", line, field, kind), value)])
    return None if unwritten else made


HEAD: Final = "kind: Deployment\nspec:\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  replicas: 3\n", "  replicas: 10\n"),
        ("  replicas:\n", "  replicas: 10\n"),
        ('  replicas: "3" # "mine"\n', '  replicas: 10 # "mine"\n'),
        ("  'replicas' : 3\n", "  'replicas' : 10\n"),
        ("  replicas:\t3", "  replicas:\t10"),
        ("  replicas: 3\r\n  paused: true\r\n", "  replicas: 10\r\n  paused: true\r\n"),
        ("      replicas: 3\n      paused: true\n", "      replicas: 10\n      paused: true\n"),
        ("  Replicas: 3\n", "  replicas: 10\n"),
        ("  paused: true\n", "  paused: true\n  replicas: 10\n"),
        ("  paused: true", "  paused: true\n  replicas: 10"),
        ("  paused: true\r\n# end\r\n", "  paused: true\r\n  replicas: 10\r\n# end\r\n"),
        ("  replicas: [3]\n", "  replicas: 10\n"),
        ("  replicas:\n    - 3\n    - 4\n  paused: true\n", "  replicas: 10\n  paused: true\n"),
        ("  replicas: |\n    3\n\n  paused: true\n", "  replicas: 10\n\n  paused: true\n"),
        ("  replicas: 3\n---\nkind: Service\nspec:\n  replicas: 3\n", None),
    ],
)
def test_a_scalar(old: str, new: str | None) -> None:
    expected = HEAD + (new if new is not None else old.replace("3", "10", 1))
    assert fix(HEAD + old, FIELD, 10) == expected


@pytest.mark.parametrize(
    "text",
    [
        "kind: Deployment\nspec: {replicas: 3}\n",
        "kind: Deployment\nspec: &a\n  replicas: &b 3\nother: *a\n",
        "kind: Deployment\nspec: *a\n",
        '{"kind": "Deployment", "spec": {"replicas": 3}}',
        "kind: Service\nspec:\n  replicas: 3\n",
        "kind: Deployment\nspec:\n\treplicas: 3\n",
        "",
        "kind: Deployment\nspec:\n  replicas: 3\n" + "# long\n" * 5000,
    ],
)
def test_no_line_shows_what_is_written_otherwise(text: str) -> None:
    assert fix(text, FIELD, 10) is None


def test_what_does_not_exist_is_written_behind_its_siblings() -> None:
    text = "kind: Deployment\nspec:\n    strategy:\n        type: Recreate\n    template: {}\n"
    made = fix(text, ("spec", "strategy", "rollingUpdate", "maxSurge"), 1)
    assert made == text.replace("Recreate\n", "Recreate\n        rollingUpdate:\n            maxSurge: 1\n")
    made = fix(text, ("spec", "template", "metadata", "labels", "app"), "nginx")
    assert made == text.replace(
        "template: {}\n",
        "template:\n        metadata:\n            labels:\n                app: nginx\n",
    )
    assert fix(text, ("metadata", "name"), "web") == f"{text}metadata:\n    name: web\n"


def test_a_list() -> None:
    text = (
        "kind: PersistentVolume\nspec:\n  accessModes:\n  - ReadWriteMany\n  - ReadOnlyMany\n  hostPath: {}\n"
    )
    made = fix(text, ("spec", "accessModes"), ["ReadWriteOnce"], "PersistentVolume")
    assert made is not None
    assert yaml_reader.parse(made.encode())[0].data["spec"] == {
        "accessModes": ["ReadWriteOnce"],
        "hostPath": {},
    }
    flow = "kind: PersistentVolume\nspec:\n  accessModes: [ReadWriteMany]  # mine\n"
    assert fix(flow, ("spec", "accessModes"), ["ReadWriteOnce"], "PersistentVolume") == flow.replace(
        "Many", "Once"
    )


def test_an_item_of_a_list() -> None:
    text = "kind: Service\nspec:\n  ports:\n    - name: http\n      port: 80\n    - port: 81\n"
    port = ("spec", "ports", 1, "port")
    assert fix(text, port, 8080, "Service") == text.replace("81", "8080")
    made = fix(text, ("spec", "ports", 0, "nodePort"), 30050, "Service")
    assert made == text.replace("port: 80\n", "port: 80\n      nodePort: 30050\n")


def test_a_field_is_taken_out() -> None:
    text = "kind: Deployment\nspec:\n  paused: true # for now\n  replicas: 2\n"
    assert fix(text, ("spec", "paused"), None) == "kind: Deployment\nspec:\n  replicas: 2\n"


@pytest.mark.parametrize(
    "value", ["true", "1.0", "a: b", "# x", "- x", " x", "", "null", "0x1F", "é", "x\ny"]
)
def test_a_text_stays_a_text(value: str) -> None:
    made = fix(f"{HEAD}  name: x\n", ("spec", "name"), value)
    assert made is not None
    assert yaml_reader.parse(made.encode())[0].data["spec"]["name"] == value


def test_the_object_at_the_line_is_corrected() -> None:
    text = f"{HEAD}  replicas: 1\n---\n{HEAD}  replicas: 1\n"
    assert fix(text, FIELD, 2, line=7) == f"{HEAD}  replicas: 1\n---\n{HEAD}  replicas: 2\n"
    items = "kind: List\nitems:\n- kind: Service\n- kind: Deployment\n  spec:\n    replicas: 1\n"
    assert fix(items, FIELD, 2, line=6) == items.replace("1", "2")


def test_a_difference_shows_the_lines_about_each_change() -> None:
    text = HEAD + "  replicas: 3\n" + "".join(f"  x{n}: {n}\n" for n in range(20))
    made = difference(
        "a.yaml",
        text,
        [
            Correction(Location("a.yaml", 3, FIELD, "Deployment"), 10),
            Correction(Location("a.yaml", 20, ("spec", "x16"), "Deployment"), "x"),
            Correction(Location("a.yaml", 20, ("spec", "x17"), "Service"), "x"),
        ],
    )
    assert [line.sign for line in made.lines] == list("  -+  @  -+  ")
    assert made.lines[2:4] == (DiffLine("-", 3, "  replicas: 3"), DiffLine("+", None, "  replicas: 10"))
    assert [item.kind for item in made.unwritten] == ["Service"]


def test_a_difference_is_bounded() -> None:
    text = HEAD + "".join(f"  x{n}:\n" + "    - 1\n" * 9 for n in range(20))
    corrections = [Correction(Location("a.yaml", 3, ("spec", f"x{n}"), "Deployment"), 1) for n in range(20)]
    shown = difference("a.yaml", text, corrections)
    assert len(shown.lines) == MAX_SHOWN
    assert shown.more > 100


FAULTS: Final = load_faults()


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.patch])
def test_the_corrections_of_a_fault_mend_its_files(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    build(FAULTS[name], folder)
    found: dict[str, list[Correction]] = {}
    for finding in check_folder(folder):
        for correction in finding.problem.corrections:
            found.setdefault(correction.location.file, []).append(correction)
    for file, corrections in found.items():
        path = folder / file
        made, unwritten = corrected(path.read_bytes().decode(), corrections)
        assert not unwritten
        path.write_bytes(made.encode())
    assert not [finding.problem for finding in check_folder(folder) if finding.problem.corrections]
