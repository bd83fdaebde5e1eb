"""Rows that were destroyed on purpose and come back from an old copy: nobody gets to read them.

The copy is of the same database and opens with the same keys; only the log knows better.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString
from uuid import UUID

import pytest

from tests.builders import a_case, an_erased_case
from tests.hotline.test_redacting import REPORT, cut, page_of, text_of
from tests.house import House
from tests.security.thief import Thief
from workervoice.app.keyfiles import pinned_root
from workervoice.errors import Contradicted, Forbidden, NotFound, NotTrusted
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import queue
from workervoice.hotline.treecheck import Report
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope

WORKER = "+15550100777"
NAME = "Rina Akter"
COPIED = ("cases", "message", "assessment", "contact", "outbox", "key_pair", "key_wrap", "issue")


def copy(thief: Thief) -> Mapping[str, list[Any]]:
    return {table: thief.rows_of(table) for table in COPIED}


def first_of(thief: Thief, case_id: UUID) -> Any:
    query: LiteralString = "SELECT * FROM message WHERE case_id = %(c)s AND ordinal = 1"
    return thief.one(query, c=case_id)


def verified(house: House) -> Report:
    with house.owner.begin(Scope(house.programme)) as tx:
        return verify_log(tx, house.console.vault, pinned_root(house.data, None))


def a_case_kept_too_long(house: House) -> UUID:
    case_id = a_case(house)
    house.desk.move(house.actor("sam"), case_id, "take_up", "")
    house.desk.move(house.actor("sam"), case_id, "close_unconfirmed", "the worker went home")
    house.deliver()
    return case_id


@pytest.mark.parametrize("instead", [True, False])
def test_a_passage_that_was_taken_out_is_not_shown_again(
    house: House, thief_of_own: Thief, instead: bool
) -> None:
    """The old row in place of the new one, or the new one taken away and the old put back."""
    case_id = a_case(house, report=REPORT)
    before = thief_of_own.one(
        "SELECT * FROM message WHERE case_id = %(c)s AND ordinal = 1", c=case_id
    )
    cut(house, case_id, NAME)
    now = thief_of_own.one(
        "SELECT id FROM message WHERE case_id = %(c)s AND ordinal = 1", c=case_id
    )

    if instead:
        thief_of_own.overwrite("message", now.id, before._asdict())
    else:
        thief_of_own.change("DELETE FROM message WHERE id = %(i)s", i=now.id)
        thief_of_own.put_back("message", [before])

    shown = page_of(house, case_id).thread
    assert NAME not in "".join(map(text_of, shown))
    assert [entry.broken for entry in shown[:2]] == [True, False]
    assert any("message" in problem for problem in verified(house).problems)


def test_words_that_were_kept_long_enough_are_not_shown_again(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case_kept_too_long(house)
    kept = copy(thief_of_own)
    house.wait(days=91)
    house.deliver()
    assert thief_of_own.rows_of("message") == []

    for table in ("message", "assessment", "contact", "outbox"):
        thief_of_own.put_back(table, kept[table])

    page = case_page(house.console, house.actor("asha"), case_id)
    assert page.thread
    assert all(entry.broken for entry in page.thread)
    sent = len(house.phones.received)
    thief_of_own.change("UPDATE outbox SET state = 'owed', run_at = %(n)s", n=house.now)
    house.deliver()
    assert len(house.phones.received) == sent
    with pytest.raises(NotTrusted):
        house.text(WORKER, "hello again")
    found = "\n".join(verified(house).problems)
    assert f"message {case_id}, number 1" in found
    assert f"assessment {case_id}, number 1" in found


def test_an_erased_case_that_is_put_back_whole_opens_for_nobody(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    kept = copy(thief_of_own)
    an_erased_case(house, case_id)

    blank = thief_of_own.one("SELECT * FROM cases WHERE id = %(c)s", c=case_id)
    for table in ("key_pair", "key_wrap", "message", "assessment", "contact"):
        thief_of_own.put_back(table, kept[table])
    with pytest.raises((NotFound, Forbidden)):
        case_page(house.console, house.actor("asha"), case_id)
    thief_of_own.overwrite("cases", case_id, kept["cases"][0]._asdict())

    for login in ("asha", "sam"):
        with pytest.raises(Contradicted):
            case_page(house.console, house.actor(login), case_id)
    with pytest.raises((NotTrusted, Contradicted)):
        house.text(WORKER, "hello again")
    assert blank.version > kept["cases"][0].version
    found = "\n".join(verified(house).problems)
    assert f"facts {case_id}, number {kept['cases'][0].version}: is old or unknown" in found
    assert f"message {case_id}, number 1: is there, although" in found


def test_a_list_shows_an_old_row_that_was_put_back_until_its_page_is_asked_for(
    house: House, thief_of_own: Thief
) -> None:
    """The honest half: lists do not ask the log about each row."""
    case_id = a_case(house)
    before = thief_of_own.one("SELECT * FROM cases WHERE id = %(c)s", c=case_id)
    an_erased_case(house, case_id)
    assert list(queue(house.console, house.actor("asha"))) == []

    thief_of_own.overwrite("cases", case_id, before._asdict())

    (line,) = queue(house.console, house.actor("asha"))
    assert line.record.indicators
    with pytest.raises((NotFound, Contradicted)):
        case_page(house.console, house.actor("asha"), case_id)
