"""Values for the fields of messages: those that callers give, those at the edge of what is right, and those beyond it."""

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

# Few, so that requests meet what others left.
COLLECTIONS = ("", "default", "fuzz-1", "fuzz-2", "fuzz-3")
# More than any list or map may have.
TOO_MANY = 300
ARTICLES = tuple(f"a{number}" for number in range(8))

STORY = (
    "The harbour master of Velmora said on Monday that two ferries had collided in thick fog near the old pier.",
    "“Nobody was hurt, but the bell of the lighthouse is lost,” said Petra Lindqvist, who runs the museum.",
    "Divers from Port Lamont will look for it as soon as the weather allows, the council announced.",
    "Tickets for the evening crossing to Sedge are refunded until the end of the month.",
    "Two ferries ran into each other near Velmora's old pier in fog, its harbour master told reporters.",
    "El capitán del puerto de Velmora dijo que dos transbordadores chocaron el lunes cerca del viejo muelle.",
    "運河の水門が十一か月の修理を終えて土曜日に再び開いた。技師たちは樫の門を四十二枚取り替えた。",
    "เรือข้ามฟากเปิดให้บริการอีกครั้งในวันเสาร์หลังจากซ่อมแซมนานสิบเอ็ดเดือน",
)
ODD = (
    "Leave a Reply\n\nYour email address will not be published.",
    "References\n[1] Marsh, O. (2021). Locks. Harrow Press.\n[2] Fenn, A. (1999). Tides.",
    "e\u0301 İstanbul ﬁnal ß \ufdfa \u202edrow\u202c 👩\u200d👩\u200d👧 \U0010ffff",
    "w" + "\u0301\u0323" * 40,
    "\0\x1b[31m\r\n\t\v\f\u2028\ufeff\u00ad",
    "“" * 30 + "It rained." + "”" * 30,
    "ha " * 60,
    "https://www.example.org/a?b=c#d",
    "1,000,000 3.14 ½ ² ① Ⅷ",
)
GAPS = (" ", "\n", "\n\n", "", "\r\n", " — ")

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_piece = st.one_of(st.sampled_from(STORY), st.sampled_from(STORY), st.sampled_from(ODD), any_text)


@st.composite
def _prose(draw: st.DrawFn) -> str:
    """Returns a text of a few pieces that other texts have too."""
    pieces = draw(st.lists(_piece, min_size=1, max_size=5))
    return draw(st.sampled_from(GAPS)).join(pieces)


@dataclass(frozen=True, slots=True)
class Values:
    """What fields are filled with.

    `strings`: by the name of the field; of None: of any other. `numbers`: whole ones of a range. `seconds` are since 1970.
    `counts`: how many a list or a map has. `beyond`: numbers that no enum has.
    """

    strings: Mapping[str | None, st.SearchStrategy[str]]
    numbers: Callable[[int, int], st.SearchStrategy[int]]
    reals: st.SearchStrategy[float]
    seconds: st.SearchStrategy[int]
    nanoseconds: st.SearchStrategy[int]
    counts: st.SearchStrategy[int]
    beyond: tuple[int, ...]


_RIGHT_STRINGS: dict[str | None, st.SearchStrategy[str]] = {
    "text": _prose(),
    "collection_id": st.sampled_from(COLLECTIONS),
    "article_id": st.sampled_from(ARTICLES),
    "id": st.sampled_from((*ARTICLES, *COLLECTIONS[2:])),
    "language": st.sampled_from(("", "", "", "en", "de", "es", "ja", "th", "zh-Hant", "pt-BR", "und", "tlh")),
    "page_token": st.just(""),
    "source": st.sampled_from(("", "", "wire", "gazette")),
    "exclude_sources": st.sampled_from(("wire", "gazette", "")),
    "key": st.sampled_from(("desk", "edition", "ü", "\0")),
    None: any_text,
}
_WRONG_IDS = st.sampled_from(
    ("", "nobody", "x" * 513, "é" * 256, "line\nbreak", "\x1b[2J", "\U000e0001" * 128)
)
_WRONG_STRINGS: dict[str | None, st.SearchStrategy[str]] = {
    "text": st.one_of(_prose(), st.sampled_from(("", " ", "…", "\0"))),
    "collection_id": st.one_of(
        st.sampled_from(COLLECTIONS), st.sampled_from(("nowhere", "Upper", "-", "x" * 64, "fuzz-\n", "ü"))
    ),
    "article_id": st.one_of(st.sampled_from(ARTICLES), _WRONG_IDS),
    "id": st.one_of(st.sampled_from(ARTICLES), _WRONG_IDS),
    "language": st.sampled_from(("", "en", "xx", "EN", "english please", "e", "-", "en-\u0661", "a" * 80)),
    "page_token": st.one_of(
        st.sampled_from(("", "?", "AAAA", "é")), st.text(string.ascii_letters + "-_=", max_size=30)
    ),
    "source": st.sampled_from(("", "wire", "gazette", "s" * 513)),
    "exclude_sources": st.sampled_from(("wire", "gazette", "", "s" * 513)),
    "key": st.one_of(any_text, st.sampled_from(("", "k" * 129))),
    None: st.one_of(any_text, st.just("t" * 4_097)),
}


def _small(least: int, most: int) -> st.SearchStrategy[int]:
    return st.sampled_from([number for number in (0, 1, 2, 3, 10, 100) if least <= number <= most])


def _any_number(least: int, most: int) -> st.SearchStrategy[int]:
    return st.one_of(
        _small(least, most),
        st.sampled_from((least, most, max(least, -1), most - 1)),
        st.integers(least, most),
    )


# The first and the last second of the years 1 to 9999.
_FIRST, _LAST = -62_135_596_800, 253_402_300_799

RIGHT = Values(
    strings=_RIGHT_STRINGS,
    numbers=_small,
    reals=st.sampled_from((0.0, 0.0, 0.3, 1.0, -0.0)),
    seconds=st.sampled_from((0, 1, 1_700_000_000, 1_800_000_000, _LAST)),
    nanoseconds=st.sampled_from((0, 0, 0, 1, 999_999_999)),
    counts=st.integers(0, 3),
    beyond=(),
)
WRONG = Values(
    strings=_WRONG_STRINGS,
    numbers=_any_number,
    reals=st.sampled_from((0.0, 1.0, 1.0000001, -1.0, math.nan, math.inf, -math.inf, 5e-324)),
    seconds=st.sampled_from((0, _FIRST, _FIRST - 1, _LAST, _LAST + 1, 2**63 - 1, -(2**63))),
    nanoseconds=st.sampled_from((0, 0, 1, 1_000_000_000, -1, 2**31 - 1)),
    counts=st.sampled_from((0, 1, 2, 3, 1, TOO_MANY)),
    beyond=(-1, 100, 2**31 - 1, -(2**31)),
)
