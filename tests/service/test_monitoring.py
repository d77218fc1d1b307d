"""The dashboard, the alerts and the documentation speak of the metrics that there are, and of no others."""

import itertools
import json
import re
from pathlib import Path

import exposed
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "textkin.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

# What Prometheus itself adds, and the functions and words of its language that are used.
TARGET_LABELS = {"job", "instance"}
OF_PROMETHEUS = {"up": set()}
FUNCTIONS = {
    *("rate", "increase", "changes", "histogram_quantile", "time", "clamp_min"),
    *("sum", "min", "max", "count"),
}
WORDS = {"and", "or", "unless", "bool"}
GROUPING = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^()]*)\)"


def queries():
    """Every query, and where it stands."""
    for panel in PANELS:
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield f"variable {variable['name']}", variable["definition"].split("(", 1)[1].rsplit(",", 1)[0]
    for annotation in DASHBOARD["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["expr"]
    for rule in RULES:
        yield f"alert {rule['alert']}", rule["expr"]


def parsed(query):
    """The metrics of a query with the labels that are asked of each, the labels that it groups by, and its functions."""
    assert query.count("(") == query.count(")")
    assert query.count("{") == query.count("}")
    grouped = {
        each.strip() for found in re.findall(GROUPING, query) for each in found.split(",") if each.strip()
    }
    rest = re.sub(r"\[[^]]*\]", " ", re.sub(GROUPING, " ", query))
    metrics = {}
    for name, selected in re.findall(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}", rest):
        labels = re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"[^"]*"', selected)
        assert len(labels) == selected.count('"') / 2, selected
        metrics.setdefault(name, set()).update(labels)
    rest = re.sub(r"\{[^}]*\}", " ", rest)
    functions = set(re.findall(r"([a-zA-Z_]\w*)\s*\(", rest))
    for name in re.findall(r"(?<![\w.])([a-zA-Z_:][\w:]*)\b(?!\s*\()", rest):
        if name not in WORDS:
            metrics.setdefault(name, set())
    return metrics, grouped, functions


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    made = exposed.engine_in(tmp_path_factory.mktemp("exposed"))
    yield exposed.series(made)
    made.close()


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_asks_for_metrics_and_labels_that_there_are(series, where, query):
    metrics, grouped, functions = parsed(query)
    known = series | OF_PROMETHEUS
    assert metrics, where
    assert functions <= FUNCTIONS
    for name, labels in metrics.items():
        assert name in known, f"{where}: there is no metric {name}"
        assert labels <= known[name] | TARGET_LABELS, f"{where}: {name} has no label {labels - known[name]}"
    assert all(
        label in TARGET_LABELS or any(label in known[name] for name in metrics) for label in grouped
    ), f"{where}: grouped by {grouped}"


def test_a_query_that_asks_for_something_else_would_be_seen(series):
    metrics, grouped, functions = parsed(
        'sum by (le, colour) (rate(textkin_rpc_seconds_bucket{hue=~"red|blue", method!="Search"}[5m])) / textkin_ghosts'
    )
    assert metrics == {"textkin_rpc_seconds_bucket": {"hue", "method"}, "textkin_ghosts": set()}
    assert grouped == {"le", "colour"}
    assert functions == {"sum", "rate"}
    assert "textkin_ghosts" not in series


def test_every_metric_of_ours_is_on_the_dashboard(series):
    asked = {name for _, query in queries() for name in parsed(query)[0]}
    assert {
        name
        for name in series
        if name.startswith("textkin_") and not name.endswith(("_sum", "_count", "_bucket"))
    } <= asked
    histograms = {name.removesuffix("_bucket") for name in series if name.endswith("_bucket")}
    assert all(any(f"{name}_{part}" in asked for part in ("sum", "count", "bucket")) for name in histograms)


def test_panels_have_titles_units_and_places_of_their_own():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    cells = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in cells, panel["title"]
                cells.add((x, y))
    for panel in PANELS:
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


def test_alerts_say_what_is_the_matter_and_where_it_is_told_what_to_do():
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) > 0
    for rule in RULES:
        assert rule["alert"].startswith("Textkin")
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"].keys() == {"summary", "description", "runbook"}
        page, anchor = rule["annotations"]["runbook"].split("#")
        assert page == "docs/operations.md"
        assert anchor in headings, rule["alert"]


def test_the_dashboard_and_the_alert_take_the_same_for_our_doing():
    codes = {found for _, query in queries() for found in re.findall(r'code=~"([^"]*)"', query)}
    assert codes == {"INTERNAL|UNKNOWN|DATA_LOSS|UNAVAILABLE"}


def test_what_is_tried_again_is_told_once_it_failed_for_long():
    failing = [rule for rule in RULES if 'result="failed"' in rule["expr"]]
    assert len(failing) == 2
    for rule in failing:
        assert re.fullmatch(r"[1-9]\d*[mh]", rule.get("for", "")), rule["alert"]


def test_series_of_other_values_of_a_label_are_not_matched_by_that_label():
    """Otherwise none matches any, and the alert is never told."""
    joined = 0
    for rule in RULES:
        sides = re.split(r"\b(?:and|unless)\b", rule["expr"])
        for left, right in itertools.pairwise(sides):
            joined += 1
            matched = re.match(r"\s*(on|ignoring)\s*\(([^()]*)\)", right)
            other = {label for label, _ in selected(left) ^ selected(right)}
            named = {each.strip() for each in matched[2].split(",")} if matched else set()
            is_on = matched is not None and matched[1] == "on"
            assert other.isdisjoint(named) if is_on else other <= named, rule["alert"]
    assert joined == 2


def selected(query):
    """The labels that a query selects by, each with its one value."""
    return set(re.findall(r'(\w+)\s*=\s*"([^"]*)"', query))


def test_the_operations_page_has_the_metrics_as_they_are(tmp_path):
    made = exposed.engine_in(tmp_path)
    table = PAGE.split("<!-- metrics: begin", 1)[1].split("\n", 1)[1].split("<!-- metrics: end", 1)[0]
    assert table == exposed.table(made)
    made.close()
