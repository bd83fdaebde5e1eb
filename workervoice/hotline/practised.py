"""Practised: of a case that is a test, which practice it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Practised:
    """The practice that a test belongs to, and until when it was to last. `known` is whether the
    phone that it came from had a worker's case before; `said_by` which person said of it that it
    is a test, nobody if something grave came since."""

    id: UUID
    until: datetime
    known: bool = False
    said_by: UUID | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id.hex,
            "until": int(self.until.timestamp()),
            **({"known": True} if self.known else {}),
            **({"said_by": self.said_by.hex} if self.said_by else {}),
        }

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Practised:
        until = datetime.fromtimestamp(record["until"], tz=UTC)
        said_by = UUID(record["said_by"]) if "said_by" in record else None
        return cls(UUID(record["id"]), until, "known" in record, said_by)
