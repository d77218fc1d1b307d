"""Function words: a text that is full of those of one language is in it, which is seen much faster than by a model."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from textkin_service.analysis.kernels.languages import PLACE_BITS, place_of

# About the eighty most frequent words of the languages that news comes in most.
FUNCTION_WORDS = {
    "de": (
        "der die das und den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus "
        "er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder "
        "aber vor zur bis mehr durch man sein wurde hatte kann gegen vom wenn"
    ),
    "en": (
        "the of and to in that is was for it with as he his on be at by had not are but from or have an they "
        "which you were her all she there would their we him been has when who will more no if out so said "
        "what its about than into them can only other some could these this"
    ),
    "es": (
        "de la que el en los del se las por un para con no una su al lo como más pero sus le ya este sí "
        "porque esta entre cuando muy sin sobre también me hasta hay donde quien desde todo nos durante y es "
        "era han fue ser son está ha tiene"
    ),
    "fr": (
        "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont avec son "
        "aux cette ont ses mais comme ou elle être été leur tout nous sa fait deux ces même fut où après "
        "était la sans entre lui dont vous depuis"
    ),
    "it": (
        "di e il la che in a per un è del non si le dei con da una della sono i nel al gli alla ha anche lo "
        "più come delle ma dal nella se su questo degli ai o tra hanno dalla cui essere era ed stato sul fra "
        "loro già dopo alle suo due sua"
    ),
    "nl": (
        "de van het een en in is dat op te zijn voor met die niet aan er om ook als dan maar bij of uit nog "
        "naar door over ze hij was heeft tot je mijn worden wordt hun meer deze geen kan zich werd al hebben "
        "had wat moet onder tegen na ik"
    ),
    "pt": (
        "de a que o e do da em um para com não uma os no se na por mais as dos como mas ao ele das à seu sua "
        "ou quando muito nos já também só pelo pela até isso ela entre depois sem mesmo aos seus quem nas foi "
        "é são está ser tem há"
    ),
}
LANGUAGES = tuple(FUNCTION_WORDS)


@cache
def function_words() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Returns a table of the words for `plain_language`, and parallel to it the languages of each, as bits by their number.

    A word stands at the place that its hash says, or at the first free one behind it, as the number that its letters are in
    Latin-1, the first one lowest. 0 is no word.
    """
    table, languages = np.zeros(1 << PLACE_BITS, np.uint64), np.zeros(1 << PLACE_BITS, np.int64)
    for number, words in enumerate(FUNCTION_WORDS.values()):
        for word in words.split():
            letters = np.uint64(int.from_bytes(word.encode("latin-1"), "little"))
            place = int(place_of(letters))
            while table[place] not in (0, letters):
                place = (place + 1) % len(table)
            table[place] = letters
            languages[place] |= 1 << number
    return table, languages
