"""Certificates for tests: authorities, and files that are renewed as an operator would renew them."""

from datetime import UTC, datetime, timedelta

import trustme


class Authority:
    """An authority, whose certificate is `pem`."""

    def __init__(self):
        self._ca = trustme.CA()
        self.pem = self._ca.cert_pem.bytes()

    def issue(self, *names, days=30, common_name=None):
        """A key and a certificate, both PEM; `days` negative: expired so long ago."""
        now = datetime.now(UTC)
        made = self._ca.issue_cert(
            *names,
            common_name=common_name,
            not_before=now - timedelta(days=400),
            not_after=now + timedelta(days=days),
        )
        return made.private_key_pem.bytes(), b"".join(each.bytes() for each in made.cert_chain_pems)


class Pair:
    """A key and a certificate in files of a folder."""

    def __init__(self, folder, name="service"):
        self.key, self.certificate = folder / f"{name}.key", folder / f"{name}.pem"

    def write(self, key, certificate):
        """Puts both in the place of what was there, the key first, as renewal tools do."""
        for path, content in ((self.key, key), (self.certificate, certificate)):
            fresh = path.with_suffix(".new")
            fresh.write_bytes(content)
            fresh.chmod(0o600)
            fresh.replace(path)
        return self

    @property
    def settings(self):
        return {"tls_certificate": str(self.certificate), "tls_key": str(self.key)}
