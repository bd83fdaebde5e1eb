"""The workers' notice: what happens when somebody writes, as a page that an old phone can show.

No script, no style, no picture, nothing from elsewhere: some kilobytes of text. It is the same for
everybody who asks, and asking leaves nothing behind.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType
from typing import Final

from workervoice.errors import NotFound
from workervoice.message import RIGHT_TO_LEFT
from workervoice.store.programme import Line
from workervoice.workflow.phrasebook import PhraseBook, PhraseFile
from workervoice.workflow.tongues import CHOICES

KEPT_SECONDS = 60.0  # a line's emergency number may be corrected
HEADERS: Final = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)


@dataclass(slots=True)
class Notices:
    """The pages of every line. Ask for one at a time: strangers who ask for lines that there are
    not take one connection to the database at most."""

    phrases: PhraseBook
    line_of: Callable[[str], Line]
    _known: dict[str, tuple[float, Line]] = field(default_factory=dict)

    def page(self, slug: str, language: str | None) -> str:
        """The notice in this language, or in the line's. Raises `NotFound`."""
        line = self._line(slug)
        if language is not None and language not in self.phrases.files:
            raise NotFound("no such language")
        spoken = language or self.phrases.language(line.language)
        return "\n".join(_lines(self.phrases, self.phrases.files[spoken], line))

    def _line(self, slug: str) -> Line:
        known = self._known.get(slug)
        if known is None or time.monotonic() - known[0] > KEPT_SECONDS:
            known = time.monotonic(), self.line_of(slug)
            self._known[slug] = known  # only lines that there are: they are few
        return known[1]


def _lines(book: PhraseBook, file: PhraseFile, line: Line) -> Iterator[str]:
    spoken = file.language
    told = {
        key: escape(book.say(key, spoken, part="notice", emergency=line.emergency_number))
        for key in file.parts["notice"]
    }
    title = told.pop("n_title")
    direction = "rtl" if spoken in RIGHT_TO_LEFT else "ltr"
    yield f'<!DOCTYPE html>\n<html lang="{spoken}" dir="{direction}">'
    yield '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{title}</title>\n<h1>{title}</h1>"
    yield from (f"<p>{text}</p>" for text in told.values())
    if file.status == "draft":
        yield '<p lang="en" dir="ltr"><small>This translation is a draft.</small></p>'
    yield '<p dir="ltr">'
    for code, (_, name) in CHOICES.items():
        if code in book.files:
            yield f'<a href="/notice/{escape(line.slug)}/{code}" lang="{code}">{name}</a>'
    yield "</p>\n</html>"
