"""The doctor asks each node of a cluster, takes nothing for well that no node told, and changes nothing."""

import signal
import time
import uuid
from contextlib import closing

import pytest

from doctors import Doctor, problems
from redis_cluster import installed, redis_cluster
from textkin_service.store.cluster.diagnosis import node_of

OF_THE_NODES = {"cluster version", "eviction", "persistence", "replicas", "cluster memory", "cluster clocks"}


@pytest.fixture
def doctor(tmp_path):
    return Doctor(tmp_path / "data")


def wait_for_replicas(cluster):
    for node in cluster.nodes:
        with closing(node.client()) as client:
            while any(len(slots) < 4 for slots in client.execute_command("CLUSTER SLOTS")):
                time.sleep(0.02)  # a replica is heard of by others some time after its master


def test_a_cluster_is_asked_for_all_that_matters_and_left_as_it_is(cluster, doctor):
    store = f"{cluster.url}/doctor-{uuid.uuid4().hex}"
    wait_for_replicas(cluster)
    found = doctor.run("--store", store)
    assert found["cluster"] == ("ok", "3 masters and 3 replicas answer", "")
    assert found["store"][1] == "there is none under this prefix yet; the first start makes it"
    assert found["eviction"][0] == "ok"
    assert found["persistence"][0] == "warning"  # the tests' nodes keep nothing on disk
    assert found["replicas"][:2] == ("ok", "each master has 1 at least; store_replicas is 0")
    assert found["cluster memory"][0] == "warning"
    assert found["cluster version"][0] == "ok"
    assert found["cluster clocks"][0] == "ok"
    for node in cluster.nodes:
        with closing(node.client()) as client:
            assert client.keys("doctor-*") == []
    assert problems(doctor.run("--store", store, "--store-replicas", "2")) == {"replicas"}
    with closing(cluster.nodes[0].client()) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            assert problems(doctor.run("--store", store)) == {"eviction"}
        finally:
            client.config_set("maxmemory-policy", "noeviction")


@pytest.fixture
def as_user(cluster):
    """Makes a user of the nodes, and returns the address of the cluster for it: `rules` are those of each node, in order."""
    name = f"svc-{uuid.uuid4().hex}"

    wait_for_replicas(cluster)

    def made(*rules):
        for node, rule in zip(cluster.nodes, rules, strict=True):
            with closing(node.client()) as client:
                client.execute_command("ACL", "SETUSER", name, "on", ">sesame", "~*", "&*", *rule.split())
        return f"{cluster.url.replace('//', f'//{name}:sesame@')}/doctor-{uuid.uuid4().hex}"

    yield made
    for node in cluster.nodes:
        with closing(node.client()) as client:
            client.execute_command("ACL", "DELUSER", name)


@pytest.mark.parametrize("command", ["info", "time"])
def test_nodes_that_may_not_be_asked_are_a_problem_and_nothing_is_said_of_them(
    cluster, doctor, as_user, command
):
    found = doctor.run("--store", as_user(*[f"+@all -{command}"] * len(cluster.nodes)))
    assert problems(found) == {"cluster"}
    _, message, remedy = found["cluster"]
    assert f"no permissions to run the '{command}' command" in message
    assert all(f"127.0.0.1:{node.port}" in message for node in cluster.nodes)
    assert "what follows is without them" in message
    assert "INFO and TIME" in remedy
    assert found.keys().isdisjoint(OF_THE_NODES)
    assert "sesame" not in str(found)


def test_one_node_that_may_not_be_asked_is_a_problem_and_of_the_others_is_told(cluster, doctor, as_user):
    store = as_user("+@all -info", *["+@all"] * (len(cluster.nodes) - 1))
    found = doctor.run("--store", store)
    assert problems(found) == {"cluster"}
    assert found["cluster"][1].count("127.0.0.1:") == 1
    assert f"127.0.0.1:{cluster.nodes[0].port}" in found["cluster"][1]
    assert found.keys() >= OF_THE_NODES


def test_a_user_that_may_not_read_the_store_is_found(cluster, doctor, as_user):
    found = doctor.run("--store", as_user(*["+@all -hgetall"] * len(cluster.nodes)))
    assert problems(found) == {"cluster"}
    assert "no permissions to run the 'hgetall' command" in found["cluster"][1]
    assert "not in order" not in found["cluster"][1]


def test_nothing_is_taken_for_said_that_a_node_leaves_out(cluster):
    with closing(cluster.nodes[0].client()) as client:
        said = client.info("everything")
    told = node_of("first", said, 0.0)
    assert (told.is_master, told.eviction, told.appends) == (True, "noeviction", False)
    memory, role = {"maxmemory_policy", "used_memory", "maxmemory"}, {"role", "connected_slaves"}
    for field in {"redis_version", "aof_enabled"} | memory | role:
        with pytest.raises(ValueError, match=f"INFO lacks {field}"):
            node_of("first", {name: value for name, value in said.items() if name != field}, 0.0)


def test_a_store_in_a_cluster_that_others_made_otherwise_is_found(cluster, doctor, service_factory):
    store = f"{cluster.url}/doctor-{uuid.uuid4().hex}"
    service_factory(store=store)
    assert doctor.run("--store", store)["store"][1] == "there is one under this prefix, in 1 collections"
    for flag in ("--content-keys", "--verbatim-rows"):
        found = doctor.run("--store", store, flag, "3" if flag == "--verbatim-rows" else "64")
        assert problems(found) == {"store"}


def test_a_cluster_that_does_not_answer_is_found(doctor):
    found = doctor.run("--store", "redis://service:sesame@127.0.0.1:1")
    assert problems(found) == {"cluster"}
    assert "sesame" not in str(found)


def test_a_cluster_without_some_nodes_is_found(doctor, tmp_path):
    if not installed():
        pytest.skip("redis-server is not installed")
    with redis_cluster(tmp_path / "redis", node_timeout=500, replicas=0) as alone:
        assert doctor.run("--store", alone.url)["replicas"][0] == "warning"
        alone.nodes[2].kill(signal.SIGKILL)
        found = doctor.run("--store", alone.url)
        state, message, _ = found["cluster"]
        assert state == "problem"
        assert f"127.0.0.1:{alone.nodes[2].port} (no answer)" in message
