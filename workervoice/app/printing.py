"""Printing: a site's posters, from the phrase book and the registered lines to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from workervoice.errors import SettingsError
from workervoice.posters.links import sms_link, telegram_link, whatsapp_link
from workervoice.posters.pdf import pdf
from workervoice.posters.poster import pages
from workervoice.posters.setting import left_to_right
from workervoice.posters.svg import svg
from workervoice.posters.words import Way, Words
from workervoice.store.programme import Line, Site
from workervoice.workflow.phrasebook import PhraseBook

PART = "poster"
LONGEST_PLACE = 80  # characters of the second place where a number can be verified
_LINKS = {"sms": sms_link, "whatsapp": whatsapp_link, "telegram": telegram_link}
_JOINERS = "\u200c\u200d"  # several scripts spell with them


def words_for(
    book: PhraseBook, language: str, site: Site, lines: Sequence[Line], place: str
) -> Words:
    """What the poster of a site says. Raises `SettingsError` for a language without phrases, and
    for a place that is not one short line."""
    if language not in book.files:
        known = ", ".join(book.files)
        raise SettingsError(f"there are no phrases in {language}: choose one of {known}")
    bare = "".join(char for char in place if char not in _JOINERS)
    if not bare.isprintable() or len(place) > LONGEST_PLACE:
        raise SettingsError(f"--verify is one line of at most {LONGEST_PLACE} characters")

    def say(key: str, **values: str) -> str:
        shown = {name: left_to_right(value) for name, value in values.items()}
        return book.say(f"p_{key}", language, part=PART, **shown)

    greeting = say("greeting")
    return Words(
        language=language,
        title=say("title"),
        how=say("how_telegram" if "telegram" in {line.channel for line in lines} else "how"),
        code=say("code", code=site.code),
        save=say("save"),
        sim=say("sim"),
        seen=say("seen"),
        cost=say("cost"),
        danger=say("danger", emergency=lines[0].emergency_number),
        verify=say("verify", place=place) if place else "",
        ways=tuple(
            Way(
                label=say(f"scan_{line.channel}"),
                number=line.sender,
                link=_LINKS[line.channel](line.sender, greeting),
            )
            for line in lines
        ),
    )


def files_of(
    words: Words, size: str, forms: Sequence[str], name: str
) -> Iterator[tuple[str, bytes]]:
    """The files of one poster or sheet of cards: one PDF, and one SVG a page."""
    made = pages(words, size)
    if "pdf" in forms:
        yield f"{name}.pdf", pdf(made, words.language)
    for number, page in enumerate(made if "svg" in forms else (), start=1):
        yield f"{name}{f'-{number}' if len(made) > 1 else ''}.svg", svg(page, words.language)


def write(directory: Path, name: str, content: bytes) -> Path:
    """Raises `SettingsError` where nothing can be written."""
    path = directory / name
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as wrong:
        raise SettingsError(f"{path} cannot be written: {wrong.strerror}") from None
    return path
