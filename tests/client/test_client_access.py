"""How clients and the command line show who they are: tokens, TLS, client certificates, and what is said when that fails."""

import pytest

from callers import AccessFile, long_ago
from certificates import Authority, Pair
from textkin import AsyncClient, Client, PermissionDenied, Tls, Unauthenticated, Unavailable
from textkin._access import is_loopback
from textkin.types import Article

TEXT = (
    "The ferry of Sallow Reach will not sail on Mondays, because its captain teaches the tuba in the valley."
)
VARIABLES = ("TOKEN", "TOKEN_FILE", "TLS", "CA", "CERT", "KEY", "ADDRESS")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(f"TEXTKIN_{name}", raising=False)


class Protected:
    """A service with TLS, client certificates and an access file, and what gets in."""

    def __init__(self, folder, make_service):
        self.authority, self.folder = Authority(), folder
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self.authority.pem)
        pair = Pair(folder).write(*self.authority.issue("127.0.0.1"))
        self.client = Pair(folder, "client").write(*self.authority.issue("desk.example.org"))
        file = AccessFile()
        self.token = file.token("writer", write=["default"])
        self.reader = file.token("reader", read=["default"])
        self.expired = file.token("last year", expires=long_ago(), read=["*"])
        file.certificate("desk.example.org", write=["default"])
        self.token_file = folder / "token"
        self.token_file.write_text(f"{self.token}\n")
        self.address = make_service(
            folder / "data",
            access_file=file.write(folder / "access.toml"),
            tls_client_ca=self.ca,
            **pair.settings,
        ).address
        self.tls = Tls(self.ca, self.client.certificate, self.client.key)
        self.flags = ["--ca", self.ca, "--cert", self.client.certificate, "--key", self.client.key]


@pytest.fixture(scope="module")
def protected(tmp_path_factory, module_service_factory):
    return Protected(tmp_path_factory.mktemp("protected"), module_service_factory)


class Plain:
    """A service with an access file alone."""

    def __init__(self, folder, make_service):
        file = AccessFile()
        self.token = file.token("writer", write=["default"])
        self.reader = file.token("reader", read=["default"])
        self.expired = file.token("last year", expires=long_ago(), read=["*"])
        self.service = make_service(folder / "data", access_file=file.write(folder / "access.toml"))
        self.address = self.service.address


@pytest.fixture(scope="module")
def plain(tmp_path_factory, module_service_factory):
    return Plain(tmp_path_factory.mktemp("plain"), module_service_factory)


def test_a_certificate_or_a_token_gets_a_client_in(protected):
    for token in (None, protected.token):
        with Client(protected.address, token=token, tls=protected.tls) as client:
            client.ingest(Article(id="a", text=TEXT))
            assert [ack.article_id for ack in client.ingest_many([Article(id="b", text=TEXT)])] == ["b"]
            assert client.search(TEXT).matches


async def test_a_certificate_for_another_name_than_the_address_is_asked_for_by_that_name(
    service_factory, tmp_path
):
    authority, ca = Authority(), tmp_path / "ca.pem"
    ca.write_bytes(authority.pem)
    pair = Pair(tmp_path).write(*authority.issue("textkin.example.org"))
    address = service_factory(**pair.settings).address
    with Client(address, tls=Tls(ca, name="textkin.example.org")) as client:
        assert client.info().version
    async with AsyncClient(address, tls=Tls(ca, name="textkin.example.org")) as client:
        assert (await client.info()).version
    for tls in (Tls(ca), Tls(ca, name="other.example.org")):
        with Client(address, tls=tls) as client, pytest.raises(Unavailable):
            client.info()


async def test_the_asynchronous_client_shows_the_same(protected):
    async with AsyncClient(protected.address, token=protected.token, tls=protected.tls) as client:
        await client.ingest(Article(id="a", text=TEXT))
        assert [ack.article_id async for ack in client.ingest_many([Article(id="b", text=TEXT)])] == ["b"]
    async with AsyncClient(protected.address, token="wrong", tls=protected.tls) as client:
        with pytest.raises(Unauthenticated):
            await client.info()


def test_the_environment_gives_what_is_not_given(protected, monkeypatch):
    monkeypatch.setenv("TEXTKIN_ADDRESS", protected.address)
    monkeypatch.setenv("TEXTKIN_CA", str(protected.ca))
    monkeypatch.setenv("TEXTKIN_CERT", str(protected.client.certificate))
    monkeypatch.setenv("TEXTKIN_KEY", str(protected.client.key))
    with Client() as client:
        assert client.info().version
    monkeypatch.setenv("TEXTKIN_TOKEN_FILE", str(protected.token_file))
    with Client() as client:
        assert client.info().version
    monkeypatch.setenv("TEXTKIN_TOKEN", "wrong")
    with Client() as client, pytest.raises(Unauthenticated):
        client.info()


def test_a_wrong_token_and_a_lesser_role_are_told_apart(plain):
    for token, reason in (
        (None, "TOKEN_MISSING"),
        ("wrong", "TOKEN_INVALID"),
        (plain.expired, "TOKEN_EXPIRED"),
    ):
        with Client(plain.address, token=token) as client, pytest.raises(Unauthenticated) as refusal:
            client.info()
        assert refusal.value.reason == reason
    with Client(plain.address, token=plain.reader) as client, pytest.raises(PermissionDenied) as refusal:
        client.ingest(Article(id="a", text=TEXT))
    assert (refusal.value.reason, refusal.value.metadata) == ("ROLE_LACKING", {"role": "write"})


def test_a_token_may_be_asked_for_with_every_call(plain):
    tokens = iter([plain.token, "wrong", plain.reader])
    with Client(plain.address, token=lambda: next(tokens)) as client:
        client.info()
        with pytest.raises(Unauthenticated):
            client.info()
        client.info()


def test_a_service_of_another_authority_is_not_trusted(protected, tmp_path):
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().pem)
    with (
        Client(protected.address, tls=Tls(other)) as client,
        pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.info()


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1:50051", True),
        ("localhost:50051", True),
        ("[::1]:50051", True),
        ("ipv4:127.0.0.1:50051", True),
        ("ipv6:[::1]:50051", True),
        ("dns:///localhost:50051", True),
        ("dns:localhost:50051", True),
        ("unix:/run/textkin.sock", True),
        ("192.0.2.7:50051", False),
        ("textkin.example.org:443", False),
        ("localhost.example.org:443", False),
        ("127.0.0.1.example.org:443", False),
        ("dns:///textkin.example.org", False),
        ("ipv4:127.0.0.1:1,192.0.2.7:1", False),
        ("[2001:db8::1]:50051", False),
        ("", False),
    ],
)
def test_a_token_goes_unencrypted_to_this_machine_alone_unless_told_otherwise(address, expected):
    assert is_loopback(address) == expected
    for kind in (Client, AsyncClient):
        if expected or not address:
            kind(address, token="t")
        else:
            with pytest.raises(ValueError, match=r"a token would go to .* unencrypted: connect over TLS"):
                kind(address, token="t")
        kind(address, token="t", insecure=True)
        kind(address, token="t", tls=True)
        kind(address)


@pytest.mark.parametrize("token", ["two words", "naïve", "line\nbreak", "a=b"])
def test_what_is_no_token_is_refused_and_not_repeated(token, plain):
    with (
        Client(plain.address, token=token) as client,
        pytest.raises(ValueError, match="the token has") as refusal,
    ):
        client.info()
    assert token not in str(refusal.value)


def test_a_certificate_without_its_key_is_refused():
    for given in ({"certificate": "c.pem"}, {"key": "k.pem"}):
        with pytest.raises(ValueError, match="give both"):
            Tls(**given)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pem"):
        Client("127.0.0.1:1", tls=Tls(tmp_path / "none.pem"))


def test_the_command_line_takes_files_and_variables(protected, textkin):
    where = {"TEXTKIN_ADDRESS": protected.address}
    assert "version" in textkin("info", "--json", *protected.flags, environment=where).stdout
    given = [*protected.flags, "--token-file", protected.token_file]
    assert "version" in textkin(*given, "info", "--json", environment=where).stdout
    variables = where | {
        "TEXTKIN_CA": str(protected.ca),
        "TEXTKIN_CERT": str(protected.client.certificate),
        "TEXTKIN_KEY": str(protected.client.key),
        "TEXTKIN_TOKEN": protected.token,
    }
    assert "version" in textkin("info", "--json", environment=variables).stdout


def test_the_command_line_says_what_to_do(protected, plain, textkin, write):
    plainly = {"TEXTKIN_ADDRESS": plain.address}
    said = textkin("info", environment=plainly, code=4).stderr
    assert "no token: send the metadata" in said
    assert "--token-file, TEXTKIN_TOKEN or TEXTKIN_TOKEN_FILE gives the token" in said
    said = textkin("info", environment=plainly | {"TEXTKIN_TOKEN": plain.expired}, code=4).stderr
    assert "the token of 'last year' has expired" in said
    said = textkin("delete", "a", environment=plainly | {"TEXTKIN_TOKEN": plain.reader}, code=4).stderr
    assert "'reader' has not the role 'write'" in said
    assert "whoever keeps the service's access file can grant it" in said
    encrypted = {"TEXTKIN_ADDRESS": protected.address}
    for flags in ([], ["--ca", protected.ca]):
        said = textkin("info", *flags, environment=encrypted, code=3).stderr
        assert (
            "broke the connection off: it may want TLS (--tls, --ca), or none, or a client certificate"
            in said
        )
    other = write("other.pem", Authority().pem)
    said = textkin("info", "--ca", other, environment=encrypted, code=3).stderr
    assert "is not trusted: its authority is not that of --ca" in said
    assert "broke the connection off" in textkin("info", "--ca", other, environment=plainly, code=3).stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "problem"),
    [
        (["--token-file", "none"], {}, "none cannot be read: No such file or directory"),
        (["--token-file", "empty"], {}, "empty holds no token: it must have one, and nothing else"),
        (["--ca", "none.pem"], {}, "none.pem cannot be read: No such file or directory"),
        (["--cert", "empty"], {}, "a client certificate needs its key"),
        ([], {"TEXTKIN_TLS": "perhaps"}, "TEXTKIN_TLS is 'perhaps': it must be yes or no"),
        (["--address", "192.0.2.7:1"], {"TEXTKIN_TOKEN": "t"}, "a token would go to 192.0.2.7:1 unencrypted"),
    ],
)
def test_what_cannot_be_used_is_a_mistake_of_the_command_line(
    textkin, write, arguments, environment, problem
):
    write("empty", "")
    assert problem in textkin("info", *arguments, environment=environment, code=2).stderr


def test_no_option_takes_a_token_because_others_see_the_command_line(textkin):
    assert "--token " not in textkin("info", "--help").stdout
