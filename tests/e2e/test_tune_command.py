"""`textkin tune`, as its users run it: in a process of its own, on the samples."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from textkin_service.settings import Settings, resolve

SAMPLES = Path(__file__).parents[2] / "samples"
ARTICLES = SAMPLES / "articles.jsonl"
# What `pip install textkin` does not bring along.
EXTRA = ("numpy", "scipy", "datasketch", "wordfreq", "Stemmer", "regex", "structlog")


def run(*arguments, before="pass", stdin=None):
    """Runs the command line after some Python code; returns the ended process."""
    program = f"import sys; {before}; from textkin.cli import main; main(prog_name='textkin')"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TEXTKIN_")}
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=clean,
        input=stdin,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    path = tmp_path_factory.mktemp("tune") / "pairs.jsonl"
    lines = (SAMPLES / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    known = [line for line in lines if json.loads(line)["kind"] in {"edit", "rewrite"}]
    path.write_text("\n".join(known), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def tuned(pairs):
    ended = run("tune", "--recall", "0.9", "--similarity", "0.5", ARTICLES, "--pairs", pairs, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def flags_of(tuned):
    return dict(flag.removeprefix("--").replace("-", "_").split("=") for flag in tuned["flags"])


def test_the_service_takes_the_flags_that_are_printed(tuned):
    settings = resolve(flags_of(tuned), {})
    assert {name: getattr(settings, name) for name in tuned["suggested"]["settings"]} == tuned["suggested"][
        "settings"
    ]


def test_a_service_starts_with_them(tuned, service_factory):
    assert service_factory(**flags_of(tuned)).stop() == 0


def test_what_is_suggested_meets_the_target_where_it_can(tuned):
    assert tuned["met"]
    assert tuned["verbatim"]["recall_by_formula"] >= 0.9
    assert tuned["suggested"]["rewrites"]["recall"]["value"] >= 0.9
    assert tuned["suggested"]["copies"]["recall"]["value"] >= 0.9


def test_copies_are_found_about_as_often_as_the_formula_says(tuned):
    copies, expected = tuned["verbatim"]["copies"], tuned["verbatim"]["copies_by_formula"]
    assert copies["of"] == 35
    # Five standard errors of a binomial share.
    assert abs(copies["value"] - expected) <= 5 * (expected * (1 - expected) / copies["of"]) ** 0.5


def test_known_pairs_are_measured_on_and_the_default_settings_beside_the_suggested(tuned, pairs):
    count = len(pairs.read_text(encoding="utf-8").splitlines())
    assert tuned["content"]["rewrites"] == "given"
    assert {each["recall"]["of"] for each in tuned["content"]["tried"]} == {count}
    default = Settings()
    assert tuned["default"]["settings"]["content_keys"] == default.content_keys
    assert 0 < tuned["suggested"]["memory_bytes"] <= tuned["default"]["memory_bytes"]


def test_the_sketch_is_not_made_smaller_than_by_default_on_the_word_of_a_few_pairs(tuned):
    (row,) = [
        each
        for each in tuned["content"]["tried"]
        if (each["keys"], each["shared_keys"]) == (tuned["content"]["keys"], tuned["content"]["shared_keys"])
    ]
    assert tuned["content"]["keys"] >= Settings().content_keys or row["recall"]["low"] >= 0.9


def test_the_same_seed_gives_the_same_answer_and_people_read_it_in_tables():
    first, again = (run("tune", ARTICLES, "--sample-size", "20", "--seed", "5") for _ in range(2))
    assert first.returncode == 0, first.stderr
    assert first.stdout == again.stdout
    assert "Sample: 20 articles, drawn from 35." in first.stdout
    assert "\n  textkin-service --verbatim-bands=" in first.stdout
    assert "suggested" in first.stdout
    assert first.stderr == ""


def test_a_target_that_cannot_be_met_is_said_to_be_with_the_best_there_is():
    ended = run("tune", ARTICLES, "--recall", "0.99", "--similarity", "0.02", "--max-bytes", "300")
    assert ended.returncode == 0, ended.stderr
    assert "NOT MET: no cut that fits finds 99.0%" in ended.stdout
    ended = run("tune", ARTICLES, "--recall", "0.99", "--similarity", "0.02", "--max-bytes", "300", "--json")
    answer = json.loads(ended.stdout)
    assert not answer["met"]
    assert (answer["verbatim"]["bands"], answer["verbatim"]["rows"]) == (18, 1)


def test_candidates_are_scaled_to_the_collection_that_is_named(tuned, pairs):
    arguments = (
        "--recall",
        "0.9",
        "--similarity",
        "0.5",
        ARTICLES,
        "--pairs",
        pairs,
        "--articles",
        "350",
        "--json",
    )
    scaled = json.loads(run("tune", *arguments).stdout)
    assert scaled["verbatim"]["expected_candidates"] == pytest.approx(
        10 * tuned["verbatim"]["expected_candidates"]
    )


def test_lines_that_cannot_be_used_are_reported_and_left_out():
    good = ARTICLES.read_text(encoding="utf-8")
    ended = run("tune", "-", stdin='{"id": "x"}\n' + good)
    assert ended.returncode == 0
    assert 'line 1 (byte 0): no "text"' in ended.stderr
    assert "Sample: 35 articles." in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--recall", "1"], "--recall"),
        (["--similarity", "0"], "--similarity"),
        (["nowhere.jsonl"], "nowhere.jsonl"),
    ],
)
def test_what_cannot_be_asked_for_is_a_usage_error(arguments, problem):
    ended = run("tune", ARTICLES, *arguments)
    assert ended.returncode == 2
    assert problem in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("lines", ["", '{"id": "a", "text": "..."}\n'])
def test_a_sample_without_a_sentence_is_refused(lines):
    ended = run("tune", "-", stdin=lines)
    assert ended.returncode == 2
    assert "give a sample of whole articles" in ended.stderr


def test_a_pair_that_names_no_article_is_refused(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"a": "lost-opera-rewrite", "b": "lost-opera"}\n', encoding="utf-8")
    ended = run("tune", ARTICLES, "--pairs", path)
    assert ended.returncode == 2
    assert "pairs.jsonl, line 1" in ended.stderr
    assert "'lost-opera'" in ended.stderr


def test_without_the_extra_it_says_what_to_install_and_the_other_commands_work():
    missing = f"sys.modules.update(dict.fromkeys({EXTRA!r}))"
    ended = run("tune", ARTICLES, before=missing)
    assert ended.returncode == 2
    assert "`textkin tune` needs more than the client: pip install 'textkin[service]' (" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "\n  tune " in run("--help", before=missing).stdout
    assert run("tune", "--help", before=missing).returncode == 0


@pytest.mark.parametrize("arguments", [["--help"], ["info", "--help"], ["tune", "--help"]])
def test_help_loads_nothing_of_the_service_but_the_command(arguments):
    check = (
        f"import atexit; atexit.register(lambda: print('loaded', sorted(set({EXTRA!r}) & set(sys.modules))))"
    )
    assert run(*arguments, before=check).stdout.endswith("loaded []\n")


def test_a_command_that_cannot_be_loaded_leaves_the_others_alone():
    broken = (
        "import textkin.cli as c; from importlib.metadata import EntryPoint; "
        "c.entry_points = lambda group: [EntryPoint('broken', 'no_such_module:command', group)]"
    )
    shown = run("--help", before=broken)
    assert shown.returncode == 0
    assert "broken " in shown.stdout
    ended = run("broken", "--some", "thing", before=broken)
    assert ended.returncode == 2
    assert "no_such_module:command cannot be loaded" in ended.stderr
