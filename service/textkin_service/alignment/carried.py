"""Carried residue: furniture of a page that was copied together with the words around it is part of the copy."""

from dataclasses import replace

import numpy as np

from textkin_service.alignment.parameters import Parameters
from textkin_service.alignment.runs import exact_runs
from textkin_service.alignment.sides import Range
from textkin_service.alignment.vocabulary import Numbers
from textkin_service.analysis import Analysis


def with_carried_residue(a: Analysis, b: Analysis, parameters: Parameters) -> tuple[Analysis, Analysis]:
    """Returns the analyses, residue made evidence where it stands inside words that both texts have, residue included.

    On both sides of it must be as many words as start a run, unless the texts have the same words throughout. What stands at an
    end of the copied words stays residue.
    """
    residue_a, residue_b = _residue_inside(a), _residue_inside(b)
    if not (residue_a or residue_b):
        return a, b
    around = parameters.run_seed
    if np.array_equal(a.tokens.hashes, b.tokens.hashes):
        # All of it was copied, however few words stand around the residue.
        runs, around = np.array([[0, len(a.tokens), 0, len(b.tokens), len(a.tokens)]]), 0
    else:
        runs = exact_runs(a.tokens.hashes, b.tokens.hashes, parameters.run_seed)
    if not len(runs):
        return a, b
    return _with(a, residue_a, runs[:, :2], around), _with(b, residue_b, runs[:, 2:4], around)


def _residue_inside(analysis: Analysis) -> list[Range]:
    """Returns what lies between sentences, as ranges of tokens."""
    ends, starts = analysis.sentences[:-1, 1].tolist(), analysis.sentences[1:, 0].tolist()
    return [(end, start) for end, start in zip(ends, starts, strict=True) if end != start]


def _with(analysis: Analysis, residue: list[Range], runs: Numbers, around: int) -> Analysis:
    """Returns the analysis with the residue that lies that far inside any of the runs (int64, shape (n, 2)) as sentences."""
    starts, ends = runs[np.argsort(runs[:, 0])].T
    # Of the runs that begin early enough the one that reaches furthest.
    furthest = np.concatenate([[-1], np.maximum.accumulate(ends)])
    carried = [
        (first, last)
        for first, last in residue
        if furthest[np.searchsorted(starts, first - around, side="right")] >= last + around
    ]
    if not carried:
        return analysis
    sentences = np.concatenate([analysis.sentences, np.array(carried, np.int32)])
    return replace(analysis, sentences=sentences[np.argsort(sentences[:, 0])])
