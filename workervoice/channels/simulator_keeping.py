"""The simulated network: what it still has of our messages, as a provider has it.

    GET  the address of a medium, as the webhook wrote it
    POST {phone}/api/delete  {"id"}                    ->  200 {}
    POST {phone}/api/look    {"id"}                    ->  200 {"status": "delivered" | ""}
    POST {phone}/api/list    {"to", "since", "until"}  ->  200 {"messages": [webhook and "at", ...]}

`to` is written as `Address.uri()` writes one; times are unix seconds.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from workervoice.channels.fetching import Place, fetch
from workervoice.channels.simulator import Caller, inbound_of, read_json, words
from workervoice.channels.wire import NoAnswer, NotSent
from workervoice.errors import Malformed
from workervoice.message import (
    DeliveryReport,
    DeliveryStatus,
    FetchOutcome,
    Gone,
    Later,
    Listed,
    MediaHandle,
    PurgeOutcome,
)

_FETCH_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class SimulatorKeeper:
    """Asks the simulated network. Keeps no state."""

    caller: Caller

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        place = Place((), {}, "", trusted=urlsplit(self.caller.base).netloc)
        return fetch(handle.url, place, timeout=_FETCH_SECONDS)

    def purge(self, external_id: str) -> PurgeOutcome:
        """What it does not know, as after it was started anew, is gone."""
        return (
            Gone() if self._ask("delete", {"id": external_id}) is not None else Later("no answer")
        )

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        told = self._ask("look", {"id": external_id}) or {}
        if told.get("status") != DeliveryStatus.DELIVERED:
            return None
        return DeliveryReport(outbox_id, DeliveryStatus.DELIVERED, "", external_id)

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        span = {"since": since.timestamp(), "until": until.timestamp()}
        told = self._ask("list", {"to": sender, **span})
        if told is None:
            return None
        try:
            return tuple(_listed(each) for each in told.get("messages") or ())
        except (Malformed, TypeError, ValueError, OverflowError):
            return None

    def _ask(self, what: str, record: Mapping[str, object]) -> dict[str, Any] | None:
        try:
            answer = self.caller.post(f"/api/{what}", record, now=time.time())
            return read_json(answer.body) if answer.status == 200 else None
        except (NotSent, NoAnswer, Malformed):
            return None


def _listed(record: object) -> Listed:
    """Raises `Malformed`, `TypeError`, `ValueError`."""
    if not isinstance(record, dict):
        raise Malformed("not a message")
    words(record, "id")
    return Listed(inbound_of(record), datetime.fromtimestamp(float(record["at"]), UTC))
