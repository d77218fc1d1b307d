"""The coefficients of score and relation. `coefficients.toml` holds them and says what each is."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Order:
    """Of the order of words over both texts."""

    line: float
    slope: float
    floor: float
    smoothing_words: float


@dataclass(frozen=True, slots=True)
class Content:
    """Of rare words in common."""

    line: float
    containment_floor: float
    containment_weight: float


@dataclass(frozen=True, slots=True)
class Passages:
    """Of passages by themselves."""

    line: float
    line_between_strangers: float
    strangers_containment: float
    smoothing_words: float


@dataclass(frozen=True, slots=True)
class Score:
    """Of the scale of the score."""

    at_order_line: float
    of_whole_copy: float
    least_of_part: float
    greatest_of_part: float
    of_quotation: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Of the relations."""

    related: float
    copied_share: float
    copied_words: int
    quoted_words: int


@dataclass(frozen=True, slots=True)
class Coefficients:
    """All of them."""

    order: Order
    content: Content
    passages: Passages
    score: Score
    relation: Thresholds

    @classmethod
    def of(cls, tables: dict[str, dict[str, Any]]) -> Self:
        """Returns the coefficients of a parsed file. TypeError: a name too many, or one missing."""
        return cls(
            Order(**tables["order"]),
            Content(**tables["content"]),
            Passages(**tables["passages"]),
            Score(**tables["score"]),
            Thresholds(**tables["relation"]),
        )


COEFFICIENTS = Coefficients.of(
    tomllib.loads(files("textkin_service").joinpath("coefficients.toml").read_text(encoding="utf-8"))
)
