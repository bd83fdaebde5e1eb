"""The signed directory: whose public key is whose, by signatures that lead to a pinned root.

A key is not trusted for being in the database: one changed row would turn all future cases to a
thief. The root key is kept offline and pinned in the settings. It signs registrars and the
gateway, courier and log; registrars sign officers, teams and organisations of their programme, and
a registrar of an organisation only those of that organisation. A registrar is a person, and reads
cases under the same entry.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from workervoice.crypto.seal import SigningKey, ctx, digest, verify
from workervoice.errors import NotTrusted
from workervoice.message import Role

SIGNED_BY_ROOT = frozenset({"registrar", "gateway", "courier", "log"})
SIGNED_BY_REGISTRARS = frozenset({"officer", "team", "organisation"})

_ENTRY = "directory-entry"
_SIGNATURE = "directory-signature"
_FINGERPRINT = "fingerprint"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one principal. A new version replaces the older ones for good."""

    id: UUID
    kind: str
    programme_id: UUID
    version: int
    role: str
    organisation_id: UUID | None  # of an organisation's own entry: none, or itself
    epoch: int  # of the team's or organisation's key pair; 0 for the others
    sign_public: bytes = field(repr=False)  # empty if it never signs
    kem_public: bytes = field(repr=False)  # empty if nothing is sealed to it
    not_after: int  # unix seconds, the last at which it holds

    def body(self) -> bytes:
        """Every field, in one form only: this is what is signed."""
        return ctx(
            _ENTRY,
            self.id,
            self.kind,
            self.programme_id,
            self.version,
            self.role,
            self.organisation_id or "",
            self.epoch,
            self.sign_public,
            self.kem_public,
            self.not_after,
        )

    def belongs_to(self) -> UUID | None:
        """The organisation that this entry speaks for."""
        return self.id if self.kind == "organisation" else self.organisation_id


@dataclass(frozen=True, slots=True)
class Signed:
    """An entry as stored: `signer_id` is a registrar, or None for the root."""

    entry: Entry
    signer_id: UUID | None
    signature: bytes = field(repr=False)


def sign_entry(entry: Entry, signer_id: UUID | None, key: SigningKey) -> Signed:
    """Sign as the root (None) or as a registrar. Whether that is allowed is seen when read."""
    return Signed(entry, signer_id, key.sign(_statement(entry, signer_id)))


class Directory:
    """Entries, checked when first asked for and remembered from then on.

    Pass all stored versions. `now` (unix seconds) is fixed: build a new directory when the table
    changes, and often enough that an expiry is noticed.
    """

    def __init__(self, root_public: bytes, entries: Iterable[Signed], now: int) -> None:
        self._root_public = root_public
        self._now = now
        self._checked: dict[UUID, Entry] = {}
        self._versions: dict[UUID, set[Signed]] = {}
        for signed in entries:
            self._versions.setdefault(signed.entry.id, set()).add(signed)

    def trusted(self, principal: UUID, *kinds: str) -> Entry:
        """The newest entry of this id, if a chain leads from it to the root.

        With `kinds`, only if it is one of these. Raises `NotTrusted` with the id where the chain
        breaks: unknown, expired, forged, taken over by someone else, signed by one who may not.

        That an entry is trusted says who vouches for it, not what it may do: before giving an
        officer a key, look at its role and at the organisation it belongs to.
        """
        entry = self._checked.get(principal) or self._check(principal)
        if kinds and entry.kind not in kinds:
            raise NotTrusted(str(principal))
        return entry

    def ids(self, kind: str) -> list[UUID]:
        """The ids that claim a kind, in a stable order; ask `trusted` before using one."""
        found = {
            signed.entry.id
            for versions in self._versions.values()
            for signed in versions
            if signed.entry.kind == kind
        }
        return sorted(found)

    def _check(self, principal: UUID) -> Entry:
        newest = self._newest(principal)
        entry = newest.entry
        if self._now > entry.not_after:
            raise NotTrusted(str(principal))
        public = self._signer_public(newest)
        try:
            verify(public, _statement(entry, newest.signer_id), newest.signature)
        except NotTrusted:
            raise NotTrusted(str(principal)) from None
        self._checked[principal] = entry
        return entry

    def _newest(self, principal: UUID) -> Signed:
        """The highest version, unless it is ambiguous or takes an id over from someone else."""
        versions = self._versions.get(principal, set())
        top = max((signed.entry.version for signed in versions), default=0)
        newest = [signed for signed in versions if signed.entry.version == top]
        if len(newest) != 1 or not all(_may_follow(newest[0], older) for older in versions):
            raise NotTrusted(str(principal))
        return newest[0]

    def _signer_public(self, signed: Signed) -> bytes:
        """The key that must have signed, by the kind of the entry."""
        entry, signer_id = signed.entry, signed.signer_id
        if entry.kind in SIGNED_BY_ROOT and signer_id is None:
            return self._root_public
        if entry.kind in SIGNED_BY_REGISTRARS and signer_id is not None:
            registrar = self.trusted(signer_id, "registrar")
            if _may_sign(registrar, entry):
                return registrar.sign_public
        raise NotTrusted(str(entry.id))


def _may_sign(registrar: Entry, entry: Entry) -> bool:
    """Within its programme and organisation; and a buyer's registrar makes buyers only."""
    of_itself = entry.kind != "organisation" or entry.organisation_id in (None, entry.id)
    in_organisation = registrar.organisation_id in (None, entry.belongs_to())
    role_allowed = (
        registrar.role != Role.BUYER or entry.kind != "officer" or entry.role == Role.BUYER
    )
    same_programme = registrar.programme_id == entry.programme_id
    return of_itself and in_organisation and role_allowed and same_programme


def _may_follow(newer: Signed, older: Signed) -> bool:
    """The root may replace any entry; a registrar none of the root's and of no one else's."""
    if newer.signer_id is None:
        return True
    return (
        older.signer_id is not None
        and newer.entry.programme_id == older.entry.programme_id
        and newer.entry.belongs_to() == older.entry.belongs_to()
    )


def _statement(entry: Entry, signer_id: UUID | None) -> bytes:
    return ctx(_SIGNATURE, signer_id or "", entry.body())


def fingerprint(public: bytes) -> str:
    """Thirty digits in groups of five, to be compared over the phone in any language."""
    number = int.from_bytes(digest(ctx(_FINGERPRINT, public)), "big") % 10**30
    digits = f"{number:030d}"
    return " ".join(digits[at : at + 5] for at in range(0, 30, 5))
