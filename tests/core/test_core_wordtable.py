"""The table of words: what is in it is right or not there, whatever other threads write."""

import numpy as np
import pytest

from textkin_service.analysis import analyze, prepare, wordtable
from textkin_service.analysis.lexicon import lexicon
from textkin_service.analysis.wordtable import WordTable


def some(count, seed=1):
    """Returns keys, and what is known of the words that have them."""
    choice = np.random.default_rng(seed)
    return (
        choice.integers(1, 1 << 63, count, np.uint64),
        choice.integers(0, 1 << 63, count, np.uint64),
        choice.integers(0, 1 << 32, count, np.uint32),
        choice.random(count, np.float32),
        choice.integers(0, 1 << 32, count, np.uint32),
    )


def assert_known(table, keys, hashes, stems, zipf, flags):
    known = table.look_up(keys)
    assert known.unknown == 0
    assert np.array_equal(known.hashes, hashes)
    assert np.array_equal(known.stems, stems)
    assert np.array_equal(known.rarities.view(np.float32), zipf)
    assert np.array_equal(known.flags, flags)


def test_a_table_grows_and_keeps_what_it_has():
    table, parts = WordTable(), [some(5_000, seed) for seed in range(6)]
    for part in parts:
        table.add(*part)
    for part in parts:
        assert_known(table, *part)


def test_what_is_not_in_the_table_is_missing():
    table, words = WordTable(), some(100)
    assert table.look_up(words[0]).missing[:100].tolist() == list(range(100))
    table.add(*(each[50:] for each in words))
    known = table.look_up(words[0])
    assert known.unknown == 50
    assert known.missing[:50].tolist() == list(range(50))
    assert not known.hashes[:50].any()


def test_a_word_is_added_once():
    table, words = WordTable(), some(3_000)
    for _ in range(5):
        table.add(*words)
    assert_known(table, *words)
    assert np.count_nonzero(table._rows.any(axis=1)) == 3_000


@pytest.mark.parametrize("column", range(4))
def test_a_row_that_is_half_written_is_no_word(column):
    table, words = WordTable(), some(200)
    table.add(*words)
    written = table._rows.any(axis=1)
    assert table._rows[written, column].all()
    table._rows[written, column] = 0
    assert table.look_up(words[0]).unknown == 200


def test_a_full_table_is_emptied():
    table, count = WordTable(), wordtable._MOST_ROWS // 2
    old, new = some(count, 1), some(1_000, 2)
    table.add(*old)
    assert_known(table, *old)
    table.add(*new)
    assert_known(table, *new)
    assert table.look_up(old[0]).unknown == count
    assert len(table._rows) < wordtable._MOST_ROWS


def test_a_text_of_more_words_than_the_table_takes_is_read_all_the_same():
    table, words = WordTable(), some(wordtable._MOST_ROWS // 2 + 1)
    table.add(*words)
    assert_known(table, *words)


def test_words_resolved_before_any_text_are_what_they_are_in_one():
    prepare()
    english = lexicon("en")
    common = [word for word in english.common if word.isascii() and word.isalpha()][::50]
    for text in (" ".join(common), " ".join(map(str.capitalize, common))):
        analysis = analyze(text, "en")
        assert analysis.tokens.words == tuple(common)
        assert analysis.stems.tolist() == english.resolve(common)[0].tolist()
