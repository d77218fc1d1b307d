"""Screening: which candidates of a search may match at all, before any is aligned.

Of twenty candidates all but one or two are strangers that share a few pairs of words. What order and content say of a text is
measured here as by a comparison. Alignment adds passages, copied words and shared quotations; it finds none where no
sentences are alike enough to seed a fragment, and too few words stand in runs. The one exception are summaries whose
sentences resemble none of the other text's: of 6,393 candidates that screening rules out on development data, 10 have such
a passage, and none of them is enough for a match.

Stored texts are screened by their outlines, which are small; the query is indexed once.
"""

import numpy as np

from textkin_service.analysis.plain import plainly_analyzed
from textkin_service.screening.outline import Outline
from textkin_service.screening.query import Screened, ScreenedQuery

__all__ = ["Outline", "Screened", "ScreenedQuery", "prepare"]

# A text that shares all that it has with itself: every kernel has something to do.
_PREPARED = (
    "The ferryman sold his blue barge to the lighthouse museum. Visitors climb aboard by the oak gangway now."
)


def prepare() -> None:
    """Compiles the kernels, or loads them from their cache: the first request does not wait for it."""
    analysis = plainly_analyzed(_PREPARED)
    ScreenedQuery(analysis, np.empty(0, np.uint32)).screen([Outline.of(analysis)])
