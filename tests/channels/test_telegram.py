"""A Telegram bot as a channel: its table for the contract, and what only it has."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.channels.contract import LINE, OUTBOX, WORDS, Contract, Table, a_message
from tests.channels.lines import setup_of
from tests.channels.provider import Provider, drips, hangs, provider, resets, says, writes
from workervoice.channels.base import Final, Sender, Webhook
from workervoice.channels.telegram import Bot, TelegramReceiver
from workervoice.channels.telegram_sending import ERRORS, PROVIDER, TelegramKeeper
from workervoice.errors import Refused, SettingsError
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryStatus,
    Fetched,
    Halt,
    Inbound,
    Kept,
    Later,
    MediaHandle,
    Missing,
    Outbound,
    Rejected,
    SendOutcome,
    Sent,
    Unknown,
)

WORD, NEXT, TOKEN = (
    "a-secret-word-of-today",
    "a-secret-word-of-tomorrow",
    "4839574812:AAFD39kkdpWt3",
)
SECRETS = {"secret_token": WORD, "secret_token_next": NEXT, "bot_token": TOKEN}
CHAT, NUMBER = "5550100123", "4711"
WORKER = Address(AddressKind.TELEGRAM, CHAT)
URL = "https://hotline.example/in/telegram/bd-tg"
FILE = "provider: telegram\nurl: BASE\ntimeout_seconds: 1\n"
BASE = "http://127.0.0.1:9"


class _ByTelegram:
    """A sender that is given the contract's messages as if they were to a chat."""

    def __init__(self, sender: Sender) -> None:
        self.max_text, self._sender = sender.max_text, sender

    def send(self, message: Outbound) -> SendOutcome:
        return self._sender.send(replace(message, to=WORKER))

    def find(self, message: Outbound, since: Any) -> SendOutcome:
        return self._sender.find(replace(message, to=WORKER), since)


def _sender(base: str = BASE) -> Sender:
    return PROVIDER.sender(setup_of(FILE.replace("BASE", base), SECRETS))


def _keeper(base: str) -> TelegramKeeper:
    return TelegramKeeper(Bot.read(setup_of(FILE.replace("BASE", base))), TOKEN)


def _sign(body: bytes, *, word: str = WORD) -> Webhook:
    headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": word}
    return Webhook(URL, headers, body)


def _update(name: str = "message", **message: object) -> bytes:
    known = {
        "message_id": int(NUMBER),
        "from": {"id": int(CHAT), "is_bot": False, "first_name": "M.", "username": "worker"},
        "chat": {"id": int(CHAT), "first_name": "M.", "type": "private"},
        "date": 1795000000,
    }
    whole = {key: value for key, value in {**known, **message}.items() if value is not None}
    return json.dumps({"update_id": 10000, name: whole}).encode()


def _inbound(text: str = WORDS, **more: Any) -> Inbound:
    return replace(Inbound(f"{CHAT}-{NUMBER}", WORKER, text), **more)


def _file(name: str, kind: str | None, **more: object) -> bytes:
    said = {"file_id": "AwACAgQAAx-0_9", "file_size": 9, "duration": 3}
    file: dict[str, Any] = {name: {**said, **({"mime_type": kind} if kind else {}), **more}}
    return _update(**file)


def _handle(kind: str) -> tuple[MediaHandle]:
    return (MediaHandle("telegram:AwACAgQAAx-0_9", kind),)


def _error(code: int, description: str, **more: object) -> Any:
    return says(code, {"ok": False, "error_code": code, "description": description, **more})


GROUP = {"id": -100123, "type": "supergroup", "title": "All of line 3"}
TABLE = Table(
    receiver=TelegramReceiver((WORD, NEXT)),
    sender=lambda base: _ByTelegram(_sender(base)),
    sign=_sign,
    readable={
        "a text": (_update(text=WORDS), _inbound()),
        "changed": (
            _update("edited_message", text=WORDS, edit_date=1795000009),
            _inbound(external_id=f"{CHAT}-{NUMBER}-1795000009"),
        ),
        "begun": (_update(text="/start"), _inbound("/start")),
        "begun from a poster": (_update(text="/start DH-204"), _inbound("DH-204")),
        "no beginning": (_update(text="/start they hit us"), _inbound("/start they hit us")),
        "a picture": (
            _update(photo=[{"file_id": "small"}, {"file_id": "AwACAgQAAx-0_9"}], caption=WORDS),
            _inbound(media=_handle("image/jpeg")),
        ),
        "a voice note": (_file("voice", "audio/ogg"), _inbound("", media=_handle("audio/ogg"))),
        "a file": (
            _file("document", "Application/PDF; x=1", file_name="payslip of M.pdf"),
            _inbound("", media=_handle("application/pdf")),
        ),
        "a round video": (_file("video_note", None), _inbound("", media=_handle("video/mp4"))),
        "a place": (
            _update(location={"latitude": 23.8103, "longitude": 90.4125}),
            _inbound("", sent=Sent.PLACE, place="23.8103, 90.4125"),
        ),
        "a card": (
            _update(contact={"phone_number": "+15550100777"}),
            _inbound("", sent=Sent.CONTACT),
        ),
        "a sticker": (_update(sticker={"emoji": "😀"}), _inbound("", sent=Sent.STICKER)),
        "a poll": (_update(poll={"question": "?"}), _inbound("", sent=Sent.POLL)),
        "a game of dice": (_update(dice={"value": 1}), _inbound("", sent=Sent.OTHER)),
        "empty": (_update(text=""), _inbound("")),
        "long": (_update(text="ক" * 100_000), _inbound("ক" * 100_000)),
        "nul": (_update(text="a\0b"), _inbound("a\0b")),
        "lone surrogate": (_update(text="a\ud800b"), _inbound("a?b")),
        "in a group": (_update(text=WORDS, chat=GROUP), ()),
        "in a channel": (_update("channel_post", text=WORDS), ()),
        "blocked": (_update("my_chat_member", new_chat_member={"status": "kicked"}), ()),
    },
    unreadable={
        "no json": b"text=" + WORDS.encode(),
        "no utf-8": b'{"message": "\xff"}',
        "a list": b"[]",
        "deep": b"[" * 100_000,
        "no message in it": b'{"message": 5}',
        "no number": _update(text=WORDS, message_id=None),
        "a number that is none": _update(text=WORDS, message_id="4711a"),
        "another time": _update("edited_message", text=WORDS, edit_date="later"),
        "no chat": _update(text=WORDS, chat={"type": "private"}),
        "a chat with a name": _update(text=WORDS, chat={"id": "@worker", "type": "private"}),
        "a medium without an id": _update(voice={"duration": 3}),
        "a medium elsewhere": _update(voice={"file_id": "../../getMe"}),
        "pictures that are none": _update(photo=["x"]),
    },
    status={},  # Telegram tells nobody
    bad_status={"anything": _update("poll", question="?"), "nothing": b"{}"},
    refused={
        "another word": _sign(_update(text=WORDS), word="another-secret-word"),
        "no word": _sign(_update(text=WORDS), word=""),
        "no header": Webhook(URL, {}, _update(text=WORDS)),
    },
    answer={
        "taken": (
            says(200, {"ok": True, "result": {"message_id": 12}}),
            Accepted(f"{CHAT}-12"),
        ),
        "taken without a number": (says(200, {"ok": True, "result": {}}), Unknown("unreadable")),
        "success without json": (says(200, b"<html>fine</html>"), Unknown("unreadable")),
        "broken": (_error(500, f"internal {WORDS}"), Unknown("500")),
        "hangs": (hangs, Unknown("no answer")),
        "drips": (drips, Unknown("no answer")),
        "resets": (resets, Unknown("no answer")),
        "half": (writes(b'HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{"o"'), Unknown("no answer")),
    },
    lookup={},  # Telegram has no list
    signs_url=False,
)


class TestTelegram(Contract):
    """The shared contract over the table above."""

    table = TABLE


SAID = {  # what Telegram's answers say, word for word, and what each means
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "not_begun": (403, "Forbidden: bot can't initiate conversation with a user"),
    "forbidden": (403, "Forbidden: something new"),
    "no_chat": (400, "Bad Request: chat not found"),
    "too_long": (400, "Bad Request: message is too long"),
    "empty": (400, "Bad Request: message text is empty"),
    "bad": (400, "Bad Request: something new"),
    "token": (401, "Unauthorized"),
    "no_bot": (404, "Not Found"),
    "webhook": (409, "Conflict: terminated by other getUpdates request"),
    "too_fast": (429, "Too Many Requests: retry after 5"),
}


def test_every_error_of_the_table_has_its_test() -> None:
    assert SAID.keys() == ERRORS.keys()


@pytest.mark.parametrize("name", SAID)
def test_an_error_means_what_the_table_says(name: str) -> None:
    code, description = SAID[name]
    known = ERRORS[name]
    with provider(_error(code, description, parameters={"retry_after": 5})) as peer:
        refused = _sender(peer.url).send(a_message(WORKER))

    assert refused == Rejected(name, known.permanent, known.why, known.halt)
    assert not (known.permanent and known.halt)
    assert known.said


def test_what_stops_one_worker_is_no_fault_of_the_bot() -> None:
    assert ERRORS["blocked"].why is DeliveryStatus.STOPPED
    assert [name for name, each in ERRORS.items() if each.halt is Halt.BROKEN] == [
        "token",
        "no_bot",
    ]


def _sent(**more: Any) -> tuple[Provider, dict[str, Any]]:
    with provider(says(200, {"ok": True, "result": {"message_id": 12}})) as peer:
        assert _sender(peer.url).send(replace(a_message(WORKER), **more)) == Accepted(f"{CHAT}-12")
    return peer, json.loads(peer.seen[0].body)


def test_a_text_goes_into_the_chat_without_a_preview() -> None:
    peer, body = _sent()

    assert (peer.seen[0].method, peer.seen[0].target) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert body == {"chat_id": CHAT, "text": WORDS, "link_preview_options": {"is_disabled": True}}


def test_a_voice_note_has_no_text() -> None:
    peer, body = _sent(text="", media="https://h.example/rec/a.ogg")

    assert peer.seen[0].target == f"/bot{TOKEN}/sendVoice"
    assert body == {"chat_id": CHAT, "voice": "https://h.example/rec/a.ogg"}


def test_a_phone_number_is_no_chat() -> None:
    refused = _sender().send(a_message(Address(AddressKind.PHONE, LINE)))

    assert refused == Rejected("no_chat", permanent=True)


def test_taken_is_the_last_word() -> None:
    sender = _sender()

    assert isinstance(sender, Final)
    assert sender.final


@pytest.mark.parametrize("word", [WORD, NEXT])
def test_both_words_count_while_one_is_exchanged(word: str) -> None:
    receiver = TelegramReceiver.of(setup_of(FILE.replace("BASE", BASE), SECRETS))

    receiver.verify(_sign(_update(text=WORDS), word=word))


@pytest.mark.parametrize(
    ("more", "secrets", "told"),
    [
        ("unknown: 1", SECRETS, "unknown"),
        ("url: http://telegram.example", SECRETS, "https"),
        ("", {"secret_token": "short"}, "16 letters"),
        ("", {}, "secret_token is missing"),
    ],
)
def test_a_mistake_in_the_file_is_named(more: str, secrets: dict[str, str], told: str) -> None:
    setup = setup_of(FILE.replace("BASE", BASE), secrets)
    said = {**setup.said, **(setup_of(more).said if more else {})}

    with pytest.raises(SettingsError, match=told):
        PROVIDER.receiver(replace(setup, said=said))


def test_a_message_at_the_address_of_reports_is_asked_for_again() -> None:
    with pytest.raises(Refused):
        TABLE.receiver.parse_status(_sign(_update(text=WORDS)), str(OUTBOX))


def test_a_medium_is_fetched_by_its_id() -> None:
    with provider(says(200, {"ok": True, "result": {"file_path": "voice/file_1.oga"}})) as peer:
        fetched = _keeper(peer.url).fetch(MediaHandle("telegram:AwACAgQAAx"))

    assert isinstance(fetched, Fetched)
    assert [seen.target for seen in peer.seen] == [
        f"/bot{TOKEN}/getFile",
        f"/file/bot{TOKEN}/voice/file_1.oga",
    ]


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_error(400, "Bad Request: file is too big"), Missing("400")),
        (_error(401, "Unauthorized"), Later("401")),
        (says(500, {}), Later("500")),
        (says(200, b"<html>"), Later("no answer")),
        (says(200, {"ok": True, "result": {}}), Missing("address")),
        (says(200, {"result": {"file_path": "../../bot/getMe"}}), Missing("address")),
        (says(200, {"result": {"file_path": "a?b#c"}}), Missing("address")),
        (hangs, Later("no answer")),
    ],
)
def test_a_medium_that_cannot_be_had_is_asked_for_again_or_given_up(
    answer: Any, told: object
) -> None:
    with provider(answer) as peer:
        assert _keeper(peer.url).fetch(MediaHandle("telegram:AwACAgQAAx")) == told


def test_nothing_is_deleted_or_listed_at_telegram() -> None:
    keeper = _keeper(BASE)

    assert keeper.fetch(MediaHandle("https://elsewhere.example/1")) == Missing("address")
    assert keeper.purge(f"{CHAT}-{NUMBER}") == Kept()
    assert keeper.look(f"{CHAT}-{NUMBER}", OUTBOX) is None
