"""Checks compose.yaml and the Kubernetes manifests of deploy/, without a network.

    python .ci/manifests.py [--root FOLDER]

kustomize (that of kubectl) makes each kustomization's objects. Each must fit the strict schema of the oldest and the newest
Kubernetes that is meant, so that no field is unknown; compose.yaml that of the Compose specification. What schemas cannot
say are the rules below. Ends with 1 for any of it.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema.validators import validator_for
from kubernetes_validate import SchemaNotFoundError, ValidationError, validate

from textkin.v1 import textkin_service_pb2
from textkin_service.rpc.health import LIVENESS
from textkin_service.settings import ENVIRONMENT_PREFIX, SettingsError, resolve

Manifest = dict[str, Any]

# From when on a preStop hook can sleep, and the newest whose schemas are installed here.
KUBERNETES = ("1.30", "1.37")
HEALTH_NAMES = {"", LIVENESS, textkin_service_pb2.DESCRIPTOR.services_by_name["TextkinService"].full_name}
# Beside what preStop and shutdown_grace take: time to close the store.
_SPARE_SECONDS = 10
# What each service of compose.yaml is given, and no more.
_CONFINED = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
_TAGGED = re.compile(r"[^:@]+:(?!latest$)[\w.-]+", re.ASCII)


@dataclass(frozen=True)
class Pods:
    """The template of a workload's pods."""

    kind: str
    name: str
    labels: dict[str, str]
    spec: Manifest
    claims: frozenset[str]

    @property
    def containers(self) -> list[Manifest]:
        """Those that go on."""
        return list(self.spec["containers"])

    @property
    def all_containers(self) -> list[Manifest]:
        """Those that come first, too."""
        return [*self.spec.get("initContainers", ()), *self.containers]


def pods_of(manifests: list[Manifest]) -> list[Pods]:
    """Returns the templates of all workloads."""
    return [
        Pods(
            kind=each["kind"],
            name=each["metadata"]["name"],
            labels=each["spec"]["template"].get("metadata", {}).get("labels", {}),
            spec=each["spec"]["template"]["spec"],
            claims=frozenset(
                claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", ())
            ),
        )
        for each in manifests
        if "template" in each.get("spec", {})
    ]


def built(folder: Path) -> list[Manifest]:
    """Returns the objects of a kustomization. ValueError with what kustomize says of one that it cannot build."""
    program = Path(sys.executable).with_name("kubectl")
    ended = subprocess.run(  # noqa: S603 - our own arguments
        [program, "kustomize", folder], capture_output=True, text=True, check=False
    )
    if ended.returncode or ended.stderr:
        raise ValueError(" ".join(ended.stderr.split()))
    return [each for each in yaml.safe_load_all(ended.stdout) if each]


def schema_problems(manifest: Manifest) -> Iterator[str]:
    """Yields where an object is not as Kubernetes has it."""
    for version in KUBERNETES:
        try:
            validate(manifest, version, strict=True)
        except ValidationError as error:
            path = ".".join(map(str, error.path))
            yield f"{path or 'object'} does not fit Kubernetes {version}: {error.message}"
        except SchemaNotFoundError:
            yield f"Kubernetes {version} has no {manifest['apiVersion']} {manifest['kind']}"


def container_problems(pods: Pods, container: Manifest) -> Iterator[str]:
    """Yields what a container lacks."""
    name = container["name"]
    if not _TAGGED.fullmatch(container["image"]):
        yield f"container {name}: the image {container['image']} has no tag, or latest"
    resources = container.get("resources", {})
    for kind in ("requests", "limits"):
        for resource in ("cpu", "memory"):
            if resource not in resources.get(kind, {}):
                yield f"container {name}: resources.{kind}.{resource} is missing"
    security = container.get("securityContext", {})
    wanted = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for field, value in wanted.items():
        if security.get(field) != value:
            yield f"container {name}: securityContext.{field} must be {json.dumps(value)}"
    volumes = {each["name"] for each in pods.spec.get("volumes", ())} | pods.claims
    for mount in container.get("volumeMounts", ()):
        if mount["name"] not in volumes:
            yield f"container {name}: there is no volume {mount['name']}"


def probe_problems(container: Manifest) -> Iterator[str]:
    """Yields which probes a container lacks, and which ask at no port of its."""
    ports = {each["containerPort"] for each in container.get("ports", ())}
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        probe = container.get(kind)
        if probe is None:
            yield f"container {container['name']}: {kind} is missing"
        elif "grpc" in probe:
            port, asked = probe["grpc"]["port"], probe["grpc"].get("service", "")
            if port not in ports:
                yield f"container {container['name']}: {kind} asks at {port}, which is no port of it"
            if asked not in HEALTH_NAMES:
                yield f"container {container['name']}: {kind} asks for {asked!r}, of which nothing is told"


def pods_problems(pods: Pods) -> Iterator[str]:
    """Yields what a workload's pods lack."""
    security = pods.spec.get("securityContext", {})
    if security.get("runAsNonRoot") is not True:
        yield "securityContext.runAsNonRoot must be true"
    if security.get("seccompProfile") != {"type": "RuntimeDefault"}:
        yield "securityContext.seccompProfile.type must be RuntimeDefault"
    if pods.spec.get("automountServiceAccountToken") is not False:
        yield "automountServiceAccountToken must be false"
    for container in pods.all_containers:
        yield from container_problems(pods, container)
    if pods.kind != "Job":
        for container in pods.containers:
            yield from probe_problems(container)


def settings_problems(pods: Pods, manifests: list[Manifest]) -> Iterator[str]:
    """Yields what the service would not start with, and whether pods end before it has."""
    maps = {each["metadata"]["name"]: each["data"] for each in manifests if each["kind"] == "ConfigMap"}
    for volume in pods.spec.get("volumes", ()):
        if "configMap" in volume and volume["configMap"]["name"] not in maps:
            yield f"volume {volume['name']}: there is no ConfigMap {volume['configMap']['name']}"
    for container in pods.all_containers:
        environment: dict[str, str] = {}
        for source in container.get("envFrom", ()):
            name = source["configMapRef"]["name"]
            if name not in maps:
                yield f"container {container['name']}: there is no ConfigMap {name}"
            environment |= maps.get(name, {})
        environment |= {each["name"]: each["value"] for each in container.get("env", ()) if "value" in each}
        yield from (f"container {container['name']}: {each}" for each in environment_problems(environment))
        sleep = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        needed = sleep + float(environment.get("TEXTKIN_SHUTDOWN_GRACE", 0)) + _SPARE_SECONDS
        if pods.spec.get("terminationGracePeriodSeconds", 30) < needed:
            yield f"terminationGracePeriodSeconds must be {needed:g} at least: preStop, TEXTKIN_SHUTDOWN_GRACE and some"


def environment_problems(environment: dict[str, str]) -> Iterator[str]:
    """Yields which variables the service does not know, or would not take."""
    known = {f"{ENVIRONMENT_PREFIX}ADDRESS"}  # the client's
    try:
        resolve({}, environment)
    except SettingsError as error:
        yield str(error)
    for name in environment.keys() - known:
        if name.startswith(ENVIRONMENT_PREFIX) and not _is_setting(name):
            yield f"there is no setting {name}"


def _is_setting(variable: str) -> bool:
    return variable.removeprefix(ENVIRONMENT_PREFIX).lower() in resolve({}, {}).__dataclass_fields__


def selection_problems(manifest: Manifest, manifests: list[Manifest]) -> Iterator[str]:
    """Yields what an object selects or refers to that is not there."""
    spec, every = manifest.get("spec", {}), pods_of(manifests)
    kind = manifest["kind"]
    names = {(each["kind"], each["metadata"]["name"]) for each in manifests}
    chosen = spec.get("podSelector") if kind == "NetworkPolicy" else spec.get("selector")
    selected: list[Pods] = []
    if chosen is not None:
        labels = chosen if kind == "Service" else chosen.get("matchLabels", {})
        selected = [pods for pods in every if labels.items() <= pods.labels.items()]
        if not selected:
            yield f"selects no pods: {labels}"
    ports = {
        port["name"]
        for pods in selected
        for container in pods.containers
        for port in container.get("ports", ())
    }
    named = [each.get("targetPort") for each in spec.get("ports", ())]
    named += [port["port"] for rule in spec.get("ingress", ()) for port in rule.get("ports", ())]
    for port in named:
        if isinstance(port, str) and port not in ports:
            yield f"there is no port {port} of what it selects"
    if kind == "HorizontalPodAutoscaler":
        target = spec["scaleTargetRef"]
        if (target["kind"], target["name"]) not in names:
            yield f"there is no {target['kind']} {target['name']}"
    if "serviceName" in spec and ("Service", spec["serviceName"]) not in names:
        yield f"there is no Service {spec['serviceName']}"


def secret_problems(pods: Pods, page: str) -> Iterator[str]:
    """Yields which Secrets the documentation does not tell to make."""
    asked = {each["secret"]["secretName"] for each in pods.spec.get("volumes", ()) if "secret" in each}
    for container in pods.all_containers:
        for variable in container.get("env", ()):
            if "secretKeyRef" in variable.get("valueFrom", {}):
                asked.add(variable["valueFrom"]["secretKeyRef"]["name"])
    yield from (
        f"the Secret {name} is not in docs/deployment.md" for name in sorted(asked) if f"`{name}`" not in page
    )


def kustomization_problems(folder: Path, page: str) -> Iterator[str]:
    """Yields all that is wrong with what a kustomization makes."""
    try:
        manifests = built(folder)
    except ValueError as error:
        yield str(error)
        return
    for manifest in manifests:
        where = f"{manifest['kind']} {manifest['metadata']['name']}"
        if manifest["kind"] == "Secret":
            yield f"{where}: secrets are not kept here"
        yield from (f"{where}: {each}" for each in schema_problems(manifest))
        yield from (f"{where}: {each}" for each in selection_problems(manifest, manifests))
    for pods in pods_of(manifests):
        for problems in (
            pods_problems(pods),
            settings_problems(pods, manifests),
            secret_problems(pods, page),
        ):
            yield from (f"{pods.kind} {pods.name}: {each}" for each in problems)


def compose_problems(path: Path) -> Iterator[str]:
    """Yields what is wrong with a Compose file."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    text = (files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json").read_text(
        encoding="utf-8"
    )
    schema = json.loads(text)
    for error in validator_for(schema)(schema).iter_errors(content):
        yield f"{'.'.join(map(str, error.path)) or 'file'} does not fit the Compose specification: {error.message}"
        return
    for name, service in content["services"].items():
        if not _TAGGED.fullmatch(service["image"]):
            yield f"{name}: the image {service['image']} has no tag, or latest"
        for field, value in _CONFINED.items():
            if service.get(field) != value:
                yield f"{name}: {field} must be {json.dumps(value)}"
        for volume in service.get("volumes", ()):
            if volume.partition(":")[0] not in content.get("volumes", {}):
                yield f"{name}: {volume} is no volume of the file"
        yield from (f"{name}: {each}" for each in environment_problems(service.get("environment", {})))


def main() -> int:
    """Prints what was found, and returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=Path(), help="of the repository")
    root = parser.parse_args().root
    page = (root / "docs" / "deployment.md").read_text(encoding="utf-8")
    folders = sorted(path.parent for path in (root / "deploy").glob("*/kustomization.yaml"))
    wrong = [f"compose.yaml: {each}" for each in compose_problems(root / "compose.yaml")]
    wrong += [
        f"{folder.relative_to(root)}: {each}"
        for folder in folders
        for each in kustomization_problems(folder, page)
    ]
    for line in wrong:
        print(f"manifests: {line}")
    print(f"manifests: compose.yaml and {len(folders)} kustomizations, {len(wrong)} problems")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
