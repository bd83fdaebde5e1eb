"""The cheaper of the other faults, in short; all of them, and longer, in `make faults`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from tests.faults import clients, databases, days
from tests.faults.elsewhere import PLACES, kills_beside
from tests.faults.ground import Ground
from tests.faults.inbox import Inbox
from tests.faults.outcome import play
from tests.faults.points import BESIDE
from tests.faults.supervised import supervised
from tests.faults.vitals import MORE_HANDLES, MORE_MEGABYTES, Vitals, measure, not_normal, stuck
from workervoice.triage.engine import Engine

SHORT: Mapping[str, Callable[[Ground], int | None]] = {
    "a restart of the database": partial(databases.restarts, times=1),
    "cut connections": partial(databases.cuts, times=1, stall_seconds=0.5),
    "an hour forward, and a provider of bad manners": days.jump(3600),
    "64 kB of headers": partial(clients.large_headers, connections=5),
}


@pytest.mark.parametrize("fault", SHORT)
def test_nothing_is_lost_doubled_or_answered_twice_after(ground: Ground, fault: str) -> None:
    outcome = play(fault, ground, SHORT[fault])

    assert outcome.problems == []
    assert outcome.told > 0
    assert (outcome.stored, outcome.sent) == (outcome.told, outcome.told)


def test_nothing_is_lost_doubled_or_left_elsewhere_whoever_is_killed_meanwhile(
    ground: Ground,
) -> None:
    counts: Counter[str] = Counter()

    outcome = play("kills beside", ground, kills_beside(len(PLACES), counts))

    assert outcome.problems == []
    assert outcome.kills == len(PLACES)
    assert outcome.told >= len(PLACES)
    assert (outcome.stored, outcome.sent) == (outcome.told, outcome.told)
    reached = {place.partition("_")[2] for place in PLACES if counts[place]}
    assert reached == set(BESIDE.values()), counts


def test_what_stays_at_the_provider_or_goes_in_the_wrong_order_is_found(ground: Ground) -> None:
    inbox = Inbox(ground.true_time, "AC")
    stays, late, well = (
        inbox.came(f"SM{number}", "+15550100999", "+15550100000", "look", b"a picture")
        for number in range(3)
    )
    for message in (late, well):
        media = [f"/Messages/{message.sid}/Media/{each}.json" for each in message.media]
        paths = [*media, f"/Messages/{message.sid}.json"]
        for path in paths if message is well else reversed(paths):
            inbox.delete(path)

    assert inbox.problems() == [
        f"message {stays.sid} is still at the provider",
        f"media of message {late.sid} were not deleted before it",
    ]


def test_a_supervisor_that_is_killed_takes_all_with_it_and_nothing_is_lost(engine: Engine) -> None:
    outcome = supervised(engine, lives=1, kills=2)

    assert outcome.problems == []
    assert outcome.kills >= 2
    assert outcome.told > 0


def test_what_is_not_normal_is_said(ground: Ground) -> None:
    before = measure(ground)
    was = before["gateway"]
    fat = Vitals(was.megabytes + MORE_MEGABYTES + 1, was.handles, was.threads, was.sessions)
    holding = Vitals(was.megabytes, was.handles + MORE_HANDLES + 1, was.threads, 50)

    assert not_normal(before, before, stuck(ground)) == []
    assert len(not_normal(before, {**before, "gateway": fat}, 0)) == 1
    assert len(not_normal(before, {**before, "gateway": holding}, 0)) == 2
    assert len(not_normal(before, before, 1)) == 1
