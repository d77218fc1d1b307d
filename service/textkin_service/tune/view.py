"""What `textkin tune` prints: tables for people, or one object for programs."""

import dataclasses
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from textkin.cli._display import stdout_console
from textkin_service.settings import Settings
from textkin_service.tune.measure import Found, Share
from textkin_service.tune.tuning import Content, Tuning, Whole

_DEFAULTS = Settings()
# Fewer rewrites than this leave the recall uncertain by some points.
_FEW = 100


def show(tuning: Tuning) -> None:
    """Prints what was measured and what to do, on standard output."""
    console = stdout_console()

    def say(line: str = "") -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    for line in _sample(tuning):
        say(line)
    say()
    for line in _verbatim(tuning):
        say(line)
    say()
    for line in _content(tuning):
        say(line)
    console.print(_contents(tuning))
    say("Both together, as a search uses them:")
    console.print(_wholes(tuning))
    for line in _advice(tuning):
        say(line)


def as_json(tuning: Tuning) -> dict[str, Any]:
    """Returns everything measured."""
    target, verbatim = tuning.target, tuning.verbatim
    return {
        "target": dataclasses.asdict(target),
        "sample": {
            "articles": len(tuning.sample.articles),
            "of": tuning.sample.seen,
            "pairs": len(tuning.sample.pairs),
        },
        "verbatim": {
            "bands": verbatim.cut.bands,
            "rows": verbatim.cut.rows,
            "met": verbatim.met,
            "recall_by_formula": verbatim.cut.meeting(target.resemblance),
            "copies": _share_json(verbatim.copies),
            "copies_by_formula": verbatim.expected,
            "sample_recall": _share_json(verbatim.natural.recall),
            "sample_precision": _share_json(verbatim.natural.precision),
            "expected_candidates": verbatim.natural.expected * tuning.scale,
            "measured_candidates": verbatim.natural.candidates,
        },
        "content": {
            "keys": tuning.content.keys,
            "shared_keys": tuning.content.shared_keys,
            "met": tuning.content_met,
            "rewrites": "given" if tuning.known else "made",
            "tried": [_content_json(each, tuning.scale) for each in tuning.contents],
        },
        "suggested": _whole_json(tuning.suggested),
        "default": _whole_json(tuning.default),
        "met": verbatim.met and tuning.content_met,
        "flags": tuning.flags(),
    }


def _sample(tuning: Tuning) -> list[str]:
    target, sample = tuning.target, tuning.sample
    drawn = "" if sample.seen <= len(sample.articles) else f", drawn from {sample.seen:,}"
    limit = (
        "" if target.max_bytes is None else f", in at most {target.max_bytes:,} bytes of memory an article"
    )
    lines = [
        f"Sample: {len(sample.articles):,} articles{drawn}.",
        f"Target: find {target.recall:.1%} of the copies with resemblance {target.resemblance:g}, and of the rewrites{limit}.",
    ]
    if target.articles is not None:
        lines.append(f"Candidates are scaled to a collection of {target.articles:,} articles.")
    return lines


def _verbatim(tuning: Tuning) -> list[str]:
    verbatim, target = tuning.verbatim, tuning.target
    cut, natural, formula = verbatim.cut, verbatim.natural, f"{verbatim.expected:.1%}"
    lines = [
        f"Copies, by the verbatim sketch: {cut.bands} bands of {cut.rows} rows.",
        f"  By formula they find {cut.meeting(target.resemblance):.1%} of the copies with resemblance {target.resemblance:g}.",
        f"  Measured on copies made so: {_share(verbatim.copies)}; by formula from their exact resemblances {formula}.",
    ]
    if natural.recall.of:
        lines.append(
            f"  Pairs of the sample itself that are as alike: recall {_share(natural.recall)},"
            f" precision {_share(natural.precision)}."
        )
    else:
        lines.append("  No two of the sample's articles that were looked at are as alike.")
    lines.append(f"  Candidates a query: {_number(natural.expected * tuning.scale)} expected.")
    if not verbatim.met:
        lines.append(f"  NOT MET: no cut that fits finds {target.recall:.1%}; this one comes nearest.")
    return lines


def _content(tuning: Tuning) -> list[str]:
    source = (
        f"{len(tuning.sample.pairs):,} given pairs"
        if tuning.known
        else f"{tuning.content.found.recall.of:,} rewrites made of the sample, a stand-in: --pairs with real ones tells more"
    )
    chosen, words = tuning.content, _DEFAULTS.content_segment_words
    lines = [
        f"Rewrites, by the content sketch: {chosen.keys} keys a segment of {words} words, {chosen.shared_keys} shared keys.",
        f"  Measured on {source}.",
    ]
    if tuning.content.found.recall.of < _FEW:
        lines.append(
            "  These are few: the shares in brackets are where the true one lies, 95 % sure. Give a larger sample."
        )
    if not tuning.content_met:
        lines.append(
            f"  NOT MET: nothing tried finds {tuning.target.recall:.1%} within the memory allowed; the best is suggested."
        )
    return lines


def _contents(tuning: Tuning) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="")
    for name in ("", "keys", "shared", "recall (95% sure)", "precision", "candidates", "memory, bytes"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    for each in _shown(tuning):
        default = (each.keys, each.shared_keys) == (_DEFAULTS.content_keys, _DEFAULTS.content_shared_keys)
        table.add_row(
            " and ".join(["suggested"] * (each == tuning.content) + ["default"] * default),
            str(each.keys),
            str(each.shared_keys),
            _recall(each.found.recall),
            _percent(each.found.precision),
            _number(each.found.candidates * tuning.scale),
            f"{each.size_bytes:,.0f}",
            style="bold" if each == tuning.content else None,
        )
    return table


def _shown(tuning: Tuning) -> list[Content]:
    """Returns of each number of keys the most sparing that meets the target, or finds most; the suggested; the default."""

    def merit(each: Content) -> tuple[bool, float]:
        recall = each.found.recall.value or 0.0
        met = recall >= tuning.target.recall
        return met, -each.found.candidates if met else recall

    sizes = {each.keys for each in tuning.contents}
    best = [max((each for each in tuning.contents if each.keys == keys), key=merit) for keys in sizes]
    default = (_DEFAULTS.content_keys, _DEFAULTS.content_shared_keys)
    return [
        each
        for each in tuning.contents
        if each in best or each == tuning.content or (each.keys, each.shared_keys) == default
    ]


def _wholes(tuning: Tuning) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="")
    table.add_column("")
    both = (tuning.suggested, tuning.default)
    for name in ("suggested", "default"):
        table.add_column(name, justify="right", no_wrap=True)

    def row(name: str, values: list[str]) -> None:
        table.add_row(name, *values)

    row("bands x rows", [f"{each.settings.verbatim_bands} x {each.settings.verbatim_rows}" for each in both])
    row(
        "keys, shared keys",
        [f"{each.settings.content_keys}, {each.settings.content_shared_keys}" for each in both],
    )
    row("copies found", [_recall(each.copies.recall) for each in both])
    row("rewrites found", [_recall(each.rewrites.recall) for each in both])
    row("candidates a query", [_number(each.rewrites.candidates * tuning.scale) for each in both])
    row("memory, bytes an article", [f"{each.memory:,.0f}" for each in both])
    row("sketch on disk, bytes an article", [f"{each.disk:,.0f}" for each in both])
    return table


def _advice(tuning: Tuning) -> list[str]:
    settings = tuning.suggested.settings
    lines = [
        f"Found: among the {settings.candidates} best candidates, which a search compares exactly (--candidates).",
        "Candidates grow in proportion to the collection, and more of them compete for these places.",
        "",
        "Start the service with",
        "",
        f"  textkin-service {' '.join(tuning.flags())}",
        "",
    ]
    if settings.content_keys != _DEFAULTS.content_keys:
        lines.append(
            "--content-keys changes what is stored: start with an empty data folder and ingest again. The other flags may"
            " change at any start."
        )
    else:
        lines.append("What is stored stays as it is by default: these flags may change at any start.")
    return lines


def _share(share: Share) -> str:
    return f"{_percent(share)} ({share.hits:,} of {share.of:,})"


def _recall(share: Share) -> str:
    low, high = share.interval()
    return f"{_percent(share)} ({low:.0%} to {high:.0%})"


def _percent(share: Share) -> str:
    return "none" if share.value is None else f"{share.value:.1%}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures either way


def _share_json(share: Share) -> dict[str, Any]:
    low, high = share.interval()
    return {"value": share.value, "hits": share.hits, "of": share.of, "low": low, "high": high}


def _found_json(found: Found) -> dict[str, Any]:
    return {
        "recall": _share_json(found.recall),
        "precision": _share_json(found.precision),
        "candidates": found.candidates,
    }


def _content_json(content: Content, scale: float) -> dict[str, Any]:
    return {
        "keys": content.keys,
        "shared_keys": content.shared_keys,
        **_found_json(content.found),
        "expected_candidates": content.found.candidates * scale,
        "memory_bytes": content.size_bytes,
    }


def _whole_json(whole: Whole) -> dict[str, Any]:
    names = (
        "verbatim_bands",
        "verbatim_rows",
        "content_keys",
        "content_segment_words",
        "content_shared_keys",
    )
    return {
        "settings": {name: getattr(whole.settings, name) for name in names},
        "copies": _found_json(whole.copies),
        "rewrites": _found_json(whole.rewrites),
        "memory_bytes": whole.memory,
        "disk_bytes": whole.disk,
    }
