"""What the fallback receiver took comes to the gateway, once and in order, and then goes there."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.channels.provider import Behaviour, provider, says, writes
from tests.channels.twilio_signing import ACCOUNT, TOKEN
from tests.hotline.test_lists import threads, waiting
from tests.house import House
from tests.web.fallbacks import DRAIN_SECRET, Fallback, running
from tests.web.gateways import form
from tests.web.gateways import running as gateway_running
from tests.web.wires import wired
from workervoice.channels.twilio import TwilioReceiver
from workervoice.hotline.tick_brought import TakingBrought
from workervoice.hotline.tick_spool import Draining, Remote
from workervoice.store import brought as store
from workervoice.store.engine import Scope

PHONE = "+15550100780"


@pytest.fixture
def fallback(emptied_house: House, tmp_path: Path) -> Iterator[Fallback]:
    with running(tmp_path / "spool", emptied_house.gateway.custody.public("own")) as found:
        yield found


def courier(house: House, fallback: Fallback, secret: str = DRAIN_SECRET) -> Draining:
    """One that has just started."""
    return Draining(house.courier_process, Remote(fallback.url, secret))


def take(house: House, fallback: Fallback, *tokens: str) -> None:
    """The gateway takes what was brought."""
    receivers = {"twilio": TwilioReceiver(ACCOUNT, tokens or (TOKEN,))}
    taking = TakingBrought(house.reception, receivers, fallback.url)
    while taking.take_waiting() and not waiting(house).keys() - {"None"}:
        pass


def rounds(house: House, fallback: Fallback, *couriers: Draining, times: int = 3) -> None:
    for _ in range(times):
        for each in couriers:
            age(house, fallback)
            each.go_round()
        take(house, fallback)
        house.wait(minutes=2)


def age(house: House, fallback: Fallback, **back: float) -> None:
    """The receiver's disk has the time of the house; the order stays."""
    start = int((house.now - timedelta(**back)).timestamp() * 10**9) - 10**9
    for place, name in enumerate(fallback.names()):
        os.utime(fallback.directory / name, ns=(start + place, start + place))


def said(fallback: Fallback, *texts: str, token: str = TOKEN, at: str = "") -> None:
    for text in texts:
        assert fallback.post(form(text, PHONE), token=token, at=at) == 204


def test_what_was_spooled_is_taken_once_in_order_and_then_deleted_there(
    emptied_house: House, fallback: Fallback
) -> None:
    house, texts = emptied_house, [f"text {number}: the gate is locked" for number in range(12)]
    said(fallback, *texts)
    draining = courier(house, fallback)

    rounds(house, fallback, draining)

    assert threads(house) == [texts]
    assert fallback.names() == []
    assert draining.counts == {"brought": 12, "deleted": 12}
    assert draining.drained_at is not None


def test_nothing_is_deleted_there_before_the_gateway_has_taken_it(
    emptied_house: House, fallback: Fallback
) -> None:
    house, draining = emptied_house, courier(emptied_house, fallback)
    said(fallback, "the gate is locked")
    for _ in range(4):
        age(house, fallback)
        draining.go_round()
        courier(house, fallback).go_round()
        house.wait(minutes=2)

    assert len(fallback.names()) == 1
    assert waiting(house) == {"None": 1}


@pytest.mark.parametrize("after", ["brought", "taken"])
def test_a_courier_that_starts_anew_neither_loses_nor_doubles(
    emptied_house: House, fallback: Fallback, after: str
) -> None:
    house = emptied_house
    said(fallback, "the gate is locked", "they took my passport")
    age(house, fallback)
    courier(house, fallback).go_round()
    if after == "taken":
        take(house, fallback)

    fresh = courier(house, fallback)
    fresh.go_round()
    assert len(fallback.names()) == 2
    rounds(house, fallback, fresh)

    assert threads(house) == [["the gate is locked", "they took my passport"]]
    assert fallback.names() == []


def test_while_the_database_is_away_the_fallback_takes_and_later_it_comes_in_order(
    emptied_house: House, fallback: Fallback
) -> None:
    house, texts = emptied_house, [f"text {number}: the gate is locked" for number in range(5)]
    with wired(house) as (wire, reception), gateway_running(house, None, reception) as gateway:
        for number, text in enumerate(texts):
            wire.cut = 0 < number < 4
            if wire.cut:
                wire.hang_up()
            fields = form(text, PHONE)
            answer = gateway.post(fields)[0]
            assert answer == (503 if wire.cut else 204)
            if answer == 503:  # as Twilio does
                assert fallback.post(fields) == 204
            if number == 3:
                wire.cut = False
                rounds(house, fallback, courier(house, fallback))

    assert threads(house) == [texts]
    assert fallback.names() == []


NAME = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "answer",
    [
        says(200, {"files": [{"name": "../../etc/passwd", "at": 1}], "more": ""}),
        says(200, {"files": [{"name": NAME, "at": 10**30}], "more": ""}),
        says(200, {"files": [{"name": NAME, "at": "x"}], "more": ""}),
        says(200, {"files": [NAME], "more": ""}),
        says(200, {"files": [], "more": "x&y=\r\nz"}),
        says(200, {"files": 7}),
        says(200, [1]),
        says(200, None),
        says(404, {}),
        says(500, {}),
        writes(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n[[["),
        writes(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
        writes(b"nothing"),
    ],
)
def test_whatever_answers_there_nothing_is_brought_and_the_courier_goes_on(
    emptied_house: House, answer: Behaviour
) -> None:
    house = emptied_house
    with provider(answer) as stranger:
        draining = Draining(house.courier_process, Remote(stranger.url, DRAIN_SECRET))
        draining.go_round()

    assert draining.counts["away"] + draining.counts["not_ours"] == 1
    assert waiting(house) == {}


def test_two_couriers_at_once_bring_each_once(emptied_house: House, fallback: Fallback) -> None:
    house, texts = emptied_house, [f"text {number}: the gate is locked" for number in range(20)]
    said(fallback, *texts)
    two = [courier(house, fallback), courier(house, fallback)]
    for _ in range(4):
        age(house, fallback)
        threads_ = [threading.Thread(target=each.go_round) for each in two]
        for each in threads_:
            each.start()
        for each in threads_:
            each.join()
        take(house, fallback)
        house.wait(minutes=2)

    assert threads(house) == [texts]
    assert fallback.names() == []


def test_what_a_webhook_brought_too_is_one_message(
    emptied_house: House, fallback: Fallback
) -> None:
    house, fields = emptied_house, form("the gate is locked", PHONE)
    house.text(PHONE, fields["Body"], external_id=fields["MessageSid"])
    fallback.post(fields)
    fallback.post(fields)

    rounds(house, fallback, courier(house, fallback))

    assert threads(house) == [["the gate is locked"]]
    assert fallback.names() == []


def test_a_file_that_was_changed_there_is_left_and_the_others_go_on(
    emptied_house: House, fallback: Fallback
) -> None:
    house, draining = emptied_house, courier(emptied_house, fallback)
    said(fallback, "changed", "cut", "emptied", "moved", "the gate is locked")
    changed, cut, emptied, moved, _ = (fallback.directory / name for name in fallback.names())
    data = bytearray(changed.read_bytes())
    data[-20] ^= 1
    changed.write_bytes(bytes(data))
    cut.write_bytes(cut.read_bytes()[:-1])
    emptied.write_bytes(b"")
    moved = moved.rename(fallback.directory / "00000000-0000-4000-8000-000000000000")

    rounds(house, fallback, draining)

    assert threads(house) == [["the gate is locked"]]
    left = {changed.name, cut.name, emptied.name, moved.name}
    assert set(fallback.names()) == left
    assert waiting(house) == {"SealBroken": 2}
    assert draining.states == {"refused": 2, "broken": 2}


def test_what_is_refused_stays_there_until_it_can_be_taken(
    emptied_house: House, fallback: Fallback
) -> None:
    house, draining = emptied_house, courier(emptied_house, fallback)
    said(fallback, "the gate is locked")
    age(house, fallback)
    draining.go_round()
    take(house, fallback, "another token")
    house.wait(minutes=11)
    draining.go_round()
    assert draining.states == {"refused": 1}
    assert len(fallback.names()) == 1

    rounds(house, fallback, draining)

    assert threads(house) == [["the gate is locked"]]
    assert fallback.names() == []


def test_what_is_older_than_a_month_is_reported_and_left(
    emptied_house: House, fallback: Fallback
) -> None:
    house, draining = emptied_house, courier(emptied_house, fallback)
    said(fallback, "the gate is locked")
    age(house, fallback, days=31)
    draining.go_round()
    take(house, fallback)

    assert draining.states == {"old": 1}
    assert len(fallback.names()) == 1
    assert threads(house) == []

    age(house, fallback, days=29)
    house.wait(minutes=2)
    draining.go_round()
    take(house, fallback)
    assert threads(house) == [["the gate is locked"]]


def test_a_receiver_that_is_away_or_does_not_know_us_is_counted(
    emptied_house: House, fallback: Fallback
) -> None:
    house = emptied_house
    said(fallback, "the gate is locked")
    stranger = courier(house, fallback, "x" * 32)
    stranger.go_round()
    nobody = Draining(house.courier_process, Remote("http://127.0.0.1:9", DRAIN_SECRET))
    nobody.go_round()

    assert (stranger.counts, nobody.counts) == ({"not_ours": 1}, {"away": 1})
    assert stranger.drained_at is nobody.drained_at is None
    assert DRAIN_SECRET not in repr(nobody)


def test_more_than_a_round_may_fetch_comes_in_the_next(
    emptied_house: House, fallback: Fallback, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, texts = emptied_house, [f"text {number}: the gate is locked" for number in range(10)]
    monkeypatch.setattr("workervoice.hotline.tick_spool.MOST_A_ROUND", 3)
    said(fallback, *texts)

    rounds(house, fallback, courier(house, fallback), times=9)

    assert threads(house) == [texts]
    assert fallback.names() == []


def test_what_is_refused_for_ever_keeps_nothing_from_being_tried_again(
    emptied_house: House, fallback: Fallback
) -> None:
    house, draining = emptied_house, courier(emptied_house, fallback)
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        for _ in range(60):
            store.bring(tx, store.Brought(uuid4(), b"Srubbish", house.now, "SealBroken"))
    said(fallback, "the gate is locked")
    age(house, fallback)
    draining.go_round()
    take(house, fallback, "another token")

    for _ in range(30):
        house.wait(minutes=11)
        take(house, fallback)

    assert threads(house) == [["the gate is locked"]]
