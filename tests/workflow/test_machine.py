"""The machine itself: refusals change nothing, say nothing of the outside, and bad tables stop."""

from __future__ import annotations

import pytest

from workervoice.errors import GuardFailed, IllegalMove, ReasonMissing
from workervoice.message import Role
from workervoice.workflow.machine import Machine, Move

HANDLER = frozenset({Role.HANDLER})

DOOR = Machine(
    name="door",
    states=("shut", "open", "gone"),
    initial="shut",
    moves=(
        Move("push", ("shut",), "open", HANDLER, ("unlocked",), said="Push"),
        Move("push", ("shut",), "gone", HANDLER, ("rotten",), said="Push it over"),
        Move("close", ("open",), "shut", HANDLER, reason=True),
        Move("close", ("open",), "shut", frozenset({Role.SYSTEM})),
    ),
)


def test_the_first_row_whose_guards_hold_is_taken() -> None:
    holds = {"unlocked": False, "rotten": True}

    after = DOOR.advance("shut", "push", role=Role.HANDLER, holds=holds)

    assert after == "gone"
    assert DOOR.advance("shut", "push", role=Role.HANDLER, holds={"unlocked": True}) == "open"


def test_a_guard_that_nobody_answered_does_not_hold() -> None:
    with pytest.raises(GuardFailed):
        DOOR.advance("shut", "push", role=Role.HANDLER)


def test_a_guard_has_to_be_true_and_not_merely_something() -> None:
    truthy = {"unlocked": "yes"}

    with pytest.raises(GuardFailed):
        DOOR.advance("shut", "push", role=Role.HANDLER, holds=truthy)  # type: ignore[arg-type]


def test_a_blank_reason_is_no_reason() -> None:
    with pytest.raises(ReasonMissing):
        DOOR.advance("open", "close", role=Role.HANDLER, reason=" \n ")

    assert DOOR.advance("open", "close", role=Role.HANDLER, reason="draught") == "shut"


def test_a_reason_is_asked_of_people_only_where_the_row_says_so() -> None:
    assert DOOR.advance("open", "close", role=Role.SYSTEM) == "shut"


def test_what_a_form_made_up_never_stands_in_the_error() -> None:
    with pytest.raises(IllegalMove) as move:
        DOOR.advance("open", "they hit us", role=Role.HANDLER)
    with pytest.raises(IllegalMove) as state:
        DOOR.advance("+15550100123", "push", role=Role.HANDLER)

    assert "hit" not in str(move.value)
    assert "15550100" not in str(state.value)


def test_buttons_show_each_name_once_in_the_order_of_the_table() -> None:
    buttons = DOOR.moves_from("shut", Role.HANDLER)

    assert [(move.name, move.said) for move in buttons] == [("push", "Push")]
    assert DOOR.moves_from("shut", Role.MONITOR) == ()


def test_the_diagram_has_every_move_and_the_end() -> None:
    diagram = DOOR.mermaid()

    assert "    [*] --> shut\n" in diagram
    assert "    shut --> open: push [unlocked]\n" in diagram
    assert diagram.count("open --> shut: close") == 1
    assert diagram.endswith("    gone --> [*]\n")


@pytest.mark.parametrize(
    "moves",
    [
        (Move("push", ("nowhere",), "open", HANDLER),),
        (Move("push", ("shut",), "nowhere", HANDLER),),
        (Move("push", (), "open", HANDLER),),
        (Move("push", ("shut",), "open", frozenset()),),
        (
            Move("push", ("shut",), "open", HANDLER, ("a",), reason=True),
            Move("push", ("shut",), "open", HANDLER, ("b",)),
        ),
    ],
    ids=["unknown source", "unknown dest", "no source", "no role", "half a reason"],
)
def test_a_table_that_contradicts_itself_does_not_load(moves: tuple[Move, ...]) -> None:
    with pytest.raises(ValueError, match="door: push"):
        Machine(name="door", states=("shut", "open"), initial="shut", moves=moves)
