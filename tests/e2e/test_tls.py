"""TLS and client certificates, over real connections to a real process: who gets in, and certificates renewed while it runs."""

import subprocess
import sys
import threading

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from callers import METHODS, ROLES, SERVICE, AccessFile, access_of, bearer, outcome
from certificates import Authority, Pair
from textkin.v1 import textkin_service_pb2 as pb
from textkin_service.access import new_token

NAMES = ("127.0.0.1", "localhost", "textkin.example.org")
OK = (grpc.StatusCode.OK, "")
LACKING = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_LACKING")
UNKNOWN = (grpc.StatusCode.PERMISSION_DENIED, "CERTIFICATE_UNKNOWN")
INFO = next(method for method in METHODS if method.name == "GetServiceInfo")
every_rpc = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)


def connect(address, authority, client=(None, None)):
    """A channel of its own connection."""
    credentials = grpc.ssl_channel_credentials(authority.pem, *client)
    return grpc.secure_channel(address, credentials, options=[("grpc.use_local_subchannel_pool", 1)])


def run(*arguments):
    command = [sys.executable, "-m", "textkin_service", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def flags_of(pair):
    return [part for name, value in pair.settings.items() for part in (f"--{name.replace('_', '-')}", value)]


class Mutual:
    """A service that asks for client certificates, with an access file, and one certificate of each sort."""

    def __init__(self, folder, make_service):
        self.authority, self.clients = Authority(), Authority()
        self.pair = Pair(folder).write(*self.authority.issue(*NAMES))
        self.client_ca = folder / "clients.pem"
        self.client_ca.write_bytes(self.clients.pem)
        file = AccessFile()
        file.certificate("operator.example.org", admin=["*"])
        file.certificate("Wire Desk", write=["wire"])
        file.certificate("reader.example.org", read=["wire"])
        self.token = file.token("newsdesk", read=["default"])
        self.service = make_service(
            folder / "data",
            access_file=file.write(folder / "access.toml"),
            tls_client_ca=self.client_ca,
            health_listen="127.0.0.1:0",
            **self.pair.settings,
        )
        self.made = {
            "operator": self.clients.issue("operator.example.org"),
            "writer": self.clients.issue(common_name="Wire Desk"),
            "reader": self.clients.issue("other.example.org", "reader.example.org"),
            "not listed": self.clients.issue("nobody.example.org"),
            "missing": (None, None),
            "foreign": Authority().issue("operator.example.org"),
            "expired": self.clients.issue("operator.example.org", days=-1),
        }
        self.channels = {
            name: connect(self.service.address, self.authority, client) for name, client in self.made.items()
        }


@pytest.fixture(scope="module")
def mutual(tmp_path_factory, module_service_factory):
    made = Mutual(tmp_path_factory.mktemp("mutual"), module_service_factory)
    yield made
    for channel in made.channels.values():
        channel.close()


@every_rpc
@pytest.mark.parametrize("client", ["missing", "foreign", "expired"])
def test_no_rpc_reaches_the_service_without_a_right_certificate(mutual, method, client):
    """gRPC ends the handshake, so that the client is told of no connection; a right token does not help."""
    for metadata in ((), bearer(mutual.token)):
        code, _ = outcome(mutual.channels[client], method, metadata)
        assert code is grpc.StatusCode.UNAVAILABLE


@every_rpc
def test_no_rpc_lets_a_certificate_in_whose_names_are_not_listed(mutual, method):
    assert outcome(mutual.channels["not listed"], method) == UNKNOWN


@every_rpc
def test_a_wrong_token_is_refused_beside_a_right_certificate(mutual, method):
    refusal = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
    assert outcome(mutual.channels["operator"], method, bearer(new_token())) == refusal


@pytest.mark.parametrize("method", list(SERVICE.methods), ids=lambda method: method.name)
def test_every_rpc_asks_a_certificate_for_its_role_in_the_collection(mutual, method):
    asked = access_of(method)
    lesser = {"read": (), "write": ("reader",), "admin": ("reader", "writer")}[ROLES[asked.role]]
    for client in lesser:
        assert outcome(mutual.channels[client], method, (), "wire") == LACKING
    if asked.collections:
        for client in ("reader", "writer"):
            assert outcome(mutual.channels[client], method, (), "secret") == LACKING
    code, _ = outcome(mutual.channels["operator"], method, (), "not-there")
    assert code not in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


def test_a_token_counts_instead_of_the_certificate_that_it_comes_with(mutual):
    request = pb.ListArticlesRequest()
    listing = next(method for method in METHODS if method.name == "ListArticles")
    assert outcome(mutual.channels["not listed"], listing, bearer(mutual.token), request=request) == OK
    assert outcome(mutual.channels["writer"], listing, request=request) == LACKING


def test_without_tls_nothing_is_answered_but_health_at_its_own_address(mutual):
    ready = mutual.service.lines
    (health,) = [line["health"] for line in ready if line["event"] == "serving"]
    with grpc.insecure_channel(mutual.service.address) as channel:
        assert outcome(channel, INFO)[0] is grpc.StatusCode.UNAVAILABLE
    with grpc.insecure_channel(health) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=60)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        for method in METHODS:
            assert outcome(channel, method)[0] is grpc.StatusCode.UNIMPLEMENTED
    flags = [*flags_of(mutual.pair), "--tls-client-ca", str(mutual.client_ca)]
    assert run(*flags, "--health-listen", health, "healthcheck").stdout.strip() == "SERVING"
    refused = run(*flags, "--listen", mutual.service.address, "healthcheck")
    assert refused.returncode == 2
    assert "give health_listen an address for health alone" in refused.stderr


def test_only_calls_that_got_in_are_in_the_log(service_factory, tmp_path):
    authority = Authority()
    pair = Pair(tmp_path).write(*authority.issue(*NAMES))
    authorities = tmp_path / "clients.pem"
    authorities.write_bytes(authority.pem)
    service = service_factory(tls_client_ca=authorities, **pair.settings)
    for client in (
        (None, None),
        Authority().issue("a.example.org"),
        authority.issue("a.example.org", days=-1),
    ):
        with connect(service.address, authority, client) as channel:
            assert outcome(channel, INFO)[0] is grpc.StatusCode.UNAVAILABLE
    with connect(service.address, authority, authority.issue("a.example.org")) as channel:
        assert outcome(channel, INFO) == OK
    service.stop()
    assert [line["code"] for line in service.lines if line["event"] == "rpc"] == ["OK"]


@pytest.fixture
def encrypted(service_factory, tmp_path):
    """A service with TLS, its authority and its files."""
    authority = Authority()
    pair = Pair(tmp_path).write(*authority.issue(*NAMES))
    return service_factory(**pair.settings), authority, pair


def test_a_renewed_certificate_is_taken_up_without_a_restart_and_under_load(encrypted):
    """An open connection goes on; new ones are made with the new certificate alone; no call is lost."""
    service, old, pair = encrypted
    new, ended, seen = Authority(), threading.Event(), set()
    with connect(service.address, old) as channel:

        def keep_calling():
            while not ended.is_set():
                seen.add(outcome(channel, INFO))

        threads = [threading.Thread(target=keep_calling) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            pair.write(*new.issue(*NAMES))
            service.wait_for("reloaded")
            for authority, expected in ((new, OK), (old, (grpc.StatusCode.UNAVAILABLE, ""))):
                with connect(service.address, authority) as fresh:
                    assert outcome(fresh, INFO) == expected
        finally:
            ended.set()
            for thread in threads:
                thread.join()
    assert seen == {OK}


def test_a_certificate_that_cannot_be_used_leaves_the_old_one_in_force_and_is_logged(encrypted):
    service, authority, pair = encrypted
    whole = pair.certificate.read_bytes()
    pair.certificate.write_bytes(whole[: len(whole) // 2])
    line = service.wait_for("reload failed")
    assert line["problem"] == f"tls_certificate: {pair.certificate} is no certificate in PEM"
    with connect(service.address, authority) as channel:
        assert outcome(channel, INFO) == OK
    pair.certificate.write_bytes(whole)
    service.wait_for("reloaded")


def test_the_health_check_command_trusts_the_certificate_of_the_settings(encrypted):
    service, _, pair = encrypted
    assert run(*flags_of(pair), "--listen", service.address, "healthcheck").stdout.strip() == "SERVING"
    assert run("--listen", service.address, "healthcheck").stdout.strip() == "UNAVAILABLE"


def test_the_authorities_of_clients_are_renewed_as_well(service_factory, tmp_path):
    authority, old, new = Authority(), Authority(), Authority()
    authorities = tmp_path / "clients.pem"
    authorities.write_bytes(old.pem)
    pair = Pair(tmp_path).write(*authority.issue(*NAMES))
    service = service_factory(tls_client_ca=authorities, **pair.settings)
    unavailable = (grpc.StatusCode.UNAVAILABLE, "")

    def got(client):
        with connect(service.address, authority, client.issue("client.example.org")) as channel:
            return outcome(channel, INFO)

    assert (got(old), got(new)) == (OK, unavailable)
    authorities.write_bytes(old.pem + new.pem)
    service.wait_for("reloaded")
    assert (got(old), got(new)) == (OK, OK)
    authorities.write_bytes(new.pem)
    service.wait_for("reloaded")
    assert (got(old), got(new)) == (unavailable, OK)
