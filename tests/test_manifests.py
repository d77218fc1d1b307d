"""The check of compose.yaml and of the Kubernetes manifests finds what it is for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def changed(tmp_path):
    """Changes a copy of what is checked: replacements in files, each of which must be there."""
    for name in ("deploy", "docs/deployment.md", "compose.yaml"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy(ROOT / name, target)

    def change(name, *replacements):
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        path.write_text(text, encoding="utf-8")

    change.root = tmp_path
    return change


def check(root):
    """Returns the exit code and the lines."""
    ended = subprocess.run(
        [sys.executable, ROOT / ".ci" / "manifests.py", "--root", root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ended.stderr
    return ended.returncode, ended.stdout.splitlines()


def found(root):
    code, lines = check(root)
    assert code == 1
    return {line.removeprefix("manifests: ") for line in lines[:-1]}


def test_what_is_here_is_right():
    code, lines = check(ROOT)
    assert code == 0
    assert lines[-1].endswith("kustomizations, 0 problems")


def test_fields_that_kubernetes_does_not_have_are_found(changed):
    changed("deploy/base/deployment.yaml", ("minReadySeconds", "minimumReadySeconds"))
    changed("deploy/base/autoscaler.yaml", ("minReplicas: 2", 'minReplicas: "2"'))
    changed("deploy/base/disruption.yaml", ("policy/v1", "policy/v1beta1"))
    lines = found(changed.root)
    assert any("Deployment textkin: spec does not fit Kubernetes 1.30" in line for line in lines)
    assert any("HorizontalPodAutoscaler textkin: spec.minReplicas does not fit" in line for line in lines)
    assert (
        "deploy/base: PodDisruptionBudget textkin: Kubernetes 1.37 has no policy/v1beta1 PodDisruptionBudget"
        in lines
    )


def test_what_schemas_cannot_tell_is_found(changed):
    changed(
        "deploy/base/deployment.yaml",
        ("runAsNonRoot: true", "runAsNonRoot: false"),
        ("automountServiceAccountToken: false\n", "automountServiceAccountToken: true\n"),
        ("terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 30"),
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        ("drop: [ALL]", "drop: [NET_RAW]"),
        ("name: textkin-settings", "name: textkin-setting"),
        ("name: textkin-store", "name: textkin-warehouse"),
        ("          livenessProbe:\n", "          lateProbe:\n"),
        ("service: textkin.v1.TextkinService", "service: textkin.v2.TextkinService"),
        ("name: grpc\n", "name: rpc\n"),
        ('            limits:\n              cpu: "2"\n', "            limits:\n"),
        ("            - name: scratch\n", "            - name: scrap\n"),
    )
    changed(
        "deploy/base/kustomization.yaml", ("newTag: 0.1.0", "newTag: latest"), ("THREADS=2", "THREADS=two")
    )
    changed("deploy/base/autoscaler.yaml", ("    name: textkin\n", "    name: textkins\n"))
    changed("deploy/base/disruption.yaml", ("kubernetes.io/name: textkin", "kubernetes.io/name: textkins"))
    lines = {line.partition(": ")[2] for line in found(changed.root) if line.startswith("deploy/base")}
    for expected in (
        "Deployment textkin: securityContext.runAsNonRoot must be true",
        "Deployment textkin: automountServiceAccountToken must be false",
        "Deployment textkin: container textkin: securityContext.readOnlyRootFilesystem must be true",
        'Deployment textkin: container textkin: securityContext.capabilities must be {"drop": ["ALL"]}',
        "Deployment textkin: container textkin: there is no ConfigMap textkin-setting",
        "Deployment textkin: the Secret textkin-warehouse is not in docs/deployment.md",
        "Deployment textkin: container textkin: livenessProbe is missing",
        "Deployment textkin: container textkin: readinessProbe asks for 'textkin.v2.TextkinService', of which nothing is told",
        "Deployment textkin: container textkin: resources.limits.cpu is missing",
        "Deployment textkin: container textkin: there is no volume scrap",
        "Deployment textkin: container textkin: the image textkin:latest has no tag, or latest",
        "HorizontalPodAutoscaler textkin: there is no Deployment textkins",
        "PodDisruptionBudget textkin: selects no pods: {'app.kubernetes.io/name': 'textkins'}",
        "Service textkin: there is no port grpc of what it selects",
        "NetworkPolicy textkin: there is no port grpc of what it selects",
    ):
        assert expected in lines


def test_settings_that_the_service_would_refuse_are_found(changed):
    changed(
        "deploy/base/kustomization.yaml",
        ("TEXTKIN_THREADS=2", "TEXTKIN_THREADS=two"),
        ("TEXTKIN_SHUTDOWN_GRACE=20", "TEXTKIN_SHUTDOWN_GRACE=300\n      - TEXTKIN_COLOUR=red"),
    )
    text = "\n".join(found(changed.root))
    assert "TEXTKIN_THREADS: 'two' cannot be threads: must be 0 to 1,024" in text
    assert "there is no setting TEXTKIN_COLOUR" in text
    assert "terminationGracePeriodSeconds must be 320 at least" in text


def test_what_kustomize_cannot_build_and_secrets_are_found(changed):
    changed("deploy/base/kustomization.yaml", ("  - service.yaml\n", "  - services.yaml\n"))
    assert any(line.startswith("deploy/base: error:") for line in found(changed.root))
    changed("deploy/base/kustomization.yaml", ("  - services.yaml\n", "  - service.yaml\n  - secret.yaml\n"))
    stored = "apiVersion: v1\nkind: Secret\nmetadata: {name: textkin-store}\nstringData: {url: none}\n"
    (changed.root / "deploy" / "base" / "secret.yaml").write_text(stored, encoding="utf-8")
    assert "deploy/base: Secret textkin-store: secrets are not kept here" in found(changed.root)


def test_what_is_wrong_with_the_compose_file_is_found(changed):
    changed(
        "compose.yaml",
        ("image: valkey/valkey:8.1", "image: valkey/valkey"),
        ("read_only: true", "read_only: false"),
        ("no-new-privileges:true", "no-new-privileges:false"),
        ('volumes: ["articles:/data"]', 'volumes: ["/srv/articles:/data"]'),
        ('TEXTKIN_INSECURE: "yes"', 'TEXTKIN_INSECURE: "perhaps"'),
    )
    lines = found(changed.root)
    assert "compose.yaml: node-1: the image valkey/valkey has no tag, or latest" in lines
    assert "compose.yaml: embedded: /srv/articles:/data is no volume of the file" in lines
    assert "compose.yaml: replicas: read_only must be true" in lines
    assert 'compose.yaml: textkin: security_opt must be ["no-new-privileges:true"]' in lines
    assert any("replicas: TEXTKIN_INSECURE: 'perhaps' cannot be insecure" in line for line in lines)
    changed("compose.yaml", ("depends_on:", "depend_on:"))
    assert any("does not fit the Compose specification" in line for line in found(changed.root))
