"""Practised: of a case that is a test, which practice it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Practised:
    """The practice that a test belongs to, and until when it was to last."""

    id: UUID
    until: datetime

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id.hex, "until": int(self.until.timestamp())}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Practised:
        until = datetime.fromtimestamp(record["until"], tz=UTC)
        return cls(UUID(record["id"]), until)
