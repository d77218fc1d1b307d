"""The sketches' parameters are settings: which may change over stored articles, and which may not."""

import pytest

from textkin import Article, Client

OTTERS = (
    "Otters have returned to the flooded quarry at Gannet Hollow after an absence of thirty years, the wardens say. "
    "A camera that Beatrix Solheim hung above the old crane filmed a mother with two cubs on Wednesday night. "
    "Anglers from Penny Marsh asked the council of Orrindale for a fence around their carp pond before the spring."
)


def test_bands_rows_and_shared_keys_may_change_over_stored_articles(service_factory):
    first = service_factory()
    with Client(first.address) as client:
        client.ingest(Article(id="otters", text=OTTERS))
        before = client.info().scheme
    first.stop()
    second = service_factory(verbatim_bands=16, verbatim_rows=8, content_shared_keys=3)
    with Client(second.address) as client:
        after = client.info().scheme
        assert [match.article_id for match in client.search(OTTERS).matches] == ["otters"]
    assert after.id == before.id
    assert (before.verbatim_bands, before.verbatim_rows, before.content_shared_keys) == (32, 4, 2)
    assert (after.verbatim_bands, after.verbatim_rows, after.content_shared_keys) == (16, 8, 3)


@pytest.mark.parametrize("flags", [{"content_keys": 64}, {"content_segment_words": 150}], ids=str)
def test_other_content_sketches_than_the_stored_ones_are_refused_at_start(service_factory, flags):
    service_factory().stop()
    refused = service_factory(wait=False, **flags)
    assert refused.process.wait(timeout=60) == 1
    refused.stop()
    (message,) = [line for line in refused.raw if line.startswith("Error: ")]
    assert message.startswith("Error: STORE_SCHEME_MISMATCH: ")
    assert "content_keys (bottom) and content_segment_words (segment)" in message


def test_settings_that_do_not_go_together_end_the_start(service_factory):
    refused = service_factory(wait=False, verbatim_bands=33)
    assert refused.process.wait(timeout=60) == 2
    refused.stop()
    assert "with 4 rows at most 32 bands" in "\n".join(refused.raw)
