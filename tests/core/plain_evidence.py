"""The plain twin of the kernels that cut sentences and pieces as ranges of tokens."""

import regex

from textkin_service.analysis.characters import LINE_ENDS

_BREAK = regex.compile(f"[{LINE_ENDS}]")


def sentence_ranges(bounds, skipped, commas, a_word):
    """Returns sentences, the short ones joined, the long ones split. `skipped` are numbers of sentences."""
    joined = []
    for i in range(len(bounds) - 1):
        first, last = bounds[i], bounds[i + 1]
        if i in skipped or first == last:
            continue
        follows = bool(joined) and joined[-1][1] == first
        if follows and min(last - first, joined[-1][1] - joined[-1][0]) < 3 * a_word:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [piece for sentence in joined for piece in _halved(*sentence, commas, round(30 * a_word))]


def _halved(first, last, commas, most):
    if last - first <= most:
        return [(first, last)]
    third = (last - first) // 3
    middle = (first + last) // 2
    places = [i for i in range(first + third, last - third + 1) if commas[i]]
    cut = min(places, key=lambda i: abs(i - middle), default=middle)
    return _halved(first, cut, commas, most) + _halved(cut, last, commas, most)


def piece_ranges(text, sentences, bounds, skipped):
    """Yields the pieces."""
    first = None
    for i in range(len(sentences)):
        if i in skipped:
            first = None
            continue
        first = bounds[i] if first is None else first
        words = bounds[i + 1] - first
        ends_line = (
            i + 1 == len(sentences)
            or i + 1 in skipped
            or _BREAK.search(text, sentences[i][1], sentences[i + 1][0]) is not None
        )
        if ends_line or words >= 8:
            if words >= 3:
                yield first, bounds[i + 1]
            first = None
