"""Texts of a report, and how anything that people wrote is put on a page."""

import re
from dataclasses import dataclass
from html import escape

from textkin.printable import printable
from textkin.types import Article, Comparison, OffsetUnit

_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

# Hebrew, Arabic and their neighbours, with their presentation forms.
_TO_THE_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)


@dataclass(frozen=True, slots=True)
class ReportText:
    """One text of a report, what to call it, and its language: a BCP 47 tag, empty if unknown."""

    name: str
    text: str
    language: str = ""


def report_text(article: Article) -> ReportText:
    """A stored article, by its title if it has one."""
    return ReportText(
        article.title or article.id, article.text, article.language or article.detected_language
    )


def html(text: str) -> str:
    """The text as a page shows it, in an element or in an attribute between quotation marks."""
    return escape(printable(text))


def one_line(text: str) -> str:
    """The same of a name: the text of an element, on one line, whose direction leaves what stands beside it alone."""
    return f"<bdi>{html(' '.join(text.split()))}</bdi>"


def text_block(text: ReportText, content: str) -> str:
    """The element that holds a text, as HTML in `content`: in its language, each paragraph in its own direction.

    No language: nobody knows. Directions are looked for only where a text has letters that run to the left, since browsers
    take ten seconds for a long paragraph that they have to find the direction of.
    """
    known = text.language if _LANGUAGE.fullmatch(text.language) else ""
    direction = ' dir="auto"' if _TO_THE_LEFT.search(text.text) else ""
    return f'<div class="text" lang="{known}"{direction}>{content}</div>'


def check_unit(comparison: Comparison) -> None:
    """Raises ValueError if the comparison's spans do not count code points, by which texts are cut here."""
    if comparison.offset_unit is not OffsetUnit.CODE_POINT:
        raise ValueError(
            f"offset_unit of the comparison is {comparison.offset_unit.value}: "
            f"a report needs {OffsetUnit.CODE_POINT.value}"
        )
