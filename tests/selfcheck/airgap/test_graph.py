"""Whether steps are done once, in order, side by side, and taken up where they were left."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from fixtures.airgap.errors import StepFailed, Stopped
from fixtures.airgap.graph import Action, Build, Digests, Step, do_all, time_left
from fixtures.airgap.run import run
from fixtures.airgap.store import Store


class Log:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.kept_steps: list[str] = []
        self.failed_steps: list[str] = []

    def kept(self, step: Step) -> None:
        self.kept_steps.append(step.name)

    def started(self, step: Step) -> None:
        self.did.append(step.name)

    def finished(self, step: Step, seconds: float) -> None:
        pass

    def failed(self, step: Step) -> None:
        self.failed_steps.append(step.name)


def build(
    store: Store, name: str, *inputs: str, recipe: object = 1, text: str = "", seconds: float = 1
) -> Build:
    def work(folder: Path, before: Digests) -> None:
        (folder / "out").write_text(
            text or f"{name} {recipe} " + " ".join(before[i] for i in inputs), "utf-8"
        )

    return Build(
        name=name, title=name, inputs=inputs, seconds=seconds, store=store, recipe=recipe, build=work
    )


def test_steps_come_after_their_inputs(tmp_path: Path) -> None:
    store, log = Store(tmp_path), Log()
    do_all([build(store, "c", "b"), build(store, "b", "a"), build(store, "a")], log)
    assert log.did == ["a", "b", "c"]


def test_a_second_time_does_nothing(tmp_path: Path) -> None:
    steps = [build(Store(tmp_path), "a"), build(Store(tmp_path), "b", "a")]
    first = do_all(steps, Log())
    log = Log()
    assert do_all(steps, log) == first
    assert log.did == []
    assert log.kept_steps == ["a", "b"]


def test_only_what_depends_on_a_change_is_done_again(tmp_path: Path) -> None:
    def steps(recipe: int) -> list[Step]:
        store = Store(tmp_path)
        node = build(store, "node", recipe=recipe)
        return [
            node,
            build(store, "busybox"),
            build(store, "image", "node", "busybox"),
            build(store, "web", "busybox"),
        ]

    do_all(steps(1), Log())
    log = Log()
    do_all(steps(2), log)
    assert log.did == ["node", "image"]


def test_a_result_that_stays_the_same_changes_nothing_after_it(tmp_path: Path) -> None:
    def steps(recipe: int) -> list[Step]:
        store = Store(tmp_path)
        return [build(store, "a", recipe=recipe, text="same"), build(store, "b", "a")]

    do_all(steps(1), Log())
    log = Log()
    do_all(steps(2), log)
    assert log.did == ["a"]


def test_a_failure_stops_the_rest_and_the_next_run_goes_on_from_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    broken = True

    def act(_: Digests) -> str:
        if broken:
            raise StepFailed("no")
        return "done"

    steps = [
        build(store, "a"),
        Action(name="b", title="b", inputs=("a",), check=lambda _: None, act=act),
        build(store, "c", "b"),
    ]
    log = Log()
    with pytest.raises(StepFailed, match="no"):
        do_all(steps, log)
    assert log.failed_steps == ["b"]
    assert "c" not in log.did
    broken = False
    log = Log()
    do_all(steps, log)
    assert log.kept_steps == ["a"]
    assert log.did == ["b", "c"]


def test_a_failure_ends_the_programs_that_run_beside_it() -> None:
    waits = [sys.executable, "-c", "import time; time.sleep(60)"]
    errors: list[type[BaseException]] = []

    def wait_long(_: Digests) -> str:
        try:
            return run(waits, doing="waiting")
        except Exception as error:
            errors.append(type(error))
            raise

    def fail(_: Digests) -> str:
        time.sleep(0.3)
        raise StepFailed("no")

    begin = time.monotonic()
    steps = [
        Action(name="long", title="long", check=lambda _: None, act=wait_long),
        Action(name="bad", title="bad", check=lambda _: None, act=fail),
    ]
    with pytest.raises(StepFailed, match="no"):
        do_all(steps, Log(), at_once=2)
    assert time.monotonic() - begin < 20
    assert errors == [Stopped]
    assert run([sys.executable, "-c", "print(1)"], doing="a later program") == "1\n"


def test_two_run_side_by_side_and_not_three() -> None:
    now, most, lock = 0, 0, threading.Lock()

    def act(_: Digests) -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.05)
        with lock:
            now -= 1
        return ""

    steps = [Action(name=str(n), title="", check=lambda _: None, act=act) for n in range(6)]
    do_all(steps, Log(), at_once=2)
    assert most == 2


def test_the_longest_road_begins_first(tmp_path: Path) -> None:
    store, log = Store(tmp_path), Log()
    steps = [
        build(store, "short", seconds=30),
        build(store, "a", seconds=5),
        build(store, "b", "a", seconds=200),
    ]
    do_all(steps, log, at_once=1)
    assert log.did == ["a", "b", "short"]


def test_steps_that_wait_for_each_other_are_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="cycle"):
        do_all([build(store, "a", "b"), build(store, "b", "a")], Log())


def test_the_time_left_counts_what_runs_side_by_side(tmp_path: Path) -> None:
    store = Store(tmp_path)
    steps = [
        build(store, "a", seconds=100),
        build(store, "b", seconds=40),
        build(store, "c", "b", seconds=30),
    ]
    assert time_left(steps, set(), {}, at_once=2) == 100
    assert time_left(steps, set(), {}, at_once=1) == 170
    assert time_left(steps, {"b"}, {"a": 90.0}, at_once=2) == 30
    assert time_left(steps, {"a", "b", "c"}, {}, at_once=2) == 0


def test_ctrl_c_stops_all_and_says_how_to_go_on() -> None:
    def act(_: Digests) -> str:
        raise KeyboardInterrupt

    with pytest.raises(Stopped) as caught:
        do_all([Action(name="a", title="a", check=lambda _: None, act=act)], Log())
    assert caught.value.exit_code == 130
    assert "again" in str(caught.value)
