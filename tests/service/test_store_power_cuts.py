"""What was acknowledged survives power cuts: on every disk that one could leave, the store opens by itself and is whole."""

import os
import pickle
import subprocess
import sys
from functools import cache

import power
import power_work
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textkin_service.store import SqliteStore
from textkin_service.store.inspection import damages, opened

CUTS = 300


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """All that a store did to its disk, with when what was acknowledged."""
    folder, record = tmp_path_factory.mktemp("disk"), tmp_path_factory.mktemp("record") / "events"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, power.__file__, folder, record], check=True, env=environment)
    return pickle.loads(record.read_bytes())  # noqa: S301 - our own


@cache
def states():
    return [{"default": {}}, *(held for _, held in power_work.changes())]


def opens_with_what_was_acknowledged(events, disk, folder):
    """Fills a folder with a disk's files; the store on it must be one that was between two changes."""
    for left in folder.iterdir():
        left.unlink()
    for name, content in disk.items():
        (folder / name).write_bytes(content)
    acknowledged = max((each.change for each in events if isinstance(each, power.Acknowledged)), default=0)
    started = max((each.change for each in events if isinstance(each, power.Started)), default=0)
    with SqliteStore(folder, power_work.SCHEME) as store:
        assert power_work.holds(store) in states()[acknowledged : started + 1]
    with opened(folder) as (db, path):
        assert [each for each in damages(db, path.name) if each.what != "the sketch"] == []


def test_the_record_has_what_cuts_are_to_hit(events):
    whole = power.after_a_cut(events, 0)
    assert set(whole) == {"textkin.sqlite3", "textkin.commits"}
    synced = [each for each in events if isinstance(each, power.Sync)]
    assert len(synced) > 2 * power_work.CHANGES / 2
    # A log that is begun anew has its first bytes written again.
    begun = [
        each
        for each in events
        if isinstance(each, power.Write) and each.offset == 0 and len(each.data or b"") == 32
    ]
    assert len(begun) > 3


def test_a_change_is_synced_before_it_is_acknowledged(events):
    at = 0
    for number in range(1, power_work.CHANGES + 1):
        start = events.index(power.Started(number), at)
        at = events.index(power.Acknowledged(number), start)
        between = events[start:at]
        logged = [
            n
            for n, each in enumerate(between)
            if isinstance(each, power.Write) and len(each.data or b"") > 4_096
        ]
        synced = [n for n, each in enumerate(between) if isinstance(each, power.Sync)]
        assert logged
        assert synced
        assert max(synced) > min(logged)


@settings(max_examples=CUTS, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moment=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_after_a_power_cut_at_any_moment_the_store_opens_with_all_that_was_acknowledged(
    events, tmp_path, moment, seed
):
    cut = events[: round(moment * len(events))]
    opens_with_what_was_acknowledged(cut, power.after_a_cut(cut, seed), tmp_path)


def test_a_store_that_did_not_sync_would_be_found_out(events, tmp_path):
    unsynced = [each for each in events if not isinstance(each, power.Sync)]
    lost = 0
    for seed in range(20):
        disk = power.after_a_cut(unsynced, seed)
        try:
            opens_with_what_was_acknowledged(unsynced, disk, tmp_path)
        except Exception:  # noqa: BLE001 - however it shows
            lost += 1
    assert lost > 10
