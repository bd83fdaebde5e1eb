"""The check-list of a line: what can be had in a country, what a report costs, who sees what.

Facts of others stand in `lines.yaml`, with where they were read. What a report costs is counted
from the phrases that workers get.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from workervoice.workflow.meter import parts
from workervoice.workflow.phrasebook import PhraseBook

_FILE = Path(__file__).with_name("lines.yaml")
YES, NO, UNKNOWN = "yes", "no", "unknown"
# what the hotline says to a first report: its answers to four texts of the worker
REPORT = (("first_answer", "hours"), ("question_penalty",), ("consent_menu",), ("thanks",))
_EXAMPLES = {"emergency": "999", "from": "8:00", "to": "20:00"}


@dataclass(frozen=True, slots=True)
class Channel:
    """What is to be known before a line of this channel. `sees` is who, and what of it."""

    name: str
    approvals: tuple[str, ...]
    lead_time: str
    worker_pays: str
    we_pay: str
    sees: Mapping[str, str]


@cache
def _facts() -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def channels() -> Mapping[str, Channel]:
    """By our name of the channel."""
    return {
        name: Channel(**{**said, "approvals": tuple(said["approvals"])})
        for name, said in _facts()["channels"].items()
    }


def countries() -> tuple[str, ...]:
    """Those that anything is said of, by their two letters."""
    told = _facts()["two_way_sms_by_twilio"]
    return tuple(sorted({*told[YES], *told[NO], *_facts()["others"]}))


def two_way_by_twilio(country: str) -> str:
    """Whether an SMS that a worker sends reaches a number of Twilio's there: `YES`, `NO`, or
    `UNKNOWN`, which has to be asked."""
    told = _facts()["two_way_sms_by_twilio"]
    return next((answer for answer in (YES, NO) if country in told[answer]), UNKNOWN)


def read_where() -> str:
    return str(_facts()["two_way_sms_by_twilio"]["read"])


def parts_of_report(book: PhraseBook, language: str, channel: str) -> tuple[int, ...]:
    """What is paid for each of the hotline's four answers to a first report: parts of an SMS, or
    messages."""
    return tuple(
        parts("\n".join(book.say(key, language, **_EXAMPLES) for key in keys), channel)
        for keys in REPORT
    )
