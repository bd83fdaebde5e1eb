"""The log under attack: each change of it, or of what it names, is found by `log verify`.

A thief writes to the database as superuser. A thief with more has our key files too, and then only
a checkpoint that a witness kept elsewhere helps.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_released_issue, an_agreed_action
from tests.house import House
from tests.security.thief import Thief
from workervoice.app.keyfiles import load_key_files
from workervoice.crypto import checkpoint
from workervoice.crypto.checkpoint import Checkpoint
from workervoice.crypto.merkle import Frontier, leaf_body, leaf_hash
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.hotline.treecheck import Report
from workervoice.hotline.verifying import verify_log
from workervoice.hotline.witnessing import keep
from workervoice.store import logbook
from workervoice.store.engine import Scope
from workervoice.store.logbook import Head

TABLES = ("log_leaf", "log_tag", "log_head", "log_checkpoint")


@dataclass(frozen=True)
class Kept:
    """A hotline in which things happened, and the checkpoint that a monitor took away."""

    house: House
    thief: Thief
    case_id: UUID
    issue_id: UUID
    note: bytes

    def verify(self, *witnesses: bytes) -> Report:
        process = self.house.console
        named = [(f"The checkpoint in w{n}.txt", note) for n, note in enumerate(witnesses)]
        with self.house.owner.begin(Scope(self.house.programme)) as tx:
            return verify_log(tx, process.vault, process.trust.root_public, named)

    def leaves(self) -> list[Any]:
        return self.thief.rows(
            "SELECT * FROM log_leaf WHERE position IS NOT NULL ORDER BY position"
        )

    def size(self) -> int:
        return len(self.leaves())


@pytest.fixture(scope="module")
def kept(shared_house: House, thief: Thief) -> Kept:
    house = shared_house
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    note = keep(house.console, house.actor("mina")).note.encode()
    an_agreed_action(house)
    house.desk.answer(house.actor("asha"), case_id, "We can help.")
    house.wait(minutes=20)
    house.deliver()
    return Kept(house, thief, case_id, issue_id, note)


def only(report: Report) -> str:
    (problem,) = report.problems
    return problem


def names(report: Report, *parts: str) -> bool:
    """One problem has all of these in it."""
    return any(all(part in problem for part in parts) for problem in report.problems)


def test_an_untouched_log_verifies_with_and_without_a_witness(kept: Kept) -> None:
    alone, witnessed = kept.verify(), kept.verify(kept.note)

    assert alone.problems == witnessed.problems == []
    assert f"{kept.size()} entries in order, 0 not yet" in alone.told[0]
    assert checkpoint.read(kept.note).checkpoint.size < kept.size()
    assert {leaf["event"] for leaf in kept.house.leaves("issue_release")} == {"issue_release"}


def test_a_body_that_was_changed_is_named(kept: Kept) -> None:
    leaf = kept.leaves()[5]
    body = bytes(leaf.body)

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.overwrite("log_leaf", leaf.id, {"body": body[:-1] + bytes([body[-1] ^ 1])})
        report = kept.verify()

    assert names(report, str(leaf.id), "entry 5", "does not open")


def test_a_body_moved_from_another_leaf_does_not_open(kept: Kept) -> None:
    leaf, other = kept.leaves()[5:7]

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.overwrite("log_leaf", leaf.id, {"body": bytes(other.body)})
        report = kept.verify()

    assert names(report, str(leaf.id), "does not open")


def another_body(kept: Kept, leaf: Any) -> tuple[bytes, bytes]:
    """What somebody with the service key could say instead: sealed body and its hash."""
    vault, programme = kept.house.console.vault, kept.house.programme
    fields = vault.open("leaf", programme, leaf.id, 1, bytes(leaf.body))
    lie = {**fields, "actor": str(uuid4())}
    return vault.seal("leaf", programme, leaf.id, 1, lie), leaf_hash(leaf_body(lie))


def test_another_body_by_somebody_with_the_service_key_is_not_what_its_hash_says(
    kept: Kept,
) -> None:
    leaf = kept.leaves()[5]
    body, _ = another_body(kept, leaf)

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.overwrite("log_leaf", leaf.id, {"body": body})
        report = kept.verify()

    assert names(report, str(leaf.id), "says something else than its hash")


@pytest.mark.parametrize("with_body", [False, True])
def test_a_hash_that_was_changed_does_not_fit_what_was_signed(kept: Kept, with_body: bool) -> None:
    leaf = kept.leaves()[5]
    body, hashed = another_body(kept, leaf)

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.overwrite("log_leaf", leaf.id, {"leaf_hash": hashed})
        if with_body:
            kept.thief.overwrite("log_leaf", leaf.id, {"body": body})
        report = kept.verify(kept.note)

    assert names(report, "The stored checkpoint of", "does not fit the log")
    assert names(report, "The checkpoint in w0.txt", "does not fit the log")
    assert names(report, "head of the log")


def test_two_leaves_that_changed_places_do_not_fit(kept: Kept) -> None:
    one, other = kept.leaves()[3], kept.leaves()[8]

    with kept.thief.for_a_while("log_leaf"):
        for leaf, position in ((one, None), (other, one.position), (one, other.position)):
            kept.thief.overwrite("log_leaf", leaf.id, {"position": position})
        report = kept.verify()

    assert names(report, "does not fit the log")
    assert names(report, "head of the log")


def test_a_leaf_that_vanished_leaves_a_hole(kept: Kept) -> None:
    leaf = kept.leaves()[5]

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.change("DELETE FROM log_leaf WHERE id = %(id)s", id=leaf.id)
        report = kept.verify()

    assert names(report, "Entry 5 of the log is missing")


@pytest.mark.parametrize("how", ["deleted", "out of order"])
def test_a_tail_that_was_cut_is_missed(kept: Kept, how: str) -> None:
    cut = kept.size() - 4
    change = {
        "deleted": "DELETE FROM log_leaf WHERE position >= %(cut)s",
        "out of order": "UPDATE log_leaf SET position = NULL WHERE position >= %(cut)s",
    }

    with kept.thief.for_a_while("log_leaf"):
        kept.thief.connection.execute(change[how].encode(), {"cut": cut})
        report = kept.verify()

    assert names(report, "its end was cut", f"the log has {cut} in order")
    assert names(report, "head of the log")


def restored(kept: Kept) -> ExitStack:
    """Whatever is done to the log's own tables meanwhile is undone."""
    stack = ExitStack()
    for table in TABLES:
        stack.enter_context(kept.thief.for_a_while(table))
    return stack


def signed_anew(kept: Kept, key: SigningKey) -> None:
    """What is in the tables now, signed as if it had always been so: head, checkpoints and all."""
    leaves = [bytes(leaf.leaf_hash) for leaf in kept.leaves()]
    vault, programme = kept.house.console.vault, kept.house.programme
    sizes = [row.size for row in kept.thief.rows("SELECT size FROM log_checkpoint")]
    kept.thief.change("DELETE FROM log_checkpoint")
    frontier = Frontier().grown(leaves)
    with kept.house.owner.begin(Scope(programme)) as tx:
        for size in sorted({min(size, len(leaves)) for size in sizes}):
            said = Checkpoint(
                checkpoint.origin_of(programme), size, Frontier().grown(leaves[:size]).root()
            )
            logbook.add_checkpoint(tx, size, checkpoint.sign(said, key.public, key.sign))
        head = logbook.read_head(tx, vault)
        logbook.save_head(tx, vault, replace(head, frontier=frontier, signed_size=len(leaves)))


def forget_reading(kept: Kept) -> None:
    """The leaf of an officer's reading is taken out, and the others move up."""
    position = next(
        leaf.position
        for leaf in kept.leaves()
        if kept.house.console.vault.open(
            "leaf", kept.house.programme, leaf.id, 1, bytes(leaf.body)
        )["event"]
        == "login"
    )
    kept.thief.change("DELETE FROM log_leaf WHERE position = %(p)s", p=position)
    for leaf in kept.leaves():
        if leaf.position > position:
            kept.thief.overwrite("log_leaf", leaf.id, {"position": leaf.position - 1})


def log_key(kept: Kept) -> SigningKey:
    """The log's own, out of the courier's key files."""
    line = (kept.house.data / "keys" / "courier" / "log.key").read_text().split()[1]
    key = SigningKey(bytes.fromhex(line))
    assert key.public == load_key_files(kept.house.data, "courier").custody.public("log")
    return key


def test_a_log_that_was_rewritten_with_a_foreign_key_does_not_hold(kept: Kept) -> None:
    with restored(kept):
        forget_reading(kept)
        signed_anew(kept, generate_signing())
        report = kept.verify()

    assert names(report, "The stored checkpoint of", "does not hold")


def test_a_log_that_was_rewritten_with_its_own_key_is_found_by_a_witness_only(kept: Kept) -> None:
    with restored(kept):
        forget_reading(kept)
        signed_anew(kept, log_key(kept))
        alone, witnessed = kept.verify(), kept.verify(kept.note)

    assert alone.problems == []  # nobody in the house could tell
    assert "The checkpoint in w0.txt" in only(witnessed)
    assert "does not fit the log" in only(witnessed)


def test_a_log_cut_and_signed_anew_is_found_by_a_witness_only(kept: Kept) -> None:
    """The tail goes, and with it every row that it names: as if nothing had happened since."""
    cut = checkpoint.read(kept.note).checkpoint.size - 2

    with restored(kept):
        kept.thief.change("DELETE FROM log_leaf WHERE position >= %(cut)s", cut=cut)
        signed_anew(kept, log_key(kept))
        alone, witnessed = kept.verify(), kept.verify(kept.note)

    assert not names(alone, "checkpoint")
    assert names(witnessed, "The checkpoint in w0.txt", "its end was cut")


def test_a_head_that_was_put_back_or_changed_is_named(kept: Kept) -> None:
    vault, programme = kept.house.console.vault, kept.house.programme

    with kept.thief.for_a_while("log_head"):
        with kept.house.owner.begin(Scope(programme)) as tx:
            logbook.save_head(tx, vault, Head(version=1, frontier=Frontier()))
        older = kept.verify()
        kept.thief.change("UPDATE log_head SET version = version + 1")
        changed = kept.verify()

    assert names(older, "head of the log is at 0 entries")
    assert names(changed, "head of the log does not open")


@pytest.mark.parametrize("what", ["not a note", "of another log", "by another key"])
def test_a_witnesses_file_that_does_not_hold_is_named(kept: Kept, what: str) -> None:
    key, size = generate_signing(), checkpoint.read(kept.note).checkpoint.size
    said = Checkpoint(checkpoint.origin_of(uuid4()), size, b"r" * 32)
    notes = {
        "not a note": b"hello",
        "of another log": checkpoint.sign(said, key.public, key.sign).encode(),
        "by another key": checkpoint.sign(
            checkpoint.read(kept.note).checkpoint, key.public, key.sign
        ).encode(),
    }

    report = kept.verify(notes[what])

    assert only(report).startswith("The checkpoint in w0.txt does not hold")


# What the log names: rows put back, cut, invented


def put_back(kept: Kept, table: str, row_id: UUID, act: Any) -> Report:
    """A row is copied, something happens, and the copy is put back."""
    find = f"SELECT * FROM {table} WHERE id = %(id)s"  # noqa: S608
    older = kept.thief.connection.execute(find.encode(), {"id": row_id}).fetchone()._asdict()  # type: ignore[union-attr]
    act()
    with kept.thief.for_a_while(table):
        kept.thief.overwrite(table, row_id, older)
        return kept.verify()


def test_an_old_facts_row_put_back_is_named(kept: Kept) -> None:
    house = kept.house
    asha = house.actor("asha")

    report = put_back(
        kept, "cases", kept.case_id, lambda: house.desk.note(asha, kept.case_id, "newer")
    )

    assert f"facts {kept.case_id}" in only(report)
    assert "is old or unknown" in only(report)


def test_a_state_put_back_without_its_facts_is_named(kept: Kept) -> None:
    with kept.thief.for_a_while("cases"):
        kept.thief.overwrite("cases", kept.case_id, {"state": "closed"})
        report = kept.verify()

    assert f"facts {kept.case_id}" in only(report)
    assert "is not what was logged" in only(report)


def test_a_conversation_rolled_back_is_named(kept: Kept) -> None:
    house = kept.house
    row = kept.thief.one("SELECT conversation_id FROM cases WHERE id = %(c)s", c=kept.case_id)

    report = put_back(
        kept, "conversation", row.conversation_id, lambda: house.say("+15550100777", "STOP")
    )

    assert f"conversation {row.conversation_id}" in only(report)
    assert "is old or unknown" in only(report)


@pytest.mark.parametrize("which", ["first", "last"])
def test_a_message_that_was_deleted_is_missed(kept: Kept, which: str) -> None:
    query = "SELECT id, ordinal FROM message WHERE case_id = %(c)s ORDER BY ordinal"
    rows = kept.thief.rows(query, c=kept.case_id)
    row = rows[0] if which == "first" else rows[-1]

    with kept.thief.for_a_while("message"):
        kept.thief.change("DELETE FROM message WHERE id = %(id)s", id=row.id)
        report = kept.verify()

    assert f"message {kept.case_id}, number {row.ordinal}: is gone" in only(report)


def test_a_message_that_was_invented_is_named(kept: Kept) -> None:
    row = kept.thief.rows("SELECT * FROM message WHERE case_id = %(c)s", c=kept.case_id)[0]

    with kept.thief.for_a_while("message"):
        kept.thief.change(
            "INSERT INTO message SELECT programme_id, gen_random_uuid(), case_id, epoch, 99,"
            " direction, size, words, signer_id, signature FROM message WHERE id = %(id)s",
            id=row.id,
        )
        report = kept.verify()

    assert f"message {kept.case_id}, number 99: was never logged" in only(report)


def test_a_reader_who_was_added_by_hand_is_named(kept: Kept) -> None:
    asha = kept.house.actor("asha")

    with kept.thief.for_a_while("key_wrap"):
        kept.thief.change(
            "INSERT INTO key_wrap"
            " SELECT programme_id, holder_kind, holder_id, epoch, %(r)s, 0, wrap"
            " FROM key_wrap WHERE holder_id = %(c)s",
            r=asha.id,
            c=kept.case_id,
        )
        report = kept.verify()

    assert f"wrap {kept.case_id} {asha.id} " in only(report)
    assert ", number 1: was never logged" in only(report)


def test_a_lost_tag_is_named_by_its_row(kept: Kept) -> None:
    """Without its tag a page would not notice an old row; the leaves still do."""
    known = len(kept.thief.rows("SELECT FROM log_tag"))

    with kept.thief.for_a_while("log_tag"):
        kept.thief.change("DELETE FROM log_tag")
        report = kept.verify()

    assert known > len(report.problems) > 10
    assert names(report, f"facts {kept.case_id}", "has lost its tag")


def test_the_newest_packet_and_the_newest_entry_of_the_directory_are_missed(kept: Kept) -> None:
    officer = kept.house.actor("ben").id

    with kept.thief.for_a_while("directory"), kept.thief.for_a_while("issue"):
        kept.thief.change("DELETE FROM directory WHERE id = %(id)s", id=officer)
        kept.thief.overwrite("issue", kept.issue_id, {"version": 2})
        report = kept.verify()

    assert names(report, f"directory {officer}, number 1: is gone")
    assert names(report, f"issue {kept.issue_id}, number 2: is old or unknown")


def test_leaves_that_a_thief_invents_get_no_position_and_are_named(kept: Kept) -> None:
    leaf, house = kept.leaves()[0], kept.house
    forged = uuid4()

    with restored(kept):
        kept.thief.change(
            "INSERT INTO log_leaf VALUES (%(p)s, %(id)s, %(h)s, %(b)s, NULL)",
            p=house.programme,
            id=forged,
            h=bytes(leaf.leaf_hash),
            b=bytes(leaf.body),
        )
        house.courier.tick()
        report = kept.verify()
        row = kept.thief.one("SELECT position FROM log_leaf WHERE id = %(id)s", id=forged)

    assert row.position is None
    assert f"Leaf {forged} (not in order yet) does not open" in only(report)
    assert house.courier.failures["log"] == 0
