"""Lateness: about which cases and disclosures a promise has run out, for pages that ask often."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.crypto.seal import digest
from workervoice.hotline.listing import SetAside
from workervoice.store import clocks
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class _Told:
    """What one clock says, and the digest of the record that said it."""

    print: bytes
    about: str
    due: int


@dataclass(slots=True)
class KnownClocks:
    """What the clocks say, kept while a process runs.

    A queue refreshes itself all day, and a clock changes once an hour at most: only those that are
    new or have changed are fetched and opened.
    """

    _told: dict[UUID, dict[UUID, _Told]] = field(default_factory=dict, repr=False)

    def late(self, tx: Tx, vault: Vault, now: datetime, aside: SetAside) -> set[str]:
        """Ids of cases, disclosures and actions about which a promise has run out."""
        before = self._told.get(tx.programme, {})
        prints = clocks.clock_prints(tx)
        told = {i: t for i, t in before.items() if prints.get(i) == t.print}
        for clock_id, blob in clocks.sealed_clocks(tx, prints.keys() - told.keys()):
            with aside.if_broken("clock", clock_id):
                record = clocks.open_clock(tx, vault, clock_id, blob)
                told[clock_id] = _Told(digest(blob), str(record["about"]), int(record["due"]))
        self._told[tx.programme] = told
        stamp = now.timestamp()
        return {each.about for each in told.values() if stamp > each.due}
