"""The inventory of the simulated phones, which the demo alone has."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from workervoice.web.inventory import Rule, Rules

BODY_BYTES: Final = 1024 * 1024
MEDIUM_BYTES: Final = 16 * 1024 * 1024  # what WhatsApp lets anybody send
TEXT_BYTES: Final = MEDIUM_BYTES // 3 * 4 + BODY_BYTES  # of JSON: in base64, beside a text

_LOCAL = "anyone on this machine, by a loopback name"
_COURIER = "the courier, by the simulator's signature, from this machine"
_RATE = "none: a demo on one machine, for whoever sits at it"

ROUTES: Rules = MappingProxyType(
    {
        ("GET", "/"): Rule(_LOCAL, _RATE),
        ("GET", "/static/{path}"): Rule(_LOCAL, _RATE),
        ("GET", "/api/messages"): Rule(_LOCAL, _RATE),
        ("GET", "/media/{token}"): Rule("who knows where it lies, on this machine", _RATE),
        ("POST", "/api/text"): Rule(_LOCAL, _RATE, TEXT_BYTES, writes=True),
        ("POST", "/api/delete"): Rule(_COURIER, _RATE, BODY_BYTES, writes=True),
        ("POST", "/api/look"): Rule(_COURIER, _RATE, BODY_BYTES),
        ("POST", "/api/list"): Rule(_COURIER, _RATE, BODY_BYTES),
        ("POST", "/api/send"): Rule(_COURIER, _RATE, BODY_BYTES, writes=True),
        ("POST", "/api/find"): Rule(_COURIER, _RATE, BODY_BYTES),
    }
)
