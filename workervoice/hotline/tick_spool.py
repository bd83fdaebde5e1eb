"""Time passes: the courier brings what the fallback receiver took, and deletes there what is kept.

What we saw wait in the table and see there no more has been taken: that, and nothing else, is
deleted at the receiver. What we have seen comes from this process alone. So after a restart, or
beside another courier, it is brought again, the gateway drops what it knows, and only then is it
deleted. What was refused stays on both sides.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from workervoice.channels.wire import Answer, exchange
from workervoice.errors import ChannelError
from workervoice.hotline.bringing import LOOKED_BACK, bring_spooled, is_spooled
from workervoice.hotline.process import Process
from workervoice.store import brought as store
from workervoice.store.engine import Scope
from workervoice.store.programme import programmes

EVERY = timedelta(minutes=1)
SOON = timedelta(seconds=5)  # while the gateway is about to take some
ASK_SECONDS = 10.0
MOST_A_ROUND = 200  # files fetched or deleted: others wait for this hand, too
MOST_WAITING = 5_000  # rows of ours that the gateway has not taken
LONGEST_ROUND = timedelta(minutes=1)  # the same, if each takes long
MOST_PAGES = 1_000
STATES = ("waiting", "refused", "old", "broken")
COUNTED = ("brought", "deleted", "not_deleted", "away", "not_ours")
_NAME = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_MORE = re.compile("[0-9]{1,20}_[0-9a-f-]{36}|", re.ASCII)


class NotOurs(ChannelError):
    """What answers there is no fallback receiver, or does not take our secret."""


@dataclass(frozen=True, slots=True)
class SpoolFile:
    """One file in the receiver's list, and when it came by its word."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Remote:
    """The fallback receiver, as the courier asks it. Raises `ChannelError`."""

    url: str
    secret: str = field(repr=False)

    def page(self, after: str) -> tuple[list[SpoolFile], str]:
        """Some files, the oldest first, and what to ask with for the rest."""
        answer = self._ask("GET", f"/spool?after={after}" if after else "/spool")
        if answer.status != 200:
            raise NotOurs(f"status {answer.status}")
        try:
            said = json.loads(answer.body)
            files, more = [_file(each) for each in said["files"]], str(said["more"])
        except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
            raise NotOurs("no list") from None
        if not _MORE.fullmatch(more):
            raise NotOurs("no list")
        return files, more

    def get(self, name: UUID) -> bytes | None:
        """None if it is not there, or cannot be read there."""
        answer = self._ask("GET", f"/spool/{name}")
        return answer.body if answer.status == 200 else None

    def delete(self, name: UUID) -> bool:
        return self._ask("DELETE", f"/spool/{name}").status in {204, 404}

    def _ask(self, method: str, path: str) -> Answer:
        proof = {"Authorization": f"Bearer {self.secret}"}
        url = self.url.rstrip("/") + path
        answer = exchange(method, url, headers=proof, body=None, timeout=ASK_SECONDS)
        if answer.status == 401:
            raise NotOurs("status 401")
        return answer


@dataclass(slots=True)
class _Round:
    """What one round found."""

    states: Counter[str] = field(default_factory=Counter)
    listed: set[UUID] = field(default_factory=set)
    oldest: datetime | None = None
    steps: int = 0
    whole: bool = True


@dataclass(slots=True)
class Draining:
    """One courier's part. `states` is how many files there are how, and `drained_at` when their
    list was last gone through to its end; None: not since the start."""

    process: Process
    remote: Remote
    counts: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    oldest: datetime | None = None
    drained_at: datetime | None = None
    _asked: datetime | None = None
    _soon: bool = False
    _seen: set[UUID] = field(default_factory=set)

    def go_round(self) -> None:
        """Ask, if it is time. Raises `Unavailable`."""
        now = self.process.clock()
        if self._asked is not None and abs(now - self._asked) < (SOON if self._soon else EVERY):
            return
        self._asked, self._soon = now, False
        with self.process.database.begin() as tx:
            known = programmes(tx)
        if not known:
            return
        # the gateway finds the line, and with it whose message it is
        found = _Round()
        try:
            self._pages(Scope(min(known)), found, now)
        except ChannelError as exc:
            self.counts["not_ours" if isinstance(exc, NotOurs) else "away"] += 1
            return
        self._soon = found.steps > 0 or found.states["waiting"] > 0
        self.states, self.oldest = found.states, found.oldest
        if found.whole:
            self._seen &= found.listed
            self.drained_at = now

    def _pages(self, scope: Scope, found: _Round, now: datetime) -> None:
        more = ""
        for _ in range(MOST_PAGES):
            page, more = self.remote.page(more)
            with self.process.database.begin(scope) as tx:
                codes = store.codes(tx, [each.id for each in page])
            for each in page:
                ours = found.states["waiting"] + found.states["refused"]
                late = self.process.clock() - now > LONGEST_ROUND
                if found.steps >= MOST_A_ROUND or ours >= MOST_WAITING or late:
                    found.whole = False
                    return
                self._one(scope, found, each, codes, now)
            if not more or not page:
                return
        found.whole = False

    def _one(
        self,
        scope: Scope,
        found: _Round,
        file: SpoolFile,
        codes: Mapping[UUID, str | None],
        now: datetime,
    ) -> None:
        found.listed.add(file.id)
        if file.id in codes:
            self._seen.add(file.id)
            state = "refused" if codes[file.id] else "waiting"
        elif file.id in self._seen:
            found.steps += 1
            self.counts["deleted" if self.remote.delete(file.id) else "not_deleted"] += 1
            return
        elif now - file.at > LOOKED_BACK:
            state = "old"
        else:
            found.steps += 1
            state = self._bring(scope, file.id, now)
        found.states[state] += 1
        if state != "gone":
            found.oldest = min(found.oldest or file.at, file.at)

    def _bring(self, scope: Scope, name: UUID, now: datetime) -> str:
        sealed = self.remote.get(name)
        if sealed is None:  # another courier may have been faster
            return "gone"
        if not is_spooled(sealed):
            return "broken"
        with self.process.database.begin(scope) as tx:
            bring_spooled(tx, name, sealed, now)
        self._seen.add(name)
        self.counts["brought"] += 1
        return "waiting"


def _file(said: Mapping[str, object]) -> SpoolFile:
    name, at = said["name"], said["at"]
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(at, int):
        raise ValueError
    return SpoolFile(UUID(name), datetime.fromtimestamp(at, UTC))
