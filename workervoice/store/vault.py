"""The service key's part of the store: records that our processes read without a person.

A record is bound to its kind, programme, row and version, so a row moved or put back under another
version does not open. Sizes are padded; the queue record is always the same size.
"""

from __future__ import annotations

import contextlib
import json
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from workervoice.crypto.seal import box, ctx, mac, pad, unbox, unpad
from workervoice.errors import SealBroken
from workervoice.message import INDICATORS, Grade, Priority
from workervoice.store.servicekeys import ServiceKeys

RECORD_SIZES = (1024, 4096)
LOOK_SECONDS = 1.0
_NOBODY = UUID(int=0)
_GRADES = tuple(Grade)
_PRIORITIES = tuple(Priority)
_QUEUE = struct.Struct(">BBBBHIII16s8s")
_FLAGS = (
    *("child", "imminent_danger", "waits", "restricted", "complaint", "seen"),
    *("practice", "may_be_real"),
)


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """What the queue sorts by: 42 bytes, whatever the case. Times to the hour."""

    grade: Grade
    priority: Priority
    indicators: frozenset[str]
    opened_at: datetime
    last_in_at: datetime
    answered_at: datetime | None
    site_id: UUID | None
    language: str
    child: bool = False
    imminent_danger: bool = False
    waits: bool = True  # the worker's last text has no answer from a person yet
    restricted: bool = False  # only for those whom the facts name
    complaint: bool = False  # about the hotline or one of its people
    seen: bool = False  # of a complaint: a supervisor opened it
    practice: bool = False  # training, and no worker's report
    may_be_real: bool = False  # of a test: or a report, as long as no person has said which


class Vault:
    """Seals under the newest service key, opens with every one that is held.

    `look` says which keys there are now: asked every second, and when something does not open
    because it is under a key that came meanwhile.
    """

    def __init__(
        self, keys: bytes | ServiceKeys, look: Callable[[], ServiceKeys] | None = None
    ) -> None:
        self._keys = ServiceKeys.first(keys) if isinstance(keys, bytes) else keys
        self._look = look
        self._looked = time.monotonic()

    def __repr__(self) -> str:
        return "Vault()"

    @property
    def mac_key(self) -> bytes:
        """Of what has to stay the same when the service key changes."""
        return self._keys.mac_key

    def refresh(self) -> ServiceKeys:
        """The keys as they are now."""
        if self._look is not None:
            self._keys, self._looked = self._look(), time.monotonic()
        return self._keys

    def seal(self, kind: str, programme: UUID, row: UUID, version: int, record: object) -> bytes:
        """Seal a JSON-able record to its place."""
        plain = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
        return self._box(pad(plain, RECORD_SIZES), ctx(kind, programme, row, version))

    def open(self, kind: str, programme: UUID, row: UUID, version: int, blob: bytes) -> Any:
        """Open what `seal` made at the same place; `SealBroken` names the row."""
        return json.loads(unpad(self._unbox(blob, ctx(kind, programme, row, version), row)))

    def mac(self, data: bytes) -> bytes:
        """HMAC-SHA256 over a `ctx(...)`, under a key made of the first service key."""
        return mac(self.mac_key, data)

    def seal_queue(
        self, programme: UUID, case_id: UUID, version: int, record: QueueRecord
    ) -> bytes:
        return self._box(_pack(record), ctx("queue", programme, case_id, version))

    def open_queue(self, programme: UUID, case_id: UUID, version: int, blob: bytes) -> QueueRecord:
        place = ctx("queue", programme, case_id, version)
        return _unpack(self._unbox(blob, place, case_id))

    def _box(self, plain: bytes, aad: bytes) -> bytes:
        if time.monotonic() - self._looked > LOOK_SECONDS:
            self.refresh()
        version = self._keys.sealing
        return bytes([version]) + box(self._keys.keys[version], plain, aad)

    def _unbox(self, blob: bytes, aad: bytes, row: UUID) -> bytes:
        version, tried = blob[0] if blob else 0, None
        for again in (False, True):
            key = (self.refresh() if again else self._keys).keys.get(version)
            if key is None or key == tried:
                continue
            with contextlib.suppress(SealBroken):
                return unbox(key, blob[1:], aad)
            tried = key
        if tried is None:
            raise SealBroken(f"record {row}: unknown service key version")
        raise SealBroken(f"record {row} does not open here")


def _hour(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp()) // 3600


def _moment(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, tz=UTC)


def _pack(record: QueueRecord) -> bytes:
    bits = sum(1 << i for i, code in enumerate(INDICATORS) if code in record.indicators)
    return _QUEUE.pack(
        1,
        _GRADES.index(record.grade),
        _PRIORITIES.index(record.priority),
        sum(getattr(record, name) << bit for bit, name in enumerate(_FLAGS)),
        bits,
        _hour(record.opened_at),
        _hour(record.last_in_at),
        _hour(record.answered_at),
        (record.site_id or _NOBODY).bytes,
        record.language.encode()[:8],
    )


def _unpack(plain: bytes) -> QueueRecord:
    _, grade, priority, flags, bits, opened, last, answered, site, language = _QUEUE.unpack(plain)
    site_id = UUID(bytes=site)
    return QueueRecord(
        grade=_GRADES[grade],
        priority=_PRIORITIES[priority],
        indicators=frozenset(c for i, c in enumerate(INDICATORS) if bits >> i & 1),
        opened_at=_moment(opened),
        last_in_at=_moment(last),
        answered_at=_moment(answered) if answered else None,
        site_id=None if site_id == _NOBODY else site_id,
        language=language.rstrip(b"\0").decode(),
        **{name: bool(flags >> bit & 1) for bit, name in enumerate(_FLAGS)},
    )
