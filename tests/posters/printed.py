"""Posters for tests: the words of our phrase book, and what a PDF looks like to a camera."""

from __future__ import annotations

from uuid import uuid4

import pypdfium2
import zxingcpp

from workervoice.app.printing import words_for
from workervoice.posters.words import Words
from workervoice.store.programme import Line, Site
from workervoice.workflow.phrasebook import PhraseBook

BOOK = PhraseBook.load()
NUMBER = "+15550100000"
PLACE = "https://ngo.example.org/number"
SITE = Site(uuid4(), "RIVER", "Riverside Garments", "BD")


def a_line(channel: str) -> Line:
    said = (channel, channel, NUMBER, "BD", "en", "999")
    return Line(uuid4(), uuid4(), *said)


def some_words(language: str, place: str = PLACE) -> Words:
    return words_for(BOOK, language, SITE, [a_line("sms"), a_line("whatsapp")], place)


def codes_on(pdf: bytes, scale: float = 2.0) -> list[list[str]]:
    """What a camera reads from each page; a scale of 1 is 72 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    found: list[list[str]] = []
    for page in document:
        seen = page.render(scale=scale, grayscale=True)
        dots = memoryview(bytes(seen.buffer)).cast("B", (seen.height, seen.stride))
        found.append(sorted(code.text for code in zxingcpp.read_barcodes(dots)))
        page.close()
    document.close()
    return found
