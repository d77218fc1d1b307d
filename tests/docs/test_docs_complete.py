"""Whatever the service and the commands say to others is in the documents: reasons, events of the log, exit codes."""

import enum
import re
from pathlib import Path

from said_in_code import events_in, reasons_in

from textkin.cli._failures import ExitCode

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"


def page(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def section(text, heading):
    """What stands below a heading, to the next of its rank."""
    return text.split(f"\n{heading}\n", 1)[1].split("\n## ", 1)[0]


def told_reasons():
    """The reasons that callers are told, by the first table."""
    told, _, _ = section(page("api.md"), "## Errors").partition("\nOther failures")
    return reasons_of_tables(told)


def documented_reasons():
    return reasons_of_tables(section(page("api.md"), "## Errors"))


def reasons_of_tables(text):
    return set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.MULTILINE))


def undocumented_events(events):
    said = section(page("operations.md"), "## Logs")
    return {event for event in events if f"`{event}`" not in said and f'"event": "{event}"' not in said}


def undocumented_codes(codes):
    said = page("reference/textkin.md")
    return {code.name for code in codes if not re.search(rf"^{code.value}  +\S", said, re.MULTILINE)}


def test_every_reason_is_on_the_page_of_the_api():
    reasons = reasons_in(SERVICE)
    assert {"INVALID_REQUEST", "OVERLOADED", "STORE_DAMAGED"} < reasons
    assert documented_reasons() == reasons | {"INTERNAL"}


def test_every_reason_that_callers_are_told_is_in_the_comments_of_the_protos():
    comments = page("reference/api.md")
    assert len(told_reasons()) > 15
    assert {reason for reason in told_reasons() if reason not in comments} == set()


def test_every_event_of_the_log_is_on_the_page_of_operations():
    events = events_in(SERVICE)
    assert {"rpc", "serving", "store failed"} < events
    assert undocumented_events(events) == set()


def test_every_exit_code_is_on_the_page_of_the_commands():
    assert undocumented_codes(ExitCode) == set()


# What follows adds something, and shows that the tests above would not let it pass.


def test_a_reason_that_is_added_is_missed(tmp_path):
    Path(tmp_path, "added.py").write_text(
        'raise NotFound("x", reason="SONG_NOT_FOUND" if a else "SONG_LOST")\n'
        'def refuse(*, reason="SONG_REFUSED"): pass\n'
        'class Loud:\n    reason: str = "SONG_LOUD"\n',
        encoding="utf-8",
    )
    reasons = reasons_in(tmp_path)
    assert reasons == {"SONG_NOT_FOUND", "SONG_LOST", "SONG_REFUSED", "SONG_LOUD"}
    assert not reasons & documented_reasons()


def test_an_event_that_is_added_is_missed(tmp_path):
    Path(tmp_path, "added.py").write_text(
        '_log.warning("sung", songs=1)\n_log.info("hummed" if quiet else "shouted")\n', encoding="utf-8"
    )
    assert undocumented_events(events_in(tmp_path)) == {"sung", "hummed", "shouted"}


def test_an_exit_code_that_is_added_is_missed():
    class More(enum.IntEnum):
        BAD_INPUT = 2
        OUT_OF_TUNE = 77

    assert undocumented_codes(More) == {"OUT_OF_TUNE"}
