"""A plain analysis, made by no kernel: with it kernels of later steps are compiled while another process compiles its own."""

import re

import numpy as np

from textkin_service.analysis import Analysis, Pieces, Tokens
from textkin_service.analysis.lexicon import word_hashes

_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^.\n]+")
# Words of so many letters are rare, shorter ones frequent (Zipf).
_RARE_LETTERS, _RARE_ZIPF, _FREQUENT_ZIPF = 4, 2.0, 6.5


def plainly_analyzed(text: str) -> Analysis:
    """Returns what `analyze` does, of the same types: each word its own stem, no residue, every sentence a piece."""
    places = np.array([match.span() for match in _WORD.finditer(text)], np.int32)
    starts, ends = np.ascontiguousarray(places.T)
    words = [text[start:end].lower() for start, end in places.tolist()]
    spans = np.array([match.span() for match in _SENTENCE.finditer(text)], np.int32)
    sentences = np.searchsorted(starts, spans).astype(np.int32)
    sentences = sentences[sentences[:, 0] < sentences[:, 1]]
    firsts, lasts = np.ascontiguousarray(sentences.T)
    return Analysis(
        text=text,
        language="en",
        tokens=Tokens(text, starts, ends, word_hashes(words, np.uint64)),
        stems=word_hashes(words, np.uint32),
        zipf=np.where(ends - starts < _RARE_LETTERS, _FREQUENT_ZIPF, _RARE_ZIPF).astype(np.float32),
        sentences=sentences,
        pieces=Pieces(np.arange(len(firsts), dtype=np.uint32), firsts, lasts),
    )
