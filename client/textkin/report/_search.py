"""The page of one search."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from textkin.report._page import page
from textkin.report._text import ReportText, check_unit, html, one_line, report_text, text_block
from textkin.report._view import RELATION_MEANINGS, measures, view
from textkin.types import Article, Match, SearchResult
from textkin.words import counted, relation_name


def search_report(query: ReportText, result: SearchResult, articles: Mapping[str, Article]) -> str:
    """Returns the page, in UTF-8 once encoded: the query, and its matches, best first.

    Each match that carries passages is shown side by side with the query if `articles`, by id, has it. Spans count code
    points; raises ValueError if they count anything else.
    """
    for match in result.matches:
        check_unit(match.comparison)
    count = len(result.matches)
    heading = f"{count:,} {'match' if count == 1 else 'matches'} of “{one_line(query.name)}”"
    body = (
        f'<header>\n<h1>{heading}</h1>\n</header>\n<main>\n<details class="query"><summary>The text searched for</summary>\n'
        f'<div class="pane" role="group" tabindex="0" aria-label="The text searched for">'
        f"{text_block(query, html(query.text))}</div>\n</details>\n"
        f"{_matches(query, result, articles)}</main>\n"
    )
    return page(f"Matches of {html(' '.join(query.name.split()))}", body)


def _matches(query: ReportText, result: SearchResult, articles: Mapping[str, Article]) -> str:
    if not result.matches:
        return '<p class="note">No match: nothing here is a copy or a rewrite of it.</p>\n'
    items = "".join(
        _match(rank, match, query, articles.get(match.article_id))
        for rank, match in enumerate(result.matches, 1)
    )
    note = (
        '<p class="note">A very common key was cut short: a match may be missing.</p>\n'
        if result.truncated
        else ""
    )
    return f'{note}<ol class="matches">\n{items}</ol>\n'


def _match(rank: int, match: Match, query: ReportText, article: Article | None) -> str:
    comparison = match.comparison
    facts = [
        ("article", one_line(match.article_id)),
        ("source", one_line(match.source) if match.source else ""),
        ("published", _time(match.published_at)),
        ("address", _link(match.url)),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return (
        f'<li id="m{rank}"><h2>{rank}. {one_line(match.title or match.article_id)}</h2>\n'
        f'<p><strong class="relation">{relation_name(comparison.relation).capitalize()}, score {comparison.score:.2f}</strong> '
        f"{RELATION_MEANINGS[comparison.relation]} {html(comparison.explanation)}</p>\n"
        f'<dl class="facts">{listed}</dl>\n{_side_by_side(rank, match, query, article)}</li>\n'
    )


def _side_by_side(rank: int, match: Match, query: ReportText, article: Article | None) -> str:
    if not match.comparison.passages:
        return ""
    if article is None:
        return '<p class="note">The article was deleted since.</p>\n'
    passages = counted(len(match.comparison.passages), "passage")
    title = f"Side by side with match {rank}"
    both = view(query, report_text(article), match.comparison, prefix=f"m{rank}-", level=3, title=title)
    return (
        f'<details class="match"><summary>Side by side: {passages}</summary>\n'
        f"{measures(match.comparison)}{both}</details>\n"
    )


def _link(url: str) -> str:
    """The address of an article, as a link if it leads to the web: what else it might start is not the reader's wish."""
    try:
        web = urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        web = False
    shown = one_line(url) if url else ""
    return f'<a href="{html(url)}" rel="noopener noreferrer">{shown}</a>' if web else shown


def _time(time: datetime | None) -> str:
    if time is None:
        return ""
    utc = time.astimezone(UTC)
    return f'<time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}">{utc:%Y-%m-%d %H:%M} UTC</time>'
