"""Values that must agree within a manifest, and between the manifests of a submission."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from grading.exercise.course import Exercise
from grading.exercise.model import ObjectSpec
from grading.exercise.rules import lookup
from grading.k8s.field_types import Path
from grading.k8s.pod_template import POD_SPECS, TEMPLATES
from grading.k8s.quantity import amount_of
from grading.k8s.storage_class import class_of
from grading.precheck.findings import Finding
from grading.precheck.namespaces import apart, elsewhere
from grading.submission.manifest import Manifest
from grading.text.i18n import _

NODE_PORTS: Final = range(30000, 32768)


def check_consistency(exercise: Exercise, manifests: Mapping[str, Manifest]) -> list[Finding]:
    """Return the places where manifests disagree, each at the line to change.

    Args:
        exercise: says which of its files belong together.
        manifests: the readable ones, by the name by which the course knows the object.
    """
    found: list[Finding] = []
    for name, file in exercise.spec.files.items():
        for kind, spec in file.objects.items():
            manifest = manifests.get(exercise.files[name].key(kind))
            if manifest is not None:
                found += _alone(manifest)
                found += _together(manifest, spec, manifests)
    return found


def _alone(manifest: Manifest) -> Iterator[Finding]:
    kind = manifest.data["kind"]
    if kind in POD_SPECS:
        yield from _mounts(manifest, POD_SPECS[kind])
    if kind == "Deployment":
        yield from _deployment(manifest)
    if kind == "Service":
        yield from _node_ports(manifest)


def _together(manifest: Manifest, spec: ObjectSpec, manifests: Mapping[str, Manifest]) -> Iterator[Finding]:
    """Compare a manifest with those that the course says it belongs to."""
    if pods := manifests.get(spec.serves):
        yield from _serves(manifest, pods)
    if client := manifests.get(spec.client):
        yield from _client(manifest, client)
    if spec.claim:
        yield from _claim_of(manifest, manifests.get(spec.claim), spec.claim)
    if volume := manifests.get(spec.volume):
        yield from _binding(volume, manifest)
    if namespace := manifests.get(spec.into):
        yield from elsewhere(manifest, namespace)
    if claim := manifests.get(spec.claim):
        yield from apart(claim, manifest)
    for other in (spec.serves, spec.client):
        if pods := manifests.get(other):
            yield from apart(manifest, pods)


def _mounts(manifest: Manifest, at: Path) -> Iterator[Finding]:
    spec = mapping(lookup(manifest.data, at))
    volumes = {str(mapping(v).get("name")): index for index, v in enumerate(items(spec.get("volumes")))}
    declared = _("Declared: {volumes}.", volumes=_listed(volumes)) if volumes else _("No volume is declared.")
    mounted = set()
    for group in ("containers", "initContainers"):
        for index, container in enumerate(items(spec.get(group))):
            for number, mount in enumerate(items(mapping(container).get("volumeMounts"))):
                name = str(mapping(mount).get("name"))
                mounted.add(name)
                if name not in volumes:
                    yield Finding.at(
                        manifest.at(*at, group, index, "volumeMounts", number, "name"),
                        _(
                            "the volume {name:.60} is mounted here, but not declared below volumes",
                            name=name,
                        ),
                        declared,
                    )
    for name, index in volumes.items():
        if name not in mounted:
            yield Finding.at(
                manifest.at(*at, "volumes", index),
                _("the volume {name:.60} is declared, but no container mounts it", name=name),
                _("Add an entry with this name below volumeMounts of the container."),
                costs=False,
            )


def _deployment(manifest: Manifest) -> Iterator[Finding]:
    selector = ("spec", "selector", "matchLabels")
    wanted = mapping(lookup(manifest.data, selector))
    labels = mapping(lookup(manifest.data, ("spec", "template", "metadata", "labels")))
    shown = _pairs(labels)
    for key, value in wanted.items():
        if labels.get(key) != value:
            yield Finding.at(
                manifest.at(*selector, key),
                _(
                    "the selector requires the label {key:.80}={value:.80}, but the Pod template has "
                    "{labels}",
                    key=key,
                    value=value,
                    labels=shown,
                ),
                _(
                    "Write the labels of matchLabels in template.metadata.labels too; otherwise Kubernetes "
                    "rejects the Deployment."
                ),
            )
    rolling = ("spec", "strategy", "rollingUpdate")
    limits = mapping(lookup(manifest.data, rolling))
    if {str(limits.get(key)) for key in ("maxSurge", "maxUnavailable")} <= {"0", "0%"}:
        yield Finding.at(
            manifest.at(*rolling),
            _("maxSurge and maxUnavailable are both 0, so no Pod can ever be replaced"),
            _("Write both as the course does; one of them must be more than 0."),
        )
    strategy = mapping(lookup(manifest.data, ("spec", "strategy")))
    if strategy.get("type") == "Recreate" and limits:
        yield Finding.at(
            manifest.at("spec", "strategy", "type"),
            _("with the strategy Recreate, rollingUpdate is not allowed"),
            _("Write `type: RollingUpdate`, or remove rollingUpdate."),
        )


def _node_ports(manifest: Manifest) -> Iterator[Finding]:
    for index, port in enumerate(items(lookup(manifest.data, ("spec", "ports")))):
        number = mapping(port).get("nodePort")
        if isinstance(number, int) and number not in NODE_PORTS:
            yield Finding.at(
                manifest.at("spec", "ports", index, "nodePort"),
                _(
                    "nodePort {number} is outside the range {start}-{end}",
                    number=number,
                    start=NODE_PORTS.start,
                    end=NODE_PORTS.stop - 1,
                ),
                _("Kubernetes only allows node ports in this range; write the port of the course."),
            )


def _serves(manifest: Manifest, pod: Manifest) -> Iterator[Finding]:
    selector = mapping(lookup(manifest.data, ("spec", "selector")))
    at = (*TEMPLATES[pod.data["kind"]], "metadata", "labels")
    labels = mapping(lookup(pod.data, at))
    shown = _pairs(labels)
    for key, value in selector.items():
        if labels.get(key) != value:
            yield Finding.at(
                manifest.at("spec", "selector", key),
                _(
                    "the selector requires the label {key:.80}={value:.80}, but the Pod in {file} has "
                    "{labels} ({place})",
                    key=key,
                    value=value,
                    file=pod.file,
                    labels=shown,
                    place=pod.at(*at),
                ),
                _("A Service sends traffic only to Pods that have all labels of its selector."),
            )
    yield from _target_ports(manifest, items(lookup(manifest.data, ("spec", "ports"))), pod)


def _target_ports(manifest: Manifest, ports: list[Any], pod: Manifest) -> Iterator[Finding]:
    known = [
        mapping(port)
        for container in items(lookup(pod.data, (*POD_SPECS[pod.data["kind"]], "containers")))
        for port in items(mapping(container).get("ports"))
    ]
    names = {str(port.get("name")) for port in known}
    numbers = dict.fromkeys(port.get("containerPort") for port in known)
    shown = _listed(numbers)
    for index, port in enumerate(ports):
        target = mapping(port).get("targetPort")
        if isinstance(target, str) and not target.isdigit() and target not in names:
            yield Finding.at(
                manifest.at("spec", "ports", index, "targetPort"),
                _("the Pod in {file} has no port named {target:.60}", file=pod.file, target=target),
                _("Write the number of the port, as the course does."),
            )
        elif isinstance(target, int) and numbers and target not in numbers:
            yield Finding.at(
                manifest.at("spec", "ports", index, "targetPort"),
                _(
                    "the Pod in {file} has no port {target}; it has {ports}",
                    file=pod.file,
                    target=target,
                    ports=shown,
                ),
                _("Write the number of the port, as the course does."),
                costs=False,
            )


def _claim_of(pod: Manifest, claim: Manifest | None, file: str) -> Iterator[Finding]:
    used = []
    for index, volume in enumerate(items(lookup(pod.data, ("spec", "volumes")))):
        name = mapping(mapping(volume).get("persistentVolumeClaim")).get("claimName")
        if name is None:
            continue
        used.append(name)
        if claim is not None and name != claim.data["metadata"]["name"]:
            yield Finding.at(
                pod.at("spec", "volumes", index, "persistentVolumeClaim", "claimName"),
                _(
                    "the claim {name!s:.60} is not declared; {file} declares {other} ({place})",
                    name=name,
                    file=claim.file,
                    other=claim.data["metadata"]["name"],
                    place=claim.at("metadata", "name"),
                ),
                _("Write the name of that claim as claimName."),
            )
    if not used:
        yield Finding.at(
            pod.at("spec", "volumes"),
            _("the Pod uses no claim; in the course it uses the claim of {file}", file=file),
            _("Write `persistentVolumeClaim:` with `claimName:` below the volume."),
        )


def _binding(volume: Manifest, claim: Manifest) -> Iterator[Finding]:
    at: Path = ("spec", "storageClassName")
    offered, asked = class_of(volume.data), class_of(claim.data)
    if offered != asked:
        yield Finding.at(
            claim.at(*at),
            _(
                "the claim requests the class {asked:.80}, but the volume has the class {offered:.80} "
                "({place})",
                asked=asked or _("default"),
                offered=offered or _("none"),
                place=volume.at(*at),
            ),
            _("Write the same `storageClassName` in both, as the course does."),
        )
    at = ("spec", "resources", "requests", "storage")
    wanted, there = amount_of(lookup(claim.data, at)), ("spec", "capacity", "storage")
    size = amount_of(lookup(volume.data, there))
    if wanted is not None and size is not None and wanted > size:
        yield Finding.at(
            claim.at(*at),
            _(
                "the claim requests {wanted}, but the volume has only {size} ({place})",
                wanted=lookup(claim.data, at),
                size=lookup(volume.data, there),
                place=volume.at(*there),
            ),
            _("A volume must be at least as large as its claim."),
        )
    at = ("spec", "accessModes")
    modes = {str(mode) for mode in items(lookup(claim.data, at))}
    lacking = modes - {str(mode) for mode in items(lookup(volume.data, at))}
    if lacking:
        yield Finding.at(
            claim.at(*at),
            _(
                "the claim requests {lacking:.120}, which the volume does not offer ({place})",
                lacking=", ".join(sorted(lacking)),
                place=volume.at(*at),
            ),
            _("Write the same access mode in both, as the course does."),
        )


def _client(service: Manifest, client: Manifest) -> Iterator[Finding]:
    selector = mapping(lookup(service.data, ("spec", "selector")))
    labels = mapping(lookup(client.data, ("metadata", "labels")))
    if selector and all(labels.get(key) == value for key, value in selector.items()):
        yield Finding.at(
            client.at("metadata", "labels"),
            _("the Service of {file} also selects this Pod", file=service.file),
            _("Remove the labels that the Service selects: the client Pod does not need them."),
            costs=False,  # Only a cluster shows whether it serves one after all.
        )


def _pairs(labels: dict[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())[:120] or _("no labels")


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names)[:120]


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """Return a list as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []
