"""The pages of docs/reference say what the protos, the commands and the settings are: nothing can be added without them."""

import dataclasses
import shutil
from pathlib import Path

import click
import pytest

import api_page
import command_pages
import python_page
import settings_page
from descriptors import read
from reference import FOLDER, PAGES
from textkin.cli import main as textkin
from textkin.v1 import access_pb2, article_pb2, collection_pb2, comparison_pb2, textkin_service_pb2
from textkin_service.cli import main as textkin_service
from textkin_service.settings import TABLE


def page(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def commands_of(group, path):
    """Every command of a group with its path, the group among them."""
    context = click.Context(group)
    yield path, group
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def undocumented(group, path, text):
    """The commands and options of a group that a page does not name."""
    missing = []
    for name, command in commands_of(group, path):
        if f"# {name}\n" not in text:
            missing.append(name)
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        own = text if command is group else text.split(f"# {name}\n", 1)[-1].split("\n## ", 1)[0]
        # Those of every command stand at the page's end.
        own += text.partition("## Options of every command")[2]
        missing += [f"{name} {flag}" for each in options for flag in each.opts if f"`{flag}" not in own]
    return missing


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_makes_of_it(name):
    assert page(name) == PAGES[name](), "run `make reference`"


def test_every_page_of_the_folder_is_known():
    assert {path.name for path in FOLDER.glob("*.md")} == set(PAGES)


def test_every_part_of_the_api_is_on_its_page():
    text = page("api.md")
    for file in (textkin_service_pb2, access_pb2, article_pb2, collection_pb2, comparison_pb2):
        for service in file.DESCRIPTOR.services_by_name.values():
            assert all(f"### {method.name}\n" in text for method in service.methods)
        for message in file.DESCRIPTOR.message_types_by_name.values():
            section = text.split(f"### {message.name}\n", 1)[1].split("\n##", 1)[0]
            for field in message.fields:
                assert f"| `{field.name}` |" in section, f"{message.name}.{field.name}"
        for enum in file.DESCRIPTOR.enum_types_by_name.values():
            assert all(f"| `{value.name}` | {value.number} |" in text for value in enum.values)


def test_every_part_of_the_api_has_a_comment():
    for line in page("api.md").splitlines():
        assert not line.endswith("|  |"), line


def test_every_command_and_option_is_on_its_page():
    assert undocumented(textkin, "textkin", page("textkin.md")) == []
    settings = {row.flag for row in TABLE}
    missing = undocumented(textkin_service, "textkin-service", page("textkin-service.md"))
    assert [each for each in missing if each.split(" ")[-1] not in settings] == []


@pytest.mark.parametrize(("group", "name"), [(textkin, "textkin"), (textkin_service, "textkin-service")])
def test_every_command_and_option_says_what_it_does(group, name):
    for path, command in commands_of(group, name):
        assert command.help, path
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        assert [each.opts[0] for each in options if not each.help] == [], path


def test_every_setting_is_on_its_page():
    text = page("settings.md")
    for row in TABLE:
        section = text.split(f"## {row.name}\n", 1)[1].split("\n## ", 1)[0]
        for said in (row.flag, row.variable, row.values):
            assert said in section, row.name


# What follows adds something, and shows that the tests above would not let it pass.

SING = """\
  // Sings.
  rpc Sing(CompareRequest) returns (CompareResponse) {
    option (access) = {role: ROLE_READ};
  }
"""


@pytest.fixture
def changed_api(tmp_path):
    """Returns the page of an API where a string of a proto was replaced."""

    def change(proto, old, new):
        shutil.copytree(api_page.PROTOS, tmp_path, dirs_exist_ok=True)
        path = Path(tmp_path, "textkin", "v1", proto)
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return api_page.page_of(read(tmp_path))

    return change


@pytest.mark.parametrize(
    ("proto", "old", "new", "shown"),
    [
        (
            "textkin_service.proto",
            "service TextkinService {",
            f"service TextkinService {{\n{SING}",
            "### Sing\n",
        ),
        (
            "article.proto",
            "string id = 1;",
            "string id = 1;\n  // Pitch.\n  uint32 pitch = 77;",
            "| `pitch` | uint32 | Pitch. |",
        ),
        (
            "article.proto",
            "// The headline",
            "// The cry, that is the headline",
            "The cry, that is the headline",
        ),
        (
            "comparison.proto",
            "RELATION_IDENTICAL = 6;",
            "RELATION_IDENTICAL = 6;\n  // Sung.\n  RELATION_SUNG = 7;",
            "| `RELATION_SUNG` | 7 | Sung. |",
        ),
        (
            "collection.proto",
            "message CollectionSettings {",
            "message Song {}\n\nmessage CollectionSettings {",
            "### Song\n",
        ),
    ],
    ids=["an RPC", "a field", "a comment", "a value", "a message"],
)
def test_what_is_added_to_the_api_is_missed_on_its_page(changed_api, proto, old, new, shown):
    assert shown in changed_api(proto, old, new)
    assert shown not in page("api.md")


def test_a_command_and_an_option_that_are_added_are_missed_on_their_page():
    @click.group("textkin")
    @click.option("--louder", is_flag=True, help="Sing louder.")
    def group(louder):
        pass

    @group.command()
    @click.option("--pitch", help="How high.")
    def sing(pitch):
        pass

    assert undocumented(group, "textkin", page("textkin.md")) == [
        "textkin --louder",
        "textkin sing",
        "textkin sing --pitch",
    ]
    made = command_pages.textkin_page(group)
    assert undocumented(group, "textkin", made) == []
    assert "| `--pitch TEXT` | How high. |" in made


def test_a_setting_that_is_added_is_missed_on_its_page():
    added = dataclasses.replace(TABLE[0], name="song_folder")
    made = settings_page.page([*TABLE, added])
    assert "`--song-folder`, `TEXTKIN_SONG_FOLDER`" in made
    assert made != page("settings.md")


def test_a_public_name_that_is_added_is_missed_on_its_page(monkeypatch):
    class Song:
        """A song."""

    monkeypatch.setattr("textkin.Song", Song, raising=False)
    made = python_page.page([*python_page.textkin.__all__, "Song"])
    assert ".. autoclass:: textkin.Song\n" in made
    assert made != page("python.md")
