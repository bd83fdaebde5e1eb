"""What the simulated provider keeps until it is told to delete it: messages, and their media."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_urlsafe

MOST_BYTES = 64 * 1024 * 1024  # of all media together; the oldest go first
MOST_KEPT = 5000  # messages


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture, sound or file that a worker attached."""

    content: bytes = field(repr=False)
    kind: str = ""


class Kept:
    """Safe to use from several threads."""

    def __init__(self, own_url: str) -> None:
        self._own_url = own_url.rstrip("/")
        self._media: OrderedDict[str, Medium] = OrderedDict()
        self._messages: OrderedDict[str, tuple[str, Mapping[str, object]]] = OrderedDict()
        self._lock = threading.Lock()

    def keep_medium(self, medium: Medium) -> str:
        """Returns where it lies: an address that nobody guesses."""
        token = token_urlsafe(24)
        with self._lock:
            self._media[token] = medium
            while sum(len(each.content) for each in self._media.values()) > MOST_BYTES:
                self._media.popitem(last=False)
        return f"{self._own_url}/media/{token}"

    def medium(self, token: str) -> Medium | None:
        with self._lock:
            return self._media.get(token)

    def keep(self, to: str, message: Mapping[str, object]) -> None:
        """A worker's message to this sender of the hotline, as the webhook says it, and `at`."""
        with self._lock:
            self._messages[str(message["id"])] = (to, message)
            while len(self._messages) > MOST_KEPT:
                self._messages.popitem(last=False)

    def listed(self, to: str, since: float, until: float) -> list[Mapping[str, object]]:
        """Oldest first."""
        with self._lock:
            every = [message for sender, message in self._messages.values() if sender == to]
        return [each for each in every if since <= float(str(each["at"])) < until]

    def delete(self, message_id: str) -> None:
        """It, and its media; one that is gone is gone."""
        with self._lock:
            _, message = self._messages.pop(message_id, ("", {}))
            media = message.get("media")
            for each in media if isinstance(media, list) else ():
                self._media.pop(str(each["url"]).rpartition("/")[2], None)
