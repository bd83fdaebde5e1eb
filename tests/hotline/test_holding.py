"""Legal holds: set and lifted by a supervisor who says why, and by nobody and nothing else."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from tests.builders import a_case, a_confirmed_delete
from tests.house import House
from tests.looking import asked
from workervoice.errors import Contradicted, Forbidden, GuardFailed, IllegalMove
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.holding import LIFTED
from workervoice.hotline.opening import open_case

WHY = "a court asked for the papers"
ASKED = "the worker asked; no law or court asks to keep it"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def page_of(house: House, case_id: UUID) -> CasePage:
    return case_page(house.console, house.actor("asha"), case_id)


def a_held_case(house: House) -> UUID:
    """Under hold since before the worker asked to delete it, 73 hours ago."""
    case_id = a_case(house)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason=WHY)
    a_confirmed_delete(house)
    house.wait(hours=73)
    return case_id


def erase(house: House, case_id: UUID, reason: str = ASKED) -> str:
    return house.desk.move(house.actor("asha"), case_id, "erase", reason)


def the_row(house: House, case_id: UUID) -> dict[str, object]:
    (row,) = asked(house, "SELECT * FROM cases WHERE id = :id", id=case_id)
    return dict(row._mapping)  # noqa: SLF001 - the row as a dictionary


def put_back(house: House, row: dict[str, object]) -> None:
    """As somebody who can write to the database, and sign nothing."""
    kept = ("version", "queue", "facts", "signer_id", "signature")
    columns = ", ".join(f"{name} = %({name})s" for name in kept)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(f"UPDATE cases SET {columns} WHERE id = %(id)s", row)  # noqa: S608


def test_nothing_is_erased_under_hold_whatever_the_reason_says(house: House) -> None:
    case_id = a_held_case(house)

    with pytest.raises(GuardFailed):
        erase(house, case_id)

    page = page_of(house, case_id)
    assert (page.state, page.held) == ("withdrawn", True)
    assert "erase" not in {move.name for move in page.moves}
    assert len(page.thread) > 3


def test_a_supervisor_lifts_it_and_then_the_case_is_erased(house: House) -> None:
    case_id = a_held_case(house)

    house.desk.hold(house.actor("maria"), case_id, held=False, reason="the court is done")
    lifted = page_of(house, case_id)

    assert not lifted.held
    assert erase(house, case_id) == "erased"


def test_who_set_and_lifted_it_and_why_stands_in_the_thread_and_that_it_was_in_the_log(
    house: House,
) -> None:
    case_id = a_held_case(house)
    house.desk.hold(house.actor("maria"), case_id, held=False, reason="the court is done")

    said = [
        (entry.kind, entry.by, "".join(text for text, _, _ in entry.passages))
        for entry in page_of(house, case_id).thread
        if entry.kind.startswith("legal")
    ]

    assert said == [
        ("legal_hold", "Sam, supervisor", WHY),
        ("legal_hold_lifted", "Maria, supervisor", "the court is done"),
    ]
    for event in ("legal_hold", "legal_hold_lifted"):
        (leaf,) = house.leaves(event)
        assert leaf["object"] == str(case_id)
        assert WHY not in str(leaf)


def test_a_handler_neither_sets_nor_lifts_a_hold(house: House) -> None:
    case_id, asha = a_case(house), house.actor("asha")

    with pytest.raises(Forbidden):
        house.desk.hold(asha, case_id, held=True, reason=WHY)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason=WHY)
    with pytest.raises(Forbidden):
        house.desk.hold(asha, case_id, held=False, reason=WHY)

    assert page_of(house, case_id).held


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_hold_needs_a_reason(house: House, reason: str) -> None:
    case_id, sam = a_case(house), house.actor("sam")

    with pytest.raises(GuardFailed):
        house.desk.hold(sam, case_id, held=True, reason=reason)

    assert not page_of(house, case_id).held


def test_a_button_pressed_twice_leaves_one_entry(house: House) -> None:
    case_id, sam = a_case(house), house.actor("sam")
    house.desk.hold(sam, case_id, held=True, reason=WHY)

    with pytest.raises(IllegalMove):
        house.desk.hold(sam, case_id, held=True, reason=WHY)

    kinds = [entry.kind for entry in page_of(house, case_id).thread]
    assert kinds.count("legal_hold") == 1


def test_a_hold_on_an_older_case_keeps_everything_that_the_worker_wrote(house: House) -> None:
    older, sam = a_case(house), house.actor("sam")
    house.desk.move(sam, older, "take_up", "")
    house.desk.move(sam, older, "close_unconfirmed", "the worker went home")
    house.desk.hold(sam, older, held=True, reason=WHY)
    house.wait(days=100)
    newer = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=73)

    with pytest.raises(GuardFailed):
        erase(house, newer)
    kept = {page_of(house, each).state for each in (older, newer)}
    offered = {move.name for move in page_of(house, newer).moves}
    house.desk.hold(sam, older, held=False, reason="the court is done")

    assert kept == {"closed", "withdrawn"}
    assert "erase" not in offered
    assert erase(house, newer) == "erased"


def test_a_record_from_before_the_hold_put_back_does_not_lift_it(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    before = the_row(house, case_id)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason=WHY)
    house.wait(hours=73)

    put_back(house, before)

    with pytest.raises(Contradicted):
        page_of(house, case_id)
    with pytest.raises(Contradicted):
        erase(house, case_id)


def test_the_entry_of_a_hold_taken_away_does_not_lift_it(house: House) -> None:
    case_id = a_held_case(house)
    (entry,) = (said.id for said in page_of(house, case_id).thread if said.kind == "legal_hold")

    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("DELETE FROM message WHERE id = %(id)s", {"id": entry})

    with pytest.raises(GuardFailed):
        erase(house, case_id)


def test_a_handlers_own_signature_lifts_nothing(house: House) -> None:
    """Not even of one who writes rows by hand, past the desk."""
    case_id = a_held_case(house)

    with open_case(house.console, house.actor("ben"), case_id) as file:
        file.note("note", {"kind": LIFTED, "text": "it is fine"})
        file.record = replace(file.record, legal_hold=False)
        file.save("noted")

    with pytest.raises(GuardFailed):
        erase(house, case_id)


def test_a_case_that_never_was_under_hold_is_erased_as_ever(house: House) -> None:
    case_id = a_case(house)
    a_confirmed_delete(house)
    house.wait(hours=73)

    assert erase(house, case_id) == "erased"
