"""Every state × every move × every role of every machine, and the rules no table may break."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workervoice.errors import GuardFailed, IllegalMove, ReasonMissing
from workervoice.message import Role
from workervoice.workflow import action, case, conversation, delivery, disclosed, issue
from workervoice.workflow.drawing import MACHINES
from workervoice.workflow.guards import meaning
from workervoice.workflow.machine import Machine, Move

PEOPLE = frozenset({Role.HANDLER, Role.SUPERVISOR, Role.BUYER, Role.MONITOR, Role.ADMINISTRATOR})
EACH = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


def _rows(machine: Machine, state: str, name: str, role: Role) -> list[Move]:
    return [m for m in machine.moves if m.name == name and state in m.sources and role in m.roles]


def _answers(rows: list[Move]) -> Iterator[frozenset[str]]:
    """Sets of guards that hold: none, all, each row's own, each alone, and all but one."""
    every = frozenset(guard for row in rows for guard in row.guards)
    yield frozenset()
    yield every
    for row in rows:
        yield frozenset(row.guards)
    for guard in every:
        yield frozenset({guard})
        yield every - {guard}


@EACH
def test_every_state_move_and_role_does_what_the_table_says(machine: Machine) -> None:
    guards = {guard: True for move in machine.moves for guard in move.guards}

    for state in machine.states:
        for name in machine.names:
            for role in Role:
                rows = _rows(machine, state, name, role)
                if not rows:
                    with pytest.raises(IllegalMove):
                        machine.advance(state, name, role=role, holds=guards, reason="because")
                    continue
                for held in _answers(rows):
                    _check_answer(machine, state, rows, role, held)


def _check_answer(
    machine: Machine, state: str, rows: list[Move], role: Role, held: frozenset[str]
) -> None:
    open_rows = [row for row in rows if set(row.guards) <= held]
    holds = dict.fromkeys(held, True)
    name = rows[0].name

    if open_rows:
        after = machine.advance(state, name, role=role, holds=holds, reason="because")
        assert after == open_rows[0].dest
    else:
        with pytest.raises(GuardFailed):
            machine.advance(state, name, role=role, holds=holds, reason="because")
    if rows[0].reason:
        with pytest.raises(ReasonMissing):
            machine.advance(state, name, role=role, holds=holds)


@EACH
def test_a_refused_move_leaves_the_machine_as_it_was(machine: Machine) -> None:
    move = machine.moves[0]
    role = min(move.roles)
    holds = dict.fromkeys(move.guards, True)
    before = machine.advance(move.sources[0], move.name, role=role, holds=holds, reason="because")

    for state in machine.states:
        with pytest.raises(IllegalMove):
            machine.advance(state, "no such move", role=role)

    after = machine.advance(move.sources[0], move.name, role=role, holds=holds, reason="because")
    assert before == after == move.dest


@EACH
def test_every_state_can_be_reached_from_the_first(machine: Machine) -> None:
    reached = {machine.initial}

    for _ in machine.states:
        reached |= {m.dest for m in machine.moves if reached & set(m.sources)}

    assert reached == set(machine.states)


@EACH
def test_every_guard_is_explained(machine: Machine) -> None:
    guards = {guard for move in machine.moves for guard in move.guards}

    assert all(meaning(guard) for guard in guards)


@EACH
def test_every_move_says_what_it_is(machine: Machine) -> None:
    assert [move.name for move in machine.moves if not move.said] == []


def test_the_states_are_those_of_the_architecture() -> None:
    states = {machine.name: machine.states for machine in MACHINES}

    assert states == {
        "conversation": (
            *("greeting", "safety", "clarifying", "resting"),
            *("paused", "frozen", "lost_contact", "withdrawn"),
        ),
        "case": (
            *("received", "clarifying", "awaiting_review", "in_progress", "escalated", "referred"),
            *("remedy_reported", "confirmed", "closed", "out_of_scope", "withdrawn", "erased"),
        ),
        "issue": (
            *("draft", "approved", "released", "deciding", "acting", "verifying"),
            *("resolved", "cancelled", "unresolved"),
        ),
        "disclosure": (
            *("sealed", "notified", "opened", "acknowledged", "done"),
            *("declined", "revoked", "lapsed"),
        ),
        "action": (
            *("proposed", "agreed", "under_way", "evidence_submitted", "verified"),
            *("closed", "rejected", "disputed"),
        ),
        "delivery": (
            *("held", "owed", "claimed", "accepted", "delivered"),
            *("failed", "unknown", "expired", "withheld"),
        ),
    }


def test_only_the_intended_states_are_final() -> None:
    finals = {machine.name: set(machine.finals) for machine in MACHINES}

    assert finals == {
        "conversation": set(),
        "case": {"erased"},
        "issue": {"cancelled"},
        "disclosure": {"revoked"},
        "action": {"rejected"},
        "delivery": {"delivered", "failed", "expired"},
    }


def test_nothing_closes_or_erases_a_case_by_itself() -> None:
    into = [m for m in case.MACHINE.moves if m.dest in {"closed", "erased", "out_of_scope"}]
    came_back = [m for m in into if m.name == "cancel_withdrawal"]
    erased_before = [m for m in into if m.guards == ("erased_before",)]  # by a person

    by_itself = [*came_back, *erased_before]
    assert all(m.roles <= PEOPLE and m.reason for m in into if m not in by_itself)
    assert all(m.sources == ("withdrawn",) for m in came_back)
    assert [m.name for m in erased_before] == ["erase"]


def test_without_the_workers_word_only_a_supervisor_closes() -> None:
    closing = {m.name: m for m in case.MACHINE.moves if m.dest == "closed"}

    assert closing["close"].sources == ("confirmed",)
    assert closing["close_unconfirmed"].sources == ("in_progress", "remedy_reported")
    assert closing["close_unconfirmed"].roles == {Role.SUPERVISOR}


def test_a_worker_moves_a_case_in_five_ways_only() -> None:
    workers = {m.name for m in case.MACHINE.moves if Role.WORKER in m.roles}

    assert workers == {"confirm", "dispute", "withdraw", "cancel_withdrawal", "reopen"}


def test_a_cancelled_delete_puts_the_case_back_where_it_was() -> None:
    withdrawing = next(m for m in case.MACHINE.moves if m.name == "withdraw")

    for state in withdrawing.sources:
        holds = {"digit_confirmed": True, f"came_from_{state}": True}
        gone = case.MACHINE.advance(state, "withdraw", role=Role.WORKER, holds=holds)
        back = case.MACHINE.advance(gone, "cancel_withdrawal", role=Role.WORKER, holds=holds)
        assert (gone, back) == ("withdrawn", state)


def test_a_monitor_and_an_administrator_move_nothing() -> None:
    seen = {role for machine in MACHINES for move in machine.moves for role in move.roles}

    assert not seen & {Role.MONITOR, Role.ADMINISTRATOR}


def test_a_buyer_moves_no_case_conversation_or_delivery() -> None:
    closed_to_buyers = (case.MACHINE, conversation.MACHINE, delivery.MACHINE)

    assert not [m for t in closed_to_buyers for m in t.moves if Role.BUYER in m.roles]


def test_every_release_takes_two_people_consent_and_a_clean_packet() -> None:
    releases = [m for m in issue.MACHINE.moves if m.dest == "released"]

    assert [set(m.guards) for m in releases] == [
        {"two_people", "consent_or_override", "packet_clean", "may_leave"}
    ]


@pytest.mark.parametrize(
    ("machine", "state", "move"),
    [
        (issue.MACHINE, "draft", "approve"),
        (issue.MACHINE, "approved", "release"),
        (issue.MACHINE, "unresolved", "take_up_again"),
        (case.MACHINE, "in_progress", "refer"),
        (case.MACHINE, "escalated", "refer"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_nothing_goes_to_anybody_once_delete_was_asked_for(
    machine: Machine, state: str, move: str
) -> None:
    everything = {guard: True for row in machine.moves for guard in row.guards}
    asked = {**everything, "may_leave": False}

    with pytest.raises(GuardFailed):
        machine.advance(state, move, role=Role.SUPERVISOR, holds=asked, reason="it is urgent")

    assert machine.advance(state, move, role=Role.SUPERVISOR, holds=everything, reason="urgent")


def test_nothing_but_an_end_ends_what_has_not_left_or_is_not_done() -> None:
    drops = [m for machine in MACHINES for m in machine.moves if m.name == "drop"]

    assert {(m.dest, m.guards) for m in drops} == {
        ("cancelled", ("case_erased",)),
        ("rejected", ("issue_ended",)),
    }
    assert {"released", "deciding", "acting", "verified", "closed"}.isdisjoint(
        source for m in drops for source in m.sources
    )


@pytest.mark.parametrize(
    ("state", "move"),
    [
        *(("opened", "acknowledge"), ("lapsed", "acknowledge"), ("declined", "reconsider")),
        *(("opened", "decline"), ("acknowledged", "decline")),
    ],
)
def test_once_the_issue_is_over_a_buyer_has_nothing_to_take_up_or_decline(
    state: str, move: str
) -> None:
    over = {"was_opened": True, "actions_closed": True, "issue_open": False}

    with pytest.raises(GuardFailed):
        disclosed.MACHINE.advance(state, move, role=Role.BUYER, holds=over, reason="late")

    assert disclosed.MACHINE.advance("notified", "open", role=Role.BUYER, holds=over) == "opened"


@pytest.mark.parametrize(
    ("machine", "state", "move"),
    [
        (case.MACHINE, "received", "set_aside"),
        (issue.MACHINE, "draft", "reject"),
        (issue.MACHINE, "acting", "recall"),
        (issue.MACHINE, "deciding", "give_up"),
        (action.MACHINE, "proposed", "reject"),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_grave_matter_is_not_rejected_by_one_person(
    machine: Machine, state: str, move: str
) -> None:
    one_person = {"not_zero_tolerance": False, "two_people": False}

    with pytest.raises(GuardFailed):
        machine.advance(state, move, role=Role.SUPERVISOR, holds=one_person, reason="no")
    for enough in ("not_zero_tolerance", "two_people"):
        holds = {**one_person, enough: True}
        assert machine.advance(state, move, role=Role.SUPERVISOR, holds=holds, reason="no")


def test_whoever_did_an_action_never_verifies_it() -> None:
    for role in (Role.BUYER, Role.HANDLER, Role.SUPERVISOR):
        with pytest.raises(GuardFailed):
            action.MACHINE.advance("evidence_submitted", "verify", role=role, reason="seen on site")

    into_verified = [m for m in action.MACHINE.moves if m.dest == "verified"]
    assert all("not_the_doer" in m.guards for m in into_verified)


def test_a_lapsed_disclosure_is_still_opened_and_acknowledged() -> None:
    opened = disclosed.MACHINE.advance("lapsed", "open", role=Role.BUYER)
    holds = {"was_opened": True, "issue_open": True}
    late = disclosed.MACHINE.advance("lapsed", "acknowledge", role=Role.BUYER, holds=holds)

    assert disclosed.MACHINE.advance(opened, "acknowledge", role=Role.BUYER, holds=holds) == late
    assert late == "acknowledged"


def test_a_provider_takes_a_message_one_step_forward_and_never_back() -> None:
    steps = ("claimed", "accepted", "delivered")
    facts = [m for m in delivery.MACHINE.moves if Role.PROVIDER in m.roles]

    for move in facts:
        for source in set(move.sources) & set(steps) if move.dest in steps else ():
            assert steps.index(move.dest) == steps.index(source) + 1
    with pytest.raises(IllegalMove):
        delivery.MACHINE.advance("delivered", "accept", role=Role.PROVIDER)
    with pytest.raises(IllegalMove):
        delivery.MACHINE.advance("claimed", "deliver", role=Role.PROVIDER)


def test_an_unknown_sending_is_not_repeated_without_proof() -> None:
    with pytest.raises(GuardFailed):
        delivery.MACHINE.advance("unknown", "find_unsent", role=Role.SYSTEM)

    back = [m.name for m in delivery.MACHINE.moves if m.dest == "owed" and "unknown" in m.sources]
    assert back == ["find_unsent"]


def test_a_message_starts_held_or_owed() -> None:
    assert delivery.STARTS[0] == delivery.MACHINE.initial
    assert set(delivery.STARTS) <= set(delivery.MACHINE.states)
