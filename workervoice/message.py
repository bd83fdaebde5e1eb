"""The words everyone shares: addresses, messages in and out, facts, evidence, grades.

Knows no case, provider, key or table. What identifies or quotes a worker is `repr=False`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from uuid import UUID


class AddressKind(StrEnum):
    """What sort of opaque address a channel gave us; the value is never parsed further."""

    PHONE = "tel"  # +E.164, reached by SMS
    WHATSAPP = "wa"  # +E.164, reached by WhatsApp
    WHATSAPP_ID = "wa-bsuid"  # a business-scoped id: this sender gave no number
    TELEGRAM = "tg"  # the number of a chat with our bot, which is no phone number
    OTHER = "other"  # as the provider wrote it, of a kind that we do not know


@dataclass(frozen=True, slots=True)
class Address:
    """A worker's address on one channel. Opaque; shown to no one."""

    kind: AddressKind
    value: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.kind}:(hidden)"

    def uri(self) -> str:
        """In clear, e.g. "tel:+15550100": for keyed hashing, sealing and sending only."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def from_uri(cls, uri: str) -> Address:
        """Read what `uri()` wrote. Raises `ValueError` for an unknown kind."""
        kind, _, value = uri.partition(":")
        return cls(AddressKind(kind), value)


@dataclass(frozen=True, slots=True)
class MediaHandle:
    """Where a provider keeps a medium until it is fetched; the URL carries provider ids."""

    url: str = field(repr=False)
    content_type: str = ""


class Sent(StrEnum):
    """What a message was where it was neither words nor a picture, sound, video or file."""

    PLACE = "place"  # on a map
    CONTACT = "contact"  # a card with somebody's name and number
    STICKER = "sticker"
    REACTION = "reaction"  # a sign put on one of our texts
    POLL = "poll"
    OTHER = "other"  # of a kind that we do not know


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message from a worker, as a channel parsed it. `external_id` is the provider's. Of a
    place, `place` has the coordinates, "23.81, 90.41". `to` is our own sender that it came to, ""
    where the address of the webhook says it."""

    external_id: str = field(repr=False)
    sender: Address
    text: str = field(repr=False)
    media: tuple[MediaHandle, ...] = ()
    also: tuple[Address, ...] = ()  # the same sender under a second address, in the same webhook
    sent: Sent | None = None
    place: str = field(default="", repr=False)
    to: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A provider's word on one of our messages, named by our own outbox id. `external_id` is the
    provider's id of that message, "" if it did not say. One that was not reached may be tried
    `again` so many times in all."""

    outbox_id: UUID
    status: DeliveryStatus
    code: str = ""
    external_id: str = field(default="", repr=False)
    again: int = 0


class Halt(StrEnum):
    """What a refusal says of everything else that the same sender would send."""

    SLOWER = "slower"
    BROKEN = "broken"  # a login, a number, an account: until an operator mends it


class DeliveryStatus(StrEnum):
    """What a provider can tell us about a message that it took."""

    ACCEPTED = "accepted"  # queued, sending or sent
    DELIVERED = "delivered"  # delivered or read
    FAILED = "failed"
    WINDOW_CLOSED = "window_closed"  # not delivered: nothing may be sent until the worker writes
    STOPPED = "stopped"  # not delivered: the worker told the provider to stop, or blocked us
    UNREACHED = "unreached"  # not delivered: the phone was off or away, and may be on later
    ABSENT = "absent"  # not delivered: this number is not on this channel, or not any more


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a worker, opened for the moment of sending."""

    outbox_id: UUID
    sender: str  # our number or sender id on this line
    to: Address
    text: str = field(repr=False)
    validity: timedelta = timedelta(hours=4)  # the provider drops it after this long
    status_callback: str | None = None  # absolute URL; carries ?m=<outbox id>
    media: str = field(default="", repr=False)  # a voice note's URL; then there is no text
    template: str = ""  # says the same where no text may be sent: its name, as "reply_waits:bn"
    # for a look-up: what the provider calls our other texts to this worker, which are not this one
    others: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message under its own id."""

    external_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider surely did not take it. `code` is the provider's, never its text; `why`, if it
    is STOPPED, WINDOW_CLOSED or ABSENT; `halt`, that no text of this sender is taken now."""

    code: str
    permanent: bool
    why: DeliveryStatus | None = None
    halt: Halt | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether the provider took it: look it up before sending again."""

    code: str = ""


SendOutcome = Accepted | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole medium as the provider had it. `claimed` is what it calls the type: a hint."""

    content: bytes = field(repr=False)
    claimed: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """The provider will never give us this medium. `code` says why, in our words."""

    code: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: ask again."""

    code: str


FetchOutcome = Fetched | Missing | Later


@dataclass(frozen=True, slots=True)
class Gone:
    """The provider has no more of it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """We cannot delete it at this provider."""


PurgeOutcome = Gone | Kept | Later


@dataclass(frozen=True, slots=True)
class Listed:
    """A worker's message in a provider's own list, and when it came there (aware)."""

    inbound: Inbound
    at: datetime


class Answer(StrEnum):
    """What was said about one item. Unknown is the absence of an answer, and is not "no"."""

    REPORTED = "reported"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that carry an item: code points [start, end) of the original text, and the rule."""

    item: str
    start: int
    end: int
    rule: str  # "<pack>/<item>#<n>" (a denial: "#d<n>"), stable within a pack version
    denied: bool = False


class Consent(IntEnum):
    """Who may be told, as the worker answers in one digit; sums are allowed, 0 is nobody."""

    NOBODY = 0
    BUYERS = 1
    FACTORY = 2
    AUTHORITIES = 4


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a report: typed answers, never words. Immutable; `triage.facts` merges.

    `consent` is a sum of `Consent` values, or None when never asked or never answered.
    """

    items: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    indicators: frozenset[str] = frozenset()  # codes of architecture section 6
    child: bool = False
    imminent_danger: bool = False
    site_id: UUID | None = None
    consent: int | None = None
    safe_to_talk: bool | None = None

    def allows(self, audience: Consent) -> bool:
        """True if the worker said yes to this audience; silence is no."""
        return self.consent is not None and bool(self.consent & audience)


class Grade(StrEnum):
    """How the reported facts stand to the ILO survey rule (domain.md 2.4), strongest first."""

    FL_POSITIVE = "FL_POSITIVE"
    FL_LIKELY = "FL_LIKELY"
    FL_ONE_SIDED_STRONG = "FL_ONE_SIDED_STRONG"
    FL_POSSIBLE = "FL_POSSIBLE"
    FL_NONE = "FL_NONE"


class Priority(StrEnum):
    """Queue order (domain.md 3.4), most urgent first. Not a finding."""

    P0 = "P0"
    P1 = "P1"
    P1S = "P1s"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


RIGHT_TO_LEFT = frozenset({"ar", "ur", "ug"})  # languages that are written so

INDICATORS: tuple[str, ...] = (
    "abuse_of_vulnerability",
    "deception",
    "restriction_of_movement",
    "isolation",
    "physical_sexual_violence",
    "intimidation_threats",
    "retention_of_identity_documents",
    "withholding_of_wages",
    "debt_bondage",
    "abusive_working_living_conditions",
    "excessive_overtime",
)


class Role(StrEnum):
    """Who makes a move. People have accounts; worker, provider and system have none."""

    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    BUYER = "buyer"
    MONITOR = "monitor"
    TRANSLATOR = "translator"
    ADMINISTRATOR = "administrator"
    WORKER = "worker"
    PROVIDER = "provider"
    SYSTEM = "system"
