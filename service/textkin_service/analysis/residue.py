"""Web residue: what a page carries besides its article. It is no evidence that two texts are kin.

Told by structure and by the phrases of the web's own furniture, never by the names of sites: comment boxes, share bars,
newsletter boxes, cookie notices, photo credits, player notices, lists of other news.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import regex

# A line with one of these is furniture when it has at most this many words; longer ones may be an article about the matter.
_FURNITURE_WORDS = 30
_FURNITURE = regex.compile(
    r"""\b(?:
      leave\sa\s(?:reply|comment) | (?:post|add|write)\sa\scomment
      | (?:your\s)?e-?mail\saddress\swill\snot\sbe\spublished
    | required\sfields\sare\smarked | (?:uses\sakismet|reduce\sspam) | how\syour\scomment\sdata\sis\sprocessed
    | (?:accept|use|uses|manage|our)\s(?:all\s)?cookies | cookie\s(?:policy|settings|preferences|notice)
    | (?:privacy|cookie)\s(?:policy|notice|statement) | terms\s(?:of|and)\s(?:service|use|conditions)
    | all\srights\sreserved
    | sign\sup\s(?:for|to)\s(?:our|the)\b.*\b(?:newsletter|updates?|emails?|alerts?)
    | (?:subscribe|subscribing)\s(?:to|now|today|for|here|you)\b
    | (?:our|free|daily|weekly)\snewsletters? | keep\sup\sto\sdate\swith | share\s(?:this|on|via)\b
    | (?:follow|like)\sus\son
    | click\shere | (?:read|see|find\sout)\smore\s(?:about|at|on|here) | skip\sto\s(?:main\s)?content | back\sto\stop
    | (?:enable|please\suse|use)\s\w+\s(?:browser|javascript) | accessible\svideo\splayer | your\sbrowser\sdoes\snot
    | watch\sthe\svideo\sbelow | this\svideo\sis\sfrom | (?:scroll|continue)\s(?:down\s)?(?:for|to|reading)\b
    | advertisement
    | head\sover\sto\b.*\bfor\b | log\sin\sto\s(?:leave|post|comment) | save\smy\sname | download\sour\sapp
    | (?:this|supplied\sby)\s(?:image|photo|picture|third\sparty)\b.*\bthird\sparty
    | images?\s(?:has|have)\sbeen\ssupplied
    )\b""",
    regex.VERBOSE | regex.IGNORECASE,
)
# A line that is only a label or a credit, or starts as one.
_LABEL = regex.compile(
    r"""^\W*+(?:
      (?:image|photo|photograph|picture|pic|file\spic|file\sphoto|credit|source|sources|tags?|tagged|filed\sunder|share|related|topics?)\s?
            (?:image|photo|photograph|picture|pic|file\spic|file\sphoto|credit|source|sources|tags?|tagged|filed\sunder|share|related|topics?)\s?:
    | (?:photos?|image|picture|pic|illustration)(?:\scredit)?(?:\sby|:)\s
    | tagged\sunder | sources?\sinclude | source\slink | about\sthe\sauthor | file\s(?:\.\.\.|…|-|–|—|photo)
    | (?:share|print|email|tweet|comments?|advertisement|sponsored|loading|menu|search|home)\W*+$
    | \#\w++ | @\w++\W*+$ | \(?related: | (?:read|see)\s(?:more|also)\b | also\sread\b
    )""",
    regex.VERBOSE | regex.IGNORECASE,
)
_CREDIT = regex.compile(
    r"""(?:
      \((?:ap|afp|reuters|epa|getty)\sphoto\b[^)]*\) | \b(?:via\s)?getty\simages\b | \bfile\spic\b | \bpic:\s
      | \bhandout\svia\b
    | (?:image|photo|picture)s?\s?(?:by|credit|courtesy)\b | \battention\seditors\b
    )""",
    regex.VERBOSE | regex.IGNORECASE,
)
# A heading over a list of other news.
_OTHER_NEWS = regex.compile(
    r"""^\W*+(?:
      latest\s(?:news|stories|headlines|articles)
      | you\s(?:may|might)\s(?:also\s|be\s)?(?:like|interested|enjoy|have\smissed)\b.*
    | related(?:\s(?:news|stories|articles|posts|links|content|sources|topics))?
    | (?:discover|read|see)\smore(?:\sfrom\b.*|\snews)?
    | more\s(?:news|stories|articles|headlines|on\sthis|from\b.*|like\sthis) | most\s(?:read|popular|viewed|shared)\b.*
    | recommended(?:\sfor\syou|\sstories|\sreading)? | trending(?:\snow)? | popular\s(?:posts|stories)
    | recent\s(?:posts|stories|articles)
    | read\snext | up\snext | what\sto\sread\snext | editors?['’]?s?\s(?:picks|choice) | don['’]t\smiss
    | in\sother\snews | see\salso
    )\W*+$""",
    regex.VERBOSE | regex.IGNORECASE,
)
_STOP = regex.compile(r"""[.!?…。！？]["'”’»)\]」』]*+$""")
_WORD = regex.compile(r"[\p{L}\p{N}]++")
# A headline in a list of other news has at most this many words, a teaser under it at most that many.
_HEADLINE_WORDS = 20
_TEASER_WORDS = 45
# Text that is mostly furniture is taken as it is: then the furniture is what it is about.
_MOST_RESIDUE = 0.8


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text and the sentences, by index, that begin in it."""

    text: str
    words: int
    sentences: tuple[int, ...]

    @property
    def is_headline(self) -> bool:
        return 0 < self.words <= _HEADLINE_WORDS and not _STOP.search(self.text)

    @property
    def is_teaser(self) -> bool:
        return 0 < self.words <= _TEASER_WORDS and bool(_STOP.search(self.text))


def residue(text: str, sentences: list[tuple[int, int]]) -> set[int]:
    """Returns the indices of the sentences that are web residue; `sentences` are ranges of code points, in order."""
    found = {i for i, (start, end) in enumerate(sentences) if _is_furniture(text[start:end])}
    lines = list(_lines(text, sentences))
    for i, line in enumerate(lines):
        if line.is_headline and _OTHER_NEWS.match(line.text):
            found.update(line.sentences)
            found.update(_listed(lines[i + 1 :]))
    words = [len(_WORD.findall(text, start, end)) for start, end in sentences]
    if sum(words[i] for i in found) > _MOST_RESIDUE * sum(words):
        return set()
    return found


def _is_furniture(sentence: str) -> bool:
    words = len(_WORD.findall(sentence))
    return words <= _FURNITURE_WORDS and bool(
        _FURNITURE.search(sentence) or _LABEL.match(sentence) or _CREDIT.search(sentence)
    )


def _lines(text: str, sentences: list[tuple[int, int]]) -> Iterator[_Line]:
    """Groups the sentences by the line that they begin in."""

    def line_start(i: int) -> int:
        return text.rfind("\n", 0, sentences[i][0]) + 1

    for _, group in groupby(range(len(sentences)), key=line_start):
        indices = tuple(group)
        line = text[sentences[indices[0]][0] : sentences[indices[-1]][1]]
        yield _Line(line, len(_WORD.findall(line)), indices)


def _listed(lines: list[_Line]) -> Iterable[int]:
    """Returns the sentences of a list of other news: headlines, or headlines with a teaser under each."""
    with_teasers = len(lines) > 2 and lines[0].is_headline and lines[1].is_teaser and lines[2].is_headline  # noqa: PLR2004
    previous_is_headline = False
    for line in lines:
        if line.is_headline:
            previous_is_headline = True
        elif with_teasers and previous_is_headline and line.is_teaser:
            previous_is_headline = False
        else:
            return
        yield from line.sentences
