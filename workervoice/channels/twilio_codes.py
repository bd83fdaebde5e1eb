"""What Twilio's statuses and error codes mean for us, as data.

Source: Twilio's pages on message status and on each error. `error_code` is no promise of Twilio's,
so what is not listed counts as passing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType

from workervoice.channels.wire import declined
from workervoice.message import DeliveryStatus, Rejected, Unknown

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

# Error code of an undelivered message -> what that says beside that it failed.
UNDELIVERED: Mapping[str, DeliveryStatus] = MappingProxyType(
    {
        "21610": DeliveryStatus.STOPPED,
        "63014": DeliveryStatus.STOPPED,
        "63016": DeliveryStatus.WINDOW_CLOSED,
    }
)

# Error code of a refused sending -> whether the same message can never be taken. False is what
# an operator mends, or what passes: queues, rates, a closed window.
PERMANENT: Mapping[str, bool] = MappingProxyType(
    {
        "20003": False,  # wrong credentials
        "20429": False,  # too many requests
        "21211": True,  # To is no number
        "21603": False,  # no sender given
        "21606": False,  # the sender is not ours
        "21608": False,  # trial account, To not verified
        "21610": True,  # the worker sent STOP to Twilio itself
        "21611": False,  # the sender's queue is full
        "21612": True,  # no route to To
        "21614": True,  # To is no mobile
        "21617": True,  # text too long
        "21635": True,  # To is a landline
        "30001": False,  # queue overflow
        "30002": False,  # account suspended
        "30029": False,  # retention parameters not enabled on the account
        "30030": False,
        "63013": True,  # against the channel's policy
        "63014": True,  # the worker blocked us
        "63016": False,  # WhatsApp's window is closed: wait for the worker, or use a template
        "63017": False,  # account rate
        "63018": False,  # channel rate
        "63021": True,  # content refused by the channel
        "63024": True,  # no such recipient on this channel
        "63038": False,  # daily cap
    }
)


def outcome(status: int, body: bytes) -> Rejected | Unknown:
    """What an answer other than 2xx means for the message; never carries Twilio's text."""
    if status == 429:
        return Rejected("20429", permanent=False)
    if status == 401:
        return Rejected("20003", permanent=False)
    code = _code(body) or str(status)
    return declined(status, code, permanent=PERMANENT.get(code, False))


def _code(body: bytes) -> str:
    """The number that Twilio's JSON error names, or ""."""
    try:
        error = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    code = error.get("code") if isinstance(error, dict) else None
    return str(code) if isinstance(code, int) and 0 < code < 1_000_000 else ""
