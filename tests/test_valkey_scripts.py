"""The scripts of deploy/valkey, with real servers at addresses of this machine: pods that come back have other addresses."""

import os
import shutil
import signal
import socket
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from redis_cluster import installed

SCRIPTS = Path(__file__).parent.parent / "deploy" / "valkey"
NODES = range(1, 7)

pytestmark = pytest.mark.skipif(not installed(), reason="redis-server is not installed")


def free_port():
    """A port that is free, with the one of the nodes' bus, 10,000 above it."""
    for port in range(21_000, 31_000):
        with socket.socket() as door, socket.socket() as bus:
            try:
                door.bind(("127.0.11.1", port))
                bus.bind(("127.0.11.1", port + 10_000))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


@pytest.fixture
def environment(tmp_path):
    """What the scripts run in: Valkey's names for the programs, a port and a password."""
    for name in ("server", "cli"):
        (tmp_path / f"valkey-{name}").symlink_to(shutil.which(f"redis-{name}"))
    return os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PORT": str(free_port()),
        "REDISCLI_AUTH": "a-password",
        "MAXMEMORY": "50mb",
    }


@contextmanager
def nodes(environment, folder, network):
    """Runs all nodes, node n at 127.0.NETWORK.n, and ends them as Kubernetes does; yields their environment."""
    peers = environment | {"PEERS": " ".join(f"127.0.{network}.{number}" for number in NODES)}
    running = []
    for number in NODES:
        data = folder / f"node-{number}"
        data.mkdir(exist_ok=True)
        with (folder / f"node-{number}.log").open("ab") as log:
            running.append(
                subprocess.Popen(
                    ["sh", SCRIPTS / "start.sh"],
                    env=peers | {"POD_IP": f"127.0.{network}.{number}", "DATA": str(data)},
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
    try:
        yield peers
    finally:
        codes = [ended(each) for each in running]
        assert codes == [0] * len(running)


def ended(node):
    """Ends a node, which refuses to while it writes what it has from its master for the first time, and all that it runs."""
    while node.poll() is None:
        node.terminate()
        with suppress(subprocess.TimeoutExpired):
            node.wait(timeout=1)
    with suppress(ProcessLookupError):
        os.killpg(node.pid, signal.SIGKILL)
    return node.returncode


def create(environment):
    subprocess.run(
        ["sh", SCRIPTS / "create.sh"], env=environment, check=True, timeout=170, stdout=subprocess.DEVNULL
    )


def ask(environment, network, *command):
    address = ["-c", "-h", f"127.0.{network}.1", "-p", environment["PORT"]]
    done = subprocess.run(
        ["valkey-cli", *address, *command], env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def test_nodes_are_made_a_cluster_once_and_find_each_other_when_all_come_back_elsewhere(
    environment, tmp_path
):
    with nodes(environment, tmp_path, 11) as peers:
        create(peers)
        create(peers)
        assert ask(peers, 11, "SET", "article", "kept") == "OK"
        assert ask(peers, 11, "WAIT", "1", "60000") == "1"
    with nodes(environment, tmp_path, 12) as peers:
        create(peers)  # waits until it is one again
        assert ask(peers, 12, "GET", "article") == "kept"
