"""As many invented articles as a test needs, about nothing in common, and what publishers put under theirs."""

import random

SYLLABLES = """
    vel mor tarn holt ost ra kel lin sed gu bri and ik fen dol mar pex uro zan thi
""".split()  # noqa: SIM905 - as a list it would fill the screen
NOUNS = """
    bridge orchard tribunal lantern harvest glacier parliament saddle comet violin reservoir bakery tractor
    pension museum turbine regatta vaccine quarry cathedral ferry chimney spectrograph beehive tariff dentist
    meadow strike telescope widow auction brewery levee mayor puppet railway salmon tannery umbrella vineyard
    windmill zeppelin
""".split()  # noqa: SIM905 - as a list it would fill the screen
VERBS = """
    repaired inherited auctioned measured abandoned photographed flooded renamed taxed borrowed painted
    surveyed dismantled insured forgot praised buried rented translated weighed shipped mortgaged polished hid
""".split()  # noqa: SIM905 - as a list it would fill the screen
ADJECTIVES = """
    crooked municipal frozen borrowed amber nocturnal bankrupt seaworthy rusty royal provisional edible
    triangular haunted tidal bilingual leaky ceremonial obsolete portable
""".split()  # noqa: SIM905 - as a list it would fill the screen
FRAMES = (
    "{name} {verb} the {adjective} {noun} of {name} before the {noun} {verb} a {noun}.",
    "In {name}, {number} {noun}s were {verb} by {name} {name}, whose {noun} is {adjective}.",
    "A {adjective} {noun} near {name} {verb} every {noun} that the {noun} of {name} had {verb}.",
    "{name} {name} told the {noun} that {name} would have {verb} {number} of the {adjective} {noun}s.",
    "Whoever {verb} the {noun} must answer for {number} {adjective} {noun}s, wrote {name} of {name}.",
    "Nobody in {name} had {verb} a {noun} since {name} {verb} the {adjective} one in {number}.",
)
# 60 words; nothing in its wording is the web's.
FOOTER = (
    "The Harrow Valley Gazette was founded in 1931 by dockers and schoolteachers of the lower valley and belongs to its"
    " readers. Forty reporters in Sedge, Port Lamont and Nettlecombe write it, and a council of nine elected members"
    " guards their independence. Its articles may be reprinted by parish bulletins free of charge, provided that the"
    " author is named and nothing is left out."
)


def chance(seed):
    """Returns what draws the same in every run."""
    return random.Random(str(seed))  # noqa: S311 - no secret


def paragraphs(seed, count=5, names=None):
    """Returns paragraphs of three sentences, about 35 words each: the same for the same seed, unlike those of any other.

    They are about people and places of their own, unless `names` are given.
    """
    draw = chance(f"filler {seed}")
    names = names or ["".join(draw.choices(SYLLABLES, k=3)).capitalize() for _ in range(12)]

    def sentence():
        words = {"name": names, "noun": NOUNS, "verb": VERBS, "adjective": ADJECTIVES}
        made = draw.choice(FRAMES).replace("{number}", str(draw.randrange(10, 2_000)))
        for slot, choices in words.items():
            while f"{{{slot}}}" in made:
                made = made.replace(f"{{{slot}}}", draw.choice(choices), 1)
        return made

    return [" ".join(sentence() for _ in range(3)) for _ in range(count)]


def edited(text, seed):
    """Returns the text with every twentieth word or so replaced by a name of its own."""
    draw = chance(f"edit {seed}")
    return " ".join(
        word if word.endswith("\n\n") or draw.random() > 1 / 20 else "".join(draw.choices(SYLLABLES, k=2))
        for word in text.split(" ")
    )
