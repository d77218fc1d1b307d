"""Whom the service may be open to: without encryption and access rules, to this machine alone, unless it is told otherwise."""

import ipaddress

from textkin_service.settings import Settings, SettingsError, split_address


def check(settings: Settings) -> None:
    """Checks that what can be reached from elsewhere is protected. SettingsError, which names what is missing."""
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        given, missing = ("tls_certificate", "tls_key")
        if settings.tls_key:
            given, missing = missing, given
        raise SettingsError(f"{given} is given without {missing}: give both")
    if settings.tls_client_ca and not settings.tls_certificate:
        raise SettingsError("tls_client_ca is given without tls_certificate and tls_key: give all three")
    if settings.insecure == "yes" or is_loopback(settings.listen):
        return
    missing_settings = []
    if not settings.tls_certificate:
        missing_settings.append("tls_certificate and tls_key, to encrypt")
    if not settings.access_file and not settings.tls_client_ca:
        missing_settings.append("access_file or tls_client_ca, to tell who may call")
    if missing_settings:
        raise SettingsError(
            f"listen {settings.listen} is open to other machines: give {', and '.join(missing_settings)}; or listen at"
            " 127.0.0.1; or, where nobody else can reach it, give insecure the value yes (TEXTKIN_INSECURE=yes)"
        )


def is_loopback(address: str) -> bool:
    """Says whether an address, HOST:PORT, can be reached from this machine alone."""
    host, _ = split_address(address)
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
