"""Who acts: a process of ours with its keys, the root it trusts, and the pen it writes with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.directory import Directory, Entry, Signed, Verified
from workervoice.crypto.keyring import Holder
from workervoice.errors import NotTrusted
from workervoice.store.engine import Database, Tx
from workervoice.store.keys import directory_entries
from workervoice.store.log import Event, expect_none, marks_at, record_event, record_once
from workervoice.store.rows import Place
from workervoice.store.vault import Vault
from workervoice.workflow.retention import Policy

Clock = Callable[[], datetime]
SharedClock = Callable[[Tx], datetime]

DIRECTORY_SECONDS = 5  # how long a checked directory may be used before it is read again


@dataclass(slots=True)
class Trust:
    """The pinned root, and the directories checked against it lately."""

    root_public: bytes
    _checked: dict[UUID, tuple[float, Directory]] = field(default_factory=dict, repr=False)
    _verified: Verified = field(default_factory=Verified, repr=False)

    def directory(self, tx: Tx, vault: Vault, now: datetime) -> Directory:
        """The programme's directory as this transaction may see it; lookups check the chain.

        An entry that the log knows a later version of is left out: whoever was removed or got new
        keys is not trusted again because the newest row is gone. Console roles see parts of the
        table, so only the gateway's and the courier's view is kept.
        """
        known = self._checked.get(tx.programme)
        stamp = now.timestamp()
        if known and tx.scope.role is None and 0 <= stamp - known[0] < DIRECTORY_SECONDS:
            return known[1]
        directory = Directory(self.root_public, _newest(tx, vault), int(stamp), self._verified)
        if tx.scope.role is None:
            self._checked[tx.programme] = (stamp, directory)
        return directory

    def forget(self, programme: UUID) -> None:
        """Read the directory again when it is next asked for."""
        self._checked.pop(programme, None)


def _newest(tx: Tx, vault: Vault) -> list[Signed]:
    """The stored entries without those whose later version somebody took away."""
    entries = directory_entries(tx)
    highest: dict[UUID, int] = {}
    for signed in entries:
        entry = signed.entry
        highest[entry.id] = max(entry.version, highest.get(entry.id, 0))
    later = {Place("directory", (id_,), version + 1): id_ for id_, version in highest.items()}
    cut = {later[place] for place in marks_at(tx, vault, later)}
    return [signed for signed in entries if signed.entry.id not in cut]


class Outdated(Exception):
    """The directory has changed since it was read: a team or person has other keys."""


def check_current(tx: Tx, vault: Vault, entry: Entry) -> None:
    """Raises `Outdated`, when what is written goes out, if the log knows a later version of this
    entry by then."""
    later = Place("directory", (entry.id,), entry.version + 1)
    expect_none(tx, vault, later, lambda: Outdated(str(entry.id)))


@dataclass(frozen=True, slots=True)
class Process:
    """One of our processes. `id` is its directory entry's; the console has no signing key.

    What one process promises another by time, a lease, runs by `shared_clock`, the database's:
    their own clocks may differ.
    """

    id: UUID
    database: Database
    custody: Custody
    vault: Vault
    trust: Trust
    clock: Clock
    shared_clock: SharedClock
    retention: Policy = field(default_factory=Policy)

    def sign(self, statement: bytes) -> bytes:
        return self.custody.sign("signing", statement)

    def directory(self, tx: Tx, now: datetime) -> Directory:
        """Whose key is whose, checked against the pinned root and the log."""
        return self.trust.directory(tx, self.vault, now)


def sole(directory: Directory, kind: str) -> Entry:
    """The programme's one trusted entry of a kind, such as its courier or its team; whoever else
    claims to be one is passed over."""
    refused = NotTrusted(f"the directory has no {kind}")
    for entry_id in directory.ids(kind):
        try:
            return directory.trusted(entry_id, kind)
        except NotTrusted as exc:
            refused = exc
    raise refused


def once_sole(directory: Directory, kind: str) -> Entry:
    """The entry of a kind that was ever vouched for, ended or not: whose something is, where nobody
    gets a key by it."""
    for entry_id in directory.ids(kind):
        with suppress(NotTrusted):
            return directory.newest(entry_id).entry
    raise NotTrusted(f"the directory has no {kind}")


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever stores a row: a process, or an officer in an unlocked session."""

    id: UUID
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pen:
    """What it takes to write: the service key, a signer and a checked directory.

    `free` are numbers of series that are known to be free, and `publics` keys of cases that were
    checked, so that nobody has to ask again.
    """

    vault: Vault
    signer: Signer
    directory: Directory
    now: datetime
    free: dict[tuple[str, UUID], int] = field(default_factory=dict)
    publics: dict[Holder, bytes] = field(default_factory=dict)

    def log(self, tx: Tx, event: str, about: UUID, detail: str = "") -> None:
        """The log leaf of what was just done, with the hashes of the rows that were stored."""
        record_event(tx, self.vault, Event(event, self.signer.id, about, detail), self.now)

    def log_reading(self, tx: Tx, event: str, about: UUID) -> None:
        """The leaf of having read something: one an hour, however often it is looked at."""
        record_once(tx, self.vault, Event(event, self.signer.id, about), self.now)
