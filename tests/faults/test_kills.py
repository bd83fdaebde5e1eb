"""Kills under load, and the count after them; the long form is `make faults`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import text as sql

from tests.faults.evidence import gather, reconcile
from tests.faults.ground import Ground
from tests.faults.kills import under_kills
from tests.faults.load import Text, new_worker
from tests.faults.outcome import play
from tests.faults.reconcile import judge

NAMED, LEAST = 28, 50
SECONDS = 240  # a machine that is busy with other tests


def test_fifty_kills_under_load_lose_nothing_and_double_nothing(ground: Ground) -> None:
    kills: dict[str, int] = {}

    def act(on: Ground) -> int:
        campaign = under_kills(on, named=NAMED, least=LEAST, seconds=SECONDS)
        kills.update(campaign.counts)
        return campaign.kills

    outcome = play("kills", ground, act)

    assert outcome.problems == []
    assert outcome.kills >= LEAST
    assert outcome.told > 100
    assert outcome.stored == outcome.told
    for place in ("before_commit", "after_commit", "before_send", "after_send", "during_send"):
        assert any(place in name for name in kills), kills


def test_the_count_finds_what_is_planted(ground: Ground) -> None:
    assert reconcile(ground).problems == []
    record = gather(ground)

    never_taken = new_worker()
    never_taken.texts.append(Text("SMplanted", never_taken.number, "x", told=True))
    lost = judge(replace(record, workers=[*record.workers, never_taken]))
    once_more = {
        **record.words,
        ground.workers[0].mark: [*record.words[ground.workers[0].mark], "1"],
    }
    doubled = judge(replace(record, words=once_more))
    twice = judge(replace(record, sends=[*record.sends, record.sends[-1]]))
    silent = judge(replace(record, sends=record.sends[1:]))
    owing = judge(replace(record, outbox={**record.outbox, "planted": "unknown"}))
    refused = judge(replace(record, statuses={"204": 10, "403": 1}))

    assert (lost.lost, lost.whole) == (1, False)
    assert (doubled.doubled, doubled.whole) == (1, False)
    assert (twice.answered_twice, twice.whole) == (1, False)
    assert (silent.unanswered, silent.whole) == (1, False)
    assert not owing.whole
    assert not refused.whole


@contextmanager
def taken_out(ground: Ground) -> Iterator[None]:
    """The newest of all sealed texts is not in the database for a while."""

    def do(*statements: str) -> None:
        with ground.house.owner.begin() as tx:
            for statement in statements:
                tx.connection.execute(sql(statement))

    do(
        "CREATE TABLE taken_out AS SELECT * FROM message ORDER BY ctid DESC LIMIT 1",
        "DELETE FROM message WHERE id IN (SELECT id FROM taken_out)",
    )
    try:
        yield
    finally:
        do("INSERT INTO message SELECT * FROM taken_out", "DROP TABLE taken_out")


def test_a_row_that_is_taken_out_of_the_database_is_missed(ground: Ground) -> None:
    with taken_out(ground):
        verdict = reconcile(ground)

    assert verdict.lost == 1
    assert any(problem.startswith("the log:") for problem in verdict.problems)
    assert reconcile(ground).problems == []
