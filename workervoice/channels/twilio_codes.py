"""What Twilio's statuses and error codes mean for us, as data.

Source: Twilio's pages on message status and on each error. `error_code` is no promise of Twilio's,
so what is not listed counts as passing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.channels.wire import declined
from workervoice.message import DeliveryStatus, Halt, Rejected, Unknown

ERROR_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)

STATUS: Mapping[str, DeliveryStatus] = MappingProxyType(
    {
        "accepted": DeliveryStatus.ACCEPTED,
        "scheduled": DeliveryStatus.ACCEPTED,
        "queued": DeliveryStatus.ACCEPTED,
        "sending": DeliveryStatus.ACCEPTED,
        "sent": DeliveryStatus.ACCEPTED,
        "delivered": DeliveryStatus.DELIVERED,
        "read": DeliveryStatus.DELIVERED,
        "undelivered": DeliveryStatus.FAILED,
        "failed": DeliveryStatus.FAILED,
        "canceled": DeliveryStatus.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Code:
    """One error. `said` is what an operator reads. As a refusal: `permanent` if this text can never
    be taken; `why` and `halt` as `Rejected` has them. As the last word on a text that was taken, it
    failed, unless `undelivered` says more; `again` is how often it may be tried again."""

    said: str
    permanent: bool = False
    why: DeliveryStatus | None = None
    halt: Halt | None = None
    undelivered: DeliveryStatus = DeliveryStatus.FAILED
    again: int = 0


_STOPPED, _CLOSED = DeliveryStatus.STOPPED, DeliveryStatus.WINDOW_CLOSED
_UNREACHED, _ABSENT = DeliveryStatus.UNREACHED, DeliveryStatus.ABSENT

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "20003": Code("wrong login", halt=Halt.BROKEN),
        "20429": Code("too many requests", halt=Halt.SLOWER),
        "21211": Code("this is no number", permanent=True),
        "21603": Code("no sender was given", halt=Halt.BROKEN),
        # Of one number, perhaps: it must not keep a line from all others.
        "21606": Code("the sender is not ours, or cannot send there"),
        "21608": Code("a trial account, and this number is not verified"),
        "21610": Code("the worker sent STOP", permanent=True, why=_STOPPED, undelivered=_STOPPED),
        "21611": Code("the queue of this sender is full", halt=Halt.SLOWER),
        "21612": Code("there is no way from this sender to this number", permanent=True),
        "21614": Code("this number is no mobile phone", permanent=True),
        "21617": Code("the text is too long", permanent=True),
        "21655": Code("there is no such template in this account", permanent=True),
        "21635": Code("this number is a landline", permanent=True),
        "30001": Code("the queue overflowed", halt=Halt.SLOWER, undelivered=_UNREACHED, again=3),
        "30002": Code("the account is suspended", halt=Halt.BROKEN),
        "30003": Code("the phone is off or away", undelivered=_UNREACHED, again=3),
        "30004": Code("the number is blocked", permanent=True),
        "30005": Code("the number does not exist any more", permanent=True),
        "30006": Code("a landline, or a network that cannot be reached", permanent=True),
        "30007": Code("filtered by the phone company: another wording is needed", permanent=True),
        "30008": Code("not delivered, and nobody says why", undelivered=_UNREACHED, again=1),
        "30029": Code("retention is not switched on for this account", halt=Halt.BROKEN),
        "30030": Code("redaction is not switched on for this account", halt=Halt.BROKEN),
        "63013": Code("against the policy of the channel", permanent=True),
        "63014": Code("the worker blocked us", permanent=True, why=_STOPPED, undelivered=_STOPPED),
        "63016": Code("WhatsApp's 24 hours are over", why=_CLOSED, undelivered=_CLOSED),
        "63017": Code(
            "too fast for this account", halt=Halt.SLOWER, undelivered=_UNREACHED, again=3
        ),
        "63018": Code(
            "too fast for this channel", halt=Halt.SLOWER, undelivered=_UNREACHED, again=3
        ),
        "63021": Code("the channel refused the content", permanent=True),
        "63024": Code("no such recipient on this channel", why=_ABSENT, undelivered=_ABSENT),
        "63027": Code("there is no such template in this language", permanent=True),
        "63028": Code("the template wants other variables", permanent=True),
        "63032": Code("WhatsApp does not want this worker to get it now", permanent=True),
        "63038": Code("the daily limit is reached", halt=Halt.SLOWER),
    }
)
_OTHER = Code("something else")


def undelivered(code: str) -> DeliveryStatus:
    """What a text that was not delivered has become."""
    return CODES.get(code, _OTHER).undelivered


def again(code: str) -> int:
    """How often one that did not reach the phone may be tried again."""
    return CODES.get(code, _OTHER).again


def outcome(status: int, body: bytes) -> Rejected | Unknown:
    """What an answer other than 2xx means for the message; never carries Twilio's text."""
    if status in (401, 429):
        code = "20003" if status == 401 else "20429"
        return Rejected(code, permanent=False, halt=CODES[code].halt)
    code = _code(body) or str(status)
    known = CODES.get(code, _OTHER)
    found = declined(status, code, permanent=known.permanent)
    if isinstance(found, Unknown):
        return found
    return Rejected(code, found.permanent, known.why, known.halt)


def _code(body: bytes) -> str:
    """The number that Twilio's JSON error names, or ""."""
    try:
        error = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    code = error.get("code") if isinstance(error, dict) else None
    return str(code) if isinstance(code, int) and 0 < code < 1_000_000 else ""
