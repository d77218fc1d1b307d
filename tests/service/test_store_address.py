"""What `--store` says."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.store_address import ClusterAddress, FolderAddress, masked, parse


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///var/lib/text%20kin", FolderAddress(Path("/var/lib/text kin"))),
        ("redis://a:1", ClusterAddress((("a", 1),))),
        ("redis://a,b:2,[::1]:3/news", ClusterAddress((("a", 6379), ("b", 2), ("::1", 3)), "news")),
        ("redis://:p%40ss@a", ClusterAddress((("a", 6379),), password="p@ss")),
        (
            "rediss://me:secret@a:1,b:2/x?ca=/ca.pem",
            ClusterAddress((("a", 1), ("b", 2)), "x", "me", "secret", tls=True, ca="/ca.pem"),
        ),
    ],
)
def test_a_store_is_told_by_its_url(url, expected):
    assert parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "articles",
        "/var/lib/textkin",
        "sqlite://",
        "sqlite:///",
        "sqlite://folder",
        "postgres://a:1",
        "redis://",
        "redis://a:1,",
        "redis://a:0",
        "redis://a:65536",
        "redis://a:x",
        "redis://a:1/b/c",
        "redis://a:1/{b}",
        "redis://a:1?ca=/ca.pem",
        "rediss://a:1?db=3",
        "redis://[::1",
    ],
)
def test_what_is_no_store_is_refused_with_what_would_be_right(url):
    with pytest.raises(ValueError, match=r"must|may"):
        parse(url)


@given(st.text(max_size=40))
def test_whatever_is_said_a_password_is_never_repeated(said):
    try:
        told = repr(parse(f"redis://me:hidden-word@{said}"))
    except ValueError as error:
        told = str(error)
    assert "hidden-word" not in told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:secret@a:1,b:2/x", "redis://me:***@a:1,b:2/x"),
        ("rediss://:p@ss:w@a", "rediss://:***@a"),
        ("redis://me@a:1", "redis://me@a:1"),
        ("redis://a:1,b:2", "redis://a:1,b:2"),
        ("sqlite:///x", "sqlite:///x"),
    ],
)
def test_a_url_is_shown_without_its_password(url, shown):
    assert masked(url) == shown
