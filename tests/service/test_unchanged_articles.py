"""An article that is there already is not analysed again, and yet never mistaken for one that is there no more."""

from dataclasses import replace

import pytest

from textkin_service.engine import Incoming, Prepared, Work
from textkin_service.engine import ingest as ingest_module
from textkin_service.model import Article, IngestOutcome, InlineText, SearchOptions

OLD = Article(
    "clock", "The clock tower of Upper Sedge moves forty metres to the east, the council said on Monday."
)
NEW = replace(OLD, text="A marsh owl has bred in the reed beds of Tarnholt for the first time since 1931.")
EMPTY = replace(OLD, text="…")


@pytest.fixture
def analysed(monkeypatch):
    """The texts that were analysed at an ingest."""
    texts = []
    alone, together = ingest_module.analyze, ingest_module.analyze_all

    def counted(text, language):
        texts.append(text)
        return alone(text, language)

    def counted_together(several, languages):
        texts.extend(several)
        return together(several, languages)

    monkeypatch.setattr(ingest_module, "analyze", counted)
    monkeypatch.setattr(ingest_module, "analyze_all", counted_together)
    return texts


def prepare(engine, *articles, search=None):
    return engine.ingest.prepare(Work(), [Incoming("default", article, search) for article in articles])


def outcomes(engine, prepared):
    return [put.outcome for put in engine.ingest.commit(prepared).result()]


def found(engine, text):
    result, _ = engine.search(Work(), "default", InlineText(text, "en"), SearchOptions())
    return [match.article.id for match in result.matches]


def test_the_same_article_again_is_not_analysed(engine, analysed):
    assert outcomes(engine, prepare(engine, OLD)) == [IngestOutcome.CREATED]
    assert analysed == [OLD.text]
    assert outcomes(engine, prepare(engine, OLD, OLD)) == [IngestOutcome.UNCHANGED] * 2
    assert analysed == [OLD.text]


def test_it_is_if_its_matches_are_asked_for(engine, analysed):
    outcomes(engine, prepare(engine, OLD))
    (again,) = prepare(engine, OLD, search=SearchOptions())
    assert isinstance(again, Prepared)
    assert analysed == [OLD.text] * 2


def test_other_content_under_its_id_is_analysed(engine, analysed):
    outcomes(engine, prepare(engine, OLD))
    titled = replace(OLD, title="Moving")
    assert outcomes(engine, prepare(engine, titled, NEW)) == [IngestOutcome.REPLACED] * 2
    assert analysed == [OLD.text, OLD.text, NEW.text]


def test_an_article_that_was_replaced_meanwhile_is_taken_in_after_all(engine, analysed):
    outcomes(engine, prepare(engine, OLD))
    unchanged = prepare(engine, OLD)
    replacing = prepare(engine, NEW)
    assert analysed == [OLD.text, NEW.text]
    assert outcomes(engine, replacing) == [IngestOutcome.REPLACED]
    assert outcomes(engine, unchanged) == [IngestOutcome.REPLACED]
    assert analysed == [OLD.text, NEW.text, OLD.text]
    assert found(engine, OLD.text) == ["clock"]
    assert found(engine, NEW.text) == []
    assert engine.article("default", "clock").text == OLD.text


def test_an_article_that_was_deleted_meanwhile_is_taken_in_after_all(engine):
    outcomes(engine, prepare(engine, OLD))
    unchanged = prepare(engine, OLD)
    assert engine.delete("default", "clock").result()
    assert outcomes(engine, unchanged) == [IngestOutcome.CREATED]
    assert found(engine, OLD.text) == ["clock"]


def test_a_text_that_cannot_be_analysed_fails_alone(engine, monkeypatch):
    alone = ingest_module.analyze

    def fragile(text, language):
        if text == NEW.text:
            raise RuntimeError("a defect")
        return alone(text, language)

    monkeypatch.setattr(ingest_module, "analyze", fragile)
    monkeypatch.setattr(
        ingest_module, "analyze_all", lambda texts, languages: [*map(fragile, texts, languages)]
    )
    first, defect, last = prepare(engine, OLD, replace(NEW, id="owl"), replace(OLD, id="tower"))
    assert isinstance(defect, RuntimeError)
    assert outcomes(engine, [first, last]) == [IngestOutcome.CREATED] * 2


def test_a_text_without_a_word_is_refused_whatever_is_there(engine):
    outcomes(engine, prepare(engine, OLD))
    (refusal,) = prepare(engine, EMPTY)
    assert "has no word" in str(refusal)
