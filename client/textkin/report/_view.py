"""Two texts side by side with their passages linked, and what the comparison measured."""

from textkin.report._marked import marked
from textkin.report._overview import passage_list, passage_map
from textkin.report._passages import KIND_MEANINGS, SIGNS, SideName, numbered
from textkin.report._text import ReportText, html, one_line, text_block
from textkin.types import Comparison, Relation
from textkin.words import counted, cut_note, kind_name

RELATION_MEANINGS = {
    Relation.IDENTICAL: "They differ in case, punctuation or spacing at most.",
    Relation.COPY: "Most of the shorter text stands word for word, or nearly so, in the other.",
    Relation.PARTIAL_COPY: "A part of one text stands word for word, or nearly so, in the other.",
    Relation.REWRITE: "One text tells the other's content in other words, or shortened.",
    Relation.RELATED: "The same event or topic, told independently.",
    Relation.UNRELATED: "Their topics may be alike nevertheless.",
}

_QUOTED_NOTE = '<li><span class="quotation">underlined</span> quoted in both, with the speaker where a text names one</li>'


def measures(comparison: Comparison) -> str:
    """Every measure with its value, a bar, and what it says."""
    return (
        '<dl class="measures">\n'
        + _measure(
            "Score",
            [("", comparison.score, f"{comparison.score:.2f}")],
            "How strongly the texts suggest that one derives from the other, or both from a third: 0 not at all, 1 "
            "as strongly as can be. It does not say who wrote first.",
        )
        + _measure(
            "Shared words",
            _of_both(comparison.containment_a, comparison.containment_b),
            "How many of each text's words the other has too, wherever they stand. Rare words count most.",
        )
        + _measure(
            "In passages",
            _of_both(comparison.coverage_a, comparison.coverage_b),
            "How much of each text lies in the passages that are marked below.",
        )
        + _measure(
            "Same phrases",
            [("", comparison.resemblance, _percent(comparison.resemblance))],
            "How many of all runs of five words both texts have (resemblance). Copies have most of them, rewrites few.",
        )
        + "</dl>\n"
    )


def view(a: ReportText, b: ReportText, comparison: Comparison, *, prefix: str, level: int, title: str) -> str:
    """Both texts. Ids on the page begin with `prefix`; `title` is a heading of that level, which screen readers read."""
    passages = numbered(comparison, prefix)
    note = cut_note(comparison)
    parts = [
        f'<section class="view" aria-labelledby="{prefix}texts">\n',
        f'<h{level} class="hidden" id="{prefix}texts">{title}</h{level}>\n',
        f'<p class="note">{html(note)}</p>\n' if note else "",
    ]
    if passages:
        parts += [
            _legend(comparison),
            passage_list(passages, a.text, b.text),
            '<div class="bar">\n',
            _controls(len(passages)),
            passage_map(passages, len(a.text), len(b.text)),
            "</div>\n",
        ]
    else:
        parts.append('<p class="note">No passages that both texts have.</p>\n')
    parts += [
        '<div class="sides">\n<svg class="links" aria-hidden="true"></svg>\n',
        _side("a", a, prefix, marked("a", a.text, b.text, passages)),
        _side("b", b, prefix, marked("b", b.text, a.text, passages)),
        "</div>\n</section>\n",
    ]
    return "".join(parts)


def _controls(passages: int) -> str:
    """What the script makes work, and shows."""
    return (
        '<div class="controls" hidden><button type="button" data-step="-1">Previous</button>'
        '<button type="button" data-step="1">Next</button>'
        f'<p role="status">{counted(passages, "passage")}</p>'
        '<label><input type="checkbox" class="keys" checked> keys: '
        "<kbd>n</kbd> <kbd>→</kbd> next, <kbd>p</kbd> <kbd>←</kbd> previous, <kbd>Esc</kbd> none</label></div>\n"
    )


def _side(side: SideName, text: ReportText, prefix: str, content: str) -> str:
    name = f"{prefix}{side}-name"
    return (
        f'<p class="name {side}" id="{name}"><span class="letter">{side.upper()}</span> {one_line(text.name)}</p>\n'
        f'<div class="pane {side}" role="group" tabindex="0" aria-labelledby="{name}">'
        f"{text_block(text, content)}</div>\n"
    )


def _legend(comparison: Comparison) -> str:
    kinds = sorted({passage.kind for passage in comparison.passages}, reverse=True)
    items = "".join(
        f'<li><mark class="{kind_name(kind)}">{SIGNS[kind]} {kind_name(kind)}</mark> {KIND_MEANINGS[kind]}</li>'
        for kind in kinds
    )
    quoted = _QUOTED_NOTE if any(passage.quotations for passage in comparison.passages) else ""
    return (
        f'<ul class="legend">{items}{quoted}'
        "<li>Words that the partner has too are shaded more strongly. A number leads to the partner in the other text"
        '<span class="by-script">, a click on a word to the same words there</span>; '
        "behind its sign is the similarity, 0 to 1.</li></ul>\n"
    )


def _measure(name: str, values: list[tuple[str, float, str]], meaning: str) -> str:
    shown = "".join(
        f'<dd><span>{of} <strong>{value}</strong></span><svg viewBox="0 0 100 4" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect width="{100 * share:.1f}" height="4"/></svg></dd>'
        for of, share, value in values
    )
    return f'<div><dt>{name}</dt>{shown}<dd class="meaning">{meaning}</dd></div>\n'


def _of_both(a: float, b: float) -> list[tuple[str, float, str]]:
    return [("of A", a, _percent(a)), ("of B", b, _percent(b))]


def _percent(share: float) -> str:
    return f"{share:.0%}"
