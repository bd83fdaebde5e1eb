"""The inventory of the simulated phones, which the demo alone has."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from workervoice.web.inventory import Rule, Rules

BODY_BYTES: Final = 1024 * 1024

_LOCAL = "anyone on this machine, by a loopback name"
_COURIER = "the courier, by the simulator's signature, from this machine"
_RATE = "none: a demo on one machine, for whoever sits at it"

ROUTES: Rules = MappingProxyType(
    {
        ("GET", "/"): Rule(_LOCAL, _RATE),
        ("GET", "/static/{path}"): Rule(_LOCAL, _RATE),
        ("GET", "/api/messages"): Rule(_LOCAL, _RATE),
        ("POST", "/api/text"): Rule(_LOCAL, _RATE, BODY_BYTES, writes=True),
        ("POST", "/api/send"): Rule(_COURIER, _RATE, BODY_BYTES, writes=True),
        ("POST", "/api/find"): Rule(_COURIER, _RATE, BODY_BYTES),
    }
)
