"""Every language of the samples through the real service, all in one collection, and none of them named."""

import json
from pathlib import Path

import pytest

from textkin import Article, ArticleReference, Client, CollectionSettings, InlineText, OffsetUnit, Relation

SAMPLES = Path(__file__).parents[2] / "samples" / "languages"
COLLECTION = "languages"


def read(path):
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


ARTICLES = {article["id"]: article for path in sorted(SAMPLES.glob("*.jsonl")) for article in read(path)}
STORIES = sorted(key.removesuffix("-original") for key in ARTICLES if key.endswith("-original"))


def language_of(key):
    return key.partition("-")[0]


@pytest.fixture(scope="module")
def client(service):
    with Client(service.address) as connected:
        connected.create_collection(COLLECTION)
        articles = (Article(id=key, text=article["text"]) for key, article in ARTICLES.items())
        assert not any(answer.error for answer in connected.ingest_many(articles, collection=COLLECTION))
        yield connected
        connected.delete_collection(COLLECTION, force=True)


@pytest.fixture(scope="module")
def found(client):
    """The ids of the matches of every sample."""
    queries = [ArticleReference(key) for key in ARTICLES]
    results = client.batch_search(queries, collection=COLLECTION)
    return {
        key: {match.article_id: match.comparison.relation for match in result.matches}
        for key, result in zip(ARTICLES, results, strict=True)
    }


def test_every_language_of_the_samples_is_here():
    assert {language_of(key) for key in ARTICLES} == set("de es fr it ja nl pt ru th zh".split())  # noqa: SIM905 - tags


def test_the_language_of_every_sample_is_detected(client):
    listed = {article.id: article.detected_language for article in client.list(collection=COLLECTION)}
    assert listed == {key: language_of(key) for key in ARTICLES}


@pytest.mark.parametrize("story", STORIES)
def test_original_and_rewrite_find_each_other_and_nothing_else(story, found):
    assert found[f"{story}-original"] == {f"{story}-rewrite": Relation.REWRITE}
    assert found[f"{story}-rewrite"] == {f"{story}-original": Relation.REWRITE}


def test_other_articles_on_the_topic_and_of_other_topics_find_nothing(found):
    strangers = [key for key, article in ARTICLES.items() if article["role"] in {"same_topic", "unrelated"}]
    assert len(strangers) == 20
    assert {key: found[key] for key in strangers if found[key]} == {}


@pytest.mark.parametrize("story", ["de-landslide", "ja-clock", "ru-bell", "th-silk", "zh-stage"])
def test_the_passages_of_a_rewrite_cut_the_same_pieces_in_every_unit(story, client):
    texts = [f"🙂 {ARTICLES[f'{story}-{role}']['text']}" for role in ("original", "rewrite")]
    cut = {}
    for unit, encoding, size in (
        (OffsetUnit.CODE_POINT, "utf-32-le", 4),
        (OffsetUnit.UTF8_BYTE, "utf-8", 1),
        (OffsetUnit.UTF16_UNIT, "utf-16-le", 2),
    ):
        comparison = client.compare(*texts, offset_unit=unit)
        cut[unit] = [
            text.encode(encoding)[size * span.start : size * span.end].decode(encoding)
            for passage in comparison.passages
            for text, span in zip(texts, (passage.a, passage.b), strict=True)
        ]
        assert comparison.passages
    assert cut[OffsetUnit.CODE_POINT] == cut[OffsetUnit.UTF8_BYTE] == cut[OffsetUnit.UTF16_UNIT]


def test_a_language_that_is_named_is_taken(client):
    texts = [ARTICLES[f"de-landslide-{role}"]["text"] for role in ("original", "rewrite")]
    contained = {
        language: client.compare(*(InlineText(text, language) for text in texts)).containment_a
        for language in ("", "de", "en")
    }
    assert contained["de"] == contained[""] != contained["en"]


def test_the_language_of_the_collection_is_taken_before_the_detected_one(client):
    name = "dutch"
    client.create_collection(name, CollectionSettings(language="nl"))
    client.ingest(Article(id="a", text=ARTICLES["de-landslide-original"]["text"]), collection=name)
    assert client.get("a", collection=name).detected_language == ""
    client.delete_collection(name, force=True)
