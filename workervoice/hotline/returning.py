"""What a restore brought back although it must not be there: destroyed again, paused again, shut
out again, by the list beside the backups and before anything is started.

Nobody is signed in, so no case is opened: the gateway's key signs, which signs facts anyway. An
entry that was shortened since goes as a whole, because what was taken out of it cannot be told
from what was left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from workervoice.crypto.keyedlist import Entry
from workervoice.errors import CryptoError, NotFound
from workervoice.hotline.casefile import read_facts, write_facts
from workervoice.hotline.clockwork import promise
from workervoice.hotline.erasing import erase_again
from workervoice.hotline.keeping import forget_worker
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.hotline.records import ConversationRecord
from workervoice.hotline.remembering import TALKS, Kind
from workervoice.message import Role
from workervoice.store import cases, people
from workervoice.store.engine import Scope, Tx
from workervoice.store.erasure import destroy_entry, erase_words
from workervoice.store.intake import lock_conversation, save_conversation
from workervoice.store.invitations import drop_invitation, invitations
from workervoice.store.log import marks_at, next_versions
from workervoice.store.rows import Place, Row
from workervoice.workflow import case as case_machine
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.conversation import MACHINE, TALKING
from workervoice.workflow.progress import again

_WITHDRAW, _KEPT = "case_withdraw", "case_cancel_withdrawal"
_OFF = {
    "case_unrestricted": "case_restricted",
    "legal_hold_lifted": "legal_hold",
    _KEPT: _WITHDRAW,
    _WITHDRAW: _KEPT,
}
_ENDS = frozenset({"case_unrestricted", "legal_hold_lifted"})  # nothing holds by these
_SILENT = frozenset(MACHINE.states) - {*TALKING}


@dataclass
class Remembered:
    """The list of one programme, read to its end."""

    erased: set[UUID] = field(default_factory=set)
    forgotten: set[UUID] = field(default_factory=set)
    removed: set[UUID] = field(default_factory=set)
    altered: dict[Place, int] = field(default_factory=dict)  # an entry, and its newest version
    stands: dict[UUID, str] = field(default_factory=dict)
    moved: set[UUID] = field(default_factory=set)  # conversations told of after the backup
    cases: dict[UUID, set[str]] = field(default_factory=dict)  # what holds for a case
    accounts: list[tuple[UUID, str, str]] = field(default_factory=list)  # who, what, when
    recalled: set[UUID] = field(default_factory=set)  # issues
    until: str = ""

    @classmethod
    def of(cls, programme: UUID, entries: Iterable[Entry], backup_at: int) -> Remembered:
        """`backup_at` is how many lines the list had when the backup was made."""
        found = cls()
        for number, entry in enumerate(entries):
            if entry["in"] != str(programme):
                continue
            kind, about = Kind(entry["kind"]), UUID(entry["of"])
            found.until = max(found.until, entry["at"])
            found._hear(kind, about, entry["says"])
            if number >= backup_at:
                found._hear_later(kind, about, entry["says"], entry["at"])
        return found

    def _hear(self, kind: Kind, about: UUID, says: str) -> None:
        if kind is Kind.ERASED:
            self.erased.add(about)
        elif kind is Kind.FORGOTTEN:
            self.forgotten.add(about)
        elif kind is Kind.REMOVED:
            self.removed.add(about)
        elif kind is Kind.ALTERED:
            for word in says.split():
                name, number, version = word.split(":")
                self.altered[Place(name, (about,), int(number))] = int(version)
        elif kind is Kind.STANDS:
            self.stands[about] = says

    def _hear_later(self, kind: Kind, about: UUID, says: str, at: str) -> None:
        """What was so when the backup was made is in the backup."""
        if kind is Kind.ACCOUNT:
            self.accounts.append((about, says, at))
        elif kind is Kind.ISSUE:
            self.recalled.add(about)
        elif kind is Kind.STANDS:
            self.moved.add(about)
        elif kind is Kind.CASE:
            holds = self.cases.setdefault(about, set())
            holds.discard(_OFF.get(says, ""))
            holds |= {says} - _ENDS


@dataclass
class Done:
    """What was done again, by ids; `look` are sentences for people, about what only they can."""

    erased: list[UUID] = field(default_factory=list)
    blanked: list[UUID] = field(default_factory=list)
    forgotten: list[UUID] = field(default_factory=list)
    destroyed: int = 0
    silenced: list[UUID] = field(default_factory=list)
    withdrawn: list[UUID] = field(default_factory=list)
    shut_out: list[str] = field(default_factory=list)
    look: list[str] = field(default_factory=list)


@dataclass
class Returning:
    """One programme after a restore; each thing in a transaction of its own."""

    gateway: Process
    scope: Scope
    now: datetime
    done: Done = field(default_factory=Done)

    def apply(self, told: Remembered) -> Done:
        """Cases first: what goes with them need not be looked at again."""
        for case_id in sorted(told.erased):
            self._erase(case_id)
        for place, version in sorted(told.altered.items(), key=lambda item: str(item[0])):
            self._destroy(place, version)
        for conversation in sorted(told.forgotten):
            self._forget(conversation)
        for case_id, holds in sorted(told.cases.items()):
            self._case(case_id, holds)
        for conversation, says in sorted(told.stands.items()):
            self._silence(conversation, says, moved=conversation in told.moved)
        for officer_id in sorted(told.removed):
            self._shut_out(officer_id)
        self._accounts(told)
        self.done.look += [
            f"Issue {issue_id} was recalled from its buyers after the backup: recall it again."
            for issue_id in sorted(told.recalled)
        ]
        return self.done

    def _pen(self, tx: Tx) -> Pen:
        signer = Signer(self.gateway.id, self.gateway.sign)
        directory = self.gateway.directory(tx, self.now)
        return Pen(self.gateway.vault, signer, directory, self.now)

    def _erase(self, case_id: UUID) -> None:
        try:
            with self.gateway.database.begin(self.scope) as tx:
                if erase_again(tx, self._pen(tx), case_id):
                    self.done.erased.append(case_id)
        except NotFound:
            return
        except CryptoError:
            self._blank(case_id)

    def _blank(self, case_id: UUID) -> None:
        """Its row does not hold, so that nothing can be said of it any more; its words and keys go
        all the same."""
        with self.gateway.database.begin(self.scope) as tx:
            erase_words(tx, case_id)
            self._pen(tx).log(tx, "case_erase", case_id, "restore")
        self.done.blanked.append(case_id)

    def _destroy(self, place: Place, version: int) -> None:
        with self.gateway.database.begin(self.scope) as tx:
            vault, case_id = self.gateway.vault, place.series[0]
            later = place.again(version)
            known = marks_at(tx, vault, [place, later])
            if place not in known or later in known or not destroy_entry(tx, place):
                return
            tx.stored.extend(next_versions(tx, vault, [Row.destroyed(place)]))
            self._pen(tx).log(tx, "words_destroyed", case_id, "restore")
        self.done.destroyed += 1

    def _forget(self, conversation: UUID) -> None:
        try:
            with self.gateway.database.begin(self.scope) as tx:
                talk = lock_conversation(tx, self.gateway.vault, conversation)
                before = talk.version
                forget_worker(tx, self._pen(tx), talk)
                after = lock_conversation(tx, self.gateway.vault, conversation).version
        except NotFound:
            return
        if after != before:
            self.done.forgotten.append(conversation)

    def _case(self, case_id: UUID, holds: set[str]) -> None:
        try:
            with self.gateway.database.begin(self.scope) as tx:
                row = cases.case_by_id(tx, case_id, lock=True)
                if _WITHDRAW in holds and row.state not in {"withdrawn", "erased"}:
                    self._withdraw(tx, case_id)
                if _KEPT in holds and row.state == "withdrawn":
                    self._keep(tx, case_id)
        except NotFound:
            return
        if row.state == "erased":
            return
        for each in sorted(holds - {_WITHDRAW, _KEPT}):
            what = "restricted to named people" if each == "case_restricted" else "put under hold"
            self.done.look.append(
                f"Case {case_id} was {what} after the backup: a supervisor has to do it again."
            )

    def _withdraw(self, tx: Tx, case_id: UUID) -> None:
        """The worker's confirmed DELETE stands; its 72 hours begin anew."""
        pen = self._pen(tx)
        row = cases.case_by_id(tx, case_id, lock=True)
        record = read_facts(tx, pen.vault, pen.directory, row)
        holds = {"digit_confirmed": True}
        state = case_machine.MACHINE.advance(row.state, "withdraw", role=Role.WORKER, holds=holds)
        write_facts(tx, pen, row, replace(record, came_from=row.state), state)
        promise(tx, pen, ClockKind.WITHDRAWAL_CHECK, case_id, record.priority)
        pen.log(tx, "case_withdraw", case_id, state)
        self.done.withdrawn.append(case_id)

    def _keep(self, tx: Tx, case_id: UUID) -> None:
        """The worker took a DELETE back that is in the backup: nobody may erase by it."""
        pen = self._pen(tx)
        row = cases.case_by_id(tx, case_id, lock=True)
        record = read_facts(tx, pen.vault, pen.directory, row)
        holds, move = {f"came_from_{record.came_from}": True}, "cancel_withdrawal"
        state = case_machine.MACHINE.advance(row.state, move, role=Role.WORKER, holds=holds)
        write_facts(tx, pen, row, record, state)
        promise(tx, pen, ClockKind.HANDLER_ACKNOWLEDGEMENT, case_id, record.priority)
        pen.log(tx, _KEPT, case_id, state)

    def _silence(self, conversation: UUID, says: str, *, moved: bool) -> None:
        """Where we may not write any more. That we may again is believed when the worker writes."""
        try:
            with self.gateway.database.begin(self.scope) as tx:
                talk = lock_conversation(tx, self.gateway.vault, conversation)
                record = ConversationRecord.from_json(talk.record)
                state = _silent(record.progress.state, says, moved=moved)
                if state is None:
                    return
                progress = again(record.progress, state, int(self.now.timestamp()))
                after = replace(record, progress=progress).to_json()
                save_conversation(tx, self.gateway.vault, talk, state=state, record=after)
                self._pen(tx).log(tx, "silenced_again", conversation, state)
        except NotFound:
            return
        self.done.silenced.append(conversation)

    def _shut_out(self, officer_id: UUID) -> None:
        """Whoever was let go has no way in; their entry and keys end when a registrar lets them go
        once more. An invitation that was void is void again."""
        with self.gateway.database.begin(self.scope) as tx:
            vault = self.gateway.vault
            known = people.officers(tx).get(officer_id)
            if known is None:
                self._void(tx, officer_id)
                return
            if people.left(tx, vault, [officer_id]):
                return
            people.close_ways(tx, vault, officer_id)
            self._pen(tx).log(tx, "ways_closed", officer_id)
        self.done.shut_out.append(known.login)

    def _void(self, tx: Tx, invitation_id: UUID) -> None:
        if any(each.id == invitation_id for each in invitations(tx)):
            drop_invitation(tx, invitation_id)
            self._pen(tx).log(tx, "officer_removed", invitation_id, "restore")

    def _accounts(self, told: Remembered) -> None:
        with self.gateway.database.begin(self.scope) as tx:
            known = people.officers(tx)
        for officer_id, event, at in told.accounts:
            if officer_id in known and officer_id not in told.removed:
                self.done.look.append(
                    f"{known[officer_id].login}: {event.replace('_', ' ')} on {at}, after the "
                    "backup: what was before holds again, so let them do it once more."
                )


def _silent(was: str, says: str, *, moved: bool) -> str | None:
    """The state that a conversation is brought to which the backup has in the state `was`; None
    where it stays. What was silent then is newer than lines from before the backup. A DELETE that
    was confirmed once more begins its 72 hours anew; one that was taken back is a pause."""
    if was in _SILENT and not moved:
        return None
    if says == TALKS:
        return "paused" if was == "withdrawn" else None
    state = says if says in _SILENT else "paused"
    return None if was == state != "withdrawn" else state
