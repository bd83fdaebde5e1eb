"""The gateway's inventory.

A provider's egress addresses are shared by all its customers, and a forger can use any: so nothing
is ever refused because of where it comes from. What is signed is never slowed down; what is not
costs as little as can be, see `bodies`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from workervoice.web.inventory import NOT_THE_SENDERS, Rule, Rules

BODY_BYTES: Final = 4 * 1024 * 1024
MESSAGES, REPORTS, HEALTH = "/in/{provider}/{line}", "/status/{provider}/{line}", "/health"
MEDIA = "/media/{name}"
NOTICE, NOTICE_IN = "/notice/{line}", "/notice/{line}/{language}"

_WHO = "the provider, by its signature"
_RATE = (
    f"none: {NOT_THE_SENDERS}, and what is signed is never slowed down. What is larger than a "
    "provider sends is checked one at a time, beside the others"
)
_GET_RATE = "none: it compares two words, and what is signed is never slowed down"
_NOTICE_RATE = "none: a page from memory; a line is looked up one at a time, and once a minute"
_MEDIA_RATE = "none: a recording that is the same for everybody; files are read one at a time"

ROUTES: Rules = MappingProxyType(
    {
        ("POST", MESSAGES): Rule(_WHO, _RATE, BODY_BYTES, writes=True),
        ("GET", MESSAGES): Rule(
            "a provider that asks once, or has no other way, by its secret word",
            _GET_RATE,
            writes=True,
        ),
        ("POST", REPORTS): Rule(_WHO, _RATE, BODY_BYTES, writes=True),
        ("GET", REPORTS): Rule(
            "a provider that has no other way, by its secret word", _GET_RATE, writes=True
        ),
        ("GET", NOTICE): Rule("anyone", _NOTICE_RATE),
        ("GET", NOTICE_IN): Rule("anyone", _NOTICE_RATE),
        ("GET", MEDIA): Rule("anyone", _MEDIA_RATE),
        ("HEAD", MEDIA): Rule("anyone", _MEDIA_RATE),
        ("GET", HEALTH): Rule("anyone", "none: two letters, which touch nothing"),
    }
)
