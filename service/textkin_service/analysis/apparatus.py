"""Scholarly apparatus: what papers share without one being made from the other. It is no evidence that they are kin.

Lists of references, acknowledgements with the declarations beside them, and formulas. Told by their headings and by their form,
in English and the larger European languages.
"""

from bisect import bisect_left

import regex

from textkin_service.analysis.characters import LINE_ENDS, SIGNS
from textkin_service.analysis.kernels.lines import LEAST_SIGNS, LONGEST_HEADING, MAY_BE_FORMULA
from textkin_service.analysis.keywords import IN_DECLARATION, IN_REFERENCES
from textkin_service.analysis.layout import Layout

_LINE_END = regex.compile(f"[{LINE_ENDS}]")
_BREAK = regex.compile(rf"\r\n|[{LINE_ENDS}]")

# Headings, perhaps numbered; the first reference may follow in the line.
_REFERENCES = regex.compile(
    rf"""[^\S{LINE_ENDS}]*+(?:[\d.]++\s)?\W{{0,4}}
    (?:references(?:\ cited)?|bibliography|works\ cited|literature(?:\ cited)?|literatur(?:verzeichnis)?|quellen(?:verzeichnis)?
      |références(?:\ bibliographiques)?|bibliographie|bibliografía|referencias|referências|bibliografia|riferimenti|literatuur)
    [^\S{LINE_ENDS}:]*+:?[^\S{LINE_ENDS}]*+(?=[{LINE_ENDS}]|\[1\])""",
    regex.VERBOSE | regex.IGNORECASE,
)
_DECLARATION = regex.compile(
    r"""(?:[\d.]++\s)?\W{0,4}
    (?:acknowledge?ments?|funding|author(?:s['’]|['’]s|s)?\ contributions?
      |(?:declaration\ of\ )?(?:competing|conflicts?\ of)\ interests?
      |(?:data|code)(?:\ and\ code)?\ availability(?:\ statement)?|danksagung(?:en)?|remerciements|agradecimientos
      |agradecimentos|ringraziamenti|dankwoord)
    \W{0,4}$""",
    regex.VERBOSE | regex.IGNORECASE,
)
# What stands in such a section, but may come without its heading.
_THANKS = regex.compile(
    r"""(?:we|i|the\ authors?)\ [^.]{0,60}?\b(?:thank|grateful|indebted|acknowledge)\b
        .*\b(?:comments|discussions?|manuscript|referees?|reviewers?|grants?|fellowship|computing)\b
      | (?:this|the\ present)\ (?:work|study|research|project|paper)\ [^.]{0,40}?\b(?:supported|funded|financed)\b
        .*\b(?:grants?|contract|foundation|fund|council|fellowship|award|programme)\b
      | the\ authors?\ declares?\b""",
    regex.VERBOSE | regex.IGNORECASE | regex.DOTALL,
)

_OPENINGS = ("We ", "I ", "The author", "This ", "The present ")

# What the line of a reference has: its number, where it is found, or a year and an initial. A long one goes on in lines that
# have none of these.
_REFERENCE = regex.compile(
    r"""^\W?\d{1,3}[\]).]\s | \bpp?\.\ ?\d | \bdoi\b | \barXiv\b | \bet\ al\b
      | ^(?=.*\b\p{Lu}\.) .*\b(?:1[5-9]|20)\d\d[a-z]?\b""",
    regex.VERBOSE,
)
_MOST_WITHOUT = 2
# A list has at least so many lines of references: "Literature" may head an essay about novels.
_LEAST_REFERENCES = 2
# A longer line is a paragraph of prose, whatever years it names.
_MOST_CHARACTERS = 600

_SIGN = regex.compile(SIGNS)
# A text without any of these has no formula.
_FORMULA_SIGNS = "=\\^∑∏∫√∂∇≈≤≥→"
# Words of prose: three letters and more that are neither commands of TeX, nor indices, nor the names of functions.
_PROSE = regex.compile(
    r"""(?<![\\\p{L}_^{])(?!(?:exp|log|sin|cos|tan|max|min|arg|lim|sup|inf|det|mod|for|with|where|otherwise)\b)\p{L}{3,}""",
)
_WORD = regex.compile(r"[\p{L}\p{N}]++")
_MOST_PROSE = 0.15

# A text that is mostly apparatus, by characters, is taken as it is: then that is what it is about.
_MOST_APPARATUS = 0.8

# Most articles have none of these, and so no apparatus.
_IN_PROSE = IN_REFERENCES | IN_DECLARATION
APPARATUS_PHRASES = _IN_PROSE | MAY_BE_FORMULA


def may_have_apparatus(layout: Layout) -> bool:
    """Whether any sentence may be apparatus."""
    return bool(layout.all_phrases & APPARATUS_PHRASES)


def apparatus(text: str, layout: Layout) -> set[int]:
    """Returns the sentences that are apparatus, by number."""
    found: set[int] = set()
    suspects = layout.suspects
    if layout.all_phrases & MAY_BE_FORMULA and any(map(text.__contains__, _FORMULA_SIGNS)):
        formulas = (i for i, bits in suspects if bits & MAY_BE_FORMULA)
        found.update(i for i in formulas if is_formula(layout.sentence(text, i)))
    if not (found or layout.all_phrases & _IN_PROSE):
        return found
    # Lists, because most texts are so short that an array would take longer.
    ranges = layout.sentences.tolist()
    if layout.all_phrases & IN_REFERENCES:
        starts = [start for start, _ in ranges]
        end = 0
        for first, last in _references(text):
            begin, end = max(end, bisect_left(starts, first)), max(end, bisect_left(starts, last))
            found.update(range(begin, end))
    if layout.all_phrases & IN_DECLARATION:
        found.update(_declarations(text, ranges, {i for i, bits in suspects if bits & IN_DECLARATION}))
    if not found:
        return found
    most = _MOST_APPARATUS * sum(last - first for first, last in ranges)
    return found if sum(ranges[i][1] - ranges[i][0] for i in found) <= most else set()


def is_formula(text: str) -> bool:
    """Whether a stretch of text is a formula with hardly any prose."""
    signs = len(_SIGN.findall(text))
    if signs < LEAST_SIGNS:
        return False
    return len(_PROSE.findall(text)) <= _MOST_PROSE * (signs + len(_WORD.findall(text)))


def _references(text: str) -> list[tuple[int, int]]:
    """Returns the lists of references, headings included, as ranges of code points, by where they begin.

    A list goes from its heading to the last line of a reference before too many lines of none. Each line is looked at once,
    however many headings there are.
    """
    line_starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
    headings = [heading for start in line_starts if (heading := _REFERENCES.match(text, start))]
    if not headings:
        return []
    lines = _lines(text, headings[0].end())
    starts = [start for start, _ in lines]
    # By number, the lines of references; and for each of these, which of them is the last of its list.
    referring = [number for number, line in enumerate(lines) if _is_reference(text, *line)]
    lasts = list(range(len(referring)))
    for place in reversed(range(len(referring) - 1)):
        if referring[place + 1] - referring[place] <= _MOST_WITHOUT + 1:
            lasts[place] = lasts[place + 1]
    found = []
    for heading in headings:
        following = bisect_left(starts, heading.end())
        rest = _BREAK.search(text, heading.end())
        own = (heading.end(), rest.start() if rest else len(text))
        # What stands in the heading's line is one of the lines behind it, unless it is blank.
        others = bool(text[slice(*own)].strip()) and (following == len(starts) or starts[following] != own[0])
        references = int(others and _is_reference(text, *own))
        end = own[1] if references else heading.end()
        most = _MOST_WITHOUT - (others and not references)
        place = bisect_left(referring, following)
        if place < len(referring) and referring[place] - following <= most:
            references += lasts[place] - place + 1
            end = lines[referring[lasts[place]]][1]
        if references >= _LEAST_REFERENCES:
            found.append((heading.start(), end))
    return found


def _is_reference(text: str, start: int, stop: int) -> bool:
    """Whether a line is one of a reference."""
    return stop - start <= _MOST_CHARACTERS and _REFERENCE.search(text[start:stop]) is not None


def _lines(text: str, start: int) -> list[tuple[int, int]]:
    """Returns the lines from a place on that are not blank, as ranges of code points."""
    edges = [start, *(place for each in _BREAK.finditer(text, start) for place in each.span()), len(text)]
    ranges = zip(edges[::2], edges[1::2], strict=True)
    return [(first, last) for first, last in ranges if not text[first:last].isspace() and first < last]


def _declarations(text: str, sentences: list[list[int]], declaring: set[int]) -> list[int]:
    """Returns the sentences that thank or declare: of `declaring` those that do, and the paragraph under a heading."""
    found = []
    under_heading = False
    for i, (first, last) in enumerate(sentences):
        may_declare = i in declaring
        if not (may_declare or under_heading):
            continue
        if may_declare and last - first <= LONGEST_HEADING and _DECLARATION.match(text, first, last):
            under_heading = True
            found.append(i)
            continue  # an empty line may follow a heading
        if under_heading or (
            may_declare and text.startswith(_OPENINGS, first) and _THANKS.match(text, first, last)
        ):
            found.append(i)
        if under_heading:
            following = sentences[i + 1][0] if i + 1 < len(sentences) else len(text)
            under_heading = len(_BREAK.findall(text, last, following)) < 2  # noqa: PLR2004 - an empty line
    return found
