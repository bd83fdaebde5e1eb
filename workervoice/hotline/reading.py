"""Reading: how an officer's own key opens a case, a plan or a disclosure, and what is checked.

    officer's key ▸ team (or organisation) key ▸ case, plan or disclosure ▸ words
                └────────── only if restricted ─────────▴

Keys change when somebody leaves; a row opens with those of its own epoch. A row whose signature
does not lead to the root is shown as broken, by its id, never as words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from workervoice.crypto import keyring
from workervoice.crypto.directory import Directory
from workervoice.crypto.keyring import Holder, Kek
from workervoice.crypto.slots import Bundle
from workervoice.crypto.suite import KemKey
from workervoice.errors import CryptoError, Forbidden, NotFound, NotTrusted
from workervoice.hotline.noting import NOBODY
from workervoice.hotline.process import Pen, Process, Signer
from workervoice.message import Role
from workervoice.store import cases, keys, remedy
from workervoice.store.cases import AssessmentRow, CaseRow, MessageRow
from workervoice.store.engine import Scope, Tx
from workervoice.store.people import Officer

OFFICERS = ("officer", "registrar")
WRITERS = ("gateway", *OFFICERS)
_DATABASE_ROLES = {
    Role.HANDLER: "staff",
    Role.SUPERVISOR: "staff",
    Role.BUYER: "buyer",
    Role.MONITOR: "monitor",
    Role.TRANSLATOR: "translator",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """An officer in an unlocked session: the account, and the keys that the passphrase opened."""

    officer: Officer
    bundle: Bundle = field(repr=False)

    @property
    def id(self) -> UUID:
        return self.officer.id

    @property
    def role(self) -> Role:
        return self.officer.role

    @property
    def signer(self) -> Signer:
        return Signer(self.officer.id, self.bundle.sign.sign)

    def scope(self) -> Scope:
        """What the database lets this officer see; `Forbidden` for a role without any view."""
        role = _DATABASE_ROLES.get(self.role)
        if role is None:
            raise Forbidden("this role has no pages")
        who = self.officer
        return Scope(who.programme_id, role, who.id, who.organisation_id)

    def registrar_scope(self) -> Scope:
        """What the database lets this officer change of people and keys. One of a single
        organisation has that organisation in its scope; who is a registrar, the directory says."""
        who = self.officer
        limit = None if self.role is Role.SUPERVISOR else who.organisation_id
        return Scope(who.programme_id, "registrar", who.id, limit)


def vouched(tx: Tx, process: Process, actor: Actor, now: datetime) -> Directory:
    """The directory, once it vouches for this very account: role, organisation and key.

    The row of an account is anybody's who can write to the database; facts that the service key
    opens are for those only whom the root knows.
    """
    directory = process.directory(tx, now)
    entry = directory.trusted(actor.id, *OFFICERS)
    known = (entry.role, entry.sign_public) == (actor.role, actor.bundle.sign.public)
    if not known or entry.organisation_id not in (None, actor.officer.organisation_id):
        raise NotTrusted(str(actor.id))
    return directory


def pen_of(tx: Tx, process: Process, actor: Actor, now: datetime) -> Pen:
    """What it takes to write as this officer, once the root vouches for the account."""
    return Pen(process.vault, actor.signer, vouched(tx, process, actor, now), now)


def group_key(tx: Tx, actor: Actor, directory: Directory, holder: Holder) -> KemKey:
    """The private key of a team or organisation that this officer is a member of."""
    entry = directory.trusted(holder.id, holder.kind)
    shared = keys.key_pair_of(tx, holder)
    if entry.epoch == holder.epoch and entry.kem_public != shared.pair.public:
        raise NotTrusted(f"{holder.kind} {holder.id}")
    wrap = keys.wraps_of(tx, holder).get((actor.id, 0))
    if wrap is None:
        raise NotFound(f"{holder.kind} {holder.id} is not open to this reader")
    kek = keyring.unwrap(wrap, holder=holder, reader_id=actor.id, reader=actor.bundle.kem)
    return keyring.unlock(kek, holder, shared.pair)


def kek_of(tx: Tx, actor: Actor, directory: Directory, holder: Holder) -> Kek:
    """What opens the pair of a case or plan: wrapped to this very officer, or to a team's pair of
    any epoch that the officer has. `NotFound` if it is wrapped to neither."""
    wraps = keys.wraps_of(tx, holder)
    if own := wraps.get((actor.id, 0)):
        return keyring.unwrap(own, holder=holder, reader_id=actor.id, reader=actor.bundle.kem)
    for team in keys.memberships(tx, actor.id, "team"):
        if wrap := wraps.get((team.id, team.epoch)):
            reader = group_key(tx, actor, directory, team)
            return keyring.unwrap(wrap, holder=holder, reader_id=team.id, reader=reader)
    raise NotFound(f"no such {holder.kind}")


def _private(tx: Tx, actor: Actor, directory: Directory, holder: Holder) -> KemKey:
    kek = kek_of(tx, actor, directory, holder)
    return keyring.unlock(kek, holder, keys.key_pair_of(tx, holder).pair)


@dataclass(frozen=True, slots=True)
class CaseKeys:
    """A case's private keys, one an epoch, each opened when a row of its epoch is read."""

    tx: Tx
    actor: Actor
    directory: Directory
    case_id: UUID
    _opened: dict[int, KemKey] = field(default_factory=dict, repr=False)

    def open(self, epoch: int) -> tuple[Holder, KemKey]:
        """Raises `NotFound` for an epoch that this officer may not read."""
        holder = Holder("case", self.case_id, epoch)
        if epoch not in self._opened:
            self._opened[epoch] = _private(self.tx, self.actor, self.directory, holder)
        return holder, self._opened[epoch]


def case_keys(tx: Tx, actor: Actor, directory: Directory, row: CaseRow) -> CaseKeys:
    """What opens a case's words. `NotFound` if this officer may not read what comes now."""
    opened = CaseKeys(tx, actor, directory, row.id)
    opened.open(row.epoch)
    return opened


def plan_key(
    tx: Tx, actor: Actor, directory: Directory, issue_id: UUID, epoch: int
) -> tuple[Holder, KemKey]:
    """What opens an issue's packet and actions, for a member of the case's team."""
    holder = Holder("plan", issue_id, epoch)
    return holder, _private(tx, actor, directory, holder)


def plan_key_by_kek(tx: Tx, issue_id: UUID, epoch: int, kek: bytes) -> tuple[Holder, KemKey]:
    """The same for a buyer, whose disclosure carried the key to it."""
    holder = Holder("plan", issue_id, epoch)
    return holder, keyring.unlock(Kek(kek), holder, keys.key_pair_of(tx, holder).pair)


@dataclass(frozen=True, slots=True)
class Opened:
    """A sealed row, opened; `words` is None where it is broken. `role` is what the writer was when
    it was signed."""

    id: UUID
    direction: str
    signer_id: UUID
    words: Mapping[str, Any] | None = field(repr=False)
    role: str = ""


def broken(row_id: UUID, direction: str) -> Opened:
    """A row that is not as it was logged."""
    return Opened(row_id, direction, NOBODY, None)


def gone(number: int) -> Opened:
    """A row that the log knows and nobody finds: its id went with it."""
    return Opened(UUID(int=number), "gone", NOBODY, None)


def open_message(tx: Tx, case: CaseKeys, row: MessageRow) -> Opened:
    """One entry of a thread, if its writer was vouched for and it lies where it was put."""
    place = cases.message_place(tx.programme, row)
    return _opened(case, row, (place, row.direction, row.direction))


def open_assessment(tx: Tx, case: CaseKeys, row: AssessmentRow) -> Opened:
    """One judgement, with the same checks."""
    place = cases.assessment_place(tx.programme, row)
    return _opened(case, row, (place, "assessment", row.judge))


def _opened(
    case: CaseKeys, row: MessageRow | AssessmentRow, what: tuple[bytes, str, str]
) -> Opened:
    place, direction, shown = what
    try:
        signer = case.directory.check_signature(row.signer_id, place, row.signature, *WRITERS)
        holder, key = case.open(row.epoch)
        plain = keyring.open_words(
            key, row.words, holder=holder, message_id=row.id, direction=direction
        )
        return Opened(row.id, shown, row.signer_id, json.loads(plain), signer.role)
    except (CryptoError, NotFound):  # NotFound: from before this officer could read the case
        return Opened(row.id, shown, row.signer_id, None)


def open_packet(
    tx: Tx, directory: Directory, holder: Holder, key: KemKey, row: remedy.IssueRow
) -> dict[str, Any]:
    """An issue's packet as last drafted. Raises `NotTrusted` or `SealBroken`."""
    place = remedy.packet_place(tx.programme, row)
    directory.check_signature(row.signer_id, place, row.signature, *OFFICERS)
    plain = keyring.open_words(
        key, row.packet, holder=holder, message_id=row.id, direction="packet", version=row.version
    )
    return dict(json.loads(plain))
