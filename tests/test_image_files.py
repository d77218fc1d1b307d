"""The check of the Dockerfile finds where it, compose.yaml and deploy/ do not mean the same image."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from by_hand import is_seen
from dockerfile import stages, substituted

ROOT = Path(__file__).parent.parent
CHECKED = ("Dockerfile", ".dockerignore", "pyproject.toml", "compose.yaml", "deploy")


@pytest.fixture
def changed(tmp_path):
    """Changes a copy of what is checked: replacements in files, each of which must be there."""
    for name in CHECKED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    for name in (
        "requirements.lock",
        "requirements-build.lock",
        "LICENSE",
        "README.md",
        ".ci",
        "client",
        "service",
    ):
        (tmp_path / name).symlink_to(ROOT / name)

    def change(name, *replacements):
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    change.root = tmp_path
    return change


def check(root):
    """Returns the exit code and the lines."""
    ended = subprocess.run(
        [sys.executable, ROOT / ".ci" / "image.py", "--root", root],
        capture_output=True,
        text=True,
        check=False,
    )
    assert not ended.stderr
    return ended.returncode, [line.removeprefix("image: ") for line in ended.stdout.splitlines()]


def test_what_is_here_is_right(changed):
    assert check(ROOT) == (0, ["3 stages, 0 problems"])
    assert check(changed.root)[0] == 0


def test_a_base_that_moves_and_sources_that_the_build_does_not_see_are_found(changed):
    digest = stages(ROOT / "Dockerfile")[0].base.partition("@")[2]
    changed(
        "Dockerfile",
        (f"@{digest}", ""),
        ("COPY client client", "COPY clients clients"),
        ("--from=packages", "--from=package"),
    )
    changed(".dockerignore", ("!service\n", "!samples\n"))
    code, lines = check(changed.root)
    assert code == 1
    for expected in (
        "Dockerfile: FROM python:3.12-slim-bookworm: an image is named with its tag and its digest",
        "Dockerfile: COPY clients: it is not there",
        "Dockerfile: COPY service: .dockerignore leaves it out",
        "Dockerfile: COPY --from=package: there is no such stage",
        "Dockerfile: .dockerignore: client is not copied",
        "Dockerfile: .dockerignore: samples is not copied",
    ):
        assert expected in lines


def test_stages_of_other_times_are_found(changed):
    path = changed.root / "Dockerfile"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("SOURCE_DATE_EPOCH=1767225600", "SOURCE_DATE_EPOCH=5", 1), encoding="utf-8")
    assert (
        "Dockerfile: SOURCE_DATE_EPOCH must be the same in all stages, not 1767225600, 5"
        in check(changed.root)[1]
    )


def test_settings_that_are_none_are_found(changed):
    changed("Dockerfile", ("TEXTKIN_DATA=/data", "TEXTKIN_DATA=/data TEXTKIN_COLOUR=red TEXTKIN_THREADS=two"))
    lines = check(changed.root)[1]
    assert "Dockerfile: there is no setting TEXTKIN_COLOUR" in lines
    assert any("TEXTKIN_THREADS: 'two' cannot be threads" in line for line in lines)


def test_an_image_that_starts_or_ends_in_another_way_is_found(changed):
    changed(
        "Dockerfile",
        ("USER 10001:10001", "USER textkin"),
        ("VOLUME /data", "VOLUME /articles"),
        ("EXPOSE 50051", "EXPOSE 8080"),
        ("STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
        ('ENTRYPOINT ["textkin-service"]', "ENTRYPOINT textkin-service"),
        ("ARG VERSION=0.1.0", "ARG VERSION=9.9"),
        ('image.version="$VERSION"', 'image.version="1"'),
    )
    lines = check(changed.root)[1]
    for expected in (
        "Dockerfile: USER textkin: must be two numbers, none of them 0",
        "Dockerfile: VOLUME /articles: must be TEXTKIN_DATA, /data",
        "Dockerfile: EXPOSE 8080: must be the port of TEXTKIN_LISTEN",
        "Dockerfile: STOPSIGNAL SIGKILL: must be SIGTERM",
        "Dockerfile: ENTRYPOINT: must be a list, because a shell does not hand signals on",
        "Dockerfile: ARG VERSION=9.9: pyproject.toml has 0.1.0",
        "Dockerfile: LABEL org.opencontainers.image.version must be $VERSION",
    ):
        assert expected in lines
    changed("Dockerfile", ("STOPSIGNAL SIGKILL\n", ""))
    assert "Dockerfile: STOPSIGNAL is missing" in check(changed.root)[1]


def test_a_compose_file_for_another_image_is_found(changed):
    changed(
        "compose.yaml",
        ("127.0.0.1:50053:50051", "127.0.0.1:50053:8080"),
        ("articles:/data", "articles:/articles"),
        ("  tmpfs: [/tmp]\n", ""),
    )
    lines = check(changed.root)[1]
    for expected in (
        "compose.yaml: embedded: 127.0.0.1:50053:8080 leads to another port than 50051, where the image listens",
        "compose.yaml: embedded: articles:/articles is not mounted at /data, where the image keeps articles",
        "compose.yaml: replicas: tmpfs must be [/tmp], because the rest is read-only",
    ):
        assert expected in lines


def test_manifests_for_another_image_are_found(changed):
    changed(
        "deploy/base/deployment.yaml",
        ("runAsUser: 10001", "runAsUser: 1000"),
        ("containerPort: 50051", "containerPort: 8080"),
        ("containerPort: 50052", "containerPort: 8081"),
        ("mountPath: /tmp", "mountPath: /scratch"),
    )
    changed("deploy/base/kustomization.yaml", ("newTag: 0.1.0", "newTag: 0.0.9"))
    changed("deploy/embedded/stateful.yaml", ("mountPath: /data", "mountPath: /articles"))
    lines = check(changed.root)[1]
    for expected in (
        "deploy/base: Deployment textkin: runAsUser and runAsGroup are not 10001:10001, whom the image runs as",
        "deploy/base: Deployment textkin: the port grpc is 8080, TEXTKIN_LISTEN of the image is 0.0.0.0:50051",
        "deploy/base: Deployment textkin: the port health is 8081, TEXTKIN_HEALTH_LISTEN of the image is 127.0.0.1:50052",
        "deploy/base: Deployment textkin: nothing is mounted at /tmp, and the rest is read-only",
        "deploy/base: Deployment textkin: the image's tag is 0.0.9, pyproject.toml has 0.1.0",
        "deploy/embedded: StatefulSet textkin: nothing is mounted at /data, where the image keeps articles",
    ):
        assert expected in lines


def test_a_dockerfile_is_read_as_stages_of_instructions(tmp_path):
    path = tmp_path / "Dockerfile"
    path.write_text(
        "# Of a base.\n"
        "ARG BASE=debian:12\n"
        "FROM ${BASE} AS first\n"
        'ENV A=1 B="two words"\n'
        "RUN echo a \\\n"
        "    # in between\n"
        "    && echo b\n"
        "FROM first\n"
        "COPY --from=first --chown=1:0 /a /b /c/\n",
        encoding="utf-8",
    )
    first, last = stages(path)
    assert (first.name, first.base, last.name, last.base) == ("first", "debian:12", "", "first")
    assert first.environment() == {"A": "1", "B": "two words"}
    assert " ".join(first.all_of("RUN")[0].arguments.split()) == "echo a && echo b"
    (copy,) = last.all_of("COPY")
    assert copy.words == ["/a", "/b", "/c/"]
    assert copy.options == {"from": "first", "chown": "1:0"}
    assert substituted("/opt/bin:$PATH:${NONE}", {"PATH": "/bin"}) == "/opt/bin:/bin:"


@pytest.mark.parametrize(
    ("source", "seen"),
    [
        ("service", True),
        ("service/textkin_service/cli.py", True),
        ("service/textkin_service/__pycache__", False),
        (".ci/sbom.py", True),
        (".ci/run", False),
        (".git", False),
        ("requirements-dev.lock", False),
    ],
)
def test_the_build_sees_what_the_image_is_made_of_and_nothing_else(source, seen):
    assert is_seen(ROOT, source) is seen
