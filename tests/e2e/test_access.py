"""Who may do what: every RPC that the service answers is walked with every wrong token, over a real channel to a real process.

The RPCs come from the service's descriptor, so that a new one is tested as soon as it is in the proto.
"""

import json
import threading
import uuid

import grpc
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2

from callers import METHODS, ROLES, SERVICE, AccessFile, access_of, bearer, call, long_ago, outcome
from textkin.v1 import access_pb2
from textkin.v1 import textkin_service_pb2 as pb
from textkin.v1.article_pb2 import Article
from textkin.v1.collection_pb2 import Collection
from textkin_service.access import digest_of, new_token
from textkin_service.rpc.rules import rules

OK = (grpc.StatusCode.OK, "")
MISSING = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")
INVALID = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_INVALID")
EXPIRED = (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_EXPIRED")
LACKING = (grpc.StatusCode.PERMISSION_DENIED, "ROLE_LACKING")
TEXT = "The lighthouse keeper of Brannock Head painted the lamp room green without asking the harbour board."
METHOD = {method.name: method for method in METHODS}
every_rpc = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.full_name)


class Guarded:
    """A service with an access file, and one token of each sort."""

    def __init__(self, folder, make_service):
        self.file = AccessFile()
        self.admin = self.file.token("operator", admin=["*"])
        self.writer = self.file.token("wire", write=["wire", "wire-*"])
        self.reader = self.file.token("newsdesk", read=["wire", "default"])
        self.foreign = self.file.token("elsewhere", admin=["elsewhere"])
        self.expired = self.file.token("last year", expires=long_ago(), admin=["*"])
        self.path = self.file.write(folder / "access.toml")
        self.service = make_service(folder / "data", access_file=self.path)
        self.channel = grpc.insecure_channel(self.service.address)

    def make(self, *collections):
        for each in collections:
            request = pb.CreateCollectionRequest(collection=Collection(id=each))
            call(self.channel, METHOD["CreateCollection"], bearer(self.admin), request=request)

    def outcome(self, name, token, **fields):
        request = getattr(pb, f"{name}Request")(**fields)
        return outcome(self.channel, METHOD[name], bearer(token), request=request)

    def rewrite(self):
        """Writes the file anew and waits until the service has read it."""
        self.file.write(self.path)
        return self.service.wait_for("reloaded")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory, module_service_factory):
    made = Guarded(tmp_path_factory.mktemp("guarded"), module_service_factory)
    made.make("wire", "wire-north", "wireless", "secret", "elsewhere")
    yield made
    made.channel.close()


def with_bearer(token):
    return lambda guarded: bearer(getattr(guarded, token))


@every_rpc
@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        pytest.param(lambda _: (), MISSING, id="no token"),
        pytest.param(lambda _: bearer(""), INVALID, id="empty token"),
        pytest.param(lambda _: (("authorization", ""),), INVALID, id="empty header"),
        pytest.param(lambda guarded: (("authorization", guarded.admin),), INVALID, id="no scheme"),
        pytest.param(
            lambda guarded: (("authorization", f"Basic {guarded.admin}"),), INVALID, id="other scheme"
        ),
        pytest.param(
            lambda guarded: (("authorization", f"Bearer {guarded.admin} x"),), INVALID, id="more behind"
        ),
        pytest.param(lambda guarded: bearer(guarded.admin[:-1]), INVALID, id="cut token"),
        pytest.param(lambda guarded: bearer(f"{guarded.admin}="), INVALID, id="longer token"),
        pytest.param(lambda guarded: bearer(guarded.admin.swapcase()), INVALID, id="token in other case"),
        pytest.param(lambda _: bearer(new_token()), INVALID, id="unknown token"),
        pytest.param(
            lambda guarded: bearer(guarded.admin) + bearer(guarded.admin), INVALID, id="two headers"
        ),
        pytest.param(lambda guarded: bearer(guarded.admin) + bearer(new_token()), INVALID, id="two tokens"),
        pytest.param(
            lambda guarded: (("x-authorization", f"Bearer {guarded.admin}"),), MISSING, id="other header"
        ),
        pytest.param(with_bearer("expired"), EXPIRED, id="expired token"),
    ],
)
def test_no_rpc_lets_a_stranger_in(guarded, method, metadata, expected):
    assert outcome(guarded.channel, method, metadata(guarded)) == expected


@pytest.mark.parametrize("method", list(SERVICE.methods), ids=lambda method: method.name)
def test_every_rpc_asks_for_its_role_in_the_collection(guarded, method):
    """Foreign, or with a lesser role, is refused, whether there is such a collection or not."""
    asked = access_of(method)
    lesser = {"read": (), "write": ("reader",), "admin": ("reader", "writer")}[ROLES[asked.role]]
    for token in lesser:
        assert outcome(guarded.channel, method, bearer(getattr(guarded, token)), "wire") == LACKING
    if asked.collections:
        for collection_id in ("secret", "not-there"):
            for token in ("foreign", "reader", "writer"):
                assert (
                    outcome(guarded.channel, method, bearer(getattr(guarded, token)), collection_id)
                    == LACKING
                )
    code, _ = outcome(guarded.channel, method, bearer(guarded.admin), "not-there-either")
    assert code not in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}


@pytest.mark.parametrize("method", list(SERVICE.methods), ids=lambda method: method.name)
def test_a_strangers_message_is_not_read(guarded, method):
    """Bytes that are no message do not matter, and who never sends one is refused all the same."""
    invoke = guarded.channel.stream_stream(f"/{SERVICE.full_name}/{method.name}")
    refused = threading.Event()

    def never():
        refused.wait(60)
        yield from ()

    try:
        for messages in (iter([b"\xff"]), never()):
            with pytest.raises(grpc.RpcError) as refusal:
                next(invoke(messages, metadata=bearer(new_token()), timeout=60))
            assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED
    finally:
        refused.set()


def test_health_answers_anybody(guarded):
    stub = health_pb2_grpc.HealthStub(guarded.channel)
    for metadata in ((), bearer(new_token()), bearer(guarded.expired)):
        answer = stub.Check(health_pb2.HealthCheckRequest(), metadata=metadata, timeout=60)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_answers_any_known_caller(guarded):
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    answer = call(guarded.channel, METHOD["ServerReflectionInfo"], bearer(guarded.foreign), request=request)
    names = {service.name for service in answer.list_services_response.service}
    assert SERVICE.full_name in names
    assert names == {SERVICE.full_name, METHODS[-1].containing_service.full_name, "grpc.health.v1.Health"}


def test_the_scheme_may_be_written_in_any_case(guarded):
    for scheme in ("bearer", "BEARER"):
        metadata = (("authorization", f"{scheme} {guarded.reader}"),)
        assert outcome(guarded.channel, METHOD["GetServiceInfo"], metadata) == OK


def test_each_role_includes_the_lesser_ones(guarded):
    article = Article(id="a", text=TEXT)
    for token, expected in (("reader", LACKING), ("writer", OK), ("admin", OK)):
        got = guarded.outcome("IngestArticle", getattr(guarded, token), collection_id="wire", article=article)
        assert got == expected
    for token in ("reader", "writer", "admin"):
        assert guarded.outcome("ListArticles", getattr(guarded, token), collection_id="wire") == OK


def test_an_empty_collection_id_means_the_default_collection_for_access_too(guarded):
    assert guarded.outcome("ListArticles", guarded.reader) == OK
    assert guarded.outcome("ListArticles", guarded.writer) == LACKING


def test_a_star_stands_for_the_rest_of_an_id(guarded):
    for collection_id, expected in (("wire", OK), ("wire-north", OK), ("wireless", LACKING)):
        assert guarded.outcome("ListArticles", guarded.writer, collection_id=collection_id) == expected


def test_a_refusal_names_role_and_collection(guarded):
    with pytest.raises(grpc.RpcError, match="'newsdesk' has not the role 'write' in any collection"):
        call(guarded.channel, METHOD["IngestArticle"], bearer(guarded.reader), "wire")
    with pytest.raises(grpc.RpcError, match="'wire' has not the role 'write' in the collection 'secret'"):
        call(guarded.channel, METHOD["IngestArticle"], bearer(guarded.writer), "secret")


def test_a_stored_article_is_compared_only_for_readers_of_its_collection(guarded):
    guarded.outcome(
        "IngestArticle", guarded.admin, collection_id="secret", article=Article(id="s", text=TEXT)
    )
    given = pb.CompareSide(inline=pb.InlineText(text=TEXT))
    stored = pb.CompareSide(article=pb.ArticleReference(collection_id="secret", article_id="s"))
    assert guarded.outcome("Compare", guarded.foreign, a=given, b=given) == OK
    for sides in ({"a": given, "b": stored}, {"a": stored, "b": given}):
        assert guarded.outcome("Compare", guarded.admin, **sides) == OK
        assert guarded.outcome("Compare", guarded.reader, **sides) == LACKING


def test_each_sees_in_the_list_what_it_may_read(guarded):
    def listed(token, size):
        page, ids = "", []
        while True:
            request = pb.ListCollectionsRequest(page_size=size, page_token=page)
            answer = call(guarded.channel, METHOD["ListCollections"], bearer(token), request=request)
            assert len(answer.collections) <= size
            ids += [each.id for each in answer.collections]
            page = answer.next_page_token
            if not page:
                return ids

    for size in (1, 2, 3, 100):
        assert {"default", "elsewhere", "secret", "wire"} < set(listed(guarded.admin, size))
        assert listed(guarded.reader, size) == ["default", "wire"]
        assert listed(guarded.writer, size) == ["wire", "wire-north"]
        assert listed(guarded.foreign, size) == ["elsewhere"]


@pytest.mark.parametrize("name", ["IngestArticles", "BatchIngestArticles"])
def test_a_stream_ends_at_the_first_message_for_a_foreign_collection(guarded, name):
    kind = getattr(pb, f"{name}Request")

    def request(collection_id):
        article = Article(id=uuid.uuid4().hex, text=TEXT)
        content = {"article": article} if name == "IngestArticles" else {"articles": [article]}
        return kind(collection_id=collection_id, **content)

    invoke = guarded.channel.stream_stream(
        f"/{SERVICE.full_name}/{name}",
        request_serializer=kind.SerializeToString,
        response_deserializer=getattr(pb, f"{name}Response").FromString,
    )
    requests = [request("wire"), request("wire-north"), request("secret"), request("wire")]
    answers = invoke(iter(requests), metadata=bearer(guarded.writer), timeout=60)
    assert [next(answers) is not None, next(answers) is not None] == [True, True]
    with pytest.raises(grpc.RpcError) as refusal:
        next(answers)
    assert refusal.value.code() is grpc.StatusCode.PERMISSION_DENIED
    refused = requests[2].article.id if name == "IngestArticles" else requests[2].articles[0].id
    got = guarded.outcome("GetArticle", guarded.admin, collection_id="secret", article_id=refused)
    assert got == (grpc.StatusCode.NOT_FOUND, "ARTICLE_NOT_FOUND")


def test_an_open_stream_ends_with_the_message_after_its_token_was_taken_back(guarded):
    token = guarded.file.token("for a day", write=["wire"])
    guarded.rewrite()
    go_on = threading.Event()

    def requests():
        yield pb.IngestArticlesRequest(collection_id="wire", article=Article(id="before", text=TEXT))
        go_on.wait(60)
        yield pb.IngestArticlesRequest(collection_id="wire", article=Article(id="after", text=TEXT))

    invoke = guarded.channel.stream_stream(
        f"/{SERVICE.full_name}/IngestArticles",
        request_serializer=pb.IngestArticlesRequest.SerializeToString,
        response_deserializer=pb.IngestArticlesResponse.FromString,
    )
    answers = invoke(requests(), metadata=bearer(token), timeout=60)
    assert next(answers).article_id == "before"
    guarded.file.entries.pop()
    guarded.rewrite()
    go_on.set()
    with pytest.raises(grpc.RpcError) as refusal:
        next(answers)
    assert refusal.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_broken_file_leaves_the_old_one_in_force_and_is_logged_without_what_it_holds(guarded):
    secret = new_token()
    broken = guarded.path.with_suffix(".broken")
    broken.write_text(f'[[token]]\nname = "a"\ntoken_sha256 = "{secret}"\nread = ["*"]\n', encoding="utf-8")
    broken.replace(guarded.path)
    line = guarded.service.wait_for("reload failed")
    assert "token 1 (a): token_sha256 must be 64 hexadecimal digits" in line["problem"]
    assert secret not in json.dumps(line)
    assert guarded.outcome("GetServiceInfo", guarded.reader) == OK
    guarded.rewrite()


def test_the_file_may_be_written_again_and_again_under_load(guarded):
    """Every call by a token that stays is answered; the one that comes and goes is either let in or not known."""
    ended = threading.Event()
    seen = {"stays": set(), "goes": set()}
    gone = new_token()

    def keep_calling(name, token):
        while not ended.is_set():
            seen[name].add(guarded.outcome("GetServiceInfo", token))

    tokens = {"stays": guarded.reader, "goes": gone}
    threads = [threading.Thread(target=keep_calling, args=each) for each in tokens.items() for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        guarded.file.token("comes", read=["*"])
        entry = f'[[token]]\nname = "goes"\ntoken_sha256 = "{digest_of(gone).hex()}"\nread = ["*"]\n'
        for _ in range(2):
            guarded.file.entries.append(entry)
            guarded.rewrite()
            assert guarded.outcome("GetServiceInfo", gone) == OK
            guarded.file.entries.pop()
            guarded.rewrite()
            assert guarded.outcome("GetServiceInfo", gone) == INVALID
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert seen["stays"] == {OK}
    assert seen["goes"] <= {OK, INVALID}


def test_the_log_has_who_called_but_never_a_token(service_factory, tmp_path):
    file = AccessFile()
    token, expired = (
        file.token("newsdesk", read=["*"]),
        file.token("old desk", expires=long_ago(), read=["*"]),
    )
    unknown = new_token()
    service = service_factory(access_file=file.write(tmp_path / "access.toml"), log_level="debug")
    with grpc.insecure_channel(service.address) as channel:
        for each in (token, expired, unknown, f"{token} {token}"):
            outcome(channel, METHOD["GetServiceInfo"], bearer(each))
            outcome(channel, METHOD["IngestArticles"], bearer(each))
            outcome(channel, METHOD["ServerReflectionInfo"], bearer(each))
    service.stop()
    lines = [line for line in service.lines if line["event"] == "rpc" and line["method"] == "GetServiceInfo"]
    assert [(line["caller"], line["reason"]) for line in lines] == [
        ("newsdesk", ""),
        ("old desk", "TOKEN_EXPIRED"),
        ("", "TOKEN_INVALID"),
        ("", "TOKEN_INVALID"),
    ]
    logged = "\n".join(service.raw)
    for secret in (token, expired, unknown):
        assert secret not in logged
        assert secret.removeprefix("textkin_") not in logged


def test_a_file_that_others_may_read_is_warned_of(service_factory, tmp_path):
    file = AccessFile()
    file.token("newsdesk", read=["*"])
    path = file.write(tmp_path / "access.toml")
    path.chmod(0o644)
    service = service_factory(access_file=path, wait=False)
    assert service.wait_for("readable by others")["file"] == str(path)


def service_of(rpc):
    """The descriptor of a service with one RPC, made from its part of a proto."""
    file = FileDescriptorProto(name=f"{uuid.uuid4().hex}.proto", package=f"t{uuid.uuid4().hex}")
    file.dependency.append(pb.DESCRIPTOR.name)
    service = file.service.add(name="Forgetful")
    method = service.method.add(name="Leak", output_type=".textkin.v1.GetServiceInfoResponse")
    rpc(method)
    pool = descriptor_pool.Default()
    return pool.AddSerializedFile(file.SerializeToString()).services_by_name["Forgetful"]


def test_a_new_rpc_without_a_role_cannot_be_served():
    def forgotten(method):
        method.input_type = ".textkin.v1.GetServiceInfoRequest"

    with pytest.raises(ValueError, match=r"Forgetful\.Leak has no role"):
        rules(service_of(forgotten))


def test_a_new_rpc_that_forgets_a_collection_cannot_be_served():
    def forgotten(method):
        method.input_type = ".textkin.v1.CompareRequest"
        access = method.options.Extensions[access_pb2.access]
        access.role = access_pb2.ROLE_READ
        access.collections.append("a.article.collection_id")

    with pytest.raises(ValueError, match=r"Leak: access does not name b\.article\.collection_id"):
        rules(service_of(forgotten))


def test_a_path_that_leads_nowhere_cannot_be_served():
    def wrong(method):
        method.input_type = ".textkin.v1.SearchRequest"
        access = method.options.Extensions[access_pb2.access]
        access.role = access_pb2.ROLE_READ
        access.collections.extend(["collection_id", "inline"])

    with pytest.raises(ValueError, match="access names inline, which is no string of its request"):
        rules(service_of(wrong))
