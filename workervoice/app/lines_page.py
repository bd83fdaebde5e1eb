"""The tables of `docs/lines.md`, counted and read anew.

Write them into the page with `python -m workervoice.app.lines_page`; a test keeps the two equal.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from workervoice.workflow.linefacts import (
    NO,
    UNKNOWN,
    YES,
    channels,
    countries,
    parts_of_report,
    read_where,
    two_way_by_twilio,
)
from workervoice.workflow.phrasebook import PhraseBook

PAGE = Path("docs/lines.md")
_THERE_IS = {
    NO: "an aggregator of the country, a phone with a SIM, WhatsApp, Telegram",
    YES: "Twilio, or one of the others",
    UNKNOWN: "ask Twilio before anything else; else as where the answer is no",
}


def written(page: str) -> str:
    """The page with its tables as they are now."""
    for name, table in (
        ("countries", _countries()),
        ("channels", _channels()),
        ("parts", _parts(PhraseBook.load())),
    ):
        block = f"<!-- {name} -->\n" + "\n".join(table) + f"\n<!-- end of {name} -->"
        found = re.search(rf"<!-- {name} -->.*?<!-- end of {name} -->", page, flags=re.S)
        if found is None:
            raise ValueError(f"{PAGE} has no place for {name}")
        page = page[: found.start()] + block + page[found.end() :]
    return page


def _countries() -> Iterator[str]:
    answers = {country: two_way_by_twilio(country) for country in countries()}
    yield "| countries | two-way SMS with Twilio | what there is |"
    yield "| --- | --- | --- |"
    for answer, there_is in _THERE_IS.items():
        told = ", ".join(country for country in answers if answers[country] == answer)
        yield f"| {told} | {answer} | {there_is} |"
    yield ""
    yield f"Read: {read_where()}."


def _channels() -> Iterator[str]:
    for known in channels().values():
        yield f"**{known.name}**"
        yield ""
        yield "- Approvals: " + "; ".join(known.approvals) + "."
        yield f"- Lead time: {known.lead_time}."
        yield f"- The worker pays: {known.worker_pays}. We pay: {known.we_pay}."
        for who, what in known.sees.items():
            yield f"- {who[0].upper()}{who[1:]} sees: {what}."
        yield ""


def _parts(book: PhraseBook) -> Iterator[str]:
    columns = ("language", "first answer", "question", "consents", "thanks", "a report by SMS")
    yield f"| {' | '.join(columns)} | by WhatsApp |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for language in book.files:
        sms = parts_of_report(book, language, "sms")
        whatsapp = sum(parts_of_report(book, language, "whatsapp"))
        yield f"| {language} | {' | '.join(map(str, sms))} | **{sum(sms)}** | {whatsapp} |"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
