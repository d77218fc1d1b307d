"""Texts made to make work, and the web at its worst: each of about so many bytes, for tests and for bench/hostile.py."""

import random
from collections.abc import Callable, Iterator
from itertools import count, islice

_SYLLABLES = "bano deri filu goma kura lano meri nilu poma rura sano teri vilu".split()  # noqa: SIM905 - shorter
_CJK = range(0x4E00, 0x9FA5)
_THAI = "กขคงจชซญดตถทนบปผพฟมยรลวสหอ"
_RESIDUE = "Leave a Reply\n\nYour email address will not be published. Required fields are marked *\n\n"


def of_size(pieces: Iterator[str], size: int) -> str:
    """Returns so many pieces that they have at least `size` bytes, and no more than it takes."""
    parts: list[str] = []
    room = size
    while room > 0:
        piece = next(pieces)
        parts.append(piece)
        room -= len(piece.encode())
    return "".join(parts)


def words(seed: object, vocabulary: int) -> Iterator[str]:
    """Yields words of an invented vocabulary of that many."""
    draw = _draw(seed)
    while True:
        yield invented(draw.randrange(vocabulary))


def invented(number: int) -> str:
    """Returns the word of a number: of at least two syllables, another for each number."""
    found = _SYLLABLES[number % 13]
    while number := number // 13:
        found += _SYLLABLES[number % 13]
    return found + "n"


def sentences(seed: object, vocabulary: int, length: int = 12) -> Iterator[str]:
    """Yields sentences of so many words of that vocabulary."""
    source = words(seed, vocabulary)
    while True:
        yield " ".join(islice(source, length)).capitalize() + ". "


def prose(size: int, seed: object = 0) -> str:
    """Returns what counts as an ordinary text: words as frequent as a language's, in sentences and paragraphs."""
    draw = _draw(seed)

    def made() -> Iterator[str]:
        for number in count(1):
            # Zipf's law: the r-th word stands as often as 1 / r.
            row = [invented(int(30_000 ** draw.random())) for _ in range(draw.randint(8, 28))]
            yield " ".join(row).capitalize() + (".\n\n" if number % 5 == 0 else ". ")

    return of_size(made(), size)


def _draw(seed: object) -> random.Random:
    return random.Random(str(seed))  # noqa: S311 - text, not secrets


def _repeated(piece: str) -> Callable[[int], str]:
    return lambda size: piece * -(-size // len(piece.encode()))


def _chosen(characters: str | range, seed: object) -> Callable[[int], str]:
    draw = _draw(seed)
    letters = [chr(each) for each in characters] if isinstance(characters, range) else characters
    return lambda size: "".join(draw.choices(letters, k=size // len(letters[0].encode())))


def _de_bruijn(size: int) -> str:
    """Returns words of which each three in a row stand there once (de Bruijn; made as Fredricksen and Maiorana 1978 do)."""
    letters, order = 40, 3
    row = [0] * letters * order
    found: list[int] = []

    def extend(place: int, period: int) -> None:
        if place > order:
            if order % period == 0:
                found.extend(row[1 : period + 1])
            return
        row[place] = row[place - period]
        extend(place + 1, period)
        for letter in range(row[place - period] + 1, letters):
            row[place] = letter
            extend(place + 1, place)

    extend(1, 1)
    return of_size((invented(each + 13) + " " for each in found * 9), size)


def _scripts(size: int) -> str:
    rows = ("word ", "слово ", "λέξη ", "言葉", "คำ", "كلمة ", "מילה ", "शब्द ", "단어 ", "բառ ")
    return of_size((rows[number % len(rows)] for number in count()), size)


def _nested(size: int) -> str:
    half = of_size((f"“{word} " for word in words("nested", 2_000)), size * 3 // 4)
    return half + "”" * ((size - len(half.encode())) // 3)


def _numbered(size: int) -> str:
    return of_size((f"{number} " for number in count(1_000_000)), size)


# A name, and what makes such a text of at least about so many bytes.
TEXTS: dict[str, Callable[[int], str]] = {
    "one letter": _repeated("x"),
    "one word, Latin": _chosen(range(0x61, 0x7B), "latin"),
    "one word, Chinese": _chosen(_CJK, "cjk"),
    "one word, Thai": _chosen(_THAI, "thai"),
    "one Chinese character": _repeated("好"),
    "short equal sentences": _repeated("Ab. "),
    "equal sentences": _repeated("It rained again on the Harrow locks today. "),
    "combining marks": lambda size: "w" + "\u0301" * (size // 2),
    "a letter with 10,000 marks": _repeated("w" + "\u0301\u0323" * 5_000 + " "),
    "emoji chains": _repeated("👩\u200d👩\u200d👧\u200d👦"),
    "words in emoji chains": _repeated("word👩\u200d👩\u200d👧\u200d👦 "),
    "joined words": _repeated("word\u200d"),
    "bidirectional controls": _repeated("\u202ea\u202c\u2066b\u2069 "),
    "punctuation": lambda size: "!?.,;:-()[]" * (size // 11) + "x",
    "stops": lambda size: "." * size + "x",
    "digits": _repeated("7"),
    "numbers": _numbered,
    "numbers in commas": _repeated("1,"),
    "alternating scripts": _scripts,
    "opening quotation marks": lambda size: "“" * (size // 3) + "word",
    "straight quotation marks": lambda size: '"' * size + "word",
    "quoted words": _repeated("“word” "),
    "quotations unclosed": _repeated("“It rained all day and nobody came to the pier. "),
    "quotations nested": _nested,
    "quotations with speakers": _repeated(
        "“It rained all day at the pier,” said Petra Lindqvist of Port Lamont. "
    ),
    "one word a paragraph": lambda size: of_size(
        (f"{word}\n\n" for word in words("paragraph", 50_000)), size
    ),
    "brackets": lambda size: "([{" * (size // 6) + "x" + "}])" * (size // 6),
    "links": _repeated("https://www.example.org/news/2026/harrow-locks?page=1&sort=asc#top "),
    "web residue": _repeated(_RESIDUE),
    "calls to sign up": _repeated("Sign up for our "),
    "calls to sign up, lines": _repeated("Sign up for our\n"),
    "trademarks": _repeated("trademarks "),
    "picture credits unclosed": _repeated("(AP Photo "),
    "comment boxes": _repeated("It rained.\nLeave a comment\n"),
    "references": _repeated("References\n[1] Marsh, O. (2021). Locks. Harrow Press.\n"),
    "lists of links": _repeated("Latest news\nHarrow locks reopen\n"),
    "link bars": _repeated("a | b | c "),
    "abbreviations": _repeated("Mr. "),
    "initials": _repeated("J. R. "),
    "white space": lambda size: "word" + "\t\r\n\v\f\u2028 " * (size // 9) + "word",
    "words parted by odd space": _repeated("word\tword\vword\fword\u2028word\r\n"),
    "NUL": _repeated("word\0"),
    "private use": _repeated("\ue000\uf8ff\U000f0000 a"),
    "unassigned": _repeated("\u0378\u0379\U0001ffff a"),
    "noncharacters": _repeated("\ufffe\uffff\U0010ffff a"),
    "byte order marks": _repeated("\ufeffa"),
    "soft hyphens": _repeated("w\u00ado\u00adr\u00add "),
    "expanding ligatures": _repeated("\ufdfa"),
    "expanding ligatures apart": _repeated("\ufdfa "),
    "dotted I": _repeated("İ"),
    "sharp s": _repeated("ß"),
    "Hangul letters": _repeated("\u1112\u1161\u11ab"),
    "a refrain of 1 word": _repeated("ha "),
    "a refrain of 2 words": _repeated("ha ho "),
    "a refrain of 5 words": _repeated("ha ho hi hu he "),
    "de Bruijn words": _de_bruijn,
    "distinct words": lambda size: of_size((f"{invented(number)} " for number in count(100)), size),
    "distinct words, sentences": lambda size: of_size(
        (f"{invented(number)}{'. ' if number % 9 == 0 else ' '}" for number in count(100)), size
    ),
    "chatter": lambda size: of_size(sentences("chatter", 60, 6), size),
    "chatter in quotation marks": lambda size: of_size(
        (f"“{each.strip()}” " for each in sentences("quoted", 60, 6)), size
    ),
    "headings": _repeated("HARROW LOCKS REOPEN AGAIN\n"),
    "markup": _repeated('<div class="x"><p>word</p></div>'),
    "one sentence": lambda size: of_size((f"{word} " for word in words("sentence", 3_000)), size),
}
