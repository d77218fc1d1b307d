"""Addresses: which name one service and which several, and what gRPC is told of them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin import _address, _channel


def config(address):
    return json.loads(dict(_channel.channel_options(address))["grpc.service_config"])


@pytest.mark.parametrize(
    "address", ["127.0.0.1:50051", "[::1]:50051", "textkin.example:50051", "unix:/run/a,b.sock"]
)
def test_an_address_by_itself_is_one_service(address):
    assert _address.target(address) == address
    assert set(config(address)) == {"methodConfig", "retryThrottling"}


@pytest.mark.parametrize(
    "address", ["dns:///textkin.example:50051", "10.0.0.1:50051,10.0.0.2:50051", "ipv4:10.0.0.1:1,10.0.0.2:2"]
)
def test_calls_among_several_go_to_each_that_is_healthy_in_turn_and_are_repeated(address):
    made = config(address)
    assert made["loadBalancingConfig"] == [{"round_robin": {}}]
    assert made["healthCheckConfig"] == {"serviceName": "textkin.v1.TextkinService"}
    assert made["methodConfig"] == config("127.0.0.1:50051")["methodConfig"]


def test_the_documentation_shows_the_service_config_that_the_client_has():
    page = (Path(__file__).parents[2] / "docs" / "deployment.md").read_text(encoding="utf-8")
    shown = page.partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == config("dns:///textkin.example:50051")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.0.0.1:50051,10.0.0.2:50052", "ipv4:10.0.0.1:50051,10.0.0.2:50052"),
        ("10.0.0.1:50051, 10.0.0.2:50052", "ipv4:10.0.0.1:50051,10.0.0.2:50052"),
        ("[fd00::1]:50051,[fd00::2]:50052", "ipv6:[fd00::1]:50051,[fd00::2]:50052"),
        ("10.0.0.1:50051,[fd00::2]:50052", "ipv6:[::ffff:10.0.0.1]:50051,[fd00::2]:50052"),
        ("localhost:50051,10.0.0.2:50052", "ipv4:127.0.0.1:50051,10.0.0.2:50052"),
        ("nobody.invalid:50051,10.0.0.2:50052", "ipv4:10.0.0.2:50052"),
    ],
)
def test_a_list_is_told_by_its_addresses(address, expected):
    assert _address.target(address) == expected


def test_certificates_of_a_list_are_for_the_first_of_it():
    options = dict(_channel.channel_options("one.example:1,two.example:2"))
    assert options["grpc.default_authority"] == "one.example"
    assert "grpc.default_authority" not in dict(_channel.channel_options("dns:///one.example:1"))


def test_a_list_of_which_nothing_is_known_is_an_error_that_names_it():
    with pytest.raises(OSError, match=r"no address is known of nobody\.invalid, nothing\.invalid"):
        _address.target("nobody.invalid:1,nothing.invalid:2")


@given(st.lists(st.text("1:.[] ", max_size=12), min_size=2, max_size=3).map(",".join))
def test_whatever_else_stands_in_a_list_is_refused(address):
    try:
        known = _address.target(address)
    except ValueError as refusal:
        assert "must be HOST:PORT" in str(refusal)  # noqa: PT017 - it may be right, too
    except OSError as refusal:
        assert "no address is known of" in str(refusal)  # noqa: PT017 - as above
    else:
        assert known == address or known.startswith(("ipv4:", "ipv6:"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:1,localhost:2", True),
        ("127.0.0.1:1,10.0.0.2:2", False),
        ("ipv4:127.0.0.1:1,127.0.0.2:2", True),
        ("ipv4:10.0.0.1:1,127.0.0.2:2", False),
        ("dns:///localhost:1", True),
        ("dns://127.0.0.1:53/textkin.example:1", False),
    ],
)
def test_several_are_of_this_machine_if_each_is(address, expected):
    assert _address.is_loopback(address) is expected
