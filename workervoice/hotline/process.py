"""Who acts: a process of ours with its keys, the root it trusts, and the pen it writes with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.directory import Directory, Entry, Verified
from workervoice.crypto.seal import digest
from workervoice.errors import NotTrusted
from workervoice.store.engine import Database, Tx
from workervoice.store.keys import directory_entries
from workervoice.store.log import Event, record_event
from workervoice.store.vault import Vault

Clock = Callable[[], datetime]

DIRECTORY_SECONDS = 5  # how long a checked directory may be used before it is read again


@dataclass(slots=True)
class Trust:
    """The pinned root, and the directories checked against it lately."""

    root_public: bytes
    _checked: dict[UUID, tuple[float, Directory]] = field(default_factory=dict, repr=False)
    _verified: Verified = field(default_factory=Verified, repr=False)

    def directory(self, tx: Tx, now: datetime) -> Directory:
        """The programme's directory as this transaction may see it; lookups check the chain.

        Console roles see parts of it, so only the gateway's and the courier's view is kept.
        """
        known = self._checked.get(tx.programme)
        stamp = now.timestamp()
        if known and tx.scope.role is None and 0 <= stamp - known[0] < DIRECTORY_SECONDS:
            return known[1]
        directory = Directory(self.root_public, directory_entries(tx), int(stamp), self._verified)
        if tx.scope.role is None:
            self._checked[tx.programme] = (stamp, directory)
        return directory


@dataclass(frozen=True, slots=True)
class Process:
    """One of our processes. `id` is its directory entry's; the console has no signing key."""

    id: UUID
    database: Database
    custody: Custody
    vault: Vault
    trust: Trust
    clock: Clock

    def sign(self, statement: bytes) -> bytes:
        return self.custody.sign("signing", statement)


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


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever stores a row: a process, or an officer in an unlocked session."""

    id: UUID
    sign: Callable[[bytes], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pen:
    """What it takes to write: the service key, a signer and a checked directory.

    `rows` gathers what was stored with it, for the log leaf of the same transaction.
    """

    vault: Vault
    signer: Signer
    directory: Directory
    now: datetime
    rows: list[str] = field(default_factory=list)

    def stored(self, kind: str, row_id: UUID, version: int, sealed: bytes) -> None:
        """Note the hash of a stored row: an old version put back is seen by it."""
        self.rows.append(f"{kind}:{row_id}:{version}:{digest(sealed).hex()}")

    def log(self, tx: Tx, event: str, about: UUID, detail: str = "") -> None:
        """The log leaf of what was just done, with the hashes of the rows it stored."""
        leaf = Event(event, self.signer.id, about, detail, tuple(self.rows))
        self.rows.clear()
        record_event(tx, self.vault, leaf, self.now)
