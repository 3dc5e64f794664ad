"""Make ``kubernetes-1.31.json`` from the OpenAPI document of Kubernetes, of the kinds of the course alone.

``python -m grading.k8s.field_types.schema_from_openapi SWAGGER.JSON`` with ``api/openapi-spec/swagger.json``
of the Kubernetes sources, tag v1.31.4 (Apache License 2.0). The whole document holds 3 MB, of which a second
goes into reading; this keeps names and types, and adds the values that validation allows where the
document knows only of text.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

TARGET: Final = Path(__file__).with_name("kubernetes-1.31.json")

KINDS: Final = {
    "Namespace": "io.k8s.api.core.v1.Namespace",
    "Pod": "io.k8s.api.core.v1.Pod",
    "Service": "io.k8s.api.core.v1.Service",
    "PersistentVolume": "io.k8s.api.core.v1.PersistentVolume",
    "PersistentVolumeClaim": "io.k8s.api.core.v1.PersistentVolumeClaim",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    "ConfigMap": "io.k8s.api.core.v1.ConfigMap",
    "Secret": "io.k8s.api.core.v1.Secret",
    "Job": "io.k8s.api.batch.v1.Job",
}

_SCALARS: Final = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
}

_ACCESS: Final = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]
_VALUES: Final = {
    "PodSpec.restartPolicy": ["Always", "OnFailure", "Never"],
    "PodSpec.dnsPolicy": ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"],
    "Container.imagePullPolicy": ["Always", "IfNotPresent", "Never"],
    "ContainerPort.protocol": ["TCP", "UDP", "SCTP"],
    "ServicePort.protocol": ["TCP", "UDP", "SCTP"],
    "ServiceSpec.type": ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"],
    "ServiceSpec.sessionAffinity": ["ClientIP", "None"],
    "ServiceSpec.externalTrafficPolicy": ["Cluster", "Local"],
    "ServiceSpec.internalTrafficPolicy": ["Cluster", "Local"],
    "DeploymentStrategy.type": ["RollingUpdate", "Recreate"],
    "JobSpec.completionMode": ["NonIndexed", "Indexed"],
    "JobSpec.podReplacementPolicy": ["TerminatingOrFailed", "Failed"],
    "PersistentVolumeSpec.accessModes": _ACCESS,
    "PersistentVolumeSpec.persistentVolumeReclaimPolicy": ["Retain", "Delete", "Recycle"],
    "PersistentVolumeSpec.volumeMode": ["Filesystem", "Block"],
    "PersistentVolumeClaimSpec.accessModes": _ACCESS,
    "PersistentVolumeClaimSpec.volumeMode": ["Filesystem", "Block"],
    "LabelSelectorRequirement.operator": ["In", "NotIn", "Exists", "DoesNotExist"],
    "HTTPGetAction.scheme": ["HTTP", "HTTPS"],
}
"""What validation allows, from the API reference of Kubernetes 1.31."""

BEYOND_DOCUMENT: Final = {
    "Container": ["image"],
    "Pod": ["spec"],
    "Deployment": ["spec"],
    "Job": ["spec"],
    "PersistentVolume": ["spec"],
    "PersistentVolumeClaim": ["spec"],
    "PersistentVolumeSpec": ["accessModes", "capacity"],
    "PersistentVolumeClaimSpec": ["accessModes", "resources"],
}
"""What validation asks for beyond the document, by type."""


def compact(document: dict[str, Any]) -> dict[str, Any]:
    """Return the kinds and types that the course's manifests are made of."""
    definitions = document["definitions"]
    types: dict[str, Any] = {}
    waiting = list(KINDS.values())
    while waiting:
        name = waiting.pop()
        if _short(name) in types:
            continue
        definition = definitions[name]
        fields = {}
        for field, schema in sorted((definition.get("properties") or {}).items()):
            if field == "status" and name in KINDS.values():
                fields[field] = "any"  # Not written by people.
                continue
            fields[field], further = _type(schema)
            waiting += further
        required = {*definition.get("required", []), *BEYOND_DOCUMENT.get(_short(name), [])}
        types[_short(name)] = {"required": sorted(required), "fields": fields}
    kinds = {}
    for kind, name in KINDS.items():
        group = definitions[name]["x-kubernetes-group-version-kind"][0]
        version = "/".join(part for part in (group["group"], group["version"]) if part)
        kinds[kind] = {"apiVersion": version, "type": _short(name)}
    return {
        "source": "Kubernetes v1.31, api/openapi-spec/swagger.json, Apache License 2.0",
        "kinds": kinds,
        "types": dict(sorted(types.items())),
        "values": _VALUES,
    }


def _type(schema: dict[str, Any]) -> tuple[str, list[str]]:
    """Return a type as text, and the types that it names.

    Such as ``@Container``, ``[]string`` or ``{}quantity``.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return (_SCALARS[name], []) if name in _SCALARS else (f"@{_short(name)}", [name])
    if schema.get("format") == "byte":
        return "bytes", []
    if schema["type"] == "array":
        inner, further = _type(schema["items"])
        return f"[]{inner}", further
    if schema["type"] == "object":
        if "additionalProperties" not in schema:
            return "any", []
        inner, further = _type(schema["additionalProperties"])
        return f"{{}}{inner}", further
    # Of whole numbers their format, int32 or int64: a larger one cannot be decoded.
    return str(schema["format"] if schema["type"] == "integer" else schema["type"]), []


def _short(name: str) -> str:
    return name.rpartition(".")[2]


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8") as stream:
        made = compact(json.load(stream))
    TARGET.write_text(json.dumps(made, separators=(",", ":"), sort_keys=True) + "\n", "utf-8")
