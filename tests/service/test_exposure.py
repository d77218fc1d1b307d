"""Without TLS and rules of access the service is for its own machine, unless it is told otherwise."""

import subprocess
import sys

import pytest

from textkin_service import exposure
from textkin_service.settings import Settings, SettingsError

TLS = {"tls_certificate": "c.pem", "tls_key": "k.pem"}
ACCESS = {"access_file": "access.toml"}
CLIENTS = {"tls_client_ca": "ca.pem"}
OPEN = ["0.0.0.0:50051", "[::]:50051", "192.0.2.7:1", "textkin.example.org:443", "[::ffff:192.0.2.7]:1"]


@pytest.mark.parametrize("address", ["127.0.0.1:0", "127.3.2.1:50051", "[::1]:50051", "localhost:50051"])
def test_an_address_of_this_machine_alone_needs_nothing(address):
    assert exposure.is_loopback(address)
    exposure.check(Settings(listen=address))


@pytest.mark.parametrize("address", OPEN)
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (
            {},
            "give tls_certificate and tls_key, to encrypt, and access_file or tls_client_ca, to tell who may call;",
        ),
        (ACCESS, "give tls_certificate and tls_key, to encrypt;"),
        (TLS, "give access_file or tls_client_ca, to tell who may call;"),
    ],
)
def test_another_address_needs_both_tls_and_who_may_call(address, given, missing):
    assert not exposure.is_loopback(address)
    with pytest.raises(SettingsError) as refusal:
        exposure.check(Settings(listen=address, **given))
    assert str(refusal.value).startswith(
        f"listen {address} is open to other machines: {missing} or listen at 127.0.0.1"
    )
    exposure.check(Settings(listen=address, insecure="yes", **given))
    exposure.check(Settings(listen=address, **TLS | ACCESS))
    exposure.check(Settings(listen=address, **TLS | CLIENTS))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"tls_certificate": "c.pem"}, "tls_certificate is given without tls_key: give both"),
        ({"tls_key": "k.pem"}, "tls_key is given without tls_certificate: give both"),
        (CLIENTS, "tls_client_ca is given without tls_certificate and tls_key: give all three"),
    ],
)
@pytest.mark.parametrize("insecure", ["no", "yes"])
def test_half_of_a_protection_is_refused_wherever_it_listens(given, problem, insecure):
    with pytest.raises(SettingsError) as refusal:
        exposure.check(Settings(insecure=insecure, **given))
    assert str(refusal.value) == problem


def start(tmp_path, *flags):
    """Starts a service that must not come up, and returns what it says."""
    command = [sys.executable, "-m", "textkin_service", "--data", str(tmp_path / "data"), *flags]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr


def test_the_service_does_not_start_open_by_mistake(tmp_path):
    said = start(tmp_path, "--listen", "0.0.0.0:0")
    assert "listen 0.0.0.0:0 is open to other machines" in said
    assert "TEXTKIN_INSECURE=yes" in said
    assert not (tmp_path / "data").exists()


def test_the_service_does_not_start_with_a_file_that_it_cannot_use(tmp_path):
    said = start(tmp_path, "--listen", "127.0.0.1:0", "--access-file", str(tmp_path / "none.toml"))
    assert f"access_file: {tmp_path / 'none.toml'} cannot be read: No such file or directory" in said
    said = start(
        tmp_path, "--listen", "127.0.0.1:0", "--tls-key", "k.pem", "--tls-certificate", str(tmp_path / "c")
    )
    assert f"tls_certificate: {tmp_path / 'c'} cannot be read: No such file or directory" in said
