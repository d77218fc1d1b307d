"""The page of one comparison."""

from textkin.report._page import page
from textkin.report._text import ReportText, check_unit, html, one_line
from textkin.report._view import RELATION_MEANINGS, measures, view
from textkin.types import Comparison
from textkin.words import relation_name


def comparison_report(a: ReportText, b: ReportText, comparison: Comparison) -> str:
    """Returns the page, in UTF-8 once encoded: the verdict, the measures, and both texts side by side.

    The comparison's spans count code points of the texts; raises ValueError if they count anything else.
    """
    check_unit(comparison)
    verdict = f"{relation_name(comparison.relation).capitalize()}, score {comparison.score:.2f}"
    both = " and ".join(f"“{one_line(text.name)}”" for text in (a, b))
    body = (
        '<a class="skip" href="#texts">To the texts</a>\n'
        f'<header>\n<h1>{html(verdict)}</h1>\n<p class="names">{both}</p>\n'
        f"<p>{RELATION_MEANINGS[comparison.relation]} {html(comparison.explanation)}</p>\n</header>\n"
        f"<main>\n{measures(comparison)}{view(a, b, comparison, prefix='', level=2, title='Texts side by side')}</main>\n"
    )
    names = " and ".join(html(" ".join(text.name.split())) for text in (a, b))
    return page(f"{names}: {html(verdict)}", body)
