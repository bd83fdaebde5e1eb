"""Phrases: complete in every language, short enough for SMS, and broken files name their fault."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workervoice.errors import PhraseError
from workervoice.gsm7 import is_gsm7
from workervoice.workflow.commands import Command, command
from workervoice.workflow.phrasebook import KEYS, PhraseBook
from workervoice.workflow.questions import CHOICE, MISSING, TOUCHES_MATTER
from workervoice.workflow.segments import segments
from workervoice.workflow.tongues import CHOICES

BOOK = PhraseBook.load()
OURS = Path(__file__).parents[2] / "workervoice" / "workflow" / "phrases"
LANGUAGES = tuple(BOOK.files)
READ_CLOSELY = ("bn", "en", "es")  # whose words about the matter and of promises are listed here
NUMBERS = {
    "emergency": "999",
    "digit": "4",
    "languages": "English 41, Kiswahili 65",
    "from": "8:00",
    "to": "20:00",
    "code": "1234 5678 9012 3456",
    "url": "https://x.example/notice",
    "place": "https://ngo.example",
}
LONG = ("safety_menu", "duress_ask", "new_ask", "code_given", "notice_short", "delete_confirm_left")

# SMS of the first answer, of the consents and of any other text
COSTS = [("en", 3, 1, 1), ("es", 3, 2, 2), ("bn", 5, 3, 2)]

# what a phrase may not say: no name, no secrecy, no safety and no success can be promised
PROMISES = {
    "en": r"anonym|secret|confidential|guarantee|protect|nobody will|no one will|will be fixed"
    r"|you are safe|we will help|always",
    "es": r"an[oó]nim|secret|confidencial|garanti|proteg|nadie va a|nadie sabr|le vamos a ayudar"
    r"|se va a resolver|est[aá] a salvo|siempre",
    "bn": r"বেনামি|বেনামী|গোপন|গ্যারান্টি|নিশ্চয়তা|কেউ জানবে না|রক্ষা|সমাধান হবে|সবসময়",
}
MATTER = {
    "en": r"abuse|complain|report|forced|\bcase|hotline|police|site|violen|passport|wage|boss",
    "es": r"abus|denunci|queja|reporte|forzad|caso|polic|explot|violen|pasaporte|salario|jefe",
    "bn": r"নির্যাতন|অভিযোগ|নালিশ|রিপোর্ট|জোর|মামলা|হটলাইন|পুলিশ|পাসপোর্ট|বেতন|মালিক",
}
WITHOUT_NAME = {
    "en": ("without your name", "can see that this number wrote to us"),
    "es": ("sin su nombre", "pueden ver que este teléfono nos ha escrito"),
    "bn": ("নাম ছাড়াই", "দেখতে পারে যে এই নম্বর থেকে আমাদের লেখা হয়েছে"),
}


def _said(key: str, language: str) -> str:
    return BOOK.say(key, language, **NUMBERS)


def test_every_language_that_may_be_chosen_is_spoken_and_no_other() -> None:
    assert set(BOOK.files) == set(CHOICES)


def test_no_phrase_is_passed_off_as_signed() -> None:
    assert {(file.status, file.signed_by) for file in BOOK.files.values()} == {("draft", "")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_one_clean_line_with_nothing_left_open(language: str) -> None:
    for key in KEYS:
        text = _said(key, language)
        assert text == " ".join(text.split())
        assert not set("{}") & set(text)


@pytest.mark.parametrize("language", ["en", "es"])
def test_latin_phrases_keep_to_letters_that_sms_carry_cheaply(language: str) -> None:
    costly = [key for key in sorted(KEYS - {CHOICE}) if not is_gsm7(_said(key, language))]

    assert costly == []


@pytest.mark.parametrize(
    ("language", "first", "menu", "other"),
    COSTS,
)
def test_every_phrase_keeps_to_its_number_of_sms(
    language: str, first: int, menu: int, other: int
) -> None:
    limits = dict.fromkeys(KEYS, other) | {"first_answer": first, "consent_menu": menu}
    limits |= dict.fromkeys(LONG, max(3, 2 * other))

    over = {key: segments(_said(key, language)) for key in KEYS - {CHOICE}}

    assert {key: n for key, n in over.items() if n > limits[key]} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_notices_and_confirmations_fit_one_sms(language: str) -> None:
    short = ("reply_waits", "question_waits", "nothing_waits", "stopped", "confirm_question")

    assert {segments(_said(key, language)) for key in short} == {1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_answer_has_the_emergency_number_and_the_three_digits(language: str) -> None:
    text = _said("first_answer", language)

    assert "999" in text
    assert re.findall(r"(?<![0-9])[0-9](?![0-9])", text) == ["1", "2", "3"]


def test_the_first_answer_says_the_honest_words() -> None:
    text = _said("first_answer", "en")

    assert (
        "without your name; the phone company and the message provider can see that this number "
        "wrote to us"
    ) in text
    assert "elete this message" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_names_nothing_but_the_digit_to_send(language: str) -> None:
    for key in ("reply_waits", "question_waits"):
        assert re.findall(r"\d", _said(key, language)) == ["1"]


@pytest.mark.parametrize("language", READ_CLOSELY)
def test_no_phrase_but_question_two_speaks_of_the_matter(language: str) -> None:
    heavy = re.compile(MATTER[language], re.I)

    told = {key: _said(key, language) for key in KEYS - TOUCHES_MATTER}

    assert {key: text for key, text in told.items() if heavy.search(text)} == {}


@pytest.mark.parametrize("language", READ_CLOSELY)
def test_no_phrase_promises_what_nobody_can_keep(language: str) -> None:
    promise = re.compile(PROMISES[language], re.I)

    told = {key: _said(key, language) for key in KEYS}

    assert {key: text for key, text in told.items() if promise.search(text)} == {}


@pytest.mark.parametrize("language", READ_CLOSELY)
def test_without_your_name_stands_beside_who_can_see_the_number(language: str) -> None:
    nameless, seen = WITHOUT_NAME[language]

    told = _said("first_answer", language)

    assert nameless in told
    assert told.index(seen) > told.index(nameless)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_digit_that_a_phrase_asks_for_can_be_typed_on_any_phone(language: str) -> None:
    strange = {
        character
        for key in KEYS
        for character in _said(key, language)
        if character.isdecimal() and not character.isascii()
    }

    assert strange == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_that_a_phrase_asks_for_is_understood(language: str) -> None:
    wanted = {"stopped": Command.START, "started": Command.STOP, "resumed_prompt": Command.STOP}

    named = BOOK.files[language].words.named()

    for key, meant in wanted.items():
        assert f"{{word_{meant}}}" in BOOK.files[language].phrases[key]
        assert named[f"word_{meant}"] in _said(key, language)
    assert {name: command(word) for name, word in named.items()} == {
        f"word_{meant}": meant for meant in Command
    }


@pytest.mark.parametrize("language", READ_CLOSELY)
def test_no_phrase_says_that_we_have_what_we_have_not_fetched(language: str) -> None:
    """Media stay with the provider in this version."""
    text = _said("unread_kind", language)

    assert not re.search(r"\bwe (have|got)\b|tenemos|recibimos|পেয়েছি", text, re.I)


def test_every_consent_digit_of_the_menu_is_there_in_every_language() -> None:
    for language in LANGUAGES:
        assert set("01247") <= set(_said("consent_menu", language))


def test_the_question_with_the_site_is_the_question_and_the_site() -> None:
    for language in LANGUAGES:
        for missing in MISSING:
            both = _said(f"question_{missing}", language)
            alone = _said(f"question_{missing}_only", language)
            assert both.startswith(alone)
            assert len(both) > len(alone)


@pytest.mark.parametrize(
    ("wanted", "line", "spoken"),
    [
        ("bn", "en", "bn"),
        ("es-MX", "en", "es"),
        ("bn-latn", "en", "bn"),
        ("ps", "es", "es"),
        (None, "bn", "bn"),
        ("ps", "dv", "en"),
        ("und", "pt-br", "pt"),
    ],
)
def test_an_unknown_language_falls_back_to_the_line_then_to_english(
    wanted: str | None, line: str, spoken: str
) -> None:
    assert BOOK.language(wanted, line) == spoken
    assert BOOK.say("reply_waits", wanted, line=line) == _said("reply_waits", spoken)


def test_a_value_that_a_phrase_needs_may_not_be_missing() -> None:
    with pytest.raises(PhraseError, match=r"en\.yaml: danger_now"):
        BOOK.say("danger_now", "en")
    with pytest.raises(PhraseError, match="unknown key"):
        BOOK.say("no_such_phrase", "en", **NUMBERS)


def _copy(directory: Path, *, old: str = "", new: str = "", language: str = "es") -> Path:
    """Our files in another directory, one of them changed."""
    for path in OURS.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.stem == language and old:
            assert old in text
            text = text.replace(old, new, 1)
        (directory / path.name).write_text(text, encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  not_safe: >-", "  not_sure: >-", r"es\.yaml: not_safe: this phrase is missing"),
        ("  thanks: >-", "  merci: Gracias.\n  thanks: >-", r"es\.yaml: merci: no such phrase"),
        ("{digit}", "{dígit}", r"es\.yaml: delete_confirm_nothing_left: unknown placeholder"),
        ("{digit}", "4", r"es\.yaml: delete_confirm_nothing_left: needs the placeholders of en"),
        ("{digit}", "{digit", r"es\.yaml: delete_confirm_nothing_left: a brace is not closed"),
        ("{digit}", "{digit:>9}", r"es\.yaml: delete_confirm_nothing_left: .*nothing more"),
        ("{digit}", "{digit.real}", r"es\.yaml: delete_confirm_nothing_left: unknown"),
        ("No tiene nada pendiente.", "", r"es\.yaml: nothing_waits: has to be a text"),
        ("No tiene nada pendiente.", "12", r"es\.yaml: nothing_waits: has to be a text"),
        ("language: es", "language: en", r"es\.yaml: language: has to be es"),
        ("status: draft", "status: signed", r"es\.yaml: status"),
        ("status: draft", "status: done", r"es\.yaml: status"),
        ('signed_by: ""', 'signed_by: "Ana"', r"es\.yaml: status"),
        ('signed_by: ""\n', "", r"es\.yaml: has to have exactly"),
        ("phrases:\n", "phrases: none\nother:\n", r"es\.yaml: has to have exactly"),
        ("  started: ", "  stopped: ", r"es\.yaml: line \d+: stopped is written twice"),
        ("  started: ", "  : [", r"es\.yaml: line \d+"),
    ],
)
def test_a_broken_file_names_itself_and_its_fault(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    directory = _copy(tmp_path, old=old, new=new)

    with pytest.raises(PhraseError, match=told):
        PhraseBook.load(directory)


def test_a_signed_file_loads_with_its_signer(tmp_path: Path) -> None:
    directory = _copy(
        tmp_path,
        old='status: draft\nsigned_by: ""',
        new='status: signed\nsigned_by: "A. Translator"',
    )

    book = PhraseBook.load(directory)

    assert (book.files["es"].status, book.files["es"].signed_by) == ("signed", "A. Translator")


def test_files_that_are_no_phrases_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PhraseError, match=r"en\.yaml is missing"):
        PhraseBook.load(tmp_path)

    _copy(tmp_path)
    (tmp_path / "fr.yaml").write_text("- bonjour\n", encoding="utf-8")
    with pytest.raises(PhraseError, match=r"fr\.yaml: has to be"):
        PhraseBook.load(tmp_path)
    (tmp_path / "fr.yaml").write_bytes("language: français".encode("latin-1"))
    with pytest.raises(PhraseError, match=r"fr\.yaml: has to be saved as UTF-8"):
        PhraseBook.load(tmp_path)
