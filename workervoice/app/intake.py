"""The gateway's second job: it looks every second for what people wrote down, and for what came by
another way than a webhook, and takes it."""

from __future__ import annotations

import threading
from uuid import UUID

from workervoice.errors import KeysAway, Unavailable
from workervoice.hotline.byhand import ByHand
from workervoice.hotline.receive import Reception
from workervoice.hotline.tick_brought import TakingBrought
from workervoice.hotline.tick_entries import take_entries
from workervoice.hotline.tick_tried import TriedLines
from workervoice.journal import Journal

EVERY_SECONDS = 1.0
AGAIN_SECONDS = 10.0  # after something that failed
CLOSE_SECONDS = 5.0

_JOURNAL = Journal("workervoice")


class Intake:
    """A thread beside the webhooks. What fails stays where it is, and is tried again; a database or
    keys that are away are said by whoever asks for readiness."""

    def __init__(self, reception: Reception, brought: TakingBrought, tried: TriedLines) -> None:
        self._by_hand, self._brought, self._tried = ByHand(reception), brought, tried
        self._closing = threading.Event()
        self._trouble = False
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish the entry that was begun."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while not self._closing.is_set():
            self._trouble = False
            try:
                take_entries(self._by_hand, self._failed)
                self._brought.take_waiting()
                self._tried.note()
            except (Unavailable, KeysAway):
                self._trouble = True
            self._closing.wait(AGAIN_SECONDS if self._trouble else EVERY_SECONDS)

    def _failed(self, entry_id: UUID, error: Exception) -> None:
        self._trouble = True
        _JOURNAL.note("item_failed", kind="entry", id=entry_id, what=type(error).__name__)
