"""Speakers: whom a text names beside a quotation, and nobody where it names none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textkin_service.model import Span
from textkin_service.quotations.marks import find_quotations
from textkin_service.quotations.speakers import find_speaker, fuller_name


def speakers(text):
    """Returns the speaker of each quotation; None: not named."""
    quotations = [Span(*ends) for ends in find_quotations(text).tolist()]
    found = [
        find_speaker(text, quotation, quotations[i - 1] if i else None)
        for i, quotation in enumerate(quotations)
    ]
    return [text[span.start : span.end] if span else None for span in found]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("“We go home,” said Petra Lindqvist on Monday.", "Petra Lindqvist"),
        ("“We go home,” Petra Lindqvist said on Monday.", "Petra Lindqvist"),
        ("“We go home,” Lindqvist, head of the Velden trust, later told reporters.", "Lindqvist"),
        ("“We go home,” said the mayor of Velden, Petra Lindqvist.", "Petra Lindqvist"),
        ("“We go home,” the Velden spokesman Anselm Brook added.", "Anselm Brook"),
        ("“We go home,” said Ilse van der Berg.", "Ilse van der Berg"),
        ("“We go home,” Clara May said.", "Clara May"),
        ("“We go home”, according to Petra Lindqvist of the trust.", "Petra Lindqvist"),
        ("“Do we go home?” asked Dr. Yewande Okafor.", "Dr. Yewande Okafor"),
    ],
)
def test_a_speaker_may_stand_after_the_quotation(text, speaker):
    assert speakers(text) == [speaker]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Petra Lindqvist said: “We go home.”", "Petra Lindqvist"),
        ("Lindqvist, who leads the trust, told Anselm Brook: “We go home.”", "Lindqvist"),
        ("The Chief Superintendent, Petra Lindqvist, said: “We go home.”", "Petra Lindqvist"),
        ("But Lindqvist also said on Monday that “we go home today”.", "Lindqvist"),
        ("According to Petra Lindqvist, “we go home today”.", "Petra Lindqvist"),
        ("The pier is closed.\nLindqvist: “We go home.”", "Lindqvist"),
        ("After the flood in Velden, Lindqvist said: “We go home.”", "Lindqvist"),
    ],
)
def test_a_speaker_may_stand_before_the_quotation(text, speaker):
    assert speakers(text) == [speaker]


def test_a_speaker_may_stand_inside_the_quotation():
    assert (
        speakers('"It pays," Yewande Okafor told the Karsk Herald, "in the end."') == ["Yewande Okafor"] * 2
    )
    assert speakers("“We go home,” said Petra Lindqvist. “We stay there.”") == ["Petra Lindqvist"] * 2


@pytest.mark.parametrize(
    "text",
    [
        "“We go home,” he said.",
        "She said: “We go home.”",
        "“We go home,” said the mayor.",
        "“We go home,” said a Velden fisherman.",
        "“We go home,” said the mayor's friend in Velden.",
        "“We go home.” Lindqvist said that the pier was closed.",
        "Petra Lindqvist's aide said “we go home today”.",
        "In Velden the mayor said: “We go home.”",
        "The trust said in a statement: “We go home.”",
        "The film “The Old Man Goes Home” opened in Velden.",
        "Petra Lindqvist was pleased.\n\n“We go home,” she added.",
        "“We go home,” said on Monday.",
        "„Wir gehen heim“, sagte der Historiker.",
        "“We go home,” the Admiralty said.",
        "“We go home,” said Chancellor of the Exchequer Anselm Brook.",
        "Our head of Boats and Velden Ferries, said: “We go home.”",
        "“We go home,” the Chief Superintendent said.",
        "“We go home,” wrote B&Q buyer Anselm Brook.",
    ],
)
def test_whoever_is_not_plainly_named_is_no_speaker(text):
    assert speakers(text) == [None]


def test_another_speaker_does_not_go_on():
    assert speakers("“We go home,” said Lindqvist. Brook disagreed. “Not at all.”") == ["Lindqvist", None]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("„Ich sah Bäume“, sagte die Lokführerin, Marlies Ottinger.", "Marlies Ottinger"),
        ("„Ich sah Bäume“, scherzte ihr Trainer Bela Horvat vom Verein.", "Trainer Bela Horvat"),
        (
            "„So nah“, sagte der Historiker Ansgar Thiele von der Universität Hohenrode.",
            "Historiker Ansgar Thiele",
        ),
        ("„So nah“, sagte Ratsherrin Ilse von der Berg.", "Ratsherrin Ilse von der Berg"),
        ("Dazu sagte Marlies Ottinger: „Ich sah Bäume.“", "Marlies Ottinger"),
        ("«Contamos chistes», relató el capataz Eleuterio Badía.", "Eleuterio Badía"),
        ("« Nous dormons », a déclaré la préfète Solène Vaudreuil.", "Solène Vaudreuil"),
        ("« Je dors », a-t-elle plaisanté.", None),
        ("«Abbiamo cantato», ha raccontato il maestro Ettore Tassi.", "Ettore Tassi"),
        ("“We gaan”, zei burgemeester Joke de Vries.", "Joke de Vries"),
        ("«A mãe vendia», recordou o ministro Salvador Peixinho.", "Salvador Peixinho"),
        ("«Мы грелись», — рассказал капитан траулера Игнат Сабуров.", "Игнат Сабуров"),
        ("工程师陆怀远说：“再晚十分钟。”", "工程师陆怀远"),
        ("“再晚十分钟，”他说。", None),
        ("組合長の仲宗根稔さんは「網は流されても」と話した。", "仲宗根稔"),
        ("「山がうなった」と榎木さんは話す。", "榎木"),
        ('นายสมชาย ใจดี กล่าวว่า "น้ำขึ้นถึงเอว"', "นายสมชาย ใจดี"),
    ],
)
def test_speakers_are_found_in_the_languages_of_the_samples(text, speaker):
    assert speakers(text) == [speaker]


def test_of_two_names_the_fuller_one_counts_unless_they_are_of_two_people():
    assert fuller_name("Lindqvist", "Petra Lindqvist") == "Petra Lindqvist"
    assert fuller_name("Petra\nLindqvist", "") == "Petra Lindqvist"
    assert fuller_name("Petra Lindqvist", "Anselm Brook") == ""
    assert fuller_name("", "") == ""
    assert fuller_name("陆怀远", "工程师陆怀远") == "工程师陆怀远"


PIECES = (
    "said",
    "Lindqvist",
    "the",
    "of",
    ",",
    ".",
    "who",
    "according",
    "to",
    "“we go home”",
    "A.",
    "'s",
    "\n",
    "说",
    ":",
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map(" ".join))
def test_a_speaker_is_a_name_outside_the_quotation(text):
    quotations = [Span(*ends) for ends in find_quotations(text).tolist()]
    for i, quotation in enumerate(quotations):
        span = find_speaker(text, quotation, quotations[i - 1] if i else None)
        if span:
            assert 0 <= span.start < span.end <= len(text)
            assert span.end <= quotation.start or span.start >= quotation.end
            assert text[span.start].isupper()
