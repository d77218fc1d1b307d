"""Invented articles, sentence by sentence, and strategies that draw texts from them."""

from hypothesis import strategies as st

CANAL = (
    "The Ostermark canal trust reopened the Harrow flight of seven locks on Saturday after eleven months of repairs.",
    "Engineers led by Petra Lindqvist replaced forty-two oak gates and relined the chamber walls with blue clay.",
    "A narrowboat named Gentle Persuasion was the first to climb the flight, taking ninety minutes.",
    "The work cost 3.4 million crowns, of which the Velden lottery fund paid two thirds.",
    '"We had begun to think that the water would never come back," said Anselm Brook, who sells tea at the top lock.',
    "Anglers had complained in March that the drained pound killed hundreds of bream and two pike.",
    "The trust answered that volunteers had moved four tonnes of fish to the reservoir at Nettlecombe.",
    "Boaters will pay a toll of twelve crowns a passage until the debt is settled in 2041.",
)
OBSERVATORY = (
    "Astronomers at the Karsk observatory reported a comet whose tail split into three strands within a single week.",
    "The object, catalogued as Ilmari-Okafor, passes inside the orbit of Mercury every 214 years.",
    "Doctor Yewande Okafor noticed the second strand while calibrating a spectrograph on the old refractor.",
    "Sodium vapour and dust of different sizes are pushed by sunlight at different speeds, her team believes.",
    "Amateurs in the southern valleys may see it with binoculars shortly before dawn until the ninth of May.",
    "The mountain road to the domes is closed by avalanches, so the staff ski down once a fortnight for bread.",
    "A satellite of the Baltic space agency will measure the gas from above the atmosphere next Thursday.",
    "The last recorded visit frightened a bishop, whose diary is kept in the cathedral archive at Ruhnu.",
)
ORCHESTRA = (
    "Musicians of the Brightwater philharmonic walked out of a rehearsal over plans to amplify the violins.",
    "The new hall, shaped like a walnut, swallows the upper strings, according to the conductor Rafael Stroud.",
    "Acousticians hung four hundred plywood panels under its ceiling in August without any audible success.",
    "Oboist Hanneke Vroom called microphones an insult to three centuries of Cremonese varnish.",
    "Ticket holders for the Friday performance of the Dvorak concerto will be refunded or given plum brandy.",
    "Management has invited a mediator from the dockers' union, who admits that she prefers accordion music.",
    "Rival ensembles in Port Lamont and Sedge offered chairs to any cellist tired of waiting.",
    "Talks resume on Monday in the cloakroom, the only place in the building with a decent echo.",
)
ARTICLES = (CANAL, OBSERVATORY, ORCHESTRA)
# What a web page has beside its article.
FURNITURE = "Leave a Reply\n\nYour email address will not be published. Required fields are marked *"


def text_of(*sentences):
    return " ".join(sentences)


@st.composite
def edited(draw, sentence):
    """Returns the sentence with none, one or two of its words dropped, doubled or replaced."""
    words = sentence.split(" ")
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(words) - 1))
        words[place : place + 1] = draw(
            st.sampled_from([(), (words[place], words[place]), ("perhaps",), ("old", words[place])])
        ) or ("so",)
    return " ".join(words)


@st.composite
def articles(draw, *, distinct=False):
    """Returns a text of whole and edited sentences of the invented articles, in some order, in paragraphs.

    Sentences may come more than once, unless they are to be `distinct`.
    """
    if distinct:
        order = draw(st.permutations([sentence for article in ARTICLES for sentence in article]))
        chosen = [draw(edited(sentence)) for sentence in order[: draw(st.integers(0, 12))]]
        return draw(st.sampled_from([" ", "\n\n"])).join(chosen)
    pool = st.sampled_from([sentence for article in ARTICLES for sentence in article])
    run = st.sampled_from(ARTICLES).flatmap(
        lambda article: st.integers(0, 5).map(lambda first: list(article[first : first + 3]))
    )
    parts = draw(st.lists(st.one_of(run, pool.flatmap(edited).map(lambda s: [s])), max_size=7))
    text = ""
    for part in parts:
        text += draw(st.sampled_from([" ", "\n\n", "\n"])) + " ".join(part)
    return text.strip()


def pieced(pieces):
    """Returns a strategy of texts: any characters, some of `pieces` one behind the other or with spaces between, articles."""
    return st.one_of(
        st.text(max_size=120),
        st.lists(st.sampled_from(pieces), max_size=40).map("".join),
        st.lists(st.sampled_from(pieces), max_size=150).map(" ".join),
        articles(),
    )
