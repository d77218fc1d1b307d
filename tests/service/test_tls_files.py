"""Certificates and keys are tried before they are used, and what is wrong with one is told with its setting and file."""

import time

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from certificates import Authority, Pair
from textkin_service.reloading import Reloading
from textkin_service.rpc import tls
from textkin_service.settings import Settings

AUTHORITY = Authority()


@pytest.fixture
def pair(tmp_path):
    return Pair(tmp_path).write(*AUTHORITY.issue("textkin.example.org"))


def read(pair, **settings):
    return tls.read(tls.Paths.of(Settings(**pair.settings, **settings)))


def problem(pair, **settings):
    with pytest.raises(tls.TlsError) as refusal:
        read(pair, **settings)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["textkin.example.org", "other.example.org"], "textkin.example.org"),
        (["*.example.org"], "any.example.org"),
        (["127.0.0.1"], "127.0.0.1"),
    ],
)
def test_what_is_read_is_what_the_files_hold(tmp_path, names, name):
    key, certificate = AUTHORITY.issue(*names)
    pair = Pair(tmp_path).write(key, certificate)
    shown = read(pair)
    assert shown == tls.Identity(key, certificate, None, name, shown.expires)
    assert 29 < (shown.expires - time.time()) / 86_400 <= 30
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(AUTHORITY.pem)
    assert read(pair, tls_client_ca=str(authorities)).client_ca == AUTHORITY.pem


def test_a_file_that_is_not_there_is_named(pair):
    pair.key.unlink()
    assert problem(pair) == f"tls_key: {pair.key} cannot be read: No such file or directory"
    pair.certificate.unlink()
    assert problem(pair) == f"tls_certificate: {pair.certificate} cannot be read: No such file or directory"


def test_a_key_of_another_certificate_is_refused(pair):
    pair.key.write_bytes(AUTHORITY.issue("textkin.example.org")[0])
    assert problem(pair) == f"tls_key: {pair.key} is not the key of the certificate {pair.certificate}"


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff\xfe\x00"])
def test_what_is_no_pem_is_refused(pair, content, tmp_path):
    right = pair.key.read_bytes()
    pair.key.write_bytes(content)
    assert problem(pair) == f"tls_key: {pair.key} is no key in PEM without a password"
    pair.key.write_bytes(right)
    authorities = tmp_path / "authorities.pem"
    authorities.write_bytes(content)
    assert (
        problem(pair, tls_client_ca=str(authorities))
        == f"tls_client_ca: {authorities} is no certificate in PEM"
    )
    pair.certificate.write_bytes(content)
    assert problem(pair) == f"tls_certificate: {pair.certificate} is no certificate in PEM"


def test_half_a_file_is_refused(pair):
    whole = pair.certificate.read_bytes()
    for length in range(0, len(whole) - 30, 97):
        pair.certificate.write_bytes(whole[:length])
        assert problem(pair) == f"tls_certificate: {pair.certificate} is no certificate in PEM"


def test_a_key_with_a_password_is_refused(pair):
    key = load_pem_private_key(pair.key.read_bytes(), None)
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"sesame"))
    pair.key.write_bytes(locked)
    assert problem(pair) == f"tls_key: {pair.key} is no key in PEM without a password"


def test_a_certificate_past_its_time_is_refused(pair):
    pair.write(*AUTHORITY.issue("textkin.example.org", days=-1))
    assert problem(pair) == f"tls_certificate: {pair.certificate} has expired"


def test_a_half_renewed_pair_leaves_the_old_one_in_force(pair):
    paths = tls.Paths.of(Settings(**pair.settings))
    identities = Reloading(paths.all, lambda: tls.read(paths))
    old = identities.value
    key, certificate = AUTHORITY.issue("textkin.example.org")
    pair.key.write_bytes(key)
    with pytest.raises(tls.TlsError, match="is not the key of the certificate"):
        identities.refresh()
    assert identities.value is old
    pair.certificate.write_bytes(certificate)
    assert identities.refresh()
    assert (identities.value.key, identities.value.certificate) == (key, certificate)
