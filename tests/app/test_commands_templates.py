"""`workervoice templates` makes WhatsApp's templates of our phrases, and tells their approval."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.channels.provider import Provider, provider, says
from workervoice.app.templates import register
from workervoice.channels.notices import LANGUAGES, NOTICES
from workervoice.channels.twilio_templates import content_sids
from workervoice.cli import main
from workervoice.errors import SettingsError
from workervoice.settings import load
from workervoice.workflow.phrasebook import PhraseBook

SID = "HX" + "0" * 32
BOOK = PhraseBook.load()
NO_TEMPLATES = ["am", "ht", "km", "my", "ne", "si", "ug"]


class Twilio:
    """The Content API: makes what it is given, and fails after so many requests."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.submitted: list[str] = []
        self.fails_after = 10_000
        self.status = "approved"

    def answer(self, peer: Provider) -> Any:
        seen = peer.seen[-1]
        if len(peer.seen) > self.fails_after:
            return says(500, {"code": 20500})
        if seen.method == "POST" and seen.target == "/v1/Content":
            sid = f"HX{len(self.made) + 1:032x}"
            self.made[sid] = json.loads(seen.body)
            return says(201, {"sid": sid})
        sid = seen.target.split("/")[3]
        if seen.method == "POST":
            self.submitted.append(sid)
            return says(201, {"status": "received"})
        if seen.target.endswith("/ApprovalRequests"):
            status = self.status if sid in self.submitted or sid == SID else "unsubmitted"
            return says(200, {"whatsapp": {"status": status}})
        return says(200, {"sid": sid, **self.made[sid]})


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    there = Twilio()
    known: list[Provider] = []

    def behaves(connection: socket.socket, closing: threading.Event) -> None:
        there.answer(known[0])(connection, closing)

    with provider(behaves) as peer:
        known.append(peer)
        for name, value in {
            "ENV_FILE": "",
            "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
            "TWILIO_API_KEY": "SK" + "2" * 32,
            "TWILIO_API_SECRET": "secret",
            "TWILIO_API_BASE": peer.url,
        }.items():
            monkeypatch.setenv(f"WORKERVOICE_{name}", value)
        yield there


def ran(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def setting(printed: str) -> str:
    found = re.fullmatch(r"WORKERVOICE_TWILIO_CONTENT_SIDS='(.*)'\n", printed)
    assert found
    return found[1]


def test_templates_say_letter_by_letter_what_our_phrases_say(
    twilio: Twilio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ran(["templates", "register"]) == 0

    told = capsys.readouterr()
    monkeypatch.setenv("WORKERVOICE_TWILIO_CONTENT_SIDS", setting(told.out))
    named = content_sids(load())
    assert set(named) == {f"{key}:{language}" for key in NOTICES for language in LANGUAGES}
    for name, sid in named.items():
        key, _, language = name.partition(":")
        made = twilio.made[sid]
        assert made["types"] == {"twilio/text": {"body": BOOK.say(key, language)}}
        assert made["language"] == LANGUAGES[language]
        assert re.fullmatch(r"[a-z0-9_]{1,512}", made["friendly_name"])
    assert sorted(twilio.submitted) == sorted(named.values())
    assert told.err == f"WhatsApp has no templates in: {', '.join(NO_TEMPLATES)}\n"


def test_what_is_there_is_not_made_again(
    twilio: Twilio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(["templates", "register", "--languages", "bn"])
    first = setting(capsys.readouterr().out)
    monkeypatch.setenv("WORKERVOICE_TWILIO_CONTENT_SIDS", first)

    ran(["templates", "register", "--languages", "bn,en"])

    assert len(twilio.made) == 4
    now = json.loads(setting(capsys.readouterr().out))
    assert {key: said["bn"] for key, said in now.items()} == {
        key: said["bn"] for key, said in json.loads(first).items()
    }


def test_what_was_made_before_twilio_stopped_answering_is_told(
    twilio: Twilio, capsys: pytest.CaptureFixture[str]
) -> None:
    twilio.fails_after = 3

    assert ran(["templates", "register", "--languages", "bn"]) == 1

    told = capsys.readouterr()
    assert set(json.loads(setting(told.out))) == set(NOTICES)
    assert "stopped at question_waits:bn: Twilio answers 500" in told.err


def test_what_was_made_and_not_submitted_is_submitted_by_the_next_run(
    twilio: Twilio, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    twilio.fails_after = 3
    ran(["templates", "register", "--languages", "bn"])
    monkeypatch.setenv("WORKERVOICE_TWILIO_CONTENT_SIDS", setting(capsys.readouterr().out))
    twilio.fails_after = 10_000

    assert ran(["templates", "register", "--languages", "bn"]) == 0

    assert len(twilio.made) == len(NOTICES)
    assert sorted(twilio.submitted) == sorted(twilio.made)


def test_a_language_that_nobody_knows_makes_nothing(twilio: Twilio) -> None:
    with pytest.raises(SettingsError, match="--languages: xx is none of"):
        register(load(), BOOK, ["bn", "xx"])

    assert twilio.made == {}


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        ("approved", 0, "reply_waits:bn: approved"),
        ("rejected", 1, "reply_waits:bn: WhatsApp says: rejected"),
        ("paused", 1, "reply_waits:bn: WhatsApp says: paused"),
        ("\x1b[2J", 1, "reply_waits:bn: no word of WhatsApp"),
    ],
)
def test_check_says_what_whatsapp_says(
    twilio: Twilio,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    code: int,
    told: str,
) -> None:
    ran(["templates", "register", "--languages", "bn"])
    monkeypatch.setenv("WORKERVOICE_TWILIO_CONTENT_SIDS", setting(capsys.readouterr().out))
    twilio.status = status

    assert ran(["templates", "check"]) == code

    said = capsys.readouterr().out.splitlines()
    assert told in said
    assert said[-1].startswith("without a template: ar, en, ")


@pytest.mark.parametrize(
    "value",
    [
        "HX1",
        "[]",
        '{"reply_waits": "HX"}',
        '{"reply_waits": {"bn": "HX1"}}',
        '{"reply_waits": {"Bangla": "' + SID + '"}}',
        '{"first_answer": {"bn": "' + SID + '"}}',
    ],
)
def test_a_setting_that_names_no_templates_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("WORKERVOICE_ENV_FILE", "")
    monkeypatch.setenv("WORKERVOICE_TWILIO_CONTENT_SIDS", value)

    with pytest.raises(SettingsError, match="WORKERVOICE_TWILIO_CONTENT_SIDS"):
        content_sids(load())
