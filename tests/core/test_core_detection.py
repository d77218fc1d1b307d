"""The language of a text that names none."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import ARTICLES, CANAL, articles

from textkin_service.analysis import analyze
from textkin_service.analysis.detection import UNDETERMINED, detect_language
from textkin_service.analysis.functionwords import FUNCTION_WORDS, LANGUAGES, function_words
from textkin_service.analysis.lexicon import known_languages

SENTENCES = {
    "de": "Der Stadtrat von Ahrenmoor hat am Dienstag beschlossen, die alte Fähre noch ein Jahr fahren zu lassen.",
    "fr": "Le conseil municipal de Vaubrac a décidé mardi de garder le vieux bac pendant encore une année.",
    "es": "El ayuntamiento de Valdehoz decidió el martes mantener la vieja barca durante un año más.",
    "it": "Il consiglio comunale di Montefalda ha deciso martedì di tenere il vecchio traghetto per un altro anno.",
    "pt": "A câmara municipal de Vale da Moira decidiu na terça-feira manter a velha barca por mais um ano.",
    "nl": "De gemeenteraad van Oudervoort heeft dinsdag besloten het oude veer nog een jaar te laten varen.",
    "sv": "Kommunfullmäktige i Granvik beslutade på tisdagen att låta den gamla färjan gå ett år till.",
    "pl": "Rada miejska w Brzezinowie postanowiła we wtorek zachować stary prom jeszcze przez rok.",
    "ru": "Городской совет Верхнеозёрска решил во вторник оставить старый паром ещё на один год.",
    "uk": "Міська рада Верхньоозерська вирішила у вівторок залишити старий пором ще на один рік.",
    "ar": "قرر مجلس المدينة يوم الثلاثاء الإبقاء على العبارة القديمة لمدة عام آخر.",
    "hi": "नगर परिषद ने मंगलवार को पुरानी नाव को एक और साल चलाने का फैसला किया।",
    "el": "Το δημοτικό συμβούλιο αποφάσισε την Τρίτη να κρατήσει το παλιό πορθμείο.",
    "ko": "시의회는 화요일에 낡은 나룻배를 일 년 더 운행하기로 결정했다.",
    "zh": "青河市议会星期二决定让旧渡船再运行一年。",
    "ja": "青川市議会は火曜日、古い渡し船をもう一年運航することを決めた。",
    "th": "สภาเมืองมีมติเมื่อวันอังคารให้เรือข้ามฟากลำเก่าแล่นต่อไปอีกหนึ่งปี",
    "lo": "ສະພາເມືອງຕົກລົງໃນວັນອັງຄານ",
    "km": "ក្រុមប្រឹក្សាក្រុងបានសម្រេចនៅថ្ងៃអង្គារ",
    "my": "မြို့တော်ကောင်စီက အင်္ဂါနေ့တွင် ဆုံးဖြတ်ခဲ့သည်",
}
NEWS = [" ".join(article) for article in ARTICLES]


def with_errors(text, share, seed=1):
    """Returns the text with that share of its letters replaced, as optical character recognition does."""
    choice = random.Random(seed)  # noqa: S311 - no secret
    return "".join(
        choice.choice("abcdefghijklmnopqrstuvwxyz") if c.isalpha() and choice.random() < share else c
        for c in text
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_function_words_of_a_language_are_found_as_they_are_written(language):
    table, languages = function_words()
    of_language = table[languages >> LANGUAGES.index(language) & 1 == 1]
    words = {int(letters).to_bytes(8, "little").rstrip(b"\0").decode("latin-1") for letters in of_language}
    assert words == set(FUNCTION_WORDS[language].split())


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_enough_to_tell_the_language(language):
    assert detect_language(SENTENCES[language]) == language


@pytest.mark.parametrize("language", SENTENCES)
def test_a_quotation_in_english_changes_nothing(language):
    text = f"{SENTENCES[language] * 3} „{CANAL[0]}“ {SENTENCES[language] * 3}"
    assert detect_language(text) == language


@pytest.mark.parametrize("language", SENTENCES)
def test_a_quotation_within_english_changes_nothing(language):
    assert detect_language(f"{' '.join(CANAL[:4])} “{SENTENCES[language]}” {' '.join(CANAL[4:])}") == "en"


@pytest.mark.parametrize("text", NEWS)
@pytest.mark.parametrize("share", [0.0, 0.05, 0.1])
def test_english_is_english_with_errors_of_recognition_too(text, share):
    assert detect_language(with_errors(text, share)) == "en"


@pytest.mark.parametrize(
    "text",
    [
        "Guten Tag!",
        "Corrie van Buuren, Cremona",
        "R de Marigny (Parma), Mirco Bergamasco",
        "1989, 12.50",
        "?",
    ],
)
def test_what_is_too_short_to_tell_is_taken_for_english(text):
    assert detect_language(text) == "en"


def test_a_language_in_a_script_that_no_list_has_is_undetermined():
    assert detect_language("საქალაქო საბჭომ სამშაბათს გადაწყვიტა") == UNDETERMINED


def test_han_with_a_japanese_name_in_it_stays_chinese():
    assert detect_language(SENTENCES["zh"] * 3 + "のぞみ号") == "zh"


def test_an_analysis_names_the_language_that_was_given_or_detected():
    assert analyze(SENTENCES["de"]).language == "de"
    assert analyze(SENTENCES["de"], "nl-BE").language == "nl-BE"
    assert analyze(SENTENCES["de"]).stems.tolist() == analyze(SENTENCES["de"], "de").stems.tolist()


@given(st.one_of(st.text(), articles()))
def test_every_text_has_a_language_that_can_be_analysed(text):
    language = detect_language(text)
    assert language == UNDETERMINED or language in known_languages() | {"th", "lo", "km", "my"}
    assert detect_language(text) == language


def test_threads_agree():
    texts = [*SENTENCES.values(), *NEWS] * 10
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect_language, texts)) == [detect_language(text) for text in texts]
