"""The image, made of the Dockerfile without a container engine: it needs no rights, compiles nothing, and does its work."""

import json
import os
import queue
import signal
import socket
import subprocess
import threading
from pathlib import Path

import pytest

import by_hand
from dockerfile import stages
from sandbox import need_bubblewrap

ROOT = Path(__file__).parent.parent
ARTICLES = ROOT / "samples" / "articles.jsonl"
USER = (10001, 10001)
# As OpenShift has it: any number, of the group 0.
ANY_USER = (1_000_650_000, 0)
PATIENCE_SECONDS = 180
# A tenth more than it was when this was written.
MOST_BYTES = 660_000_000

_COUNT = """
import gc, json
from numba.core.dispatcher import Dispatcher
from textkin_service.engine import prepare

prepare()
ours = [each for each in gc.get_objects() if isinstance(each, Dispatcher) and each.__module__.startswith("textkin_service")]
counted = [[sum(counts.values()) for counts in (each.stats.cache_hits, each.stats.cache_misses)] for each in ours]
print(json.dumps([sum(each) for each in zip(*counted)]))
"""
_WRITE = 'for place in "$@"; do touch "$place/x" 2>/dev/null && echo "$place"; done; true'
_INSTALLED = """
import json
from importlib.metadata import distributions
print(json.dumps({each.name: each.version for each in distributions()}))
"""

# What takes longest, and may wait for a registry, is the build.
pytestmark = pytest.mark.timeout(900)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


class Image:
    """What was built, and a folder as its volume."""

    def __init__(self, folder, data):
        self.folder = folder
        self.data = data
        self.last = stages(ROOT / "Dockerfile")[-1]
        # The ports of the image may be taken on this machine, which has not a network for each container.
        address = f"127.0.0.1:{free_port()}"
        self.environment = by_hand.image_environment(ROOT) | {
            "TEXTKIN_LISTEN": address,
            "TEXTKIN_HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
            "TEXTKIN_ADDRESS": address,
        }

    def command(self, *words, user=USER):
        return by_hand.command(self.folder, self.data, *words, environment=self.environment, user=user)

    def run(self, *words, user=USER, stdin=None):
        """Runs a command in a container of its own, and returns how it ended."""
        return subprocess.run(
            self.command(*words, user=user), input=stdin, capture_output=True, text=True, check=False
        )

    def entrypoint(self):
        (entrypoint,) = self.last.all_of("ENTRYPOINT")
        return json.loads(entrypoint.arguments)

    def healthcheck(self):
        """Runs what the HEALTHCHECK says."""
        (check,) = self.last.all_of("HEALTHCHECK")
        return self.run(*json.loads(check.arguments.partition(" CMD ")[2]))


class Container:
    """A running service. `lines` are what it has logged."""

    def __init__(self, image):
        self.lines = queue.Queue()
        program, *arguments = image.command(*image.entrypoint())
        told, tell = os.pipe()
        self.process = subprocess.Popen(
            [program, "--info-fd", str(tell), *arguments], pass_fds=[tell], stderr=subprocess.PIPE, text=True
        )
        os.close(tell)
        with os.fdopen(told) as told_file:
            self.pid = json.load(told_file)["child-pid"]
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.put(line)
        self.lines.put(None)

    def wait_for(self, event):
        seen = []
        while (line := self.lines.get(timeout=PATIENCE_SECONDS)) is not None:
            seen.append(line)
            if f'"event": "{event}"' in line or f'"event":"{event}"' in line:
                return
        raise AssertionError(f"it ended without {event!r}: {''.join(seen)}")

    def stop(self):
        """Ends it as an engine does, by a signal to its first process, and returns the exit code."""
        if self.process.poll() is None:
            os.kill(self.pid, signal.SIGTERM)
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        self._reader.join(timeout=PATIENCE_SECONDS)
        self.process.stderr.close()
        return code


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the build."""
    need_bubblewrap()
    target = tmp_path_factory.mktemp("image") / "build"
    by_hand.build(ROOT, target)
    return target


@pytest.fixture
def image(built, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    return Image(built / by_hand.IMAGE, data)


@pytest.fixture
def container(image):
    running = Container(image)
    running.wait_for("serving")
    yield running
    running.stop()


@pytest.mark.parametrize("user", [USER, ANY_USER])
def test_nothing_is_compiled_at_a_start_though_nothing_can_be_written(image, user):
    ended = image.run("python", "-c", _COUNT, user=user)
    assert not ended.stderr
    hits, misses = json.loads(ended.stdout)
    assert hits > 30
    assert misses == 0


def test_only_the_volume_and_the_scratch_folder_can_be_written_to(image):
    places = ["/", "/etc", "/opt/textkin", "/opt/textkin/bin", "/var/cache/textkin", "/usr", "/data", "/tmp"]  # noqa: S108
    assert image.run("sh", "-c", _WRITE, "sh", *places).stdout.split() == ["/data", "/tmp"]  # noqa: S108


def test_it_serves_is_healthy_compares_and_ends_with_0_by_sigterm(image, container):
    assert image.healthcheck().stdout == "SERVING\n"

    ingested = image.run("textkin", "ingest", "-", stdin=ARTICLES.read_text(encoding="utf-8"))
    assert ingested.returncode == 0, ingested.stderr
    found = json.loads(image.run("textkin", "search", "--id", "lost-opera-rewrite", "--json").stdout)
    assert found["matches"][0]["id"] == "lost-opera-original"
    compared = image.run("textkin", "compare", "id:cold-reef-rewrite", "id:cold-reef-original", "--json")
    assert json.loads(compared.stdout)["relation"] == "rewrite"

    assert container.stop() == 0
    assert image.healthcheck().returncode != 0
    assert (image.data / "textkin.sqlite3").is_file()


def test_the_articles_outlive_the_container(image):
    counts = []
    for stdin in (ARTICLES.read_text(encoding="utf-8"), ""):
        running = Container(image)
        running.wait_for("serving")
        image.run("textkin", "ingest", "-", stdin=stdin)
        counts.append(len(image.run("textkin", "list", "--json").stdout.splitlines()))
        assert running.stop() == 0
    assert counts == [35, 35]


def test_a_setting_that_is_wrong_ends_the_start(image):
    image.environment["TEXTKIN_THREADS"] = "two"
    ended = image.run(*image.entrypoint())
    assert ended.returncode == 2
    assert "TEXTKIN_THREADS: 'two'" in ended.stderr


def test_there_is_nothing_that_installs_packages_and_none_of_their_tests(image):
    textkin = image.folder / "opt" / "textkin"
    names = {path.name for path in textkin.rglob("*")}
    assert not names & {"pip", "setuptools", "wheel", "hatchling", "tests"}
    assert {path.name for path in (textkin / "bin").iterdir()} >= {"python", "textkin", "textkin-service"}


def test_every_module_is_compiled_and_read_whatever_its_time(image):
    (packages,) = (image.folder / "opt" / "textkin" / "lib").glob("python3*/site-packages")
    for source in [
        *packages.glob("textkin*/**/*.py"),
        *packages.glob("numpy/*.py"),
        *packages.glob("grpc/*.py"),
    ]:
        (compiled,) = source.parent.glob(f"__pycache__/{source.stem}.cpython-3??.pyc")
        # PEP 552: by a hash that is not compared.
        assert compiled.read_bytes()[4:8] == (1).to_bytes(4, "little"), source


def test_licences_are_in_it(image):
    for package in ("textkin", "llvmlite", "numba", "grpcio"):
        assert list(
            image.folder.glob(f"opt/textkin/lib/python3*/site-packages/{package}-*.dist-info/**/LICENSE*")
        )


def test_its_bill_of_materials_has_what_is_installed(image):
    bill = json.loads(
        (image.folder / "usr" / "share" / "textkin" / "sbom.cdx.json").read_text(encoding="utf-8")
    )
    listed = {each["name"].replace("_", "-").lower(): each["version"] for each in bill["components"]}
    listed["textkin"] = bill["metadata"]["component"]["version"]
    installed = json.loads(image.run("python", "-c", _INSTALLED).stdout)
    assert {name.replace("_", "-").lower(): version for name, version in installed.items()} == listed


def test_it_is_no_larger_than_it_was(built, image):
    added = sum(by_hand.size(image.folder / name) for name in ("opt", "usr", "var"))
    assert added < MOST_BYTES, dict(by_hand.sizes(built, ROOT))
