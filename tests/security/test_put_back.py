"""Rows put back, cut off or taken away are refused when they are read, and the log has a note.

Each of them is consistent in itself, signatures and seals and all; only the log knows better.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tests.builders import a_case, a_packet, a_released_issue, an_agreed_action
from tests.house import House
from tests.security.thief import Thief
from tests.web.console_browser import Browser
from workervoice.crypto.directory import Signed
from workervoice.errors import Contradicted, GuardFailed, NotTrusted
from workervoice.hotline import buying, disclosing
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.noting import log_recipients
from workervoice.hotline.process import Pen, Signer
from workervoice.store.engine import Scope
from workervoice.store.intake import lock_conversation
from workervoice.store.keys import add_directory_entry, directory_entries


def page(house: House, case_id: UUID, login: str = "asha") -> CasePage:
    return case_page(house.console, house.actor(login), case_id)


def refused(house: House, event: str = "row_refused") -> set[tuple[str, str]]:
    """Object and detail of every refusal that the log knows."""
    return {(leaf["object"], leaf["detail"]) for leaf in house.leaves(event)}


@contextmanager
def put_back(thief: Thief, table: str, row: Any) -> Iterator[None]:
    with thief.for_a_while(table):
        thief.overwrite(table, row.id, row._asdict())
        yield


def conversation_of(thief: Thief, case_id: UUID) -> Any:
    return thief.one(
        "SELECT v.* FROM conversation v JOIN cases c ON c.conversation_id = v.id"
        " WHERE c.id = %(c)s",
        c=case_id,
    )


def test_a_stop_undone_by_an_old_conversation_sends_nothing(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    before = conversation_of(thief, case_id)
    house.desk.answer(house.actor("asha"), case_id, "We can help.")
    house.text(worker, "STOP")
    house.deliver()
    sent = len(house.phones.texts(worker))

    with put_back(thief, "conversation", before):
        thief.change(
            "UPDATE outbox SET state = 'owed' WHERE conversation_id = %(c)s AND state = 'withheld'",
            c=before.id,
        )
        house.deliver()
        with pytest.raises(Contradicted, match=str(before.id)):
            page(house, case_id)
        with pytest.raises(Contradicted, match=str(before.id)):
            house.text(worker, "hello?")

    assert len(house.phones.texts(worker)) == sent
    assert any(str(before.id) in detail for _, detail in refused(house))
    house.text(worker, "hello again")
    assert page(house, case_id).thread[-1].direction == "in"


def test_an_old_case_put_back_changes_nothing_and_is_named_on_the_page(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    browser = Browser.of(house, "ben")
    before = thief.one("SELECT * FROM cases WHERE id = %(c)s", c=case_id)
    house.desk.note(house.actor("asha"), case_id, "so that there is a newer version")
    entries = thief.one("SELECT count(*) FROM message WHERE case_id = %(c)s", c=case_id).count

    with put_back(thief, "cases", before):
        shown = browser.open(f"/cases/{case_id}")
        with pytest.raises(Contradicted):
            house.desk.note(house.actor("asha"), case_id, "nobody may write on old facts")

    assert shown.status_code == 409
    assert f"facts {case_id}, number {before.version}: an older row was put back" in shown.text
    assert "passport" not in shown.text
    assert (
        str(case_id),
        f"facts {case_id}, number {before.version}: an older row was put back",
    ) in (refused(house))
    after = thief.one("SELECT count(*) FROM message WHERE case_id = %(c)s", c=case_id).count
    assert after == entries


def test_a_state_put_back_alone_is_refused(shared_house: House, thief: Thief, worker: str) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)

    with thief.for_a_while("cases"):
        thief.overwrite("cases", case_id, {"state": "closed"})
        with pytest.raises(Contradicted, match="not what was logged"):
            page(house, case_id)


@pytest.mark.parametrize("taken", ["first", "last", "the last two"])
def test_a_thread_that_was_cut_shows_what_is_gone(
    shared_house: House, thief: Thief, worker: str, taken: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    browser = Browser.of(house, "asha")
    last = thief.one("SELECT max(ordinal) AS n FROM message WHERE case_id = %(c)s", c=case_id).n
    gone = {"first": [1], "last": [last], "the last two": [last - 1, last]}[taken]

    with thief.for_a_while("message"):
        thief.change(
            "DELETE FROM message WHERE case_id = %(c)s AND ordinal = ANY(%(n)s)", c=case_id, n=gone
        )
        shown = page(house, case_id)
        html = browser.open(f"/cases/{case_id}").text

    assert [n for n, said in enumerate(shown.thread, 1) if said.broken] == gone
    assert {said.kind for said in shown.thread if said.broken} == {"gone"}
    assert all(f"Entry number {number} is gone" in html for number in gone)
    assert not any(said.broken for said in page(house, case_id).thread)


def test_what_is_written_after_a_cut_takes_a_number_of_its_own(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    query = "SELECT id, ordinal FROM message WHERE case_id = %(c)s ORDER BY ordinal DESC"
    last = thief.rows(query, c=case_id)[0]

    thief.change("DELETE FROM message WHERE id = %(id)s", id=last.id)
    house.text(worker, "they still have our passports")
    house.desk.note(house.actor("asha"), case_id, "something is missing here")

    numbers = [row.ordinal for row in thief.rows(query, c=case_id)][::-1]
    assert numbers[-2:] == [last.ordinal + 1, last.ordinal + 2]
    assert [said.kind for said in page(house, case_id).thread if said.broken] == ["gone"]


def test_a_proposal_counts_no_more_when_the_move_that_ended_it_was_cut_out(
    shared_house: House, thief: Thief, worker: str
) -> None:
    """Two people must agree now; an old proposal must not come to life again."""
    house = shared_house
    case_id = a_case(house, number=worker, report="I am 15 years old. Boss beats us. RIVER")
    asha, sam = house.actor("asha"), house.actor("sam")
    assert house.desk.move(asha, case_id, "set_aside", "not for us") == "proposed"
    house.desk.move(sam, case_id, "take_up", "it is for us")
    query = "SELECT id FROM message WHERE case_id = %(c)s ORDER BY ordinal DESC LIMIT 1"

    assert house.desk.move(sam, case_id, "set_aside", "so it is mine to say") == "proposed"
    with thief.for_a_while("message"):
        for _ in range(2):
            thief.change("DELETE FROM message WHERE id = %(id)s", id=thief.one(query, c=case_id).id)
        again = house.desk.move(sam, case_id, "set_aside", "again")

    assert again == "proposed"
    assert page(house, case_id).state == "in_progress"


def test_an_old_packet_put_back_is_refused(shared_house: House, thief: Thief, worker: str) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    asha = house.actor("asha")
    issue_id = disclosing.draft(house.console, asha, case_id, a_packet())
    before = thief.one("SELECT * FROM issue WHERE id = %(i)s", i=issue_id)
    disclosing.redraft(house.console, asha, issue_id, a_packet("Papers are kept in the office."))

    with put_back(thief, "issue", before):
        with pytest.raises(Contradicted, match=f"issue {issue_id}, number 1"):
            issue_page(house.console, asha, issue_id)
        with pytest.raises(Contradicted, match=f"issue {issue_id}, number 1"):
            disclosing.approve(house.console, asha, issue_id)

    assert any(f"issue {issue_id}" in detail for _, detail in refused(house))
    assert issue_page(house.console, asha, issue_id).version == 2


def test_an_actions_history_that_was_cut_shows_a_step_that_cannot_be_read(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house = shared_house
    a_released_issue(house, a_case(house, number=worker))
    disclosure_id, action_id = an_agreed_action(house)
    nora = house.actor("nora")
    with buying.open_disclosure(house.console, nora, disclosure_id) as opened:
        opened.plan.move(action_id, "start", "")
        opened.plan.move(action_id, "submit_evidence", "signed lists")

    with thief.for_a_while("action_entry"):
        thief.change(
            "DELETE FROM action_entry WHERE action_id = %(a)s AND ordinal IN (2, 3)", a=action_id
        )
        (view,) = buying.page(house.console, nora, disclosure_id).actions
        with (
            pytest.raises(GuardFailed),
            buying.open_disclosure(house.console, nora, disclosure_id) as opened,
        ):
            opened.plan.move(action_id, "verify", "I did it and nobody can tell")

    assert [entry.words is None for entry in view.entries] == [False, True, True]
    assert all(e.words for e in buying.page(house.console, nora, disclosure_id).actions[0].entries)


def test_an_officer_whose_newest_entry_was_taken_away_is_not_trusted_again(house: House) -> None:
    """A removal is a new version of the entry; the old one must not come back by its deletion."""
    case_id, asha = a_case(house), house.actor("asha")
    owner, scope = house.owner, Scope(house.programme)
    with owner.begin(scope) as tx:
        mine = next(s for s in directory_entries(tx) if s.entry.id == asha.id)
        ended = replace(mine.entry, version=2, not_after=0)
        add_directory_entry(tx, Signed(ended, mine.signer_id, mine.signature))
        log_recipients(tx, house.console.vault, house.now)
    with pytest.raises(NotTrusted):
        page(house, case_id)

    with owner.begin(scope) as tx:
        tx.connection.exec_driver_sql("DELETE FROM directory WHERE version = 2")
    with pytest.raises(NotTrusted, match=str(asha.id)):
        page(house, case_id)

    assert (str(case_id), "NotTrusted") in refused(house, "open_refused")
    assert page(house, case_id, "ben").id == case_id


def test_the_database_itself_refuses_a_second_row_of_the_same_place(
    shared_house: House, thief: Thief, worker: str
) -> None:
    """Even a writer who never asks the log cannot store what was stored before."""
    house, case_id = shared_house, a_case(shared_house, number=worker)
    row = conversation_of(thief, case_id).id
    tags = len(thief.rows("SELECT FROM log_tag"))

    with pytest.raises(Contradicted, match="put back"):
        store_without_asking(house, row)

    assert len(thief.rows("SELECT FROM log_tag")) == tags


def store_without_asking(house: House, conversation_id: UUID) -> None:
    """A version of the conversation that there is already, written anew."""
    vault = house.gateway.vault
    with house.owner.begin(Scope(house.programme)) as tx:
        talk = lock_conversation(tx, vault, conversation_id)
        tx.stored.append(replace(talk, state="paused").logged())
        signer = Signer(house.gateway.id, house.gateway.sign)
        pen = Pen(vault, signer, house.gateway.directory(tx, house.now), house.now)
        pen.log(tx, "message_received", conversation_id)
