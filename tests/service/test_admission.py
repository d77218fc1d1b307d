"""Permits: bursts, what is let in while too much comes all the time, and what a request weighs."""

import pytest

from textkin_service.rpc.admission import HEAVIEST, Admission, weight_of


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def admission(clock):
    return Admission(most=64, sustained=16, clock=clock)


def fill(admission):
    """Has as many requests come as are let in; returns how many."""
    count = 0
    while not admission.is_full():
        admission.change(1)
        count += 1
    return count


def test_a_burst_is_let_in_whole(admission):
    assert fill(admission) == 64


def test_fewer_are_let_in_once_many_have_waited_for_long(admission, clock):
    fill(admission)
    clock.now += 0.6
    assert admission.is_full()
    admission.change(-48)
    assert admission.is_full()
    admission.change(-3)
    assert fill(admission) == 3


def test_all_of_the_burst_may_go_on_for_ever_while_nothing_is_refused(admission, clock):
    for _ in range(4):
        assert not admission.is_full()
        admission.change(HEAVIEST)
    for _ in range(100):  # four heavy requests at any time, and now and then another
        clock.now += 0.7
        admission.change(-HEAVIEST)
        assert not admission.is_full()
        admission.change(HEAVIEST)
        assert not admission.is_full()


def test_four_of_the_heaviest_requests_leave_a_quarter_to_others(admission):
    for _ in range(4):
        admission.change(HEAVIEST)
    assert fill(admission) == 16


def test_half_of_the_burst_may_go_on_for_ever(admission, clock):
    admission.change(32)
    clock.now += 60
    assert fill(admission) == 32


def test_many_that_come_and_go_are_no_burden(admission, clock):
    for _ in range(100):
        assert fill(admission) == 64
        clock.now += 0.4
        admission.change(-64)


def test_another_burst_is_let_in_after_a_moment_without_a_refusal(admission, clock):
    fill(admission)
    clock.now += 0.6
    assert admission.is_full()
    admission.change(-48)
    for _ in range(10):  # still too much comes
        clock.now += 0.19
        assert admission.is_full()
    admission.change(-13)
    clock.now += 0.19
    assert fill(admission) == 13
    admission.change(-13)
    clock.now += 0.21
    assert fill(admission) == 61


def test_a_heavy_request_is_let_in_while_others_leave_a_permit(admission):
    admission.change(63)
    assert not admission.is_full()
    admission.change(1)
    assert admission.has_room(held=1, weight=HEAVIEST)
    admission.change(1)
    assert not admission.has_room(held=1, weight=HEAVIEST)
    assert admission.has_room(held=1, weight=1)


@pytest.mark.parametrize(
    ("size", "searches", "weight"),
    [
        (0, 0, 1),
        (3_000, 0, 1),
        (32_768, 0, 2),
        (1_000, 7, 7),
        (1_000, 256, HEAVIEST),
        (16 << 20, 1, HEAVIEST),
    ],
)
def test_requests_weigh_by_their_length_or_the_searches_in_them(size, searches, weight):
    assert weight_of(size, searches) == weight
