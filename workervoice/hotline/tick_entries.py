"""Time passes at the gateway: whatever people wrote down is taken, each entry for itself."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from workervoice.errors import KeysAway, Unavailable
from workervoice.hotline.byhand import ByHand

Failed = Callable[[UUID, Exception], None]


def take_entries(by_hand: ByHand, failed: Failed) -> None:
    """One look. What nobody foresaw is told to `failed`: that entry waits, and others go on.

    Raises `Unavailable`, `KeysAway`.
    """
    for programme, row in by_hand.waiting():
        try:
            by_hand.take(programme, row)
        except (Unavailable, KeysAway):
            raise
        except Exception as exc:
            failed(row.id, exc)
