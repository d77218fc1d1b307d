"""Answers in words, as people read them."""

from textkin.types import Comparison, Match, PassageKind, Relation

_RELATIONS = {
    Relation.IDENTICAL: "identical to",
    Relation.COPY: "copy of",
    Relation.PARTIAL_COPY: "partial copy of",
    Relation.REWRITE: "rewrite of",
    Relation.RELATED: "related to",
    Relation.UNRELATED: "unrelated to",
}


def match_words(match: Match) -> str:
    """A match in a few words, such as "rewrite of story-17 (0.87)". It says nothing of which came first.

    >>> _ = client.ingest(Article(id="wire-1", text=original))
    >>> match_words(client.search(original).matches[0])
    'identical to wire-1 (1.00)'
    """
    comparison = match.comparison
    return f"{_RELATIONS[comparison.relation]} {match.article_id} ({comparison.score:.2f})"


def relation_name(relation: Relation) -> str:
    """The relation by itself.

    >>> relation_name(Relation.PARTIAL_COPY)
    'partial copy'
    """
    return relation.value.replace("_", " ")


def kind_name(kind: PassageKind) -> str:
    """The kind of a passage."""
    return kind.value


def cut_note(comparison: Comparison) -> str:
    """How far the texts were searched for passages; empty where they were to their ends."""
    cuts = (("A", comparison.cut_a), ("B", comparison.cut_b))
    ends = [f"{name} up to position {cut:,}" for name, cut in cuts if cut is not None]
    return (
        f"These texts repeat themselves too much to be aligned whole: {' and '.join(ends)} only."
        if ends
        else ""
    )


def counted(count: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "article"), counted(1200, "article")
    ('1 article', '1,200 articles')
    """
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
