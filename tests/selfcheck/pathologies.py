"""Submissions of small files that were slow or large to read, or that nearly are; each by what is multiplied.

Every one is a folder: the text of files by their name. `LIMITS` is met by all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from grading.precheck.files import FILES
from grading.yamlsource import MAX_BYTES

Folder = dict[str, bytes]

NAMES: Final = sorted({file.name for file in FILES})
HEAD: Final[dict[str, str]] = {
    kind: f"apiVersion: {'apps/v1' if kind == 'Deployment' else 'v1'}\nkind: {kind}\nmetadata:\n  name: x\n"
    for kind in {file.kind for file in FILES}
}


def everywhere(text: str | bytes) -> Folder:
    """The same text in every file of the course, cut to the largest size allowed."""
    raw = text.encode() if isinstance(text, str) else text
    return dict.fromkeys(NAMES, raw[:MAX_BYTES])


def filled(start: str, unit: str | Callable[[int], str], end: str = "", size: int = MAX_BYTES) -> str:
    """Repeat a unit between two texts up to a size in bytes."""
    made, length, number = [start], len(start.encode()) + len(end.encode()), 0
    while True:
        piece = unit if isinstance(unit, str) else unit(number)
        length += len(piece.encode())
        if length > size:
            return "".join([*made, end])
        made.append(piece)
        number += 1


def of_each_kind(body: Callable[[str], str]) -> Folder:
    """A file of each kind of the course, with a text below its metadata."""
    return {
        file.name: (HEAD[file.kind] + body(file.kind)).encode()[:MAX_BYTES]
        for file in FILES
        if file.name != "flask-app.yaml"
    }


def pod(spec: str, metadata: str = "") -> str:
    return f"{HEAD['Pod']}{metadata}spec:\n{spec}"


def deployment(spec: str) -> str:
    return f"{HEAD['Deployment']}spec:\n{spec}"


def service(spec: str) -> str:
    return f"{HEAD['Service']}spec:\n{spec}"


def equal_keys() -> str:
    """Aliases of mappings in which one key stands many times: 45 KB."""
    inner = "{" + ", ".join(["k: v"] * 900) + "}"
    return f"a: &a {inner}\n" + filled("b:\n", "- *a\n", size=45_000 - len(inner))


def long_key(length: int = 120_000, number: int = 8000) -> str:
    """A long key above many others."""
    return "? " + "k" * length + "\n:\n" + "".join(f"  k{n}: 1\n" for n in range(number))


def bomb(width: int = 9, depth: int = 11) -> str:
    rows = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, depth + 1)]
    return "\n".join(rows) + "\n"


def merges() -> str:
    """Mappings that merge each other: two of them in each."""
    rows = ["a0: &a0 {k0: 1, l0: 1}"]
    rows += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], k{n}: 1}}" for n in range(1, 24)]
    return "\n".join(rows) + "\n"


def _labels(number: int, value: str = "v") -> str:
    return "{" + ", ".join(f"k{n}: {value}" for n in range(number)) + "}"


LONG: Final = "x" * 100_000

SUBMISSIONS: Final[dict[str, Callable[[], Folder]]] = {
    "equal keys under aliases": lambda: everywhere(equal_keys()),
    "equal keys": lambda: everywhere(filled("", "k: 1\n")),
    "equal keys in a pod": lambda: of_each_kind(lambda kind: filled("", "spec: {}\n", size=50_000)),
    "aliases of aliases": lambda: everywhere(bomb()),
    "aliases in small files": lambda: everywhere(
        "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b ["
        + "*a," * 20
        + "]\nc: &c ["
        + "*b," * 40
        + "]\nd: ["
        + "*c," * 40
        + "]\n"
    ),
    "merges": lambda: everywhere(merges()),
    "merges of equal mappings": lambda: everywhere(
        filled(
            "a: &a {" + ", ".join(f"k{n}: 1" for n in range(500)) + "}\nb:\n  <<: [", "*a,", "*a]\n", 80_000
        )
    ),
    "long key above many": lambda: everywhere(long_key()),
    "keys of the longest length": lambda: everywhere(filled("", lambda n: f"{n:0>999}: 1\n")),
    "long keys in one another": lambda: everywhere(
        "".join(" " * depth + f"{'k' * 990}{depth}:\n" for depth in range(30))
        + filled("", lambda n: f"{' ' * 30}k{n}: 1\n", size=200_000)
    ),
    "a long string by aliases": lambda: everywhere(filled(f"a: &a {LONG}\nb:\n", "- *a\n", size=150_000)),
    "values": lambda: everywhere(filled("", lambda n: f"k{n}: 1\n")),
    "a list": lambda: everywhere(filled("[", "a,", "a]")),
    "strings as keys": lambda: everywhere(filled("{", lambda n: f'"k{n}",', "}")),
    "TAG directives": lambda: everywhere(filled("", lambda n: f"%TAG !{n}! x\n", "---\na: 1\n")),
    "a long TAG directive": lambda: everywhere(
        filled("%TAG !e! tag:" + "x" * 100_000 + "\n---\n", "- !e!a b\n")
    ),
    "anchors": lambda: everywhere(filled("", lambda n: f"- &a{n} b\n")),
    "long anchors": lambda: everywhere("- &" + "a" * 100_000 + " b\n- *" + "a" * 100_000 + "\n"),
    "brackets": lambda: everywhere("[" * MAX_BYTES),
    "braces": lambda: everywhere("{a: " * (MAX_BYTES // 4)),
    "dashes": lambda: everywhere("- " * (MAX_BYTES // 2)),
    "keys of keys": lambda: everywhere("? " * (MAX_BYTES // 2)),
    "indentation": lambda: everywhere("".join(" " * n + "a:\n" for n in range(700))),
    "comments": lambda: everywhere(filled("a: 1\n", "# c\n")),
    "empty lines": lambda: everywhere(filled("a: 1\n", "\n")),
    "blanks": lambda: everywhere(filled("a: 1\n", " ", "\nb: 1\n")),
    "empty documents": lambda: everywhere("---\n" * (MAX_BYTES // 4)),
    "documents of two kinds": lambda: {"flask-app.yaml": filled("", "kind: {}\n---\n", size=200).encode()},
    "a plain scalar of many lines": lambda: everywhere(filled("a:\n", "  b\n")),
    "a quoted scalar of many lines": lambda: everywhere(filled('a: "', "\n\n b", '"\n')),
    "a quoted scalar of escapes": lambda: everywhere(filled('a: "', "\\x41", '"\n')),
    "a folded scalar": lambda: everywhere(filled("a: >\n", "  b\n\n")),
    "digits": lambda: everywhere("a: " + "1" * (MAX_BYTES - 10) + "\n"),
    "digits with underscores": lambda: everywhere("a: " + "1_" * (MAX_BYTES // 2 - 10) + "x\n"),
    "base 60": lambda: everywhere("a: 1" + ":1" * (MAX_BYTES // 2 - 10) + "x\n"),
    "a quantity of digits": lambda: {
        "manual-pv.yaml": f"{HEAD['PersistentVolume']}spec:\n  capacity: {{storage: {'1' * 200_000}x}}\n".encode(),
        "manual-pvc.yaml": f"{HEAD['PersistentVolumeClaim']}spec:\n  resources: {{requests: {{storage: {'1' * 200_000}x}}}}\n".encode(),
        "dynamic-pvc.yaml": f"{HEAD['PersistentVolumeClaim']}spec:\n  resources: {{requests: {{storage: {'1' * 200_000}x}}}}\n".encode(),
        "second-pod.yaml": pod(
            f"  containers: [{{resources: {{requests: {{cpu: {'1' * 200_000}x}}}}}}]\n"
        ).encode(),
    },
    "unknown fields": lambda: of_each_kind(
        lambda kind: filled("spec:\n", lambda n: f"  containerz{n}: 1\n", size=100_000)
    ),
    "unknown fields with long names": lambda: of_each_kind(
        lambda kind: filled("spec:\n", lambda n: f"  {'container' * 60}{n}: 1\n")
    ),
    "fields of a wrong type": lambda: of_each_kind(
        lambda kind: "  labels: {" + ", ".join(f"k{n}: {n}" for n in range(4000)) + "}\n"
    ),
    "wrong types by an alias": lambda: of_each_kind(
        lambda kind: (
            f"x: &x [{', '.join(['y'] * 900)}]\n".replace("x:", "  x:", 1)
            + "  labels: {"
            + ", ".join(f"k{n}: *x" for n in range(9))
            + "}\n"
        )
    ),
    "labels and selectors": lambda: {
        **dict.fromkeys(["svc.yaml", "nodeport.yaml"], service(f"  selector: {_labels(4000)}\n").encode()),
        **dict.fromkeys(
            ["svc-nginx.yaml", "svc-debian.yaml"],
            pod("  containers: []\n", f"  labels: {_labels(4000, 'w')}\n").encode(),
        ),
        "dep.yaml": deployment(
            f"  selector: {{matchLabels: {_labels(4000)}}}\n  template: {{metadata: {{labels: {_labels(4000, 'w')}}}}}\n"
        ).encode(),
    },
    "selectors of a long string": lambda: {
        **dict.fromkeys(
            ["svc.yaml", "nodeport.yaml"],
            (
                f"x: &x {'y' * 800}\n"
                + service("  selector: {" + ", ".join(f"k{n}: *x" for n in range(1200)) + "}\n")
            ).encode(),
        ),
        "svc-nginx.yaml": pod("  containers: []\n").encode(),
    },
    "ports by name": lambda: {
        "svc.yaml": service(
            "  ports: [" + ", ".join(f"{{targetPort: p{n}}}" for n in range(4000)) + "]\n"
        ).encode(),
        "nodeport.yaml": service(
            "  ports: [" + ", ".join(f"{{targetPort: {n}}}" for n in range(4000)) + "]\n"
        ).encode(),
        "svc-nginx.yaml": pod(
            "  containers:\n  - ports: ["
            + ", ".join(f"{{name: q{n}, containerPort: {n + 9000}}}" for n in range(3000))
            + "]\n"
        ).encode(),
        "flask-app.yaml": (
            service("  ports: [" + ", ".join(f"{{targetPort: p{n}}}" for n in range(1500)) + "]\n")
            + "---\n"
            + deployment(
                "  template: {spec: {containers: [{ports: ["
                + ", ".join(f"{{name: q{n}, containerPort: {n + 9000}}}" for n in range(1500))
                + "]}]}}\n"
            )
        ).encode(),
    },
    "containers": lambda: {
        "dep.yaml": deployment("  template: {spec: {containers: [" + "{name: a}, " * 4000 + "]}}\n").encode(),
        "dep-rolling.yaml": deployment(
            "  template: {spec: {containers: [" + "{}, " * 9000 + "]}}\n"
        ).encode(),
        "second-pod.yaml": pod("  containers: [" + "{image: a}, " * 4000 + "]\n").encode(),
    },
    "ports of a service": lambda: {"svc.yaml": service("  ports: [" + "{}, " * 9000 + "]\n").encode()},
    "mounts": lambda: {
        "pod-with-volume.yaml": pod(
            "  volumes: ["
            + ", ".join(f"{{name: v{n}}}" for n in range(2000))
            + "]\n  containers: [{volumeMounts: ["
            + ", ".join(f"{{name: w{n}}}" for n in range(3000))
            + "]}]\n"
        ).encode()
    },
    "access modes": lambda: {
        "manual-pv.yaml": f"{HEAD['PersistentVolume']}spec:\n  accessModes: [{', '.join(f'a{n}' for n in range(8000))}]\n".encode(),
        "manual-pvc.yaml": f"{HEAD['PersistentVolumeClaim']}spec:\n  accessModes: [{', '.join(f'b{n}' for n in range(8000))}]\n".encode(),
    },
    "refused by policy": lambda: of_each_kind(
        lambda kind: "spec:\n  volumes: [" + ", ".join(f"{{nfs{n}: 1}}" for n in range(2000)) + "]\n"
    ),
    "many files of one name": lambda: {
        f"{'d' * 200}/{'e' * 200}/{n}/dep.yaml": b"a: 1\n" for n in range(1500)
    },
    "JSON escapes": lambda: everywhere(json.dumps({f"k{n}": "\N{GRINNING FACE}" for n in range(4000)})),
    "backslashes": lambda: everywhere('a: "' + "\\\\" * 120_000 + '\\ud800"\n'),
    "NUL": lambda: everywhere("\0" * MAX_BYTES),
    "bytes that are no text": lambda: everywhere(b"\xff" * MAX_BYTES),
    "UTF-16": lambda: everywhere(
        filled("", lambda n: f"k{n}: 1\n", size=100_000).encode("utf-16")[: MAX_BYTES - 1]
    ),
    "astral text": lambda: everywhere(filled("a: ", "\N{GRINNING FACE}", "\n")),
}
