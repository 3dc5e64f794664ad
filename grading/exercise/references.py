"""References between the steps of a scenario: check them when a course is loaded, and look them up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from grading.exercise.steps import Apply, Look, Step, Watch
from grading.submission.course_file import CourseFile
from grading.submission.namespace_agreement import DEFAULT

Files = Mapping[str, Collection[str]]
"""The kinds of the objects in each file, by its name."""


def check_steps(steps: Sequence[Step], files: Files, owns: Collection[str]) -> None:
    """Check that every step refers to earlier ones that recorded what it needs.

    Args:
        steps: of a scenario.
        files: of its section.
        owns: the namespaces of the scenario beside its own.

    Raises:
        ValueError: one does not: what it says, and what is wrong with it.
    """
    for number, step in enumerate(steps):
        earlier = {known.name: known for known in steps[:number]}
        if step.name in earlier:
            raise ValueError(f"two steps are recorded as {step.name}")
        for name in step.refers:
            if name not in earlier:
                raise ValueError(f"{step.name}: {name} is recorded by no earlier step")
        if step.pod and "Pod" not in files.get(_file_of(steps, step.pod), ()):
            raise ValueError(
                f"{step.name}: {step.pod} is the record of no Pod of a file; to wait for a Deployment, or to "
                "ask its Pods, write scenario.py (docs/exercises.md, Python)"
            )
        if isinstance(step, Apply):
            _check_file(step, files, owns)
        elif isinstance(step, Look | Watch):
            _check_place(step, earlier, owns)


def _check_file(step: Apply, files: Files, owns: Collection[str]) -> None:
    if step.file not in files:
        raise ValueError(f"{step.name}: {step.file} is not among the files")
    if "Namespace" in files[step.file] and not owns:
        raise ValueError(f"{step.name}: {step.file} is a Namespace, and the scenario owns none")


def _check_place(step: Look | Watch, earlier: Mapping[str, Step], owns: Collection[str]) -> None:
    if isinstance(step, Look) and step.namespace not in {"", DEFAULT, *owns}:
        raise ValueError(f"{step.name}: the scenario does not own the namespace {step.namespace}")
    if step.since is None:
        return
    since = earlier[step.since]
    if not isinstance(since, Look) or since.kind != step.kind:
        raise ValueError(f"{step.name}: {step.since} is no look at each {step.kind}")
    if since.since is not None:
        raise ValueError(f"{step.name}: {step.since} is a look at what was new itself")
    if isinstance(step, Look) and step.namespace != since.namespace:
        raise ValueError(f"{step.name}: {step.since} is a look at another namespace")


def manifest_of(steps: Sequence[Step], files: Files, name: str) -> str:
    """Return the key of the manifest that a record is about, empty if none."""
    file = _file_of(steps, name)
    kinds = tuple(files[file]) if file else ()
    return CourseFile(file, kinds).key("Pod" if "Pod" in kinds else kinds[0]) if kinds else ""


def _file_of(steps: Sequence[Step], name: str) -> str:
    step = next((step for step in steps if step.name == name), None)
    if isinstance(step, Apply):
        return step.file
    above = step.after if isinstance(step, Look | Watch) else step.pod if step else None
    return _file_of(steps, above) if above else ""
