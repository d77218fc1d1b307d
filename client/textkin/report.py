"""A comparison as one HTML page: both texts side by side, each passage linked with its partner.

The page stands alone and runs no script: nothing is loaded, and whatever the texts say is shown as text. A passage's number
leads to its partner in the other text; the partner is then outlined.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from textkin.printable import printable
from textkin.types import Comparison, Passage, Quotation, Span
from textkin.words import cut_note, kind_name, relation_name

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --line: #c9c9c9; --faint: #5a5a5a;
  --verbatim: #f6d5e3; --edited: #fbe7b5; --paraphrase: #cfe8f3; --target: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #17181a; --ink: #e8e6e3; --line: #45474a; --faint: #a9abae;
  --verbatim: #5b2a40; --edited: #54431a; --paraphrase: #1f4555; --target: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; }
h2 { font-size: 1rem; margin: 0 0 .6rem; overflow-wrap: anywhere; }
p { margin: 0 0 .5rem; }
.faint { color: var(--faint); }
main { display: grid; grid-template-columns: 1fr 1fr; gap: 1.5rem; margin-top: 1rem; }
section { border-top: 1px solid var(--line); padding-top: .8rem; min-width: 0; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
mark { color: inherit; border-radius: .15rem; }
mark.verbatim { background: var(--verbatim); }
mark.edited { background: var(--edited); }
mark.paraphrase { background: var(--paraphrase); }
.quotation { text-decoration: underline dotted; text-underline-offset: .2em; }
.quotation[data-speaker]::after { content: "\\2014\\00a0" attr(data-speaker); display: inline-block; margin: 0 .3em;
  font-size: .8rem; color: var(--faint); }
a.number { font-size: .75rem; font-weight: bold; color: inherit; padding: .05rem .35rem; margin-right: .2rem;
  border: 1px solid var(--faint); border-radius: .8rem; text-decoration: none; scroll-margin-top: 30vh; }
a.number:hover, a.number:focus { outline: 2px solid var(--faint); }
a.number:target { outline: 3px solid var(--target); }
@media (max-width: 700px) { main { grid-template-columns: 1fr; } }
@media print { main { grid-template-columns: 1fr 1fr; } mark { outline: 1px solid var(--line); } }
"""


@dataclass(frozen=True, slots=True)
class ReportText:
    """One text of a report and what to call it."""

    name: str
    text: str


def comparison_report(a: ReportText, b: ReportText, comparison: Comparison) -> str:
    """Returns the page, in UTF-8 once encoded. The comparison's spans count code points of the texts."""
    passages = comparison.passages
    verdict = f"{relation_name(comparison.relation)}, score {comparison.score:.2f}"
    covered = (
        f"{comparison.explanation} "
        f"{comparison.containment_a:.0%} of A's words are in B and {comparison.containment_b:.0%} of B's in A, "
        "rare words counting most."
    )
    kinds = "".join(
        f'<mark class="{kind}">{kind}</mark> {meaning}. '
        for kind, meaning in (
            ("verbatim", "the same words"),
            ("edited", "mostly the same words"),
            ("paraphrase", "the same in other words"),
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(a.name)} and {_text(b.name)}: {_text(verdict)}</title>\n"
        f"<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<header>\n<h1>{_text(verdict.capitalize())}</h1>\n<p>{_text(covered)}</p>\n{_cut(comparison)}"
        f'<p class="faint">{kinds}{_quotations_note(passages)}A number leads to the partner in the other text.</p>\n</header>\n'
        "<main>\n"
        f"{_section('a', a, passages)}{_section('b', b, passages)}"
        "</main>\n</body>\n</html>\n"
    )


def _cut(comparison: Comparison) -> str:
    note = cut_note(comparison)
    return f"<p>{_text(note)}</p>\n" if note else ""


def _section(side: str, text: ReportText, passages: tuple[Passage, ...]) -> str:
    return (
        f'<section aria-label="{side.upper()}">\n<h2><span class="faint">{side.upper()}</span> {_text(text.name)}</h2>\n'
        f'<div class="text">{"".join(_marked(side, text.text, passages))}</div>\n</section>\n'
    )


def _marked(side: str, text: str, passages: tuple[Passage, ...]) -> Iterator[str]:
    """Yields the text piece by piece, each passage in a mark of its kind; where passages overlap, in the first one's."""
    spans = [_span(side, passage) for passage in passages]
    quoted = [(_span(side, each), each.speaker) for passage in passages for each in passage.quotations]
    every = [*spans, *(span for span, _ in quoted)]
    cuts = sorted({0, len(text), *(edge for span in every for edge in (span.start, span.end))})
    for start, end in pairwise(cuts):
        for number, (span, passage) in enumerate(zip(spans, passages, strict=True), 1):
            if span.start == start:
                yield _number(side, number, passage)
        covering = [
            p for span, p in zip(spans, passages, strict=True) if span.start <= start and end <= span.end
        ]
        piece = _text(text[start:end])
        inside = [(span, speaker) for span, speaker in quoted if span.start <= start and end <= span.end]
        if inside:
            # The speaker stands in an attribute, so that the text stays as it is.
            speaker = next((speaker for span, speaker in inside if span.end == end), "")
            named = f' data-speaker="{_text(speaker)}"' if speaker else ""
            piece = f'<span class="quotation"{named}>{piece}</span>'
        yield f'<mark class="{kind_name(covering[0].kind)}">{piece}</mark>' if covering else piece


def _number(side: str, number: int, passage: Passage) -> str:
    other = "b" if side == "a" else "a"
    title = (
        f"{kind_name(passage.kind)}, similarity {passage.similarity:.2f}: to the partner in {other.upper()}"
    )
    return (
        f'<a class="number" id="{side}{number}" href="#{other}{number}" title="{title}" aria-label="Passage {number}, {title}">'
        f"{number}</a>"
    )


def _quotations_note(passages: tuple[Passage, ...]) -> str:
    if not any(passage.quotations for passage in passages):
        return ""
    return (
        '<span class="quotation">Underlined</span>: quoted in both, with the speaker where a text names one. '
    )


def _span(side: str, of: Passage | Quotation) -> Span:
    return of.a if side == "a" else of.b


def _text(text: str) -> str:
    return escape(printable(text))
