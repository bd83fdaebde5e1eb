"""An attack: a log that was cut or rewritten, passed off as one that was restored from a backup.

A witness who holds a newer checkpoint is told "restored" only where the log's own key has signed
that; whoever has the database and the service key cannot bring that about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import pytest

from tests.builders import a_case
from tests.drills import Drill
from tests.house import House
from tests.looking import asked
from workervoice.crypto import checkpoint
from workervoice.crypto.merkle import Frontier
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.hotline import logfile
from workervoice.hotline.restoring import Statement, go_on, standing_restore
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.hotline.treecheck import Report
from workervoice.hotline.verifying import verify_log
from workervoice.hotline.witnessing import keep
from workervoice.store import logbook
from workervoice.store.engine import Scope
from workervoice.store.log import Event, record_event
from workervoice.store.logbook import Head


@pytest.fixture
def drill(house: House, server: EmbeddedServer, tmp_path: Path) -> Iterator[Drill]:
    made = Drill(house, server, tmp_path)
    yield made
    made.close()


def kept(house: House) -> bytes:
    """The newest checkpoint, as a monitor takes it away."""
    house.wait(minutes=20)
    house.deliver()
    return keep(house.console, house.actor("mina")).note.encode()


def verify(house: House, *witnesses: bytes) -> Report:
    process = house.console
    named = [(f"The checkpoint in w{n}.txt", note) for n, note in enumerate(witnesses)]
    with house.owner.begin(Scope(house.programme)) as tx:
        return verify_log(tx, process.vault, process.trust.root_public, named)


def verify_export(house: House, *witnesses: bytes) -> Report:
    """As a monitor does it, who has neither database nor keys."""
    named = [(f"The checkpoint in w{n}.txt", note) for n, note in enumerate(witnesses)]
    with house.owner.begin(Scope(house.programme)) as tx:
        export = logfile.read_export(list(logfile.write_export(tx)))
    return logfile.verify_export(export, house.console.trust.root_public, named)


@dataclass(frozen=True)
class Lost:
    """A hotline after a restore, and the checkpoints of a monitor from before the backup, between
    backup and loss, and since."""

    back: House
    older: bytes
    newer: bytes
    since: bytes
    entries: int


@pytest.fixture
def lost(drill: Drill) -> Lost:
    a_case(drill.house)
    older = kept(drill.house)
    backup = drill.back_up()
    a_case(drill.house, number="+15550100778")
    newer = kept(drill.house)
    back, outcome = drill.restore(backup)
    sam = back.actor("sam")
    restored = standing_restore(back.console, sam)
    assert restored is not None
    go_on(back.console, sam, restored.id)
    a_case(back, number="+15550100779")
    return Lost(back, older, newer, kept(back), outcome.restored.entries)


@pytest.mark.parametrize("check", [verify, verify_export])
def test_a_checkpoint_newer_than_the_backup_is_told_restored_and_the_others_fit(
    lost: Lost, check: object
) -> None:
    assert callable(check)

    report = check(lost.back, lost.older, lost.newer, lost.since)

    ((backup, said),) = report.restored
    last = checkpoint.read(lost.newer).checkpoint.size - 1
    assert report.problems == []
    assert backup == standing(lost.back).backup_id
    assert "w1.txt" in said
    assert f"entries {lost.entries} to {last} are not in it" in said
    assert "changed, swapped" not in said


def standing(house: House) -> Statement:
    restored = standing_restore(house.console, house.actor("sam"))
    assert restored is not None
    return Statement.of(restored)


def cut_back(house: House, size: int) -> None:
    """Somebody with the service key and the database takes everything after `size` away, and puts
    the head back: a courier that starts then finds a log that is shorter and whole."""
    with house.owner.begin(Scope(house.programme)) as tx:
        hashes = [leaf for _, leaf in logbook.hashes(tx, 0, size)]
        for statement in (
            f"DELETE FROM log_leaf WHERE position IS NULL OR position >= {size}",  # noqa: S608
            f"DELETE FROM log_checkpoint WHERE size > {size}",  # noqa: S608
        ):
            tx.connection.exec_driver_sql(statement)
        signed = logbook.newest_checkpoint(tx)
        covered = checkpoint.read(signed).checkpoint.size if signed else 0
        version = logbook.read_head(tx, house.console.vault).version + 1
        head = Head(version, Frontier().grown(hashes), covered, 0)
        logbook.save_head(tx, house.console.vault, head)


def courier_starts(house: House) -> None:
    sequence(house.courier_process, Scope(house.programme), Memory())


def forged_leaf(house: House, said: Statement) -> None:
    """What whoever has the service key can write into the log."""
    with house.owner.begin(Scope(house.programme)) as tx:
        event = Event("restored", house.courier_process.id, house.programme, said.written())
        record_event(tx, house.console.vault, event, house.now)


def test_a_log_that_was_cut_is_not_restored_because_somebody_with_the_service_key_says_so(
    drill: Drill,
) -> None:
    house = drill.house
    a_case(house)
    older = kept(house)
    size = checkpoint.read(older).checkpoint.size
    a_case(house, number="+15550100778")
    newer = kept(house)
    thief = generate_signing()
    cut_back(house, size)
    said = Statement(uuid4(), uuid4(), size, "2026-11-22T09Z")
    with house.owner.begin(Scope(house.programme)) as tx:
        hashes = [leaf for _, leaf in logbook.hashes(tx, 0, size)]
    root = Frontier().grown(hashes).root()
    forged_leaf(house, replace(said, signature=thief.sign(said.place(house.programme, root))))

    courier_starts(house)
    report = verify(house, older, newer)

    assert report.restored == []
    assert any("w1.txt" in problem and "its end was cut" in problem for problem in report.problems)


def test_a_log_that_was_rewritten_since_a_restore_is_not_excused_by_that_restore(
    lost: Lost,
) -> None:
    position = next(
        leaf.position for leaf in restored_leaves(lost.back) if leaf.position is not None
    )
    sizes = [row.size for row in asked(lost.back, "SELECT size FROM log_checkpoint ORDER BY size")]
    cut_back(lost.back, next(size for size in sizes if size > position))

    courier_starts(lost.back)
    report = verify(lost.back, lost.newer, lost.since)

    ((_, excused),) = report.restored
    assert "w0.txt" in excused
    assert any("w1.txt" in problem for problem in report.problems)


def restored_leaves(house: House) -> list[logbook.Leaf]:
    vault = house.console.vault
    with house.owner.begin(Scope(house.programme)) as tx:
        every = list(logbook.leaves(tx))
    return [leaf for leaf in every if leaf.fields(house.programme, vault)["event"] == "restored"]


def test_entries_from_before_the_backup_that_were_changed_are_not_excused(lost: Lost) -> None:
    with lost.back.owner.begin(Scope(lost.back.programme)) as tx:
        first = next(iter(logbook.hashes(tx, 0, 1)))[1]
        tx.connection.exec_driver_sql(
            "UPDATE log_leaf SET leaf_hash = %s WHERE leaf_hash = %s", (b"x" * 32, first)
        )

    report = verify(lost.back, lost.newer)

    assert report.restored == []
    assert any("does not fit the log" in problem for problem in report.problems)


def test_a_statement_of_a_restore_in_an_export_that_was_altered_excuses_nothing(
    lost: Lost,
) -> None:
    with lost.back.owner.begin(Scope(lost.back.programme)) as tx:
        lines = list(logfile.write_export(tx))
    said = standing(lost.back)
    later = replace(said, entries=said.entries + 1)
    lines = [line.replace(said.written(), later.written()) for line in lines]

    export = logfile.read_export(lines)
    root = lost.back.console.trust.root_public
    report = logfile.verify_export(export, root, [("w0.txt", lost.newer)])

    assert (report.restored, len(report.problems)) == ([], 1)
