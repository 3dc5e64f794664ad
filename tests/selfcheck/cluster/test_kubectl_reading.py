"""Our reader against kubectl's: ``kubectl label --local`` reads files as ``kubectl apply`` does, offline."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.airgap.kit import load_kit
from grading.processes import Word, run
from grading.submission.yaml_reader import YamlProblem, read
from tests.selfcheck.yamlcorpus import ARGUED, files, named

Object = dict[str, Any]
Reading = tuple[list[Object], str]
"""The objects in a file, and why what stands behind them is not read; empty text if all is."""

NO_OBJECT = ("Object 'Kind' is missing", "unstructured.detector")
"""What kubectl says of a document that it has read, and that is no object."""


def objects_in(output: str) -> Iterator[Object]:
    """Yield the objects that kubectl prints one after another, without the label that it was told to set."""
    decoder, at = json.JSONDecoder(), 0
    while rest := output[at:].lstrip():
        at = len(output) - len(rest)
        found, at = decoder.raw_decode(output, at)
        del found["metadata"]["labels"]
        yield found


def read_by_kubectl(folder: Path, contents: dict[str, bytes]) -> dict[str, Reading]:
    """Return what kubectl reads of each file."""
    for name, raw in contents.items():
        (folder / f"{name}.yaml").write_bytes(raw)
    command: list[Word] = [load_kit().kubectl, "label", "--local", "--output=json", "--filename", folder]
    output = run([*command, "x=y"], timeout=60, check=False)
    objects: dict[str, list[Object]] = defaultdict(list)
    for item in objects_in(output.stdout):
        objects[item["metadata"]["name"]].append(item)
    refused = {}
    for line in output.stderr.splitlines():
        file = re.search(r"(\w+)\.yaml", line)
        if file and not any(words in line for words in NO_OBJECT):
            refused[file[1]] = line
    return {name: (objects[name], refused.get(name, "")) for name in contents}


def read_by_us(raw: bytes) -> Reading:
    """Return what our reader reads of a file."""
    found: list[Object] = []
    try:
        for document in read(raw):
            if isinstance(document.data, dict) and "kind" in document.data:
                found.append(document.data)
    except YamlProblem as problem:
        return found, problem.message
    return found, ""


def agree(ours: Reading, theirs: Reading) -> bool:
    """Return whether both are the same objects, types of numbers and all, up to a refusal or without one."""
    same = json.dumps(ours[0], sort_keys=True) == json.dumps(theirs[0], sort_keys=True)
    return same and bool(ours[1]) == bool(theirs[1])


@pytest.fixture(scope="module")
def differences(tmp_path_factory: pytest.TempPathFactory) -> dict[bytes, str]:
    """Every file that is read otherwise, and how."""
    everything = [*files(), *(text.encode() for text in ARGUED)]
    contents = {f"c{number}": named(raw, f"c{number}") for number, raw in enumerate(everything)}
    by_kubectl = read_by_kubectl(tmp_path_factory.mktemp("corpus"), contents)
    refused = sum(bool(why) for _objects, why in by_kubectl.values())
    assert refused > 300
    assert len(contents) - refused > 300
    found = {}
    for raw, (name, content) in zip(everything, contents.items(), strict=True):
        ours, theirs = read_by_us(content), by_kubectl[name]
        if not agree(ours, theirs):
            found[raw] = f"{content!r}\n  we: {ours}\n  kubectl: {theirs}"
    return found


def test_whatever_a_file_holds_it_is_read_as_kubectl_reads_it(differences: dict[bytes, str]) -> None:
    argued = {text.encode() for text in ARGUED}
    assert [told for raw, told in differences.items() if raw not in argued] == []


def test_what_is_argued_differs_still(differences: dict[bytes, str]) -> None:
    assert [text for text in ARGUED if text.encode() not in differences] == []
