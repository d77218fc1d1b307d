"""Work that nobody waits for any more ends soon: long computations ask between their steps whether they may go on."""

import threading

import pytest

from textkin_service import leave
from textkin_service.engine import Incoming, Work
from textkin_service.errors import DeadlineExceeded
from textkin_service.model import Article, InlineText, SearchOptions

SENTENCES = [
    f"The {name} mill of Garron Bridge was sold to {buyer} after the flood of the river Esk."
    for name in ("upper", "lower", "old", "new", "red", "stone")
    for buyer in ("Ada Quill", "Tom Farthing", "the county", "a cousin of the owner")
]
LONG_A = InlineText(" ".join(f"{each} It was lot {number}." for number, each in enumerate(SENTENCES * 40)))
LONG_B = InlineText(
    " ".join(f"{each} Lot {number} it was." for number, each in enumerate(SENTENCES[::-1] * 40))
)


class Counted(Work):
    """Leave that ends when it is asked for after so many times."""

    def __init__(self, times):
        super().__init__()
        self.asked = 0
        self._times = times

    def check(self):
        self.asked += 1
        if self.asked > self._times:
            self.cancel()
        super().check()


def test_a_comparison_asks_at_each_of_its_steps(engine):
    whole = Counted(10**9)
    engine.compare(whole, LONG_A, LONG_B)
    assert whole.asked > 15
    for times in {0, 1, 5, whole.asked // 2, whole.asked - 1}:
        work = Counted(times)
        with pytest.raises(DeadlineExceeded):
            engine.compare(work, LONG_A, LONG_B)
        assert work.asked == times + 1


def test_a_search_ends_in_the_middle_of_a_comparison(engine):
    prepared = engine.ingest.prepare(Work(), [Incoming("default", Article("a", LONG_B.text))])
    engine.ingest.commit(prepared).result()
    whole = Counted(10**9)
    result, _ = engine.search(whole, "default", LONG_A, SearchOptions())
    assert [match.article.id for match in result.matches] == ["a"]
    assert whole.asked > 15
    with pytest.raises(DeadlineExceeded):
        engine.search(Counted(whole.asked - 2), "default", LONG_A, SearchOptions())


def test_a_late_comparison_ends_by_itself(engine):
    work = Work(0.0)
    with pytest.raises(DeadlineExceeded, match="past"):
        engine.compare(work, LONG_A, LONG_B)


def test_threads_ask_each_for_itself():
    asked = []
    with leave.asked_of(lambda: asked.append("outer")):
        with leave.asked_of(lambda: asked.append("inner")):
            leave.may_go_on()
        leave.may_go_on()
        other = threading.Thread(target=leave.may_go_on)
        other.start()
        other.join()
    leave.may_go_on()
    assert asked == ["inner", "outer"]
