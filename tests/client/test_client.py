"""The library against a real service: every call, sync and asynchronous, and the errors as exceptions."""

import inspect
import itertools
import random
import subprocess
import sys

import pytest
from stories import EDITED, ORIGINAL, UNRELATED

from textkin import (
    AlreadyExists,
    Article,
    ArticleReference,
    AsyncClient,
    Client,
    CollectionSettings,
    FailedPrecondition,
    IngestOutcome,
    InlineText,
    InvalidRequest,
    NotFound,
    OffsetUnit,
    Relation,
    SearchOptions,
)

WORDS = [
    first + second + third
    for first in ("bar", "len", "tos", "mik")
    for second in "aeiou"
    for third in ("ra", "ndo", "lk", "st", "pp")
]


def short_articles(count):
    chance = random.Random(5)  # noqa: S311 -- the same articles every time
    for number in range(count):
        yield Article(f"n{number}", " ".join(chance.choices(WORDS, k=12)))


def test_importing_textkin_loads_no_grpc():
    program = (
        "import sys, textkin; assert not {'grpc', 'google.protobuf', 'rich', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_both_clients_offer_the_same_calls_with_the_same_arguments():
    def calls(kind):
        public = {
            name: value for name, value in vars(kind).items() if not name.startswith("_") and callable(value)
        }
        return {name: list(inspect.signature(value).parameters) for name, value in public.items()}

    assert calls(Client) == calls(AsyncClient)


def test_two_texts_are_compared_and_the_passages_slice_them(client):
    comparison = client.compare(ORIGINAL, InlineText(EDITED, "en"))
    assert comparison.relation > Relation.REWRITE
    assert comparison.passages
    for passage in comparison.passages:
        assert passage.a.of(ORIGINAL)
        assert passage.b.of(EDITED)
    assert (
        client.compare(ORIGINAL, EDITED, offset_unit=OffsetUnit.UTF8_BYTE).offset_unit is OffsetUnit.UTF8_BYTE
    )


def test_an_article_lives_from_its_ingest_to_its_deletion(client, collection):
    article = Article("ferry", ORIGINAL, title="T", metadata={"desk": "coast"})
    assert client.ingest(article, collection=collection).outcome is IngestOutcome.CREATED
    assert client.ingest(article, collection=collection).outcome is IngestOutcome.UNCHANGED

    again = client.ingest(
        Article("copy", EDITED), collection=collection, search=SearchOptions(matches_with_passages=1)
    )
    assert [match.article_id for match in again.matches] == ["ferry"]
    assert again.matches[0].comparison.passages

    stored = client.get("ferry", collection=collection)
    assert (stored.text, stored.metadata) == (ORIGINAL, {"desk": "coast"})
    assert stored.ingested_at.tzinfo

    found = client.search(ArticleReference("ferry"), collection=collection)
    assert [match.article_id for match in found.matches] == ["copy"]
    assert client.delete("copy", collection=collection)
    assert client.search(ArticleReference("ferry"), collection=collection).matches == ()
    assert not client.delete("copy", collection=collection, allow_missing=True)
    with pytest.raises(NotFound) as caught:
        client.delete("copy", collection=collection)
    assert caught.value.reason == "ARTICLE_NOT_FOUND"


def test_a_batch_answers_each_query_by_itself(client, collection):
    client.ingest(Article("ferry", ORIGINAL), collection=collection)
    queries = [EDITED, "", UNRELATED, ArticleReference("nobody")]
    copied, empty, other, missing = client.batch_search(queries, collection=collection)
    assert [match.article_id for match in copied.matches] == ["ferry"]
    assert isinstance(empty.error, InvalidRequest)
    assert (other.matches, other.error) == ((), None)
    assert isinstance(missing.error, NotFound)


def test_thousands_of_articles_are_acknowledged_in_order_within_the_window(client, collection):
    drawn = 0
    acknowledged = 0
    most_ahead = 0

    def articles():
        nonlocal drawn, most_ahead
        for article in short_articles(3000):
            drawn += 1
            most_ahead = max(most_ahead, drawn - acknowledged)
            yield article

    for answer in client.ingest_many(articles(), collection=collection, window=64):
        assert (answer.sequence, answer.article_id) == (acknowledged, f"n{acknowledged}")
        assert answer.outcome is IngestOutcome.CREATED
        acknowledged += 1
    assert (drawn, acknowledged) == (3000, 3000)
    assert most_ahead <= 64
    assert client.get_collection(collection).article_count == 3000


def test_a_listing_draws_page_after_page(client, collection):
    assert len(list(client.ingest_many(short_articles(25), collection=collection))) == 25
    ids = [f"n{number}" for number in range(25)]
    assert [article.id for article in client.list(collection=collection, page_size=4)] == ids
    texts = client.list(collection=collection, include_text=True)
    assert [article.text for article in texts] == [article.text for article in short_articles(25)]
    assert [article.text for article in itertools.islice(client.list(collection=collection), 2)] == ["", ""]


def test_collections_are_made_and_taken_away(client, collection):
    name = f"{collection}-more"
    created = client.create_collection(name, CollectionSettings(max_articles=5))
    assert (created.id, created.settings.max_articles, created.article_count) == (name, 5, 0)
    assert client.get_collection(name) == created
    assert {name, "default"} <= {each.id for each in client.list_collections(page_size=1)}
    with pytest.raises(AlreadyExists):
        client.create_collection(name)
    client.ingest(Article("a", ORIGINAL), collection=name)
    with pytest.raises(FailedPrecondition, match=name):
        client.delete_collection(name)
    assert client.delete_collection(name, force=True) == 1


def test_an_invalid_request_names_the_field(client):
    with pytest.raises(InvalidRequest) as caught:
        client.compare("", ORIGINAL)
    assert caught.value.reason == "INVALID_REQUEST"
    assert [violation.field for violation in caught.value.violations] == ["a.inline.text"]
    assert caught.value.violations[0].description


def test_the_service_tells_what_it_is(client):
    info = client.info()
    assert info.limits.max_text_bytes == 1048576
    assert info.scheme.verbatim_permutations == 128
    assert info.started_at.tzinfo


async def test_the_asynchronous_client_does_all_of_it_too(service, collection):
    async with AsyncClient(service.address) as client:
        answers = [
            answer
            async for answer in client.ingest_many(short_articles(300), collection=collection, window=16)
        ]
        assert [answer.article_id for answer in answers] == [f"n{number}" for number in range(300)]

        await client.ingest(Article("ferry", ORIGINAL), collection=collection)
        assert (await client.compare(ORIGINAL, EDITED)).passages
        assert (await client.search(EDITED, collection=collection)).matches[0].article_id == "ferry"
        (batched,) = await client.batch_search([EDITED], collection=collection)
        assert batched.matches[0].article_id == "ferry"

        assert len([article async for article in client.list(collection=collection, page_size=100)]) == 301
        assert (await client.get("ferry", collection=collection)).text == ORIGINAL
        assert await client.delete("ferry", collection=collection)
        with pytest.raises(NotFound):
            await client.get("ferry", collection=collection)

        name = f"{collection}-async"
        await client.create_collection(name)
        assert (await client.get_collection(name)).id == name
        assert name in [each.id async for each in client.list_collections(page_size=2)]
        assert await client.delete_collection(name) == 0
        assert (await client.info()).version
