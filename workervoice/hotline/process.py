"""Who we are: one of our processes, with the keys it holds and the root it trusts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.crypto.custody import Custody
from workervoice.crypto.directory import Directory, Entry
from workervoice.errors import NotTrusted
from workervoice.store.engine import Database, Tx
from workervoice.store.keys import directory_entries
from workervoice.store.vault import Vault

Clock = Callable[[], datetime]

DIRECTORY_SECONDS = 5  # how long a checked directory may be used before it is read again


@dataclass(slots=True)
class Trust:
    """The pinned root, and the directories checked against it lately."""

    root_public: bytes
    _checked: dict[UUID, tuple[float, Directory]] = field(default_factory=dict, repr=False)

    def directory(self, tx: Tx, now: datetime) -> Directory:
        """The programme's directory as this transaction may see it; lookups check the chain.

        Console roles see parts of it, so only the gateway's and the courier's view is kept.
        """
        known = self._checked.get(tx.programme)
        stamp = now.timestamp()
        if known and tx.scope.role is None and 0 <= stamp - known[0] < DIRECTORY_SECONDS:
            return known[1]
        directory = Directory(self.root_public, directory_entries(tx), int(stamp))
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
    """The programme's one trusted entry of a kind, such as its courier or its team."""
    for entry_id in directory.ids(kind):
        return directory.trusted(entry_id)
    raise NotTrusted(f"the directory has no {kind}")
