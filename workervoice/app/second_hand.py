"""The courier's second hand: it fetches, deletes and lists at providers, beside the sending, so
that a slow medium or a long list keeps no answer waiting."""

from __future__ import annotations

import threading

from workervoice.app.washing import Washer
from workervoice.channels.base import Keeper
from workervoice.channels.registry import keeper_of
from workervoice.channels.setup import Setups
from workervoice.errors import KeysAway, SettingsError, Unavailable
from workervoice.hotline.media import AS_IT_CAME, MISSING, WASHED, Head
from workervoice.hotline.tick_leftovers import Collecting, Keepers
from workervoice.hotline.tick_lists import Lists
from workervoice.message import Fetched
from workervoice.store.programme import Line
from workervoice.wash.outcome import Washed

EVERY_SECONDS = 2.0
CLOSE_SECONDS = 20.0


class SecondHand:
    """A thread. A database or keys that are away are waited for; the first hand says so."""

    def __init__(self, collecting: Collecting, lists: Lists) -> None:
        self.collecting, self.lists = collecting, lists
        self._thread = threading.Thread(target=self._run, name="second-hand", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Finish what was begun; what takes longer is taken up again when its lease is over."""
        self.collecting.stopping.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        stopping = self.collecting.stopping
        while not stopping.is_set():
            handled = 0
            try:
                handled = self.collecting.go_round()
                self.lists.go_round()
            except (Unavailable, KeysAway):
                pass
            except SettingsError:  # keys that are not ours: the first hand ends for that
                return
            if not handled:
                stopping.wait(EVERY_SECONDS)


def keepers_of(setups: Setups) -> Keepers:
    """Made once for each line. Raises `SettingsError`."""
    keepers = {line: keeper_of(setups, line) for line in setups.lines()}

    def keeper(line: Line) -> Keeper | None:
        return keepers[line.slug] if line.slug in keepers else keepers.get("")

    return keeper


def taken_apart(fetched: Fetched) -> tuple[Head, bytes]:
    """By a child that has nothing: see `washing`. What it does not wash is kept as it came, for it
    may be evidence; a page shows nothing of it."""
    washed, size = Washer().wash(fetched.content, fetched.claimed), len(fetched.content)
    if isinstance(washed, Washed):
        head = Head(
            WASHED,
            washed.kind,
            len(washed.content),
            lied=washed.lied,
            seconds=float(washed.seconds),
            pixels=(washed.width, washed.height),
            pages=washed.pages,
            thumbnail=washed.thumbnail,
        )
        return head, washed.content
    if not size:
        return Head(MISSING, why=washed.reason), b""
    return Head(AS_IT_CAME, fetched.claimed[:100], size, washed.reason), fetched.content
