"""The courier and the real `twilio` client against a Twilio that answers as no emulator does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.channels.provider import Behaviour, Provider, hangs, provider, resets, says, writes
from tests.channels.twilio_signing import ACCOUNT
from tests.faults.clock import SharedClock
from tests.faults.inbox import Inbox
from tests.faults.peer import serving_peer
from tests.house import House
from tests.looking import Worker, a_worker, asked, cases_of
from workervoice.channels.base import Keeper
from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_rest import Login
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.hotline.tick_leftovers import Collecting
from workervoice.hotline.tick_lists import Lists

REPORT = "They took our passports"
HALF = writes(b'HTTP/1.1 201 X\r\nContent-Length: 99\r\n\r\n{"sid": "SM')


def refuses(status: int, code: int) -> Behaviour:
    return says(status, {"code": code, "message": "of no interest", "status": status})


@dataclass
class Twilio:
    """Its messages, by their SID. `create` is what it does when it is to send one, once it has
    taken it if `takes` says so; `young` refuses to delete."""

    house: House
    create: Behaviour | None = None
    takes: bool = True
    young: bool = False
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    came: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    asked: int = 0
    page: int = 1000

    def behaviour(self, peer: Provider) -> Behaviour:
        seen = peer.seen[-1]
        path = urlsplit(seen.target).path.removesuffix(".json")
        what = path.rpartition("/")[2]
        if seen.method == "POST" and what == "Messages":
            return self._create(parse_qs(seen.body.decode()))
        if seen.method == "DELETE":
            return self._delete(what)
        if seen.method == "POST":  # its text is taken out
            return says(200, {"sid": what})
        if what == "Media":
            return says(200, {"media_list": [], "next_page_uri": None, "page": 0})
        if what == "Messages":
            return self._list(parse_qs(urlsplit(seen.target).query), path)
        return says(200, self.sent.get(what, {"sid": what, "status": "delivered"}))

    def _create(self, form: dict[str, list[str]]) -> Behaviour:
        self.asked += 1
        made = {"sid": f"SM{self.asked:032x}", "to": form["To"][0], "body": form["Body"][0]}
        at = format_datetime(self.house.now)
        record = {**made, "status": "sent", "direction": "outbound-api", "date_created": at}
        if self.takes:
            self.sent[made["sid"]] = record
        return self.create or says(201, record)

    def _delete(self, sid: str) -> Behaviour:
        if self.young:
            return refuses(409, 20009)
        self.deleted.append(sid)
        return says(204, b"")

    def _list(self, query: dict[str, list[str]], path: str) -> Behaviour:
        """By pages; each repeats the last one of the page before."""
        of = [each for each in (*self.came, *self.sent.values()) if each["to"] == query["To"][0]]
        newest = list(reversed(of))
        page = int(query.get("Page", ["0"])[0])
        begin = max(page * self.page - (1 if page else 0), 0)
        shown = newest[begin : (page + 1) * self.page]
        more = (page + 1) * self.page < len(newest)
        there = f"{path}.json?To={query['To'][0].replace('+', '%2B')}&Page={page + 1}"
        return says(
            200, {"messages": shown, "next_page_uri": there if more else None, "page": page}
        )


@contextmanager
def running(house: House) -> Iterator[tuple[Twilio, TwilioKeeper]]:
    """The house's courier talks to it, through the real client."""
    twilio, there = Twilio(house), list[Provider]()

    def behaves(connection: socket.socket, closing: threading.Event) -> None:
        twilio.behaviour(there[0])(connection, closing)

    with provider(behaves) as peer:
        there.append(peer)
        login = Login(ACCOUNT, "SK", "secret", peer.url, 0.5)
        sender, before = TwilioSender(login), house.courier
        house.courier = replace(before, senders=lambda _line: sender)
        try:
            yield twilio, TwilioKeeper(login)
        finally:
            house.courier = before


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def states(house: House) -> list[tuple[str, str | None]]:
    return [(row.state, row.code) for row in asked(house, "SELECT state, code FROM outbox")]


def reported(house: House, line: str = "demo-sms") -> Worker:
    worker = a_worker(house, line)
    house.text(worker.number, REPORT, line=line)
    house.deliver()
    return worker


@pytest.mark.parametrize(
    ("answer", "line", "state", "code"),
    [
        (refuses(400, 21610), "demo-sms", "withheld", "21610"),
        (refuses(400, 63016), "demo-whatsapp", "held", "63016"),
        (refuses(400, 21614), "demo-sms", "failed", "21614"),
        (refuses(429, 20429), "demo-sms", "owed", "20429"),
    ],
)
def test_a_refusal_is_heeded_and_the_text_is_sent_once(
    house: House, answer: Behaviour, line: str, state: str, code: str
) -> None:
    with running(house) as (twilio, _):
        twilio.create, twilio.takes = answer, False
        reported(house, line)

        assert states(house) == [(state, code)]
        assert twilio.asked == 1


@pytest.mark.parametrize("answer", [refuses(500, 20500), hangs, resets, HALF])
@pytest.mark.parametrize("taken", [True, False])
def test_silence_is_looked_up_before_anything_is_sent_again(
    house: House, answer: Behaviour, taken: bool
) -> None:
    with running(house) as (twilio, _):
        twilio.create, twilio.takes = answer, taken
        reported(house)
        unsure = states(house)[0][0]
        twilio.create, twilio.takes = None, True
        house.wait(minutes=2)
        house.deliver()
        house.wait(minutes=20)
        house.deliver()

        assert unsure == "unknown"
        assert states(house)[0][0] == "accepted"
        assert len(twilio.sent) == 1
        assert twilio.asked == (1 if taken else 2)


def test_what_twilio_does_not_delete_for_a_day_is_deleted_then(house: House) -> None:
    with running(house) as (twilio, keeper):
        collecting = Collecting(house.courier_process, _keeper(keeper), house.collecting.wash)
        reported(house)
        twilio.young = True
        for _ in range(12):
            house.wait(hours=2)
            collecting.go_round()
        assert twilio.deleted == []
        assert "20009" in {row.code for row in asked(house, "SELECT code FROM leftover")}

        twilio.young = False
        for _ in range(4):
            house.wait(hours=24)
            collecting.go_round()

        assert len(twilio.deleted) == 2
        assert asked(house, "SELECT id FROM leftover") == []


def test_a_day_without_webhooks_is_read_from_twilios_own_list(house: House) -> None:
    texts = [f"day text {number}" for number in range(12)]
    worker = a_worker(house)
    with running(house) as (twilio, keeper):
        twilio.page = 5
        for number, text in enumerate(texts):
            house.wait(hours=2)
            twilio.came.append(_came(house, worker.number, text, number))
        house.wait(minutes=10)
        lists = Lists(house.courier_process, lambda line: keeper if line.channel == "sms" else None)
        for _ in range(3):
            lists.go_round()
            while house.taking.take_waiting():
                pass
            house.wait(minutes=6)

    (case_id,) = cases_of(house)
    assert _read(house, case_id) == texts


def _keeper(keeper: TwilioKeeper) -> Any:
    def of(_line: object) -> Keeper:
        return keeper

    return of


def _came(house: House, number: str, text: str, place: int) -> dict[str, Any]:
    at = format_datetime(house.now)
    return {
        "sid": f"SM{place + 500:032x}",
        "from": number,
        "to": house.line().sender,
        "body": text,
        "status": "received",
        "direction": "inbound",
        "num_media": "0",
        "date_sent": at,
        "date_created": at,
    }


def _read(house: House, case_id: Any) -> list[str]:
    page = replace(Worker(house, ""), case_id=case_id).case
    return [
        "".join(words for words, _, _ in entry.passages)
        for entry in page.thread
        if entry.direction == "in"
    ]


@pytest.mark.parametrize(
    ("number", "body"), [("+1555019XXXX", "")] + [(None, each) for each in ("", "[Redacted]")]
)
def test_what_twilio_redacted_in_its_list_does_not_keep_out_the_true_words(
    house: House, number: str | None, body: str
) -> None:
    worker = a_worker(house)
    with running(house) as (twilio, keeper):
        twilio.came.append({**_came(house, number or worker.number, REPORT, 0), "body": body})
        sid = twilio.came[0]["sid"]
        house.wait(minutes=10)
        Lists(house.courier_process, _keeper(keeper)).go_round()
        while house.taking.take_waiting():
            pass

    assert cases_of(house) == set()
    house.text(worker.number, REPORT, external_id=sid)  # from the fallback receiver, perhaps
    (case_id,) = cases_of(house)
    assert _read(house, case_id) == [REPORT]


def test_a_list_that_is_too_long_is_asked_for_in_halves(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("workervoice.channels.twilio_keeping._MOST_LISTED", 3)
    clock = SharedClock(tmp_path / "clock", new=True)
    begun = clock.now()
    with serving_peer(clock) as peer:
        peer.inbox = Inbox(clock, ACCOUNT)
        for number in range(9):
            peer.inbox.came(f"SM{number:032x}", "+15550100123", "+15550100000", f"text {number}")
            clock.advance(600)
        keeper = TwilioKeeper(Login(ACCOUNT, "SK", "secret", peer.url, 2))

        found = keeper.listed("tel:+15550100000", begun - timedelta(hours=1), clock.now())

    assert found is not None
    assert [each.inbound.text for each in found] == [f"text {number}" for number in range(9)]
