"""The certificates of the service: read, tried in a handshake in memory, and taken up by new connections when they change."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from textkin_service.reloading import Reloading, UnusableFile
from textkin_service.settings import Settings

# What OpenSSL calls a certificate that is past its time, or before it.
_EXPIRED = {10: "has expired", 9: "is not valid yet"}
_HANDSHAKE_STEPS = 10


class TlsError(UnusableFile):
    """A certificate or key cannot be used. The message names the setting, the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What the service shows of itself, and whom it trusts; all are PEM. `client_ca` None: it asks for no client certificate.

    `name` is one that the certificate is issued to; `expires`: until when, in seconds since 1970.
    """

    key: bytes
    certificate: bytes
    client_ca: bytes | None
    name: str
    expires: float


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the files are that settings name."""

    certificate: Path
    key: Path
    client_ca: Path | None

    @classmethod
    def of(cls, settings: Settings) -> "Paths":
        """Returns those of settings that name a certificate."""
        client_ca = Path(settings.tls_client_ca) if settings.tls_client_ca else None
        return cls(Path(settings.tls_certificate), Path(settings.tls_key), client_ca)

    @property
    def all(self) -> list[Path]:
        """All of them."""
        return [self.certificate, self.key, *([self.client_ca] if self.client_ca else [])]


def read(paths: Paths) -> Identity:
    """Returns what the files hold, once it is known to work. TlsError."""
    certificate = _bytes("tls_certificate", paths.certificate)
    key = _bytes("tls_key", paths.key)
    client_ca = _bytes("tls_client_ca", paths.client_ca) if paths.client_ca else None
    if client_ca is not None:
        _check_certificates("tls_client_ca", paths.client_ca, client_ca)
    _check_certificates("tls_certificate", paths.certificate, certificate)
    name, expires = _shown_in_a_handshake(_server_side(paths), _client_side(certificate), paths.certificate)
    if _bytes("tls_certificate", paths.certificate) != certificate or _bytes("tls_key", paths.key) != key:
        raise TlsError(
            f"tls_certificate, tls_key: {paths.certificate} or {paths.key} changed while it was read"
        )
    return Identity(key, certificate, client_ca, name, expires)


def _bytes(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TlsError(f"{setting}: {path} cannot be read: {error.strerror}") from None


def _check_certificates(setting: str, path: Path | None, pem: bytes) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise TlsError(f"{setting}: {path} is no certificate in PEM") from None


def _server_side(paths: Paths) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without the password OpenSSL would ask the terminal for that of an encrypted key, which gRPC cannot use.
        context.load_cert_chain(paths.certificate, paths.key, password="")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise TlsError(
                f"tls_key: {paths.key} is not the key of the certificate {paths.certificate}"
            ) from None
        raise TlsError(f"tls_key: {paths.key} is no key in PEM without a password") from None
    except OSError as error:
        raise TlsError(f"tls_key: {paths.key} cannot be read: {error.strerror}") from None
    return context


def _client_side(certificate: bytes) -> ssl.SSLContext:
    """Returns the side of a client that trusts this very certificate, under whatever name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=certificate.decode("ascii"))
    return context


def _shown_in_a_handshake(server: ssl.SSLContext, client: ssl.SSLContext, path: Path) -> tuple[str, float]:
    """Has both sides shake hands in memory; returns a name of the server's certificate, and when it expires. TlsError."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(down, up, server_side=False),
        server.wrap_bio(up, down, server_side=True),
    ]
    done = 0
    for step in range(_HANDSHAKE_STEPS):
        try:
            ends[step % 2].do_handshake()
            done += 1
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            problem = _EXPIRED.get(error.verify_code, f"cannot be used: {error.verify_message}")
            raise TlsError(f"tls_certificate: {path} {problem}") from None
        except ssl.SSLError as error:
            raise TlsError(f"tls_certificate: {path} cannot be used: {error.reason}") from None
        if done == len(ends):
            break
    shown: dict[str, Any] = ends[0].getpeercert() or {}
    names = [str(value) for _, value in shown.get("subjectAltName", ())]
    common = [str(value) for part in shown.get("subject", ()) for key, value in part if key == "commonName"]
    name = next(iter(names + common), "").replace("*", "any", 1)
    return name, float(ssl.cert_time_to_seconds(shown["notAfter"]))


class Credentials:
    """The credentials of a port. A connection made after `identities` changed is made with what is there now."""

    def __init__(self, identities: Reloading[Identity]) -> None:
        self._identities = identities
        self._given = identities.value

    def for_a_port(self) -> grpc.ServerCredentials:
        """Returns what a gRPC server takes."""
        return grpc.dynamic_ssl_server_credentials(
            _configuration(self._given),
            self._changed,  # type: ignore[arg-type]  # None for no change, as grpc documents
            require_client_authentication=self._given.client_ca is not None,
        )

    def _changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Returns what is new, None if nothing is; called by gRPC, in a thread of its own, for each connection."""
        now = self._identities.value
        if now is self._given:
            return None
        self._given = now
        return _configuration(now)


def _configuration(identity: Identity) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(identity.key, identity.certificate)], root_certificates=identity.client_ca
    )
