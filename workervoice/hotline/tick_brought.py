"""Time passes at the gateway: it takes what was brought by another way than a webhook, in order.

One gateway at a time. What is stored, or was before, is dropped; what cannot be taken as things are
stays, with a word why, and is tried again now and then: a token that was changed, a line that is
registered late, may yet let it in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workervoice.channels.base import Receiver
from workervoice.errors import (
    CryptoError,
    KeysAway,
    Malformed,
    NotFound,
    Refused,
    Unavailable,
)
from workervoice.hotline import bringing
from workervoice.hotline.bringing import FromList, Spooled
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.leftovers import Leftover, leave_sent
from workervoice.hotline.process import Pen, Signer
from workervoice.hotline.receive import Reception, Taken, line_of
from workervoice.message import Inbound, Listed
from workervoice.store import brought as store
from workervoice.store.brought import Brought
from workervoice.store.engine import Scope
from workervoice.store.programme import programmes

REFUSED_AGAIN = timedelta(minutes=10)
TRIED_FOR = timedelta(days=30)  # so that what was taken by another way meanwhile is still known
STILL_THERE = timedelta(days=1)  # so long a provider may take to delete what was taken
_PATH = re.compile(r"/in/([a-z0-9_-]{1,32})/([A-Za-z0-9_-]{1,64})(?:\?.*)?", re.ASCII | re.DOTALL)


@dataclass(slots=True)
class TakingBrought:
    """One gateway's part. `fallback_url` is where the fallback receiver is called, without a path;
    what is spooled for another address was not meant for us."""

    reception: Reception
    receivers: Mapping[str, Receiver]
    fallback_url: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    _refused_at: datetime | None = None

    def take_waiting(self) -> int:
        """Take what waits; returns how many. Raises `Unavailable`, `KeysAway`."""
        database, now = self.reception.process.database, self.reception.process.clock()
        again = self._refused_at is None or now - self._refused_at >= REFUSED_AGAIN
        if again:
            self._refused_at = now
        with database.begin() as tx:
            known = programmes(tx)
        looks = (None, now - TRIED_FOR) if again else (None,)
        return sum(self._of(Scope(each), since) for each in known for since in looks)

    def _of(self, scope: Scope, refused_since: datetime | None) -> int:
        with self.reception.process.database.begin(scope) as holding:
            if not store.alone(holding):
                return 0
            rows = store.waiting(holding, refused_since=refused_since)
            for row in rows:
                self._take(scope, row)
            return len(rows)

    def _take(self, scope: Scope, row: Brought) -> None:
        """One; its order holds, for whatever is brought later waits."""
        code = ""
        try:
            self._store(scope, row)
        except (Unavailable, KeysAway):
            raise
        except (NotFound, Refused, Malformed, CryptoError) as exc:
            code = type(exc).__name__
        except Exception as exc:  # what nobody foresaw must not keep the others waiting
            code = f"failed_{type(exc).__name__}"
        with self.reception.process.database.begin(scope) as tx:
            if code:
                store.refuse(tx, row.id, code)
            else:
                store.taken(tx, row.id)
        self.counts["refused" if code else "taken"] += 1

    def _store(self, scope: Scope, row: Brought) -> None:
        process = self.reception.process
        with process.database.begin(scope) as tx:
            directory = process.directory(tx, process.clock())
            found = bringing.opened(tx, process.custody, directory, row)
        if isinstance(found, FromList):
            if self._arrived(found.line, found.listed.inbound) is Taken.DUPLICATE:
                self._still_there(found.line, found.listed)
            return
        line, inbounds = self._read(found)
        for inbound in inbounds:
            self._arrived(line, inbound)

    def _read(self, spooled: Spooled) -> tuple[str, list[Inbound]]:
        """As the gateway reads a webhook. Raises `Refused` unless its provider signed it for the
        fallback receiver's address."""
        base, webhook = self.fallback_url.rstrip("/"), spooled.webhook
        path = _PATH.fullmatch(webhook.url.removeprefix(base)) if base else None
        if path is None or not webhook.url.startswith(base):
            raise Refused("not spooled under the fallback receiver's address")
        provider, line = path.groups()
        receiver = self.receivers.get(provider) or self.receivers.get(f"{provider}/{line}")
        if receiver is None:
            raise NotFound("no such provider")
        receiver.verify(webhook)
        return line, [each for each in receiver.parse(webhook) if isinstance(each, Inbound)]

    def _arrived(self, slug: str, inbound: Inbound) -> Taken:
        line = line_of(self.reception.process, slug)
        return self.reception.receive(Arrival(line, inbound, self.reception.read(inbound)))

    def _still_there(self, slug: str, listed: Listed) -> None:
        """It was taken long ago and is there all the same: what was left is noted again."""
        process = self.reception.process
        now, line = process.clock(), line_of(process, slug)
        if now - listed.at < STILL_THERE:
            return
        with process.database.begin(Scope(line.programme_id)) as tx:
            signer = Signer(process.id, process.sign)
            pen = Pen(process.vault, signer, process.directory(tx, now), now)
            leave_sent(tx, pen, Leftover(line.id, listed.inbound.external_id, listed.at))
