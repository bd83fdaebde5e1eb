"""The courier's second hand, when something ends it that nobody foresaw."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.house import House
from workervoice.app.second_hand import SecondHand
from workervoice.errors import Unavailable
from workervoice.hotline.tick_leftovers import Collecting

Hand = tuple[SecondHand, threading.Event]


@pytest.fixture
def a_hand(emptied_house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Hand]:
    def made(go_round: Callable[[object], int]) -> Hand:
        monkeypatch.setattr(Collecting, "go_round", go_round)
        hand, ended = SecondHand(emptied_house.collecting, emptied_house.lists), threading.Event()
        hand.ended = ended.set
        return hand, ended

    return made


def test_a_hand_that_ends_by_itself_says_so(
    a_hand: Callable[..., Hand], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(threading, "excepthook", told.append)

    def breaks(_: object) -> int:
        raise RuntimeError("nobody foresaw it")

    hand, ended = a_hand(breaks)

    hand.start()

    assert ended.wait(10)
    hand._thread.join(10)  # noqa: SLF001
    assert len(told) == 1


def test_a_hand_that_waits_for_the_database_or_is_told_to_end_does_not(
    a_hand: Callable[..., Hand],
) -> None:
    went = threading.Event()

    def away(_: object) -> int:
        went.set()
        raise Unavailable("the database is away")

    hand, ended = a_hand(away)

    hand.start()
    assert went.wait(10)
    hand.close()

    assert not ended.is_set()
