"""Shells complete commands, options, their values, files and the service's collections."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Asks bash itself what it would offer at the press of TAB, by the script as users load it.
ASK = r"""
eval "$(textkin completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
COMP_LINE="$*"
COMP_POINT=${#COMP_LINE}
compopt() { printf 'left to the shell: %s\n' "$2"; }
spec=$(complete -p textkin)
read -r -a words <<<"$spec"
for (( place = 0; place < ${#words[@]}; place++ )); do
    [[ ${words[place]} == -F ]] && function=${words[place + 1]}
done
"$function" textkin
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def offered(textkin):
    """What bash offers for the words so far, the last of them under way."""

    def ask(*words, **environment):
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "--norc", "--noprofile", "-c", ASK, "bash", "textkin", *words],
            capture_output=True,
            cwd=textkin.folder,
            env=textkin.environment(PATH=path, **environment),
            timeout=120,
            check=True,
        )
        assert done.stderr == b""
        return [line for line in done.stdout.decode().splitlines() if line]

    return ask


def test_commands_are_completed(offered):
    assert {"compare", "ingest", "search", "collections", "completion"} <= set(offered(""))
    assert offered("ing") == ["ingest"]
    assert offered("collections", "cr") == ["create"]


def test_options_are_completed(offered):
    assert set(offered("ingest", "--re")) == {"--resume"}
    assert {"--watch", "--with-matches"} <= set(offered("ingest", "--w"))


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("ingest", "--format", ""), {"jsonl", "csv", "text", "html", "parquet", "warc"}),
        (("search", "--min-relation", "re"), {"rewrite", "related"}),
        (("search", "--offset-unit", "utf"), {"utf8_byte", "utf16_unit"}),
        (("search", "--encoding", "utf-"), {"utf-8", "utf-16"}),
        (("completion", ""), {"bash", "zsh", "fish"}),
    ],
)
def test_values_are_completed(offered, words, values):
    assert set(offered(*words)) == values


@pytest.mark.parametrize(
    "words",
    [
        ("ingest", "sto"),
        ("search", "sto"),
        ("compare", "sto"),
        ("search", "--jsonl", "sto"),
        ("info", "--ca", "sto"),
    ],
)
def test_files_are_left_to_the_shell(offered, words):
    assert offered(*words) == ["left to the shell: default"]


def test_collections_are_asked_of_the_service(offered, client, collection):
    client.create_collection(f"{collection}-two")
    assert set(offered("search", "--collection", collection)) == {collection, f"{collection}-two"}
    client.delete_collection(f"{collection}-two")


def test_without_a_service_no_collection_is_offered(offered):
    assert offered("search", "--collection", "", TEXTKIN_ADDRESS="127.0.0.1:1") == []


@pytest.mark.parametrize(
    ("shell", "loads"), [("bash", "complete -o"), ("zsh", "compdef"), ("fish", "complete ")]
)
def test_each_shell_has_a_script_that_asks_textkin(textkin, shell, loads):
    script = textkin("completion", shell).stdout
    assert loads in script
    assert f"_TEXTKIN_COMPLETE={shell}_complete" in script
