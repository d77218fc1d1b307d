"""Requests made by the API's descriptors, right, wrong and damaged, to a real service; `make fuzz` sends many more."""

import json

from calling import METHODS
from rpcs import fuzz


def test_whatever_is_asked_the_service_answers_or_says_what_was_wrong(service_factory):
    running = service_factory()
    tally = fuzz(running.address, 600)
    assert tally.failures == []
    assert {method for method, _ in tally.codes} == {method.name for method in METHODS}
    assert running.process.poll() is None
    assert running.stop() == 0
    unexpected = [line for line in running.lines if line["level"] != "info"]
    assert unexpected == []
    # Every line that it wrote is one JSON object: nothing that a caller sent has broken a line, or out of one.
    assert [json.loads(line) for line in running.raw] == running.lines
