"""The targets of `make fuzz`, each with a few inputs; the campaign gives them a hundred thousand."""

import importlib
import inspect

import pytest

from kernel_modules import KERNEL_MODULES
from parsers import unguided_inputs
from target_names import SHARES, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_what_a_target_promises_holds_for_any_bytes(name):
    target = getattr(importlib.import_module(TARGETS[name]), name)
    for data in unguided_inputs(name, 120, seed=0):
        target(data)


def test_every_target_is_listed_and_has_a_share_of_a_campaign():
    found = {
        name
        for module in set(TARGETS.values())
        for name, value in inspect.getmembers(importlib.import_module(module), inspect.isfunction)
        if value.__module__ == module and not name.startswith("_")
    }
    assert found == set(TARGETS) == set(SHARES)
    assert sum(SHARES.values()) == 1_000


def test_modules_with_kernels_are_known_as_such():
    assert {"textkin_service.kernels", "textkin_service.alignment.runs"} <= set(KERNEL_MODULES)
    assert "textkin_service.analysis.apparatus" not in KERNEL_MODULES
