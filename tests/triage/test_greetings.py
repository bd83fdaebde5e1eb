"""Lone first texts: what a worker writes before anything else, and which language that is."""

from __future__ import annotations

import pytest

from workervoice.triage.language import Detected, detect
from workervoice.triage.lines import language_line

UNKNOWN = Detected("und", "none")


def words(code: str) -> Detected:
    return Detected(code, "words")


def script(code: str) -> Detected:
    return Detected(code, "script")


FIRST_TEXTS = [
    # said everywhere, taken for English where nothing else is known
    ("hi", words("en")), ("Hi!", words("en")), ("Hiii", words("en")), ("hello", words("en")),
    ("helo", words("en")), ("Hey", words("en")), ("hi sir", words("en")),
    ("hello madam", words("en")), ("yes", words("en")), ("help", words("en")),
    ("HELP", words("en")), ("help me", words("en")), ("please", words("en")),
    ("thanks", words("en")), ("good morning", words("en")), ("I need help", words("en")),
    # of nobody, or of several
    ("ok", UNKNOWN), ("okay", UNKNOWN), ("no", UNKNOWN), ("si", UNKNOWN), ("k", UNKNOWN),
    ("1", UNKNOWN), ("?", UNKNOWN), ("bhai", UNKNOWN), ("bhaiya", UNKNOWN), ("hi bhai", UNKNOWN),
    ("vai", UNKNOWN), ("apa", UNKNOWN), ("namaste", UNKNOWN), ("salam", UNKNOWN),
    ("slm", UNKNOWN), ("assalamu alaikum", UNKNOWN), ("Assalamualaikum", UNKNOWN),
    ("walikum salam", UNKNOWN), ("paisa", UNKNOWN), ("malik", UNKNOWN), ("ola", UNKNOWN),
    ("socorro", UNKNOWN), ("hai", UNKNOWN), ("na", UNKNOWN), ("me", UNKNOWN), ("test", UNKNOWN),
    ("sat sri akal", UNKNOWN), ("привет", UNKNOWN), ("Здравствуйте", UNKNOWN), ("👋", UNKNOWN),
    # of one language
    ("hola", words("es")), ("Hola!", words("es")), ("holaaa", words("es")),
    ("hola amigo", words("es")), ("hi hola", words("es")), ("ayuda", words("es")),
    ("Ayúdame", words("es")), ("auxilio", words("es")), ("gracias", words("es")),
    ("buenos días", words("es")), ("sí", words("es")), ("olá", words("pt")),
    ("bom dia", words("pt")), ("bonjour", words("fr")), ("aidez moi", words("fr")),
    ("merhaba", words("tr")), ("yardim", words("tr")), ("xin chào", words("vi")),
    ("kumusta po", words("tl")), ("tulong", words("tl")), ("tolong", words("id")),
    ("selamat pagi", words("id")), ("jambo", words("sw")), ("msaada", words("sw")),
    ("bonjou", words("ht")), ("madad", words("hi-latn")), ("marhaba", words("ar-latn")),
    ("haan ji", words("hi-latn")), ("kemon achen", words("bn-latn")),
    # of one script
    ("হ্যালো", script("bn")), ("আসসালামু আলাইকুম", script("bn")), ("ভাই", script("bn")),
    ("नमस्ते", script("hi")), ("مرحبا", script("ar")), ("سلام", script("ar")),
    ("你好", script("zh-cn")), ("안녕하세요", script("ko")), ("สวัสดี", script("th")),
    ("မင်္ဂလာပါ", script("my")), ("வணக்கம்", script("ta")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), FIRST_TEXTS)
def test_a_lone_first_text_is_answered_sensibly(text: str, wanted: Detected) -> None:
    assert detect(text) == wanted


def test_the_interface_tells_a_greeting_by_code_and_step() -> None:
    said = [language_line({"id": 1, "text": text}) for text in ("hi", "hola", "salam")]

    assert [(line["language"], line["step"]) for line in said] == [
        ("en", "words"),
        ("es", "words"),
        ("und", "none"),
    ]


@pytest.mark.parametrize("text", ["hola", "ayuda", "bonjour", "merhaba", "xin chao", "tulong po"])
def test_a_greeting_of_one_language_outweighs_the_line(text: str) -> None:
    alone = detect(text)

    assert detect(text, line="en") == alone
    assert detect(text, prior="en") == alone


@pytest.mark.parametrize("text", ["hi", "hello", "salam", "bhai", "namaste", "madad", "marhaba"])
def test_a_greeting_of_many_keeps_the_senders_language_then_the_lines(text: str) -> None:
    assert detect(text, prior="bn", line="en") == Detected("bn", "prior")
    assert detect(text, line="es") == Detected("es", "line")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("hi boss paisa nahi de raha", "hi-latn"),
        ("Assalamu alaikum bhai malik 3 mash beton dey na", "bn-latn"),
        ("salam, el modir ma yedfa3 el rateb", "ar-latn"),
        ("namaste malik le talab diyeko chaina", "ne-latn"),
        ("hola pls help my boss took the passport and they dont pay us", "en"),
        ("hello no me pagan hace 3 meses", "es"),
        ("hola, no nos pagan", "es"),
    ],
)
def test_after_a_greeting_the_rest_of_the_text_decides(text: str, code: str) -> None:
    assert detect(text).code == code
