"""What tuning measures: a sample's articles in an index, as a search meets them."""

from invented import ARTICLES, text_of

from textkin_service.analysis import analyze
from textkin_service.settings import Settings
from textkin_service.sketch import Scheme
from textkin_service.tune.evidence import Evidence
from textkin_service.tune.measure import candidates, filled

SCHEME = Scheme.of(Settings())


def test_every_article_of_a_sample_is_found_also_the_first():
    texts = [text_of(*sentences) for sentences in ARTICLES]
    sample = [Evidence.of(analyze(text), SCHEME.content_segment_words) for text in texts]
    index = filled([each.sketch(SCHEME) for each in sample], SCHEME)
    assert [candidates(index, each.probe, None)[0] for each in sample] == [0, 1, 2]
    assert [candidates(index, each.probe, own) for own, each in enumerate(sample)] == [[], [], []]
