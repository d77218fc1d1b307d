"""Settings: one table, four sources, errors that name the source."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from textkin_service.cli import main
from textkin_service.settings import TABLE, Settings, SettingsError, markdown, resolve, split_address


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "textkin.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_without_any_source_the_defaults_hold():
    assert resolve({}, {}) == Settings()


def test_a_flag_wins_over_the_environment_over_the_file(file):
    config = file("max_matches = 3\nmax_page_size = 3\ncandidates = 3\n")
    environment = {"TEXTKIN_MAX_MATCHES": "2", "TEXTKIN_MAX_PAGE_SIZE": "2"}
    settings = resolve({"max_matches": "1", "max_page_size": None}, environment, config)
    assert (settings.max_matches, settings.max_page_size, settings.candidates) == (1, 2, 3)
    assert settings.max_batch_size == Settings().max_batch_size


def test_the_file_may_be_named_in_the_environment(file):
    config = file('data = "elsewhere"\nshutdown_grace = 2\n')
    settings = resolve({}, {"TEXTKIN_CONFIG": str(config)})
    assert settings.data == Path("elsewhere")
    assert settings.shutdown_grace == 2.0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_matches", "0"),
        ("max_matches", "1001"),
        ("max_matches", "many"),
        ("max_matches", "1.5"),
        ("shutdown_grace", "nan"),
        ("shutdown_grace", "-1"),
        ("log_level", "loud"),
        ("listen", "50051"),
        ("listen", "localhost:"),
        ("listen", "localhost:65536"),
        ("listen", ":1"),
    ],
)
def test_a_wrong_value_names_its_source_and_the_setting(name, value, file):
    row = next(row for row in TABLE if row.name == name)
    config = file(f'{name} = "{value}"\n')
    for source, arguments in {
        row.flag: ({name: value}, {}),
        row.variable: ({}, {row.variable: value}),
        str(config): ({}, {}, config),
    }.items():
        with pytest.raises(SettingsError, match="must be") as refusal:
            resolve(*arguments)
        assert str(refusal.value).startswith(source)
        assert name in str(refusal.value)
        assert value in str(refusal.value)


@pytest.mark.parametrize(
    ("flags", "wrong", "right"),
    [
        (
            {"verbatim_bands": "40"},
            "verbatim_bands 40 (--verbatim-bands) times verbatim_rows 4 (the default) is 160",
            "must be at most 128; with 4 rows at most 32 bands",
        ),
        (
            {"verbatim_bands": "26", "verbatim_rows": "5"},
            "verbatim_bands 26 (--verbatim-bands) times verbatim_rows 5 (--verbatim-rows) is 130",
            "must be at most 128; with 5 rows at most 25 bands",
        ),
        (
            {"content_shared_keys": "9"},
            "content_shared_keys 9 (--content-shared-keys) is more than content_keys 8 (TEXTKIN_CONTENT_KEYS)",
            "must be at most 8",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused_with_what_would_be_right(flags, wrong, right):
    with pytest.raises(SettingsError) as refusal:
        resolve(flags, {"TEXTKIN_CONTENT_KEYS": "8"})
    assert str(refusal.value) == f"{wrong}: {right}"


@pytest.mark.parametrize(("bands", "rows"), [(1, 128), (128, 1), (42, 3), (25, 5), (1, 1)])
def test_any_bands_and_rows_go_that_fit_in_the_signature(bands, rows):
    settings = resolve({"verbatim_bands": bands, "verbatim_rows": rows}, {})
    assert (settings.verbatim_bands, settings.verbatim_rows) == (bands, rows)


@pytest.mark.parametrize("text", ["max_matches = true", "max_matches = 1.5", "max_matches = [1]", "data = 5"])
def test_a_value_of_another_toml_type_is_refused(text, file):
    with pytest.raises(SettingsError, match="must be"):
        resolve({}, {}, file(text))


def test_an_unknown_key_in_the_file_is_refused_with_the_keys_there_are(file):
    with pytest.raises(SettingsError, match=r"no setting 'max_match'.*max_matches"):
        resolve({}, {}, file("max_match = 3"))


def test_a_file_that_is_not_there_or_not_toml_is_refused(file, tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        resolve({}, {}, tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="is not TOML"):
        resolve({}, {}, file("max_matches ="))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_setting_is_in_the_help_and_in_the_documentation(row):
    shown = CliRunner().invoke(main, ["--help"]).output
    assert row.flag in shown
    assert row.variable in shown
    assert f"| `{row.flag}` | `{row.variable}` | `{row.name}` | `{row.default_shown}` |" in markdown()


def test_the_settings_command_prints_what_a_file_would_hold(file):
    result = CliRunner().invoke(
        main, ["--max-matches", "7", "--data", r'a "b"\c', "settings"], env={"TEXTKIN_CONFIG": ""}
    )
    assert result.exit_code == 0
    printed = resolve({}, {}, file(result.output))
    assert printed == resolve({"max_matches": 7, "data": r'a "b"\c'}, {})
    assert CliRunner().invoke(main, ["settings", "--markdown"]).output == markdown()


def test_a_wrong_flag_is_a_usage_error():
    result = CliRunner().invoke(main, ["--max-matches", "0"])
    assert result.exit_code == 2
    assert "--max-matches: '0' cannot be max_matches: must be 1 to 1,000" in result.output


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("127.0.0.1:50051", ("127.0.0.1", 50051)),
        ("[::1]:0", ("[::1]", 0)),
        ("localhost:80", ("localhost", 80)),
    ],
)
def test_an_address_has_a_host_and_a_port(address, parts):
    assert split_address(address) == parts


@pytest.mark.parametrize("arguments", [[], ["healthcheck"]])
def test_without_the_extra_it_says_what_to_install(arguments, tmp_path):
    block = "import sys; sys.modules['grpc_health'] = None; from textkin_service.cli import main; main()"
    command = [sys.executable, "-c", block, "--data", str(tmp_path / "data"), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "pip install 'textkin[service]' (grpc_health" in ended.stderr
    assert "Traceback" not in ended.stderr
