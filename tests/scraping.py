"""Reads the metrics of a service over HTTP, as Prometheus does."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def families(address):
    """The families of metrics at an address, by name."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=60) as answer:
        text = answer.read().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(address, name, **labels):
    """The value of one series now; None: there is none. `name` as queries have it: counters end with _total."""
    for family in families(address).values():
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return None
