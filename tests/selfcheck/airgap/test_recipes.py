"""Whether the descriptions of images and programs are as they should be, the real ones first of all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from fixtures.airgap import golang, images, recipes
from fixtures.airgap.errors import BadRecipe, StepFailed
from fixtures.airgap.paths import SOURCES, cache
from fixtures.airgap.plan import NODE, PROXY, REGISTRY, TOOLS, BuildPlan
from fixtures.airgap.programs import K3d
from fixtures.airgap.store import Store

COURSE = {
    "library/nginx:1.24",
    "library/nginx:1.26",
    "library/nginx:latest",
    "library/busybox:latest",
    "library/debian:latest",
    "arneduyver/loadbalancetester-flask:latest",
}


def written(folder: Path, text: str) -> Path:
    file = folder / "images.yaml"
    file.write_text(text, "utf-8")
    return file


def test_the_kit_describes_all_images_of_the_course_and_of_the_cluster() -> None:
    found = recipes.read_images()
    assert {name for recipe in found.values() for name in recipe.publish} >= COURSE
    assert {NODE, PROXY, TOOLS, REGISTRY} <= found.keys()


def test_no_two_images_are_served_under_one_name() -> None:
    names = [name for recipe in recipes.read_images().values() for name in recipe.served]
    assert len(names) == len(set(names))
    assert all(not recipe.also or recipe.publish for recipe in recipes.read_images().values())


def test_every_stand_in_says_what_it_is() -> None:
    assert [recipe.name for recipe in recipes.read_images().values() if not recipe.note] == []


def test_every_source_is_there() -> None:
    for recipe in recipes.read_images().values():
        images.source_files(recipe)
    for program in recipes.read_programs().values():
        assert (SOURCES / program.module / "go.mod").is_file()
        assert SOURCES / program.module / "go.sum" in golang.sources_of(program)


def plan(k3d: Path | None = None, install: Sequence[str] = ()) -> BuildPlan:
    return BuildPlan(Store(cache()), k3d=K3d(k3d, "v5.8.3", ""), install=[*install], tell=print)


def test_docker_gets_the_clusters_images_and_the_mirror_the_courses() -> None:
    assert {recipe.name for recipe in plan().loaded} == {NODE, PROXY, TOOLS, REGISTRY}


def test_the_plan_is_a_graph_that_begins_with_nothing() -> None:
    steps = {step.name: step for step in plan(install=["docker.io"]).steps}
    assert all(set(step.inputs) <= steps.keys() for step in steps.values())
    assert {name for name, step in steps.items() if not step.inputs} == {"machine", "go"}
    assert set(steps["image node"].inputs) >= {"program k3s", "image pause", "image busybox"}
    assert steps["program k3d"].title == "download k3d v5.8.3"


def test_no_k3d_is_fetched_where_there_is_one() -> None:
    steps = {step.name: step for step in plan(Path("/k3d")).steps}
    assert "program k3d" not in steps


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- {name: a, tag: 'a:1', unknown: 1}", "unknown"),
        ("- {name: a, tag: a}", "tag"),
        ("- {name: a, tag: 'a:1', base: b}", "unknown b"),
        ("- {name: a, tag: 'a:1', base: a}", "made from each other"),
        ("- {name: a, tag: 'a:1', programs: {/x: nothing}}", "unknown nothing"),
        ("- {name: a, tag: 'a:1', files: {x: y}}", "files"),
        ("- {name: a, tag: 'a:1', directories: {/x: '999'}}", "directories"),
        ("- {name: a, tag: 'a:1', suite: s, base: a}", "not both"),
        ("- {name: a, tag: 'a:1', packages: [p]}", "suite"),
        ("[{name: a, tag: 'a:1'}, {name: a, tag: 'b:1'}]", "same name"),
        ("[{name: a, tag: 'a:1'}, {name: b, tag: 'c:1', tags: ['a:1']}]", "same name or tag"),
        ("- {name: a", "cannot be used"),
        ("name: a", "cannot be used"),
    ],
)
def test_a_bad_description_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    file = written(tmp_path, text)
    with pytest.raises(BadRecipe, match=words) as caught:
        recipes.read_images(file)
    assert caught.value.where == str(file)


def test_images_come_after_what_they_are_made_from(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "[{name: c, tag: 'c:1', archives: {/x: [b]}}, {name: b, tag: 'b:1', base: a}, {name: a, tag: 'a:1'}]",
    )
    assert list(recipes.read_images(file)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("words", "enough"),
    [
        ("go version go1.26.8 linux/amd64", True),
        ("go version go1.24 linux/amd64", True),
        ("go version go1.19.8 linux/amd64", False),
        ("go version devel go1.27-abc", True),
        ("", False),
    ],
)
def test_an_old_go_is_not_used(words: str, enough: bool) -> None:
    assert golang.new_enough(words) is enough


def test_tests_of_a_module_do_not_change_its_programs(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.go").touch()
    (tmp_path / "m" / "main_test.go").touch()
    recipe = recipes.ProgramRecipe(name="m", title="m", module="m", package=".")
    assert [file.name for file in golang.sources_of(recipe, tmp_path)] == ["main.go"]


def test_the_modules_of_our_own_are_vetted_and_tested_with_the_words_of_the_build(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text(f'#!/bin/sh\necho "$(basename "$PWD") $@" >> {tmp_path}/log\n', "utf-8")
    go.chmod(0o755)
    golang.check_modules(go)
    assert (tmp_path / "log").read_text("utf-8").splitlines() == [
        "node vet -trimpath -tags=providerless ./...",
        "node test -vet=off -trimpath -tags=providerless ./...",
        "tools vet -trimpath ./...",
        "tools test -vet=off -trimpath ./...",
    ]


def test_a_failed_check_shows_the_words_of_go(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho '--- FAIL: TestX'; exit 1\n", "utf-8")
    go.chmod(0o755)
    with pytest.raises(StepFailed, match="FAIL: TestX"):
        golang.check_modules(go)
