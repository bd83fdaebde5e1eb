"""Throttling: growing delays that decay, and nobody is locked out by somebody else's guesses."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.house import House
from workervoice.hotline.devices import DAYS, device_of, mark, with_mark
from workervoice.hotline.throttle import (
    DECAY_SECONDS,
    FREE_OF_SOURCE,
    LONGEST,
    Caller,
    Throttle,
    network,
)
from workervoice.store.engine import Database, Scope

KEY, NOW = bytes(32), 1_790_000_000
STRANGER, PERSON = Caller("203.0.113.9"), Caller("198.51.100.7")


@pytest.fixture
def database(emptied_house: House) -> Database:
    return emptied_house.console.database


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def hammer(throttle: Throttle, caller: Caller, login: str, seconds: int) -> int:
    """Try at every second; returns how often a try was let through."""
    return sum(
        throttle.take(caller.at_passphrase(KEY, login, NOW), NOW + second) == 0
        for second in range(seconds)
    )


def test_each_wrong_try_doubles_the_wait_up_to_a_minute(database: Database) -> None:
    throttle, now, waits = Throttle(database), NOW, []
    lanes = STRANGER.at_passphrase(KEY, "sam", NOW)

    for _ in range(11):
        while wait := throttle.take(lanes, now):
            now += wait
            waits.append(wait)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_trying_too_early_changes_nothing(database: Database) -> None:
    throttle = Throttle(database)
    lanes = STRANGER.at_passphrase(KEY, "sam", NOW)
    for _ in range(2):
        throttle.take(lanes, NOW)

    waits = {throttle.take(lanes, NOW) for _ in range(1000)}

    assert waits == {1}
    assert throttle.take(lanes, NOW + 1) == 0


def test_a_stranger_who_hammers_gets_few_tries_and_does_not_keep_the_person_out(
    database: Database,
) -> None:
    throttle = Throttle(database)

    let_through = hammer(throttle, STRANGER, "sam", 600)

    assert let_through < 600 / LONGEST + 12
    assert throttle.take(PERSON.at_passphrase(KEY, "sam", NOW), NOW + 600) == 0


def test_a_known_browser_gets_in_from_the_very_address_of_the_stranger(database: Database) -> None:
    throttle = Throttle(database)
    hammer(throttle, STRANGER, "sam", 600)
    same_address = Caller(STRANGER.source, b"known")

    assert throttle.take(same_address.at_passphrase(KEY, "sam", NOW), NOW + 600) == 0
    assert throttle.take(same_address.at_code(KEY, "sam", NOW), NOW + 600) == 0


def test_many_sources_that_guess_codes_wait_together_but_not_for_a_known_browser(
    database: Database,
) -> None:
    throttle = Throttle(database)

    tried = sum(
        throttle.take(Caller(f"2001:db8:{n:x}::1").at_code(KEY, "sam", NOW), NOW + n) == 0
        for n in range(200)
    )

    assert tried < 14
    assert throttle.take(Caller("x", b"known").at_code(KEY, "sam", NOW), NOW + 200) == 0


def test_one_source_that_tries_many_logins_waits(database: Database) -> None:
    throttle = Throttle(database)

    tried = sum(
        throttle.take(STRANGER.at_passphrase(KEY, f"login{n}", NOW), NOW) == 0 for n in range(100)
    )

    assert tried == FREE_OF_SOURCE


def test_a_right_try_frees_the_lane_and_quiet_takes_the_delay_back(database: Database) -> None:
    throttle = Throttle(database)
    lanes = PERSON.at_passphrase(KEY, "sam", NOW)
    for second in range(100):
        throttle.take(lanes, NOW + second)
    assert throttle.take(lanes, NOW + 100) > 0

    assert throttle.take(lanes, NOW + 100 + 20 * DECAY_SECONDS) == 0
    throttle.passed(lanes, NOW)
    assert [throttle.take(lanes, NOW) for _ in range(3)] == [0, 0, 1]


def test_a_try_that_was_not_made_is_not_counted(database: Database) -> None:
    throttle = Throttle(database)
    lanes = PERSON.at_passphrase(KEY, "sam", NOW)

    for _ in range(50):
        assert throttle.take(lanes, NOW) == 0
        throttle.undo(lanes, NOW)


def rows(house: House) -> list[tuple[bytes, int]]:
    with house.owner.begin(Scope(UUID(int=0))) as tx:
        found = tx.connection.exec_driver_sql("SELECT mac, tries FROM lane ORDER BY tried_at DESC")
        return [(bytes(mac), tries) for mac, tries in found]


def test_another_console_and_the_next_one_go_on_counting(house: House, database: Database) -> None:
    hammer(Throttle(database), STRANGER, "sam", 20)

    wait = Throttle(database).take(STRANGER.at_passphrase(KEY, "sam", NOW), NOW + 20)

    assert wait > 0
    assert all(b"sam" not in mac and b"203.0.113.9" not in mac for mac, _ in rows(house))


def test_what_is_counted_is_bounded_and_swept_after_a_day(
    house: House, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workervoice.hotline.throttle.SWEEP_EVERY", 10)
    throttle = Throttle(database, most=6)

    for n in range(31):
        throttle.take(Caller(f"source {n}").at_token(KEY, NOW), NOW + n)
    kept = len(rows(house))
    for n in range(10):
        throttle.take(Caller("late").at_token(KEY, NOW), NOW + 31 + 24 * 3600 + n)

    assert kept == 7
    assert [tries for _, tries in rows(house)] == [10]


@pytest.mark.parametrize(
    ("source", "one"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_source_is_an_address_or_a_line(source: str, one: str) -> None:
    assert network(source) == one


def test_lanes_do_not_hold_the_address() -> None:
    shown = b"".join(lane.key for lane in STRANGER.at_passphrase(KEY, "sam", NOW))

    assert b"203.0.113.9" not in shown
    assert "203" not in repr(STRANGER)


def test_a_mark_is_good_for_its_login_key_and_half_a_year() -> None:
    cookie = with_mark(mark(KEY, "maria", NOW), mark(KEY, "sam", NOW))

    assert device_of(KEY, "sam", cookie, NOW)
    assert device_of(KEY, "maria", cookie, NOW)
    assert device_of(KEY, "sam", cookie, NOW + DAYS * 24 * 3600)
    assert not device_of(KEY, "sam", cookie, NOW + (DAYS + 1) * 24 * 3600)
    assert not device_of(KEY, "ben", cookie, NOW)
    assert not device_of(b"k" * 32, "sam", cookie, NOW)


@pytest.mark.parametrize("cookie", ["", "~", "1.2.3", "²." + "a" * 99, "9" * 5000, "20000..x~~."])
def test_rubbish_is_no_mark(cookie: str) -> None:
    assert device_of(KEY, "sam", cookie, NOW) == b""
