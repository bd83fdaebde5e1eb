"""Disputing: the worker says that it is not fixed, and what counted as done is taken back.

The gateway does it in the message's own transaction. The service key opens the links that lead from
the case to its issues; no packet, plan or organisation is opened for it, and none can be.
"""

from __future__ import annotations

from uuid import UUID

from workervoice.hotline.clockwork import promise
from workervoice.hotline.links import disclosure_ids_of, issues_of_case
from workervoice.hotline.process import Pen
from workervoice.message import Priority, Role
from workervoice.store import remedy
from workervoice.store.engine import Tx
from workervoice.store.tables import action, disclosure, issue
from workervoice.workflow import action as action_machine
from workervoice.workflow import disclosed
from workervoice.workflow import issue as issue_machine
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.machine import Machine

# states of an issue that is at its buyers: neither before its release, nor recalled or given up
_AT_BUYERS = frozenset({"released", "deciding", "acting", "verifying", "resolved"})
_TABLES = {"issue": issue, "disclosure": disclosure, "action": action}


def dispute_issues(tx: Tx, pen: Pen, case_id: UUID, priority: Priority) -> None:
    """Take every issue of the case back to acting, and its actions and disclosures with it, by
    the `dispute` rows of their tables. Each disputed action gets a clock again."""
    for issue_id, _ in issues_of_case(tx, pen.vault, case_id):
        state = remedy.issue_state(tx, issue_id)  # locked first, by everybody
        if state not in _AT_BUYERS:
            continue
        _dispute(tx, pen, issue_machine.MACHINE, (issue_id, state))
        for row_id in disclosure_ids_of(tx, pen.vault, issue_id):
            row = row_id, remedy.disclosure_state(tx, row_id)
            _dispute(tx, pen, disclosed.MACHINE, row)
        for row in remedy.action_states(tx, issue_id):
            if _dispute(tx, pen, action_machine.MACHINE, row):
                promise(tx, pen, ClockKind.CORRECTIVE_ACTION, row[0], priority)
        remedy.shuffle_disclosures(tx)


def _dispute(tx: Tx, pen: Pen, machine: Machine, row: tuple[UUID, str]) -> bool:
    """True if the table has such a row from here, and it was taken."""
    row_id, state = row
    if "dispute" not in {move.name for move in machine.rows_from(state, Role.WORKER)}:
        return False
    dest = machine.advance(state, "dispute", role=Role.WORKER)
    remedy.save(tx, _TABLES[machine.name], row_id, source=state, dest=dest, also={})
    pen.log(tx, f"{machine.name}_dispute", row_id, dest)
    return True
