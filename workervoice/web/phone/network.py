"""What the simulated network remembers: messages by phone, in memory, gone with the process."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import uuid4

from workervoice.channels.base import opaque
from workervoice.errors import NotFound
from workervoice.message import Address, AddressKind
from workervoice.web.phone.segments import segments

MOST_MESSAGES = 5000  # of all phones together; the oldest go first

State = Literal["sending", "sent", "delivered", "refused"]


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """One of the hotline's numbers, as a phone's address book shows it."""

    slug: str
    channel: Literal["sms", "whatsapp"]
    sender: str
    label: str

    def address(self, number: str) -> Address:
        """A phone's address as this line's provider writes it; raises `Malformed`."""
        if self.channel == "sms":
            return opaque(AddressKind.PHONE, number)
        is_phone = number.startswith("+")
        return opaque(AddressKind.WHATSAPP if is_phone else AddressKind.WHATSAPP_ID, number)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on one phone; `number` and `text` stay out of every repr."""

    id: str
    number: str
    line: str
    by_worker: bool
    text: str
    at: float  # unix seconds
    state: State
    outbox: str = ""
    media: str = ""  # where a voice note lies
    attached: str = ""  # what a worker attached, as its type says

    def __repr__(self) -> str:
        return f"Bubble({self.id})"

    def shown(self, *, sms: bool) -> dict[str, object]:
        """As the page gets it."""
        return {
            "id": self.id,
            "line": self.line,
            "from": "worker" if self.by_worker else "hotline",
            "text": self.text,
            "media": self.media,
            "attached": self.attached,
            "at": self.at,
            "state": self.state,
            "parts": segments(self.text) if sms else 1,
        }


class Network:
    """The lines and the messages; safe to use from several threads."""

    def __init__(self, lines: Sequence[PhoneLine]) -> None:
        self.lines = {line.slug: line for line in lines}
        self._bubbles: deque[Bubble] = deque(maxlen=MOST_MESSAGES)
        self._lock = threading.Lock()

    def line(self, slug: str) -> PhoneLine:
        """Raises `NotFound`."""
        if slug not in self.lines:
            raise NotFound("no such line")
        return self.lines[slug]

    def line_of(self, sender: str, to: Address) -> PhoneLine:
        """The line that has this sender and reaches this kind of address; raises `NotFound`."""
        channel = "sms" if to.kind is AddressKind.PHONE else "whatsapp"
        for line in self.lines.values():
            if (line.sender, line.channel) == (sender, channel):
                return line
        raise NotFound("no such line")

    def typed(self, line: PhoneLine, number: str, said: tuple[str, str], at: float) -> Bubble:
        """A worker typed this text, and attached something of this type or nothing; it is on its
        way. Raises `Malformed` for a misshapen number."""
        line.address(number)
        text, attached = said
        bubble = Bubble(str(uuid4()), number, line.slug, True, text, at, "sending")
        return self._add(replace(bubble, attached=attached))

    def arrived(
        self, line: PhoneLine, to: Address, said: tuple[str, str], at: float, outbox: str
    ) -> Bubble:
        """The hotline sent this, a text or where a voice note lies, and the phone has it."""
        text, media = said
        bubble = Bubble(str(uuid4()), to.value, line.slug, False, text, at, "delivered", outbox)
        return self._add(replace(bubble, media=media))

    def settle(self, bubble_id: str, state: State) -> None:
        """A message on its way got there, or did not."""
        with self._lock:
            for place, bubble in enumerate(self._bubbles):
                if bubble.id == bubble_id:
                    self._bubbles[place] = replace(bubble, state=state)

    def on_phone(self, number: str) -> list[dict[str, object]]:
        """All that this phone shows, oldest first."""
        with self._lock:
            found = [bubble for bubble in self._bubbles if bubble.number == number]
        return [b.shown(sms=self.lines[b.line].channel == "sms") for b in found]

    def has(self, bubble_id: str) -> bool:
        with self._lock:
            return any(bubble.id == bubble_id for bubble in self._bubbles)

    def of_outbox(self, outbox: str) -> str | None:
        """The id under which we took the hotline's message, if we did."""
        with self._lock:
            return next((b.id for b in self._bubbles if outbox and b.outbox == outbox), None)

    def _add(self, bubble: Bubble) -> Bubble:
        with self._lock:
            self._bubbles.append(bubble)
        return bubble
