"""What the error codes of Meta's Cloud API mean for us, as data.

Source: Meta's page on error codes (of 2026-05-15). What is not listed counts as passing, and a text
that met it has failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.channels.record import of_json
from workervoice.channels.wire import declined
from workervoice.errors import Malformed
from workervoice.message import DeliveryStatus, Halt, Rejected, Unknown


@dataclass(frozen=True, slots=True)
class Code:
    """One error. `said` is what an operator reads; `permanent`, `why` and `halt` as `Rejected` has
    them; `unsure` if Meta may have taken the text all the same."""

    said: str
    permanent: bool = False
    why: DeliveryStatus | None = None
    halt: Halt | None = None
    unsure: bool = False


_CLOSED, _ABSENT = DeliveryStatus.WINDOW_CLOSED, DeliveryStatus.ABSENT
_STOPPED = DeliveryStatus.STOPPED

CODES: Mapping[str, Code] = MappingProxyType(
    {
        "0": Code("we could not be recognised", halt=Halt.BROKEN),
        "1": Code("something went wrong at Meta", unsure=True),
        "2": Code("a service of Meta's is down", unsure=True),
        "3": Code("the app may not do this", halt=Halt.BROKEN),
        "4": Code("the app asks too often", halt=Halt.SLOWER),
        "10": Code("a permission is missing", halt=Halt.BROKEN),
        "33": Code("the number was deleted", halt=Halt.BROKEN),
        "100": Code("a wrong or missing field", permanent=True),
        "190": Code("the access token is not valid any more", halt=Halt.BROKEN),
        "200": Code("a permission is missing", halt=Halt.BROKEN),
        "368": Code("blocked for breaking Meta's rules", halt=Halt.BROKEN),
        "80007": Code("the account asks too often", halt=Halt.SLOWER),
        "130429": Code("too fast for this number", halt=Halt.SLOWER),
        "130472": Code("WhatsApp does not want this worker to get it now", permanent=True),
        "130497": Code("this account may not write to this country", permanent=True),
        "131000": Code("something went wrong at Meta", unsure=True),
        "131005": Code("a permission is missing", halt=Halt.BROKEN),
        "131008": Code("a field is missing", permanent=True),
        "131009": Code("a field has a wrong value", permanent=True),
        "131016": Code("a service of Meta's is down", unsure=True),
        "131021": Code("this is our own number", permanent=True),
        "131026": Code("nobody of this number on WhatsApp, or an old app", why=_ABSENT),
        "131031": Code("the account is locked", halt=Halt.BROKEN),
        "131042": Code("nobody pays for this account", halt=Halt.BROKEN),
        "131045": Code("the number is not registered", halt=Halt.BROKEN),
        "131047": Code("WhatsApp's 24 hours are over", why=_CLOSED),
        "131048": Code("held back: too many called it spam", halt=Halt.SLOWER),
        "131049": Code("WhatsApp does not want this worker to get it now", permanent=True),
        "131050": Code("the worker stopped us", permanent=True, why=_STOPPED),
        "131051": Code("a kind of message that there is not", permanent=True),
        "131053": Code("the voice note could not be taken", permanent=True),
        "131056": Code("too fast for this worker", halt=Halt.SLOWER),
        "131057": Code("the account is being moved", halt=Halt.BROKEN),
        "132000": Code("the template wants other variables", permanent=True),
        "132001": Code("there is no such template in this language", permanent=True),
        "132005": Code("the template is too long", permanent=True),
        "132007": Code("the template breaks a rule", permanent=True),
        "132012": Code("the template wants other variables", permanent=True),
        "132015": Code("the template is paused", permanent=True),
        "132016": Code("the template is disabled", permanent=True),
        "133010": Code("the number is not registered", halt=Halt.BROKEN),
    }
)
_OTHER = Code("something else")


def undelivered(code: str) -> DeliveryStatus:
    """What a text that was taken and not delivered has become."""
    return CODES.get(code, _OTHER).why or DeliveryStatus.FAILED


def outcome(status: int, body: bytes) -> Rejected | Unknown:
    """What an answer other than 2xx means for the message; never carries Meta's text."""
    try:
        code = of_json(body).code("error.code")
    except Malformed:
        code = ""
    known = CODES.get(code, _OTHER)
    if known.unsure:
        return Unknown(code)
    if code in CODES:
        return Rejected(code, known.permanent, known.why, known.halt)
    if status in (401, 403):
        return Rejected(code or str(status), permanent=False, halt=Halt.BROKEN)
    if status == 429:
        return Rejected(code or str(status), permanent=False, halt=Halt.SLOWER)
    return declined(status, code or str(status))
