"""Doing the same for many, of which each may fail by itself."""

from collections.abc import Callable, Mapping
from typing import TypeVar

Value = TypeVar("Value")
Result = TypeVar("Result")
Key = TypeVar("Key")
Errors = dict[int, Exception]


def each(values: Mapping[int, Value], step: Callable[[Value], Result], failed: Errors) -> dict[int, Result]:
    """Returns what a step makes of each value. Those that it fails for are left out; their errors go into `failed`."""
    results: dict[int, Result] = {}
    for i, value in values.items():
        try:
            results[i] = step(value)
        except Exception as error:  # noqa: BLE001 - of this value alone
            failed[i] = error
    return results


def together(
    values: Mapping[int, Value], step: Callable[[Mapping[int, Value]], dict[Key, Result]], failed: Errors
) -> dict[Key, Result]:
    """Returns what a step makes of all values at once, under whatever keys; where it fails, of each by itself."""
    try:
        return step(values)
    except Exception:  # noqa: BLE001 - of some value, which is found out one by one
        results: dict[Key, Result] = {}
        for part in each({i: {i: value} for i, value in values.items()}, step, failed).values():
            results.update(part)
        return results
