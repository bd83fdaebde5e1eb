"""The ceremony: how a programme's keys come to be trusted. Meant for a machine that is not online.

The root signs registrars and our processes, and is then put away; registrars sign officers, the
team and organisations. Every private key leaves here boxed under somebody's passphrase.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from workervoice.crypto import keyring
from workervoice.crypto.directory import Entry, Signed, sign_entry
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.crypto.slots import Bundle, Cost, Slot, enrol
from workervoice.crypto.suite import generate_kem
from workervoice.message import Role
from workervoice.store import keys, people
from workervoice.store.engine import Tx
from workervoice.store.people import Officer

VALID_FOR = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Root:
    """The root key, while it is in our hands."""

    key: SigningKey = field(repr=False)

    @classmethod
    def generate(cls) -> Root:
        return cls(generate_signing())

    @property
    def public(self) -> bytes:
        return self.key.public


@dataclass(frozen=True, slots=True)
class Member:
    """A person at the ceremony: account, keys and slot, until they are stored."""

    officer: Officer
    bundle: Bundle = field(repr=False)
    slot: Slot
    boxed: bytes = field(repr=False)
    entry: Entry


@dataclass(frozen=True, slots=True)
class Ceremony:
    """One sitting: everything signed now holds until `not_after`."""

    programme_id: UUID
    root: Root
    now: datetime
    cost: Cost

    @property
    def not_after(self) -> int:
        return int((self.now + VALID_FOR).timestamp())

    def process(self, process_id: UUID, kind: str, sign_public: bytes, kem_public: bytes) -> Signed:
        """Our gateway or courier, vouched for by the root."""
        entry = self._entry(process_id, kind, kind)
        entry = replace(entry, sign_public=sign_public, kem_public=kem_public)
        return sign_entry(entry, None, self.root.key)

    def enrol(self, officer: Officer, passphrase: str, *, registrar: bool = False) -> Member:
        """Make a person's keys and box them under the passphrase. Stores nothing yet.

        A registrar of the operator may sign for the whole programme, one of a buyer for it only.
        """
        bundle = Bundle(generate_kem(), generate_signing())
        slot, boxed = enrol(officer.id, passphrase, bundle, self.cost)
        entry = replace(
            self._entry(officer.id, "registrar" if registrar else "officer", str(officer.role)),
            organisation_id=_limit(officer, registrar=registrar),
            sign_public=bundle.sign.public,
            kem_public=bundle.kem.public,
        )
        return Member(officer, bundle, slot, boxed, entry)

    def vouch(self, member: Member, by: Member | None = None) -> Signed:
        """Sign a person's entry: as the root (None), or as a registrar."""
        if by is None:
            return sign_entry(member.entry, None, self.root.key)
        return sign_entry(member.entry, by.officer.id, by.bundle.sign)

    def found(
        self, tx: Tx, kind: str, group_id: UUID, *, members: Iterable[Member], by: Member
    ) -> Signed:
        """Found a team or organisation: its key pair, wrapped to each member, and its entry."""
        holder = Holder(kind, group_id, 1)
        pair, kek = keyring.new_pair(holder)
        signature = by.bundle.sign.sign(keyring.statement(holder, pair.public))
        keys.add_key_pair(tx, holder, keys.SharedPair(pair, by.officer.id, signature))
        for member in members:
            wrap = keyring.wrap(
                kek,
                holder=holder,
                reader_id=member.officer.id,
                reader_public=member.bundle.kem.public,
            )
            keys.add_wrap(tx, holder, member.officer.id, wrap)
        of = group_id if kind == "organisation" else None
        entry = replace(
            self._entry(group_id, kind, kind), organisation_id=of, epoch=1, kem_public=pair.public
        )
        return sign_entry(entry, by.officer.id, by.bundle.sign)

    def _entry(self, entry_id: UUID, kind: str, role: str) -> Entry:
        return Entry(
            id=entry_id,
            kind=kind,
            programme_id=self.programme_id,
            version=1,
            role=role,
            organisation_id=None,
            epoch=0,
            sign_public=b"",
            kem_public=b"",
            not_after=self.not_after,
        )


def _limit(officer: Officer, *, registrar: bool) -> UUID | None:
    """The organisation that an entry speaks for; a supervising registrar speaks for all."""
    if registrar and officer.role is Role.SUPERVISOR:
        return None
    return officer.organisation_id


def store_member(tx: Tx, member: Member, signed: Signed) -> None:
    """Store an account with its slot, boxed keys and signed entry."""
    people.add_officer(tx, member.officer, member.slot, member.boxed)
    keys.add_directory_entry(tx, signed)
