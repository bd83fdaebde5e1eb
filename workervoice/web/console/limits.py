"""The console's inventory in full: to `routes`, which says who may ask, it adds how much and how
often. What strangers may send has to have a lane, or the console does not start."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workervoice.web.console.forms import FORM_BYTES
from workervoice.web.console.pace import FORMS_A_SECOND, FORMS_AT_ONCE
from workervoice.web.console.routes import ANYONE, FRESH, HALF, ROUTES, UPLOADS, Allowed
from workervoice.web.console.uploads import UPLOAD_BYTES
from workervoice.web.inventory import Rule, Rules

_SIGNING_IN: Final = "wrong tries make wait: by login and address, and by known browser"
_JOINING: Final = "wrong tries make wait: by address"
_CODE: Final = "wrong tries make wait: by login, address and known browser"
_PROOF: Final = "wrong tries make wait: by session"

LANES: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("POST", "/login"): _SIGNING_IN,
        ("POST", "/recover"): _SIGNING_IN,
        ("POST", "/join"): _JOINING,
        ("POST", "/join/code"): _JOINING,
        ("POST", "/second"): _CODE,
        ("POST", "/second/passkey"): _CODE,
        ("POST", "/account/passphrase"): _PROOF,
        ("POST", "/account/recovery"): _PROOF,
        ("POST", "/account/recovery/try"): _PROOF,
        **dict.fromkeys(FRESH, _PROOF),
    }
)
# Pages that leave an entry in the log when somebody looks at them: they are paced as forms are.
NOTING = frozenset(
    {
        ("GET", "/cases/{case_id}"),
        ("GET", "/cases/{case_id}/media/{medium_id}"),
        ("GET", "/issues/{issue_id}"),
        ("GET", "/issues/{issue_id}/actions/{action_id}/media/{medium_id}"),
        ("GET", "/disclosures/{disclosure_id}"),
        ("GET", "/disclosures/{disclosure_id}/actions/{action_id}/media/{medium_id}"),
        ("GET", "/monitor/checkpoint"),
        ("GET", "/lent/{loan_id}"),
    }
)

_PACED = f"{FORMS_AT_ONCE} at once and {FORMS_A_SECOND:g} a second for each session"
_OPEN = "none: it reads nothing that is stored"
_PAGES = "none: it changes nothing, and only those who belong here may"


def is_paced(method: str, path: str) -> bool:
    """Whether it counts for the pace of its session."""
    return method == "POST" or (method, path) in NOTING


def rules(routes: Mapping[tuple[str, str], Allowed] = ROUTES) -> Rules:
    """Raises `ValueError` for a form that anybody may send as often as they like."""
    return {place: _rule(place, allowed) for place, allowed in routes.items()}


def _rule(place: tuple[str, str], allowed: Allowed) -> Rule:
    if place[0] == "GET":
        rate = _PACED if place in NOTING else _OPEN if allowed == ANYONE else _PAGES
        return Rule(_who(allowed), rate, writes=place in NOTING)
    lane = LANES.get(place, "")
    if allowed == ANYONE and not lane:
        raise ValueError(f"anybody may send it as often as they like: {' '.join(place)}")
    rate = "; ".join(each for each in (lane, _PACED if allowed != ANYONE else "") if each)
    most = UPLOAD_BYTES if place in UPLOADS else FORM_BYTES
    return Rule(_who(allowed), rate, most, writes=True)


def _who(allowed: Allowed) -> str:
    if allowed == ANYONE:
        return "anyone"
    if allowed == HALF:
        return "whoever gave the passphrase, and owes the second factor"
    return ", ".join(sorted(allowed))
