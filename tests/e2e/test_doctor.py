"""The doctor finds real faults, tells the way out of each, and changes nothing."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from callers import AccessFile, long_ago
from certificates import Authority, Pair
from doctors import Doctor, problems
from drafts import draft
from sandbox import BOUND_BY_MODES, need_bubblewrap
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1 import textkin_service_pb2_grpc as pb_grpc
from textkin.v1.article_pb2 import Article
from textkin_service import model
from textkin_service.doctor import folder as folder_check
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.store import SqliteStore

SCHEME = Scheme.of(Settings()).id
STORY = (
    "The tide clock of Lower Mewling ran backwards for a week before anybody wrote to the council about it."
)


@pytest.fixture
def doctor(tmp_path):
    return Doctor(tmp_path / "data")


@pytest.fixture
def stored(doctor):
    """A doctor of a folder whose store has an article."""
    with SqliteStore(doctor.data, SCHEME) as store:
        store.put([draft("default", model.Article("clock", STORY), b"")]).result()
    return doctor


def snapshot(folder):
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def test_where_nothing_was_started_yet_all_is_well_and_nothing_is_made(doctor):
    found = doctor.run()
    assert problems(found) == set()
    assert found["data folder"][1] == f"{doctor.data} is not there yet, and can be made"
    assert found["listen"] == ("ok", "127.0.0.1:0: a free port is picked", "")
    assert found["disk space"][0] in {"ok", "warning"}
    assert found["file system"][0] == "ok"
    assert not doctor.data.exists()


def test_a_store_is_looked_at_and_left_as_it_is(stored):
    before = snapshot(stored.data)
    found = stored.run()
    assert problems(found) == set()
    assert found["store"] == ("ok", "1 articles in 1 collections", "")
    assert found["lock"][1] == "nobody serves the folder"
    assert found["backup"][:2] == ("warning", "none was made of this folder")
    assert "backup FILE" in found["backup"][2]
    assert snapshot(stored.data) == before


def test_a_table_is_for_people(stored):
    program = [sys.executable, "-m", "textkin_service", "--data", stored.data, "--listen", "127.0.0.1:0"]
    ended = subprocess.run(
        [*program, "--health-listen", "192.0.2.1:50052", "doctor"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert ended.returncode == 1
    assert "1 articles in 1 collections" in ended.stdout
    assert "→ name another with health_listen" in ended.stdout
    assert "problems: 1, warnings: " in ended.stdout.splitlines()[-1]


def ingest(service):
    with grpc.insecure_channel(service.address) as channel:
        request = pb.IngestArticleRequest(article=Article(id="clock", text=STORY))
        pb_grpc.TextkinServiceStub(channel).IngestArticle(request)


def test_beside_a_service_it_is_told_that_it_runs(service_factory, doctor):
    service = service_factory(data=doctor.data, metrics_listen="127.0.0.1:0", health_listen="127.0.0.1:0")
    ingest(service)
    serving = next(line for line in service.lines if line["event"] == "serving")
    found = doctor.run(
        *("--listen", service.address),
        *("--metrics-listen", serving["metrics"]),
        *("--health-listen", serving["health"]),
    )
    assert problems(found) == set()
    assert found["lock"][1].startswith("a service has the folder now")
    assert found["store"][1] == "1 articles in 1 collections"
    assert found["listen"][1] == f"a service has {service.address}, and says SERVING"
    assert found["health_listen"][1] == f"a service has {serving['health']}, and says SERVING"
    assert found["metrics_listen"][1] == f"a service has {serving['metrics']}"


def test_after_a_crash_it_tells_what_the_next_start_does(service_factory, doctor):
    service = service_factory(data=doctor.data)
    ingest(service)
    service.kill()
    before = snapshot(doctor.data)
    found = doctor.run()
    assert problems(found) == set()
    assert "the next start takes up" in found["store"][1]
    assert snapshot(doctor.data) == before


def test_settings_that_cannot_be_are_told_first(doctor):
    found = doctor.run("--threads", "many")
    assert problems(found) == {"settings"} == set(found)
    assert "'many' cannot be threads" in found["settings"][1]


def test_a_damaged_store_is_found(stored):
    file = stored.data / "textkin.sqlite3"
    file.write_bytes(file.read_bytes()[:-8192])
    found = stored.run()
    assert problems(found) == {"store"}
    assert "STORE_DAMAGED" in found["store"][1]
    assert "restore it from a backup" in found["store"][2]


def test_a_missing_database_is_found(stored):
    (stored.data / "textkin.sqlite3").unlink()
    assert problems(stored.run()) == {"store"}


def test_a_store_of_another_scheme_is_found(stored):
    found = stored.run("--content-keys", "64")
    assert problems(found) == {"store"}
    assert "STORE_SCHEME_MISMATCH" in found["store"][1]
    assert "use the version that wrote the store" in found["store"][2]


def test_a_folder_that_is_a_file_is_found(doctor):
    doctor.data.write_text("no folder", encoding="utf-8")
    assert problems(doctor.run()) == {"data folder"}


def test_a_folder_that_may_not_be_written_to_is_found(stored):
    stored.data.chmod(0o555)
    try:
        found = stored.run_apart(prefix=BOUND_BY_MODES)
    finally:
        stored.data.chmod(0o755)
    assert found["data folder"][0] == "problem"
    assert found["data folder"][2].startswith("chown or chmod")


def mount_table(path, *mounts):
    """Writes a table of mounts as Linux has it, in the order of mounting."""
    path.write_text("".join(f"{what} {where} {kind} rw,relatime 0 0\n" for what, where, kind in mounts))
    return path


def test_the_last_of_what_is_mounted_at_one_place_counts(stored, tmp_path, monkeypatch):
    automounted = ("systemd-1", stored.data, "autofs"), ("nas:/articles", stored.data, "nfs4")
    table = mount_table(tmp_path / "mounts", ("/dev/sda", "/", "ext4"), *automounted)
    monkeypatch.setattr(folder_check, "_MOUNTS", table)
    found = stored.run()
    assert problems(found) == {"file system"}
    assert found["file system"][1].startswith(f"{stored.data} is on nfs4")


def test_before_the_first_start_the_disk_that_will_have_the_folder_is_looked_at(
    doctor, tmp_path, monkeypatch
):
    mounts = ("/dev/sda", "/", "ext4"), ("nas:/articles", tmp_path, "nfs")
    monkeypatch.setattr(folder_check, "_MOUNTS", mount_table(tmp_path / "mounts", *mounts))
    found = doctor.run()
    assert problems(found) == {"file system"}
    assert found["file system"][1].startswith(f"{tmp_path} is on nfs")


def test_a_disk_without_room_for_the_first_start_is_found(doctor, tmp_path):
    small = ("--size", str(1 << 20), "--tmpfs", str(tmp_path))
    prefix = (need_bubblewrap(), "--die-with-parent", "--bind", "/", "/", "--dev", "/dev", *small)
    found = doctor.run_apart(prefix=prefix)
    assert problems(found) == {"disk space"}
    assert found["disk space"][1] == "0.0 GiB free, 0.0 GiB used"
    assert found["file system"][:2] == ("ok", "tmpfs")


def test_a_folder_that_may_not_be_entered_is_found(stored, tmp_path):
    stored.data = stored.data / "within" / "deeper"
    (tmp_path / "data").chmod(0)
    try:
        found = stored.run_apart("--tls-key", str(stored.data / "key"), prefix=BOUND_BY_MODES)
    finally:
        (tmp_path / "data").chmod(0o755)
    assert {"data folder", "files"} <= problems(found)
    assert "Permission denied" in found["files"][1]


def test_an_address_of_another_program_is_found(doctor):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        found = doctor.run("--listen", taken, "--metrics-listen", taken)
    assert problems(found) == {"listen", "metrics_listen"}
    assert found["listen"][1] == f"{taken} is in use by another program"
    assert found["metrics_listen"][1] == f"{taken} is that of listen too"


EVERYWHERE = "0.0.0.0"  # noqa: S104 - nothing is served there


@pytest.mark.parametrize(
    ("listen", "metrics", "both"),
    [
        (EVERYWHERE, "127.0.0.1", False),
        ("127.0.0.1", EVERYWHERE, False),
        (EVERYWHERE, "[::1]", False),  # gRPC takes it for all of IPv6 too
        ("[::1]", "[::]", False),
        ("127.0.0.1", "[::]", False),
        ("localhost", "127.0.0.1", False),
        ("[::1]", EVERYWHERE, True),
        ("127.0.0.1", "127.0.0.2", True),
    ],
)
def test_addresses_that_exclude_each_other_are_found(doctor, listen, metrics, both):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = doctor.run("--listen", f"{listen}:{port}", "--metrics-listen", f"{metrics}:{port}")
    beside = f"{metrics}:{port} cannot be had beside {listen}:{port} of listen"
    assert (found["metrics_listen"][1] == beside) is not both


def test_addresses_of_picked_ports_exclude_none(doctor):
    found = doctor.run("--metrics-listen", "127.0.0.1:0", "--health-listen", "0.0.0.0:0")
    assert found["metrics_listen"] == found["listen"] == ("ok", "127.0.0.1:0: a free port is picked", "")
    assert found["health_listen"] == ("ok", "0.0.0.0:0: a free port is picked", "")


def test_an_address_of_another_machine_is_found(doctor):
    found = doctor.run("--health-listen", "192.0.2.1:50052")
    assert problems(found) == {"health_listen"}


def test_what_is_open_to_other_machines_unprotected_is_found(doctor):
    found = doctor.run("--listen", "0.0.0.0:0")
    assert problems(found) == {"exposure"}
    assert "tls_certificate" in found["exposure"][2]
    assert doctor.run("--listen", "0.0.0.0:0", "--insecure", "yes")["exposure"][0] == "warning"


@pytest.mark.parametrize(("days", "state"), [(90, "ok"), (3, "warning"), (-1, "problem")])
def test_a_certificate_is_looked_at_for_how_long_it_is_in_force(doctor, tmp_path, days, state):
    pair = Pair(tmp_path).write(*Authority().issue("textkin.example.org", days=days))
    flags = [part for name, value in pair.settings.items() for part in (f"--{name.replace('_', '-')}", value)]
    found = doctor.run(*flags)
    assert found["certificate"][0] == state
    pair.key.chmod(0o644)
    assert doctor.run(*flags)["tls_key"] == (
        "warning",
        f"every user of this machine may read {pair.key}",
        f"chmod o= {pair.key}",
    )


def test_an_access_file_is_read(doctor, tmp_path):
    file = AccessFile()
    file.token("last year", expires=long_ago(), read=["*"])
    path = file.write(tmp_path / "access.toml")
    assert doctor.run("--access-file", str(path))["access file"][0] == "problem"
    file.token("newsdesk", read=["*"])
    file.write(path)
    state, message, _ = doctor.run("--access-file", str(path))["access file"]
    assert (state, message) == ("warning", "2 callers; the tokens of last year have expired")
    path.write_text("[[token]]\n", encoding="utf-8")
    assert "name must be" in doctor.run("--access-file", str(path))["access file"][1]


def test_limits_of_the_system_are_found(doctor):
    few = doctor.run_apart(prefix=("prlimit", "--nofile=250:250"))
    assert few["open files"][0] == "problem"
    assert "ulimit -n" in few["open files"][2]
    assert doctor.run("--cache-mib", "1048576")["memory"][0] == "problem"
    assert doctor.run("--threads", "1024")["threads"][0] == "warning"


def test_kernels_that_were_not_compiled_are_found_and_not_compiled(doctor, tmp_path):
    folder = tmp_path / "kernels"
    folder.mkdir()
    found = doctor.run_apart(environment={"NUMBA_CACHE_DIR": str(folder)})
    assert found["kernels"][0] == "warning"
    assert "textkin-service warm" in found["kernels"][2]
    assert list(folder.rglob("*")) == []


def test_a_folder_for_kernels_that_is_not_there_is_named_and_not_made(doctor, tmp_path):
    folder = tmp_path / "cache" / "kernels"
    found = doctor.run_apart(environment={"NUMBA_CACHE_DIR": str(folder)})
    assert found["kernels"][0] == "warning"
    assert found["kernels"][1].startswith(f"{folder}/")
    assert "textkin-service warm" in found["kernels"][2]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_kernels_of_the_user_is_not_made_where_the_package_is_read_only(doctor, tmp_path):
    package = str(Path(model.__file__).parent)
    prefix = (need_bubblewrap(), "--die-with-parent", "--bind", "/", "/", "--dev", "/dev")
    environment = {"NUMBA_CACHE_DIR": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    found = doctor.run_apart(environment=environment, prefix=(*prefix, "--ro-bind", package, package))
    assert found["kernels"][1].startswith(f"{tmp_path}/cache/numba/")
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_named_can_be_made_the_folder_is_looked_for_as_a_start_does(doctor, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o555)
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "closed" / "kernels")}
    found = doctor.run_apart(environment=environment, prefix=BOUND_BY_MODES)
    assert "closed" not in found["kernels"][1]
    assert list((tmp_path / "closed").iterdir()) == []


def test_a_clock_behind_the_newest_article_is_found(doctor):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    with SqliteStore(doctor.data, SCHEME, lambda: tomorrow) as store:
        store.put([draft("default", model.Article("clock", STORY), b"")]).result()
    found = doctor.run()
    assert problems(found) == {"clock"}
    assert "retention is wrong" in found["clock"][1]
