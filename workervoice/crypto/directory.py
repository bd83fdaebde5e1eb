"""The signed directory: whose public key is whose, by signatures that lead to a pinned root.

A key is not trusted for being in the database: one changed row would turn all future cases to a
thief. The root key is kept offline and pinned in the settings. It signs registrars and the
gateway, courier and log; registrars sign officers, teams and organisations of their programme, and
a registrar of an organisation only those of that organisation. A registrar is a person, and reads
cases under the same entry.

Two questions, two answers: `trusted` is for what happens now (to seal to a key, to let somebody in)
and takes the newest entry only; `check_signature` is for what was stored, perhaps by somebody whose
entry has ended or whose key was changed since, and takes every version that was ever vouched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
_VERIFIED = "verified"


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


class Verified:
    """Signatures that were seen to verify: that stays true, so it need not be computed again."""

    def __init__(self, most: int = 20_000) -> None:
        self._seen: set[bytes] = set()
        self._most = most

    def verify(self, public: bytes, statement: bytes, signature: bytes) -> None:
        """As `seal.verify`; raises `NotTrusted`."""
        what = digest(ctx(_VERIFIED, public, statement, signature))
        if what in self._seen:
            return
        verify(public, statement, signature)
        if len(self._seen) >= self._most:
            self._seen.clear()
        self._seen.add(what)


class Directory:
    """Entries, checked when first asked for and remembered from then on.

    Pass all stored versions. `now` (unix seconds) is fixed: build a new directory when the table
    changes, and often enough that an expiry is noticed.
    """

    def __init__(
        self,
        root_public: bytes,
        entries: Iterable[Signed],
        now: int,
        verified: Verified | None = None,
    ) -> None:
        self._root_public = root_public
        self._verified = verified or Verified()
        self._now = now
        self._checked: dict[UUID, Entry] = {}
        self._vouched: dict[tuple[UUID, int], bool] = {}
        self._versions: dict[UUID, set[Signed]] = {}
        self._ids: dict[str, list[UUID]] = {}
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

    def check_signature(
        self, signer: UUID, statement: bytes, signature: bytes, *kinds: str
    ) -> Entry:
        """Return the version of the signer's entry whose key made this signature.

        An entry that has ended or was replaced still vouches for what was signed under it. Whether
        it was signed in time is not seen here but in the log, where nothing is added afterwards.
        With `kinds`, only versions of these. Raises `NotTrusted` with the signer's id.
        """
        versions = self._versions.get(signer, set())
        for signed in sorted(versions, key=lambda s: s.entry.version, reverse=True):
            entry = signed.entry
            if (kinds and entry.kind not in kinds) or not self._was_vouched(signed):
                continue
            try:
                self._verified.verify(entry.sign_public, statement, signature)
            except NotTrusted:
                continue
            return entry
        raise NotTrusted(str(signer))

    def newest(self, principal: UUID) -> Signed:
        """The newest version as it is stored, ended or not, for whoever makes the next one.

        Raises `NotTrusted` if it is unknown or was never vouched for.
        """
        newest = self._newest(principal)
        if not self._was_vouched(newest):
            raise NotTrusted(str(principal))
        return newest

    def ids(self, kind: str) -> list[UUID]:
        """The ids that claim a kind, in a stable order; ask `trusted` before using one."""
        if kind not in self._ids:
            every = (signed.entry for versions in self._versions.values() for signed in versions)
            self._ids[kind] = sorted({entry.id for entry in every if entry.kind == kind})
        return list(self._ids[kind])

    def _check(self, principal: UUID) -> Entry:
        newest = self._newest(principal)
        entry = newest.entry
        if self._now > entry.not_after:
            raise NotTrusted(str(principal))
        if not _is_signed(newest, self._signer_public(newest)):
            raise NotTrusted(str(principal))
        self._checked[principal] = entry
        return entry

    def _newest(self, principal: UUID) -> Signed:
        """The highest version, unless it is ambiguous or takes an id over from someone else."""
        versions = self._versions.get(principal, set())
        top = max((signed.entry.version for signed in versions), default=0)
        newest = [signed for signed in versions if signed.entry.version == top]
        if not newest or not self._follows_all(newest[0]):
            raise NotTrusted(str(principal))
        return newest[0]

    def _follows_all(self, signed: Signed) -> bool:
        """True if this version is the only one of its number, and takes no id over."""
        others = self._versions[signed.entry.id] - {signed}
        older = [other for other in others if other.entry.version < signed.entry.version]
        twin = any(other.entry.version == signed.entry.version for other in others)
        return not twin and all(_may_follow(signed, other) for other in older)

    def _was_vouched(self, signed: Signed) -> bool:
        """True if this version had a chain to the root, whatever has ended since."""
        place = (signed.entry.id, signed.entry.version)
        if place not in self._vouched:
            self._vouched[place] = self._follows_all(signed) and any(
                _is_signed(signed, public) for public in self._once_signers(signed)
            )
        return self._vouched[place]

    def _once_signers(self, signed: Signed) -> Iterator[bytes]:
        """The keys that may have signed this version, at some time."""
        entry, signer_id = signed.entry, signed.signer_id
        if signer_id is None:
            if entry.kind in SIGNED_BY_ROOT:
                yield self._root_public
        elif entry.kind in SIGNED_BY_REGISTRARS:
            for registrar in self._versions.get(signer_id, set()):
                named = registrar.entry.kind == "registrar" and _may_sign(registrar.entry, entry)
                if named and self._was_vouched(registrar):
                    yield registrar.entry.sign_public

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


def _is_signed(signed: Signed, public: bytes) -> bool:
    try:
        verify(public, _statement(signed.entry, signed.signer_id), signed.signature)
    except NotTrusted:
        return False
    return True


def once_vouched(
    root_public: bytes, entries: Iterable[Signed], kind: str, programme_id: UUID
) -> list[Entry]:
    """Every version that the root ever signed of this kind, expired and replaced ones too.

    For what was signed long ago, such as a checkpoint; never for anything that is signed now.
    """
    found = []
    for signed in entries:
        entry = signed.entry
        if (entry.kind, entry.programme_id, signed.signer_id) != (kind, programme_id, None):
            continue
        try:
            verify(root_public, _statement(entry, None), signed.signature)
        except NotTrusted:
            continue
        found.append(entry)
    return found


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
