"""A small section of a course whose scenario is steps of the engine."""

from typing import Any

import yaml

from grading.exercise.course import Exercise
from grading.exercise.model import ExerciseSpec

TEXT = """
section: "1.1"
marker: s1_1
title: First
files:
  one.yaml: {kind: Pod, course: 1.1.1}
  two.yaml: {objects: {Deployment: {}, Service: {}}, course: 1.1.2}
  ns.yaml: {kind: Namespace, course: 1.1.3}
scenarios:
  some:
    title: A Pod and what becomes of it
    owns: [lab]
    steps:
      - {apply: one.yaml, as: pod}
      - {wait: pod, as: ready}
      - {ask: "http://{ready.status.podIP}:80/", until: hello, as: page}
      - {exec: [ls], in: pod, as: listing}
      - {look: Pod, as: before}
      - {delete: pod, as: deleted}
      - {look: Pod, since: before, after: deleted, as: others}
      - {watch: Pod, since: before, after: deleted, for: 5, as: successors}
criteria:
  - id: a.one
    points: 100
    title: The first criterion
    scenario: some
    check: [{own_address: page}, {answered: page}, {ran: listing}, {empty: successors}]
    help: Do it right.
"""


def data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXT)
    return found


def exercise() -> Exercise:
    return Exercise(ExerciseSpec.model_validate(data()), "nowhere", "chapter1")
