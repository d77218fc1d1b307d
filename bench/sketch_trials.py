"""The trials with their texts analysed, in the form that sketches are made of."""

from dataclasses import dataclass
from pathlib import Path

import trials
from sketch_forms import Text
from textkin_service.analysis import Analysis, analyze


@dataclass(frozen=True, slots=True)
class Trial:
    """As `trials.Trial`, with the text analysed."""

    text: Text
    sources: frozenset[int]
    hidden: int | None = None


@dataclass(frozen=True, slots=True)
class Trials:
    """As `trials.Trials`, with the articles analysed."""

    articles: list[Text]
    count: int
    by_kind: dict[str, list[Trial]]


def read_trials(data: Path) -> Trials:
    """Reads and analyses the folder; takes about a minute for 2,000 articles."""
    made = trials.read_trials(data)
    return Trials(
        [_analysed(text) for text in made.texts],
        made.count,
        {
            kind: [Trial(_analysed(each.text), each.sources, each.hidden) for each in of_kind]
            for kind, of_kind in made.by_kind.items()
        },
    )


def text_of(analysis: Analysis) -> Text:
    """Returns the stems and rarities of each sentence."""
    return tuple((analysis.stems[a:b], analysis.zipf[a:b]) for a, b in analysis.sentences.tolist())


def _analysed(text: str) -> Text:
    return text_of(analyze(text, "en"))
