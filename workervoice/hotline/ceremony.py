"""The ceremony: how a programme's keys come to be trusted. Meant for a machine that is not online.

The root signs registrars and our processes, and is then put away; registrars sign officers, the
team and organisations. Every private key leaves here boxed under somebody's passphrase.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.directory import Entry, Signed, sign_entry
from workervoice.crypto.keyring import Holder
from workervoice.crypto.paper import RECOVERY_BYTES, to_paper
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.crypto.slots import RECOVERY, Bundle, Cost, box_bundle, new_slot
from workervoice.crypto.suite import generate_kem
from workervoice.errors import SettingsError
from workervoice.hotline.founding import Account, Founding, GroupKey
from workervoice.hotline.process import Signer
from workervoice.hotline.registry import register
from workervoice.message import Role
from workervoice.store.keys import SharedPair
from workervoice.store.people import Officer
from workervoice.store.programme import Line, Organisation, Site, SupplyLink

VALID_FOR = timedelta(days=730)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


def new_passphrase() -> str:
    """Four groups of four characters: 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def new_recovery_code() -> str:
    """128 bits, as they are printed; typed again they are read by `paper.from_paper`."""
    return to_paper("recovery code", secrets.token_bytes(RECOVERY_BYTES))


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
class Seat:
    """Who is to sit at the ceremony, and with which secrets they shall get in afterwards."""

    officer: Officer
    registrar: bool
    passphrase: str = field(repr=False)
    recovery: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A person at the ceremony: the account, the keys in clear, and the entry to be signed."""

    account: Account
    bundle: Bundle = field(repr=False)
    entry: Entry

    @property
    def is_registrar(self) -> bool:
        return self.entry.kind == "registrar"

    @property
    def officer(self) -> Officer:
        return self.account.officer


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

    def hold(
        self,
        name: str,
        places: Sequence[Line | Site | Organisation | SupplyLink],
        seats: Iterable[Seat],
        processes: Iterable[Signed],
    ) -> Founding:
        """The whole sitting: everybody enrolled and vouched for, the team and every buyer's
        organisation founded, every line, site, organisation and supply link registered.

        Raises `SettingsError` if nobody could vouch for a colleague.
        """
        members = [
            self.enrol(seat.officer, seat.passphrase, seat.recovery, registrar=seat.registrar)
            for seat in seats
        ]
        entries = [*processes, *(self.vouch(m, _voucher(m, members)) for m in members)]
        groups: list[GroupKey] = []
        team = [m for m in members if m.officer.role in {Role.HANDLER, Role.SUPERVISOR}]
        buyers = [o for o in places if isinstance(o, Organisation) and o.kind == "buyer"]
        for kind, group_id, own in [
            ("team", uuid4(), team),
            *(("organisation", o.id, _people_of(o, members)) for o in buyers),
        ]:
            by = next((m for m in own if m.is_registrar), None)
            if by is None:
                raise SettingsError(f"the {kind} needs somebody who is a registrar: a supervisor")
            group, signed = self.found(kind, group_id, members=own, by=by)
            groups.append(group)
            entries.append(signed)
        by = next(m for m in team if m.is_registrar)
        pen = Signer(by.officer.id, by.bundle.sign.sign)
        registered = tuple(register(self.programme_id, place, pen) for place in places)
        accounts = tuple(m.account for m in members)
        return Founding(
            self.programme_id, name, registered, accounts, tuple(groups), tuple(entries)
        )

    def process(self, process_id: UUID, kind: str, sign_public: bytes, kem_public: bytes) -> Signed:
        """Our gateway or courier, vouched for by the root."""
        entry = self._entry(process_id, kind, kind)
        entry = replace(entry, sign_public=sign_public, kem_public=kem_public)
        return sign_entry(entry, None, self.root.key)

    def enrol(
        self, officer: Officer, passphrase: str, recovery: str = "", *, registrar: bool = False
    ) -> Member:
        """Make a person's keys and box them under the passphrase, and a printed recovery code.

        A registrar of the operator may sign for the whole programme, one of a buyer for it only.
        """
        bundle = Bundle(generate_kem(), generate_signing())
        umk, boxed = box_bundle(officer.id, bundle)
        slots = [new_slot(officer.id, passphrase, umk, self.cost)]
        if recovery:
            slots.append(new_slot(officer.id, recovery, umk, self.cost, kind=RECOVERY))
        entry = replace(
            self._entry(officer.id, "registrar" if registrar else "officer", str(officer.role)),
            organisation_id=_limit(officer, registrar=registrar),
            sign_public=bundle.sign.public,
            kem_public=bundle.kem.public,
        )
        return Member(Account(officer, tuple(slots), boxed), bundle, entry)

    def vouch(self, member: Member, by: Member | None = None) -> Signed:
        """Sign a person's entry: as the root (None), or as a registrar."""
        if by is None:
            return sign_entry(member.entry, None, self.root.key)
        return sign_entry(member.entry, by.officer.id, by.bundle.sign)

    def found(
        self, kind: str, group_id: UUID, *, members: Iterable[Member], by: Member
    ) -> tuple[GroupKey, Signed]:
        """Found a team or organisation: its key pair, wrapped to each member, and its entry."""
        holder = Holder(kind, group_id, 1)
        pair, kek = keyring.new_pair(holder)
        signature = by.bundle.sign.sign(keyring.statement(holder, pair.public))
        wraps = {
            member.officer.id: keyring.wrap(
                kek,
                holder=holder,
                reader_id=member.officer.id,
                reader_public=member.bundle.kem.public,
            )
            for member in members
        }
        of = group_id if kind == "organisation" else None
        entry = replace(
            self._entry(group_id, kind, kind), organisation_id=of, epoch=1, kem_public=pair.public
        )
        group = GroupKey(holder, SharedPair(pair, by.officer.id, signature), wraps)
        return group, sign_entry(entry, by.officer.id, by.bundle.sign)

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


def _people_of(organisation: Organisation, members: Iterable[Member]) -> list[Member]:
    return [m for m in members if m.officer.organisation_id == organisation.id]


def _voucher(member: Member, members: Sequence[Member]) -> Member | None:
    """Who signs for a person: the root (None) for a registrar, else one of the own organisation,
    else one who signs for everybody."""
    if member.is_registrar:
        return None
    registrars = [m for m in members if m.is_registrar]
    of_own = [m for m in registrars if m.officer.organisation_id == member.officer.organisation_id]
    of_all = [m for m in registrars if m.entry.organisation_id is None]
    for registrar in (*of_own, *of_all):
        return registrar
    raise SettingsError(f"nobody can vouch for {member.officer.login}: name a supervisor")
