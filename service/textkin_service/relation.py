"""Relation: what two texts share, how much of each, and one score to order matches by."""

import numpy as np

from textkin_service.alignment import align
from textkin_service.analysis import Analysis
from textkin_service.model import Comparison, Relation

def compare(a: Analysis, b: Analysis) -> Comparison:
    """Returns the comparison of two texts with its passages."""
    passages = align(a, b)
    coverage_a = sum(p.a.end - p.a.start for p in passages) / len(a.text)
    coverage_b = sum(p.b.end - p.b.start for p in passages) / len(b.text)
    score = min(1.0, max(coverage_a, coverage_b))
    relation = Relation.REWRITE if score > 0.2 else Relation.UNRELATED
    return Comparison(score, relation, 0.0, 0.0, 0.0, coverage_a, coverage_b, passages)
