"""What a provider has of workers' messages: it lists them, hands out their media, and deletes both.

It keeps in which order it was told to delete what, as the only witness of it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from secrets import token_hex
from typing import Any

from tests.faults.clock import SharedClock

_HOME = "/2010-04-01/Accounts"


@dataclass(frozen=True)
class Came:
    """One message of a worker's, as the provider has it; `media` by their ids."""

    sid: str
    number: str
    to: str
    body: str
    created: str
    media: dict[str, bytes] = field(default_factory=dict, repr=False)


@dataclass
class Inbox:
    """`asked` counts what was fetched, by the medium's id."""

    clock: SharedClock
    account: str
    messages: dict[str, Came] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def came(self, sid: str, number: str, to: str, body: str, *pictures: bytes) -> Came:
        """A worker wrote this now."""
        media = {"ME" + token_hex(16): picture for picture in pictures}
        made = Came(sid, number, to, body, format_datetime(self.clock.now()), media)
        with self._lock:
            self.messages[sid] = made
        return made

    def address(self, sid: str, medium: str) -> str:
        """As a webhook writes it."""
        return f"https://api.twilio.com{_HOME}/{self.account}/Messages/{sid}/Media/{medium}"

    def listed(self, to: str, query: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
        """Those of the time that is asked for, the newest first."""
        first, last = (query.get(f"DateSent{sign}", [""])[0] for sign in "><")
        with self._lock:
            every = list(reversed(self.messages.values()))
        return [
            _shown(each)
            for each in every
            if each.to == to and each.sid not in self.deleted and _within(each.created, first, last)
        ]

    def asked_for(self, path: str) -> dict[str, Any] | bytes | None:
        """A medium, a list of media or a message; None for what is not ours, or gone."""
        sid, medium = _named(path)
        message = self.messages.get(sid)
        if message is None or sid in self.deleted or medium in self.deleted:
            return None
        if path.endswith("/Media.json"):
            return self._media(message)
        return message.media.get(medium) if medium else _shown(message)

    def _media(self, message: Came) -> dict[str, Any]:
        there = [each for each in message.media if each not in self.deleted]
        uri = f"{_HOME}/{self.account}/Messages/{message.sid}/Media/"
        listed = [
            {"sid": each, "uri": f"{uri}{each}.json", "content_type": "image/jpeg"}
            for each in there
        ]
        return {"media_list": listed, "next_page_uri": None, "page": 0}

    def delete(self, path: str) -> None:
        sid, medium = _named(path)
        if sid in self.messages:
            with self._lock:
                self.deleted.append(medium or sid)

    def problems(self) -> list[str]:
        """What should have been deleted and was not, or in the wrong order. Names no number."""
        found = []
        for message in self.messages.values():
            if message.sid not in self.deleted:
                found.append(f"message {message.sid} is still at the provider")
                continue
            before = self.deleted[: self.deleted.index(message.sid)]
            if not set(message.media) <= set(before):
                found.append(f"media of message {message.sid} were not deleted before it")
        return found


def _within(created: str, first: str, last: str) -> bool:
    at = parsedate_to_datetime(created)
    begins = not first or datetime.fromisoformat(first) <= at
    return begins and (not last or at <= datetime.fromisoformat(last))


def _named(path: str) -> tuple[str, str]:
    """The ids of a message and of a medium in a path, or nothing."""
    parts = path.removesuffix(".json").split("/")
    sid = parts[parts.index("Messages") + 1] if "Messages" in parts[:-1] else ""
    medium = parts[-1] if parts[-1].startswith("ME") else ""
    return sid, medium


def _shown(came: Came) -> dict[str, Any]:
    return {
        "sid": came.sid,
        "from": came.number,
        "to": came.to,
        "body": came.body,
        "status": "received",
        "direction": "inbound",
        "num_media": str(len(came.media)),
        "date_created": came.created,
        "date_sent": came.created,
    }
