"""What the log says, opened with the service key."""

from __future__ import annotations

from workervoice.store import logbook
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault


def read_leaves(tx: Tx, vault: Vault) -> list[dict[str, str]]:
    """Every leaf, in order as far as it has one."""
    return [leaf.fields(tx.programme, vault) for leaf in logbook.leaves(tx)]
