"""The access file: what it may hold, what it grants, and what is said of one that cannot be used."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.access import AccessError, Collections, Role, digest_of, file, new_token, read
from textkin_service.cli import main

DIGEST = "ab" * 32
TOKEN = f'[[token]]\nname = "desk"\ntoken_sha256 = "{DIGEST}"\n'
ids = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,6}", fullmatch=True)


KEYS = ("name", "token_sha256", "expires", "read", "write", "admin")


def as_toml(value):
    """A TOML document of a dictionary: values are inline, and JSON but for their equals signs."""
    return "\n".join(f"{key} = {inline(each)}" for key, each in value.items())


def inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    return json.dumps(value)


def callers(text):
    return file.parse(text)


def test_a_token_is_known_by_its_digest_alone():
    token = new_token()
    entry = f'[[token]]\nname = "desk"\ntoken_sha256 = "{digest_of(token).hex().upper()}"\nread = ["news"]\n'
    for _ in range(2):
        known = callers(entry)
        assert known.of_token(token).name == "desk"
        assert known.of_token(token) is known.of_token(token)
        assert known.of_token(token + "x") is None
        assert known.of_token(digest_of(token).hex()) is None


def test_roles_are_by_collection_and_include_lesser_ones():
    entry = f'{TOKEN}read = ["news"]\nwrite = ["wire-*"]\nadmin = ["own"]\n'
    (caller,) = [caller for _, caller in callers(entry)._by_digest]
    may = {
        role: [each for each in ("news", "wire-1", "own", "else") if each in caller.collections(role)]
        for role in Role
    }
    assert may == {Role.READ: ["news", "wire-1", "own"], Role.WRITE: ["wire-1", "own"], Role.ADMIN: ["own"]}
    assert caller.expires is None


def test_a_certificate_is_known_by_any_of_its_names():
    known = callers('[[certificate]]\nname = "ingest.example.org"\nwrite = ["*"]\n')
    assert known.of_certificate(["other.example.org", "ingest.example.org"]).name == "ingest.example.org"
    assert known.of_certificate(["example.org"]) is None
    assert known.of_certificate([]) is None


def test_an_expiry_has_an_offset():
    (caller,) = [
        c for _, c in callers(f'{TOKEN}read = ["*"]\nexpires = 1970-01-01T01:00:10+01:00\n')._by_digest
    ]
    assert caller.expires == 10


def test_two_tokens_of_one_name_are_both_good_so_that_a_token_can_be_renewed():
    assert len(callers(f'{TOKEN}read = ["*"]\n{TOKEN.replace(DIGEST, "cd" * 32)}read = ["*"]\n')) == 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has neither a [[token]] nor a [[certificate]]: nobody could call"),
        ("[[token]\n", "is not TOML: Expected ']]' at the end of an array declaration (at line 1, column 8)"),
        ("a = " + "[" * 5_000, "is nested too deeply: give tables"),
        ("[[tokens]]\n", "there is no 'tokens'; there are tables [[token]] and [[certificate]]"),
        ("token = 3\n", "there is no 'token'; there are tables [[token]] and [[certificate]]"),
        ("token = [3]\n", "token 1: must be a table [[token]]"),
        ("[[token]]\n", "token 1: name must be 1 to 255 letters"),
        ('[[token]]\nname = "a\\u0007"\n', "token 1: name must be 1 to 255 letters"),
        ('[[token]]\nname = "desk"\n', "token 1 (desk): token_sha256 must be 64 hexadecimal digits"),
        (TOKEN, "token 1 (desk): has no role; give read, write or admin"),
        (f"{TOKEN}read = []\n", "token 1 (desk): has no role"),
        (f'{TOKEN}read = "news"\n', "token 1 (desk): read must be a list of ids of collections"),
        (f'{TOKEN}read = ["News"]\n', "token 1 (desk): read must be a list of ids of collections"),
        (f'{TOKEN}read = ["*s"]\n', "token 1 (desk): read must be a list of ids of collections"),
        (
            f'{TOKEN}read = ["*"]\nexpires = 2027-01-01\n',
            "token 1 (desk): expires must be a date and time with its",
        ),
        (
            f'{TOKEN}read = ["*"]\nexpires = 2027-01-01T00:00:00\n',
            "token 1 (desk): expires must be a date and time",
        ),
        (
            f'{TOKEN}raed = ["*"]\n',
            "token 1 (desk): there is no 'raed'; there are name, token_sha256, expires, read,",
        ),
        (f'{TOKEN}read = ["*"]\n' * 2, "token 2 (desk): token_sha256 is that of desk above; give each once"),
        (
            '[[certificate]]\nname = "a"\nexpires = 1\n',
            "certificate 1 (a): there is no 'expires'; there are name, read,",
        ),
        ('[[certificate]]\nname = "a"\nread = ["*"]\n' * 2, "certificate 2 (a): name is that of a above"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_what_would_be_right(text, problem, tmp_path):
    path = tmp_path / "access.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AccessError) as refusal:
        read(path)
    assert str(refusal.value).startswith(f"access_file: {path}: {problem}")


def test_a_token_given_instead_of_its_digest_is_not_repeated():
    token = new_token()
    with pytest.raises(ValueError, match="token_sha256 must be") as refusal:
        callers(TOKEN.replace(DIGEST, token))
    assert token not in str(refusal.value)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    with pytest.raises(AccessError, match="cannot be read: No such file"):
        read(tmp_path / "none.toml")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(AccessError, match="is not UTF-8, near byte 0"):
        read(tmp_path / "binary")


@given(st.lists(st.tuples(ids, st.booleans())), ids)
def test_a_set_of_collections_holds_what_its_patterns_say(patterns, collection_id):
    held = Collections.of(name + "*" * star for name, star in patterns)
    expected = any(collection_id.startswith(n) if star else collection_id == n for n, star in patterns)
    assert (collection_id in held) == expected
    assert bool(held) == bool(patterns)


toml = st.recursive(
    st.booleans() | st.integers(-9, 9) | st.text(max_size=5) | st.sampled_from(["*", "wire-*", DIGEST]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*KEYS, "other"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.text() | st.dictionaries(st.sampled_from(["token", "certificate", "other"]), toml).map(as_toml))
def test_whatever_the_file_holds_is_used_or_refused_in_words(text):
    try:
        assert len(callers(text)) > 0
    except ValueError as refusal:
        assert str(refusal)  # noqa: PT017 - most texts are refused, a few are not


def test_the_token_command_prints_lines_that_let_in_the_token_that_it_shows():
    arguments = [
        "token",
        "news desk",
        "--read",
        "*",
        "--write",
        "wire-*",
        "--write",
        "desk",
        "--expires",
        "2027-06-30",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    token = result.stderr.split()[-1]
    assert token.startswith("textkin_")
    assert token not in result.stdout
    caller = callers(result.stdout).of_token(token)
    assert (caller.name, caller.expires) == ("news desk", 1814313600.0)
    assert "wire-1" in caller.writes
    assert "other" in caller.reads
    assert "other" not in caller.writes


def test_lines_of_the_token_command_go_behind_those_of_another():
    results = [CliRunner().invoke(main, ["token", name, "--admin", "*"]) for name in ("a", "b")]
    known = callers("".join(each.stdout for each in results))
    assert [known.of_token(each.stderr.split()[-1]).name for each in results] == ["a", "b"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["desk"], "has no role; give read, write or admin"),
        (["desk", "--read", "News"], "read must be a list of ids of collections"),
        (["", "--read", "*"], "name must be 1 to 255 letters"),
    ],
)
def test_the_token_command_refuses_what_the_file_would(arguments, problem):
    result = CliRunner().invoke(main, ["token", *arguments])
    assert result.exit_code == 2
    assert problem in result.stderr
    assert result.stdout == ""
