"""The fallback receiver's inventory."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from workervoice.web.inventory import NOT_THE_SENDERS, Rule, Rules

# Sealed it has to fit into one answer to the courier, in which every three bytes are four.
BODY_BYTES: Final = 2 * 1024 * 1024
MESSAGES, REPORTS, HEALTH = "/in/{provider}/{line}", "/status/{provider}/{line}", "/health"
FILES, FILE = "/spool", "/spool/{name}"

_WHO = "the provider, by its signature"
_COURIER = "the courier, by its drain secret"
_RATE = f"none: {NOT_THE_SENDERS}; what is large is checked one at a time, beside the others"
_DRAIN_RATE = "one at a time touches the disk; a wrong secret costs one comparison"

ROUTES: Rules = MappingProxyType(
    {
        ("POST", MESSAGES): Rule(_WHO, _RATE, BODY_BYTES, writes=True),
        ("GET", MESSAGES): Rule(
            "a provider that asks once, by its secret word", "none: it compares two words"
        ),
        ("POST", REPORTS): Rule(_WHO, _RATE, BODY_BYTES),
        ("GET", FILES): Rule(_COURIER, _DRAIN_RATE),
        ("GET", FILE): Rule(_COURIER, _DRAIN_RATE),
        ("DELETE", FILE): Rule(_COURIER, _DRAIN_RATE, writes=True),
        ("GET", HEALTH): Rule("anyone", "none: two letters, which touch nothing"),
    }
)
