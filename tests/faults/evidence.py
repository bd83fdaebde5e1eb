"""What there is to compare after a scenario: words, rows, the log, and what the provider has."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text as sql

from tests.faults.ground import Ground
from tests.faults.reconcile import Record, Verdict, judge
from tests.leaves import read_leaves
from workervoice.hotline import reading
from workervoice.hotline.verifying import verify_log
from workervoice.store import cases
from workervoice.store.engine import Database, Scope


def reconcile(ground: Ground, *, late: bool = False) -> Verdict:
    """Let everything settle, then compare it with what the clients were told."""
    ground.keep_alive()
    settled = ground.settle()
    verdict = judge(gather(ground), late=late)
    if not settled:
        verdict.problems.append("texts did not settle, however much time passed")
    return verdict


def gather(ground: Ground) -> Record:
    """What `judge` wants to know; the log is checked as `workervoice log verify` does."""
    house = ground.house
    house.now = ground.clock.now()
    owner = Database(house.owner_url, pool_size=1, snapshot=True)
    with owner.begin(Scope(house.programme)) as tx:
        leaves = read_leaves(tx, house.console.vault)
        report = verify_log(tx, house.console.vault, house.console.trust.root_public)
    owner.close()
    return Record(
        workers=ground.workers,
        words=_words(ground),
        received=sum(leaf["event"] == "message_received" for leaf in leaves),
        outbox=ground.states(),
        sends=list(ground.peer.taken),
        reference=ground.reference,
        log_problems=report.problems,
        statuses=ground.statuses,
    )


def _words(ground: Ground) -> dict[str, list[str]]:
    """What workers wrote, as a handler reads it: every case, opened with a handler's key."""
    house = ground.house
    actor = house.actor("asha")
    found: dict[str, list[str]] = {}
    with house.console.database.begin(actor.scope()) as tx:
        directory = house.console.directory(tx, house.now)
        for case_id in tx.connection.execute(sql("SELECT id FROM cases")).scalars().all():
            texts = _texts(reading.CaseKeys(tx, actor, directory, case_id), case_id)
            marks = [word for text in texts for word in text.split() if word[:4] == "mark"]
            found.setdefault(marks[0] if marks else str(case_id), []).extend(texts)
    return found


def _texts(keys: reading.CaseKeys, case_id: UUID) -> list[str]:
    opened = [
        reading.open_message(keys.tx, keys, row)
        for row in cases.messages_of(keys.tx, case_id)
        if row.direction == "in"
    ]
    return [str(each.words["text"]) if each.words else "(broken)" for each in opened]
