"""Files of several objects of which one is broken, and what kubectl applies of each.

Seen with kubectl 1.31 (tests/selfcheck/cluster/test_api_server.py asks it again).
"""

from __future__ import annotations

import json
from typing import Final

import yaml

SERVICE: Final = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {}\nspec:\n  ports:\n  - port: 80\n"
A, B, C, D = (SERVICE.format(name) for name in "abcd")
UNTYPED: Final = "metadata: {name: a}\nspec: {ports: [{port: 80}]}"
NOTHING_OF_THE_KIND: Final = "apiVersion: v1\nkind: Nothing\nmetadata: {name: b}\n"


def documents(*texts: str) -> str:
    return "---\n".join(texts)


def listed(*items: str, kind: str = "List", version: str = "v1") -> str:
    head = f"apiVersion: {version}\nkind: {kind}\nitems:\n"
    return head + "".join("- " + item.strip().replace("\n", "\n  ") + "\n" for item in items)


CASES: Final[dict[str, tuple[str, str]]] = {
    # A document is broken: kubectl reads no further.
    "syntax": (documents(A, "a: [\n", C), "a"),
    "tab": (documents(A, "kind: Service\n\tx: 1\n", C), "a"),
    "syntax-first": (documents("a: [\n", B), ""),
    "text-behind-separator": (f"{A}--- x\n{B}---\n{C}", ""),
    "directive": (documents(A, "%YAML 1.1\n", C), "a"),
    "json": (f"{json.dumps(yaml.safe_load(A))}\n{{a: 1}}\n", "a"),
    # Or it does not say what it is.
    "kind-missing": (documents(A, "apiVersion: v1\nmetadata: {name: b}\n", C), "a"),
    "kind-missing-first": (documents("apiVersion: v1\nmetadata: {name: b}\n", C), ""),
    "version-missing": (documents(A, B.replace("apiVersion: v1\n", ""), C), "a"),
    "kind-number": (documents(A, B.replace("kind: Service", "kind: 7"), C), "a"),
    "version-number": (documents(A, B.replace("apiVersion: v1", "apiVersion: 1"), C), "a"),
    "no-object": (documents(A, "- a\n", C), "a"),
    "text": (documents(A, "hello\n", C), "a"),
    # What is wrong with one object alone keeps no other from being applied.
    "kind-unknown": (documents(A, NOTHING_OF_THE_KIND, C), "ac"),
    "kind-unknown-first": (documents(NOTHING_OF_THE_KIND, C), "c"),
    "kind-empty": (documents(A, B.replace("Service", "''"), C), "ac"),
    "rejected": (documents(A, SERVICE.format("B_C"), C), "ac"),
    "name-missing": (documents(A, "apiVersion: v1\nkind: Service\nmetadata: {}\n", C), "ac"),
    "name-number": (documents(A, SERVICE.format(7), C), "ac"),
    "type": (documents(A, B.replace("80", "'80'"), C), "ac"),
    "null": (documents(A, "null\n", C), "ac"),
    # A list is applied as a whole or not at all, if kubectl itself sees what is wrong.
    "list": (documents(listed(A, B, C), D), "abcd"),
    "list-unknown-field": (documents(listed(A, f"{B}    prot: 80\n", C), D), ""),
    "list-type": (documents(listed(A, B.replace("80", "'80'"), C), D), ""),
    "list-required": (documents(listed(A, B.replace("port:", "name:"), C), D), ""),
    "list-kind-missing": (documents(listed(A, "a: 1", C), D), ""),
    "list-version-missing": (documents(D, listed(A, B.replace("apiVersion: v1\n", ""), C)), "d"),
    "list-text": (documents(listed(A, "hello", C), D), ""),
    "list-null": (documents(listed(A, "null", C), D), ""),
    "list-items-missing": (documents("apiVersion: v1\nkind: List\n", D), ""),
    "list-items-mapping": (documents("apiVersion: v1\nkind: List\nitems: {a: 1}\n", D), ""),
    "list-without-kind": (documents(listed(A, C).removeprefix("apiVersion: v1\nkind: List\n"), D), ""),
    "list-without-version": (documents(listed(A, C).removeprefix("apiVersion: v1\n"), D), ""),
    # Otherwise the others in it are.
    "list-kind-unknown": (documents(listed(A, NOTHING_OF_THE_KIND, C), D), "acd"),
    "list-rejected": (documents(listed(A, SERVICE.format("B_C"), C), D), "acd"),
    "list-number-for-text": (documents(listed(A, f"{B}  selector: {{a: 1}}\n", C), D), "acd"),
    "list-null-field": (documents(listed(A, f"{B}  selector:\n", C), D), "abcd"),
    "list-in-list": (documents(listed(A, listed(B), C), D), "d"),
    "list-empty": (documents("apiVersion: v1\nkind: List\nitems: []\n", D), "d"),
    "list-of-unknown": (documents(listed(A, kind="NothingList"), D), "d"),
    "list-of-services": (documents(listed(UNTYPED, kind="ServiceList"), D), "ad"),
    "list-of-services-null": (documents(listed("metadata: {name: a}", "null", kind="ServiceList"), D), ""),
    "list-of-services-one-typed": (
        documents(listed(f"kind: Service\n{UNTYPED}", kind="ServiceList"), D), "d"
    ),
    "list-of-another-version": (documents(listed(A, C, version="apps/v1"), D), "acd"),
    "service-with-items": (documents(f"{A}items: {json.dumps([yaml.safe_load(B)])}\n", D), "bd"),
    "service-with-no-items": (documents(f"{A}items: []\n", D), "d"),
}  # fmt: skip
"""By a name the file, and the names of the Services that are applied."""
