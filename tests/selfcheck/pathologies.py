"""Submissions that were slow or large to read, or could be: each by what multiplies in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from grading.submission.yaml_reader import MAX_BYTES
from tests.selfcheck.manifests import FILES

Folder = dict[str, bytes]
"""The bytes of files by their path in a submission."""

NAMES: Final = sorted({file.file for file in FILES})
HEAD: Final = {
    kind: f"apiVersion: {'apps/v1' if kind == 'Deployment' else 'v1'}\nkind: {kind}\nmetadata:\n  name: x\n"
    for kind in {file.kind for file in FILES}
}
ALPHABET: Final = "x" * 100_000


def everywhere(text: str | bytes) -> Folder:
    """The same text in every file of the course, cut to the largest size allowed."""
    raw = text.encode() if isinstance(text, str) else text
    return dict.fromkeys(NAMES, raw[:MAX_BYTES])


def of_each_kind(body: str) -> Folder:
    """In every file of one object, the head of its kind and a text below it."""
    return {
        file.file: (HEAD[file.kind] + body).encode()[:MAX_BYTES] for file in FILES if file.section[0] == "1"
    }


def objects(**bodies: tuple[str, str]) -> Folder:
    """Files by name, `_` for `-`: of each the kind and what stands below its head."""
    return {
        f"{name.replace('_', '-')}.yaml": (HEAD[kind] + body).encode()
        for name, (kind, body) in bodies.items()
    }


def filled(start: str, unit: Callable[[int], str] | str, end: str = "", size: int = MAX_BYTES) -> str:
    """Repeat a unit between two texts up to a size in bytes."""
    made, left, number = [start], size - len(start.encode()) - len(end.encode()), 0
    while left > 0:
        made.append(unit if isinstance(unit, str) else unit(number))
        left -= len(made[-1].encode())
        number += 1
    return "".join([*made[:-1], end])


def flow(number: int, item: Callable[[int], str] | str, brackets: str = "[]") -> str:
    """A list or mapping of so many items on one line."""
    items = (item if isinstance(item, str) else item(n) for n in range(number))
    return brackets[0] + ", ".join(items) + brackets[1]


def mapping(number: int, value: str = "v", key: str = "k") -> str:
    """A mapping of so many keys."""
    return flow(number, lambda n: f"{key}{n}: {value}", "{}")


def bomb(width: int = 9, depth: int = 11) -> str:
    """Aliases of aliases."""
    rows = [f"a0: &a0 {flow(width, 'x')}"]
    return "\n".join(rows + [f"a{n}: &a{n} {flow(width, f'*a{n - 1}')}" for n in range(1, depth)])


def merges() -> str:
    """Mappings that each merge the one before twice."""
    rows = ["a0: &a0 {k0: 1, l0: 1}"]
    return "\n".join(rows + [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, 24)])


def nested_keys() -> str:
    """Long keys in one another, above many."""
    above = "".join(f"{' ' * depth}{'k' * 990}{depth}:\n" for depth in range(30))
    return filled(above, lambda n: f"{' ' * 30}k{n}: 1\n")


def digits_as_quantity() -> Folder:
    """Amounts of many digits that end in what is none."""
    amount = "{storage: " + "1" * 200_000 + "x}"
    claim = ("PersistentVolumeClaim", f"spec: {{resources: {{requests: {amount}}}}}\n")
    return objects(
        manual_pv=("PersistentVolume", f"spec: {{capacity: {amount}}}\n"),
        manual_pvc=claim,
        dynamic_pvc=claim,
        second_pod=("Pod", f"spec: {{containers: [{{resources: {{requests: {amount}}}}}]}}\n"),
    )


def selectors() -> Folder:
    """Selectors of many labels, none of which the Pods have."""
    labels = mapping(4000, "w")
    selecting = ("Service", f"spec: {{selector: {mapping(4000)}}}\n")
    template = f"template: {{metadata: {{labels: {labels}}}}}"
    return objects(
        svc=selecting,
        nodeport=selecting,
        svc_nginx=("Pod", f"  labels: {labels}\nspec: {{}}\n"),
        dep=("Deployment", f"spec: {{selector: {{matchLabels: {mapping(4000)}}}, {template}}}\n"),
    )


def selectors_by_alias() -> Folder:
    """Selectors of one long value."""
    body = f"x: &x {'y' * 800}\nspec: {{selector: {mapping(1200, '*x')}}}\n"
    return objects(svc=("Service", body), nodeport=("Service", body), svc_nginx=("Pod", "spec: {}\n"))


def ports() -> Folder:
    """Ports that lead to names and numbers which no container has."""

    def service(number: int, target: str) -> tuple[str, str]:
        return "Service", f"spec: {{ports: {flow(number, lambda n: f'{{targetPort: {target}{n}}}')}}}\n"

    def containers(number: int) -> str:
        port = flow(number, lambda n: f"{{name: q{n}, containerPort: {n + 9000}}}")
        return f"{{containers: [{{ports: {port}}}]}}"

    lab = HEAD["Deployment"] + f"spec: {{template: {{spec: {containers(1500)}}}}}\n---\n"
    return {
        **objects(
            svc=service(4000, "p"),
            nodeport=service(4000, ""),
            svc_nginx=("Pod", f"spec: {containers(3000)}\n"),
        ),
        "flask-app.yaml": (lab + HEAD["Service"] + service(1500, "p")[1]).encode(),
    }


def containers() -> Folder:
    """Many containers, and ports of a Service, among which rules look for the best."""

    def deployed(item: str) -> tuple[str, str]:
        return "Deployment", f"spec: {{template: {{spec: {{containers: {flow(8000, item)}}}}}}}\n"

    return objects(
        dep=deployed("{}"),
        dep_rolling=deployed("{}"),
        second_pod=("Pod", f"spec: {{containers: {flow(4000, '{image: a}')}}}\n"),
        svc=("Service", f"spec: {{ports: {flow(8000, '{}')}}}\n"),
    )


def mounts() -> Folder:
    """Volumes and mounts that do not fit together, and access modes."""
    volumes, mounted = (flow(2500, lambda n, v=letter: f"{{name: {v}{n}}}") for letter in "vw")  # type: ignore[misc]
    mode = flow(8000, lambda n: f"a{n}")
    return objects(
        pod_with_volume=("Pod", f"spec: {{volumes: {volumes}, containers: [{{volumeMounts: {mounted}}}]}}\n"),
        manual_pv=("PersistentVolume", "spec: {accessModes: [x]}\n"),
        manual_pvc=("PersistentVolumeClaim", f"spec: {{accessModes: {mode}}}\n"),
    )


SUBMISSIONS: Final[dict[str, Callable[[], Folder]]] = {
    # Named in the requirement.
    "equal keys under aliases, 45 KB": lambda: {
        "dep.yaml": filled(f"a: &a {flow(900, 'k: v', '{}')}\nb:\n", "- *a\n", size=45_000).encode()
    },
    "equal keys under aliases, 720 KB": lambda: everywhere(
        filled(f"a: &a {flow(900, 'k: v', '{}')}\nb:\n", "- *a\n", size=45_000)
    ),
    "a key of 120 KB above 8000 others": lambda: everywhere(
        f"? {'k' * 120_000}\n:\n" + "".join(f"  k{n}: 1\n" for n in range(8000))
    ),
    # What a file multiplies.
    "equal keys": lambda: everywhere(filled("", "k: 1\n")),
    "equal keys in objects": lambda: of_each_kind(filled("", "spec: {}\n", size=50_000)),
    "aliases of aliases": lambda: everywhere(bomb()),
    "merges of merges": lambda: everywhere(merges()),
    "merges of one mapping": lambda: everywhere(
        filled(f"a: &a {mapping(500)}\nb:\n  <<: [", "*a,", "*a]\n", 80_000)
    ),
    "long keys": lambda: everywhere(filled("", lambda n: f"{n:0>999}: 1\n")),
    "long keys in one another": lambda: everywhere(nested_keys()),
    "a long text by aliases": lambda: everywhere(filled(f"a: &a {ALPHABET}\nb:\n", "- *a\n", size=150_000)),
    "a valid object below a long key": lambda: of_each_kind(f"? {'k' * 120_000}\n: {mapping(8000)}\n"),
    "as much as is read": lambda: of_each_kind(
        f"x: &x {flow(200, lambda n: f'{n:0>990}: 1', '{}')}\nstatus: [*x, *x, *x]\n"
    ),
    "many values": lambda: everywhere(filled("", lambda n: f"k{n}: 1\n")),
    "a long list": lambda: everywhere(filled("[", "a,", "a]")),
    "many anchors": lambda: everywhere(filled("", lambda n: f"- &a{n} b\n")),
    "a long anchor": lambda: everywhere(f"- &{ALPHABET} b\n- *{ALPHABET}\n"),
    # What libyaml does for long.
    "TAG directives": lambda: everywhere(filled("", lambda n: f"%TAG !{n}! x\n", "---\na: 1\n")),
    "a long TAG directive": lambda: everywhere(filled(f"%TAG !e! tag:{ALPHABET}\n---\n", "- !e!a b\n")),
    "brackets": lambda: everywhere("[" * MAX_BYTES),
    "dashes": lambda: everywhere("- " * MAX_BYTES),
    "keys of keys": lambda: everywhere("? " * MAX_BYTES),
    "empty documents": lambda: everywhere("---\n" * MAX_BYTES),
    "a text of escapes": lambda: everywhere(filled('a: "', "\\x41", '"\n')),
    "a text of many lines": lambda: everywhere(filled("a: >\n", "  b\n\n")),
    "half an escape after backslashes": lambda: everywhere('a: "' + "\\\\" * 120_000 + '\\ud800"\n'),
    "emoji as JSON": lambda: everywhere(json.dumps({f"k{n}": "\N{GRINNING FACE}" for n in range(4000)})),
    "bytes that are no text": lambda: everywhere(b"\xff" * MAX_BYTES),
    "UTF-16": lambda: everywhere(filled("", lambda n: f"k{n}: 1\n", size=100_000).encode("utf-16")[:-1]),
    # What is matched, looked up and told.
    "digits": lambda: everywhere(f"a: {'1_' * 130_000}x\n"),
    "base 60": lambda: everywhere(f"a: 1{':1' * 130_000}x\n"),
    "digits as a quantity": digits_as_quantity,
    "unknown fields": lambda: of_each_kind(
        filled("spec:\n", lambda n: f"  containerz{n}: 1\n", size=100_000)
    ),
    "fields of a wrong type": lambda: of_each_kind(f"  labels: {flow(4000, lambda n: f'k{n}: {n}', '{}')}\n"),
    "selectors": selectors,
    "selectors by alias": selectors_by_alias,
    "ports": ports,
    "containers": containers,
    "mounts": mounts,
    "refused by policy": lambda: of_each_kind(
        f"spec: {{volumes: {flow(2000, lambda n: f'{{nfs{n}: 1}}')}}}\n"
    ),
    "one file in many folders": lambda: {
        f"{'d' * 200}/{'e' * 200}/{n}/dep.yaml": b"a: 1\n" for n in range(1200)
    },
}
