"""What every channel does: verify and parse a webhook, send a message, look one up.

The core knows only these names. An adapter turns whatever its provider says into `Refused`,
`Malformed` or one of the three outcomes of a sending, and lets no other exception out: a
provider's own error text may quote a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from workervoice.errors import Malformed, Unnamed
from workervoice.message import (
    Address,
    AddressKind,
    DeliveryReport,
    FetchOutcome,
    Inbound,
    Listed,
    MediaHandle,
    Outbound,
    PurgeOutcome,
    SendOutcome,
)

_E164 = re.compile(r"\+[0-9]{4,20}", re.ASCII)
_SHAPES: Mapping[AddressKind, re.Pattern[str]] = {
    AddressKind.PHONE: _E164,
    AddressKind.WHATSAPP: _E164,
    AddressKind.WHATSAPP_ID: re.compile(r"[A-Z]{2}\.[A-Za-z0-9._-]{1,256}", re.ASCII),
    AddressKind.TELEGRAM: re.compile(r"-?[0-9]{1,20}", re.ASCII),
    AddressKind.OTHER: re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]{1,256}"),
}


_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,20})?", re.ASCII)


def place_of(latitude: str, longitude: str) -> str:
    """Coordinates as they are kept, "23.81, 90.41"; "" for anything that is no place on earth. Five
    decimals are a metre."""
    if not (_DEGREES.fullmatch(latitude) and _DEGREES.fullmatch(longitude)):
        return ""
    north, east = float(latitude), float(longitude)
    if abs(north) > 90 or abs(east) > 180:
        return ""
    return f"{round(north, 5)}, {round(east, 5)}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One request from a provider, as it came. Nothing of it shows in a repr.

    `url` is what the provider called: the configured public URL and the raw path and query,
    never the caller's Host or X-Forwarded headers. Header names are in lower case.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    # what its receiver made of the body, so that it is taken apart once
    read: list[Any] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def received(
        cls,
        public_url: str,
        target: bytes,
        headers: Iterable[tuple[bytes, bytes]],
        body: bytes,
    ) -> Webhook:
        """Build one from the raw parts of a request; `target` is raw path, "?" and raw query.

        A header given twice is joined by a comma, so that a second signature spoils the first.
        """
        joined: dict[str, str] = {}
        for raw_name, raw_value in headers:
            name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
            joined[name] = f"{joined[name]},{value}" if name in joined else value
        return cls(public_url.rstrip("/") + target.decode("latin-1"), joined, body)

    @property
    def content_type(self) -> str:
        """The media type without parameters, in lower case; "" if there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


Event = Inbound | DeliveryReport


class Receiver(Protocol):
    """The gateway's half: reads webhooks, holds only what proves where they come from."""

    def verify(self, webhook: Webhook) -> None:
        """Return if the provider sent this to us; raises `Refused`."""

    def parse(self, webhook: Webhook) -> tuple[Event, ...]:
        """Read what a verified webhook says, in its order: workers' messages, and reports where the
        provider sends both to one address. Empty if it says nothing that concerns us; raises
        `Malformed`."""

    def parse_status(self, webhook: Webhook, named: str) -> tuple[DeliveryReport, ...]:
        """Read a delivery callback; `named` is the `m` of its address, ours and unchecked. Raises
        `Malformed`, also for one that names no message of ours."""


@runtime_checkable
class Greeter(Protocol):
    """A receiver whose provider asks once, by GET, whether the address is ours."""

    def greet(self, webhook: Webhook) -> str:
        """What to answer; raises `Refused`."""


@runtime_checkable
class Particular(Protocol):
    """A receiver whose provider has its own ways: `by_get` if its webhooks come by GET, with all
    that they say in the address, and in `done` the status and text that tell it "taken", where
    that is not 204 and nothing."""

    by_get: bool
    done: tuple[int, str]


class Sender(Protocol):
    """The courier's half: sends, and looks up what it cannot be sure of. Never raises."""

    max_text: int  # characters that one message may have; the caller splits longer ones

    def send(self, message: Outbound) -> SendOutcome:
        """Hand the message to the provider, once: one request, whatever comes back."""

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        """After `Unknown`: does the provider have it? `since` is the attempt (aware), by a clock
        that may have been wrong; what stands in `message.others` is another text.

        Accepted if it does, `Rejected("absent", permanent=False)` if it surely does not,
        `Unknown` if it cannot be told now. A request may still be on its way: ask no sooner
        than a minute after the attempt.
        """


@runtime_checkable
class Templated(Protocol):
    """A sender that has templates: what `Outbound.template` may name."""

    templates: frozenset[str]


@runtime_checkable
class Final(Protocol):
    """A sender whose "taken" is the last word: nothing more is ever said of a text."""

    final: bool


def opaque(kind: AddressKind, value: str) -> Address:
    """Take an address as it is, if it has the shape of its kind; raises `Malformed`."""
    if not _SHAPES[kind].fullmatch(value):
        raise Malformed(f"not an address of kind {kind}")
    return Address(kind, value)


class Keeper(Protocol):
    """What a provider still has of our messages: the courier's way to get it, and to be rid of it.
    Never raises."""

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        """One medium, from the provider's own hosts only, within limits of size and time."""

    def purge(self, external_id: str) -> PurgeOutcome:
        """Delete a message there, its media first."""

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        """What became of one of ours, where a callback may have been missed; None: not to be told
        now, or not at all."""

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        """What workers sent to this sender of ours in this time (aware; a day at most), oldest
        first. `sender` is written as `Address.uri` writes one: "wa:+15550100000". None if that
        cannot be told whole: it is asked again."""


def outbox_id_of(named: str) -> UUID:
    """Our id in the address of a callback; raises `Unnamed`."""
    try:
        return UUID(named)
    except ValueError:
        raise Unnamed("it names no message of ours") from None
