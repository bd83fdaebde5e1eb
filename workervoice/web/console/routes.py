"""The inventory: who may ask for which page. A page that is not in it is not served.

The gate reads it at every request, `inventory.check` at the start, and the tests try every line as
every role. How much and how often stands in `limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from workervoice.message import Role

ANYONE: Final = "anyone"
HALF: Final = "half"  # whoever gave the passphrase, and owes the second factor
Allowed = frozenset[Role] | Literal["anyone", "half"]

_PEOPLE = frozenset(
    {
        *(Role.HANDLER, Role.SUPERVISOR, Role.BUYER),
        *(Role.MONITOR, Role.TRANSLATOR, Role.ADMINISTRATOR),
    }
)
_STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR})
_SUPERVISOR = frozenset({Role.SUPERVISOR})
_BUYER = frozenset({Role.BUYER})
_MONITOR = frozenset({Role.MONITOR})
_TRANSLATOR = frozenset({Role.TRANSLATOR})
_MAY_VOUCH = _SUPERVISOR | _BUYER  # who does is not in a role: the directory says it

_CASE = "/cases/{case_id}"
_ISSUE = "/issues/{issue_id}"
_DISCLOSURE = "/disclosures/{disclosure_id}"
_PERSON = "/people/{person_id}"
_LENT = "/lent/{loan_id}"
_ACTION = "/actions/{action_id}/{move}"
_EVIDENCE = "/actions/{action_id}/evidence"
_FILE = "/actions/{action_id}/media/{medium_id}"

ROUTES: Mapping[tuple[str, str], Allowed] = MappingProxyType(
    {
        ("GET", "/health"): ANYONE,
        ("GET", "/static/{name}"): ANYONE,
        ("GET", "/login"): ANYONE,
        ("POST", "/login"): ANYONE,
        ("GET", "/recover"): ANYONE,
        ("POST", "/recover"): ANYONE,
        ("GET", "/join"): ANYONE,
        ("POST", "/join"): ANYONE,
        ("POST", "/join/code"): ANYONE,
        ("POST", "/logout"): _PEOPLE,
        ("GET", "/account"): _PEOPLE,
        ("POST", "/account/factors"): _PEOPLE,
        ("POST", "/account/factors/app"): _PEOPLE,
        ("POST", "/account/factors/passkey"): _PEOPLE,
        ("POST", "/account/factors/{factor_id}/remove"): _PEOPLE,
        ("POST", "/account/languages"): _STAFF,
        ("POST", "/account/passphrase"): _PEOPLE,
        ("POST", "/account/recovery"): _PEOPLE,
        ("POST", "/account/recovery/try"): _PEOPLE,
        ("POST", "/account/sessions/end"): _PEOPLE,
        ("GET", "/second"): HALF,
        ("POST", "/second"): HALF,
        ("POST", "/second/passkey"): HALF,
        ("POST", "/second/leave"): HALF,
        ("GET", "/enrol"): HALF,
        ("POST", "/enrol"): HALF,
        ("POST", "/enrol/passkey"): HALF,
        ("GET", "/"): _PEOPLE,
        ("GET", "/people"): _MAY_VOUCH,
        ("POST", "/people/invite"): _MAY_VOUCH,
        ("GET", _PERSON): _MAY_VOUCH,
        ("POST", f"{_PERSON}/admit"): _MAY_VOUCH,
        ("GET", f"{_PERSON}/remove"): _MAY_VOUCH,
        ("POST", f"{_PERSON}/remove"): _MAY_VOUCH,
        ("GET", "/cases"): _STAFF,
        ("GET", _CASE): _STAFF,
        ("GET", f"{_CASE}/messages/{{message_id}}"): _STAFF,
        ("GET", f"{_CASE}/media/{{medium_id}}"): _STAFF,
        ("GET", f"{_CASE}/media/{{medium_id}}/small"): _STAFF,
        ("POST", f"{_CASE}/answer"): _STAFF,
        ("POST", f"{_CASE}/suggest"): _STAFF,
        ("POST", f"{_CASE}/assess"): _STAFF,
        ("POST", f"{_CASE}/priority"): _STAFF,
        ("POST", f"{_CASE}/site"): _STAFF,
        ("POST", f"{_CASE}/note"): _STAFF,
        ("POST", f"{_CASE}/real"): _STAFF,
        ("POST", f"{_CASE}/test"): _STAFF,
        ("POST", f"{_CASE}/hold"): _SUPERVISOR,
        ("POST", f"{_CASE}/restrict"): _SUPERVISOR,
        ("POST", f"{_CASE}/unrestrict"): _SUPERVISOR,
        ("POST", f"{_CASE}/conversation/{{move}}"): _STAFF,
        ("POST", f"{_CASE}/forget"): _STAFF,
        ("POST", f"{_CASE}/phones/{{move}}"): _STAFF,
        ("POST", f"{_CASE}/part"): _STAFF,
        ("POST", f"{_CASE}/access"): _STAFF,
        ("POST", f"{_CASE}/redact/{{entry_id}}"): _STAFF,
        ("POST", f"{_CASE}/translate/{{entry_id}}"): _STAFF,
        ("POST", f"{_CASE}/machine/{{entry_id}}"): _STAFF,
        ("POST", f"{_CASE}/machine/{{entry_id}}/keep"): _STAFF,
        ("GET", f"{_CASE}/lend/{{message_id}}"): _STAFF,
        ("POST", f"{_CASE}/lend/{{message_id}}"): _STAFF,
        ("POST", f"{_CASE}/lent/{{lent_id}}/back"): _STAFF,
        ("POST", f"{_CASE}/move/{{move}}"): _STAFF,
        ("POST", f"{_CASE}/drafts/{{form}}"): _STAFF,
        ("GET", f"{_CASE}/issues"): _STAFF,
        ("POST", f"{_CASE}/issues"): _STAFF,
        ("GET", "/entries/call"): _STAFF,
        ("POST", "/entries/call"): _STAFF,
        ("GET", "/entries/hand"): _STAFF,
        ("POST", "/entries/hand"): _STAFF,
        ("POST", "/entries/call/draft"): _STAFF,
        ("POST", "/entries/hand/draft"): _STAFF,
        ("POST", "/entries/call/prompts"): _STAFF,
        ("POST", "/entries/hand/prompts"): _STAFF,
        ("GET", "/entries/sent/{entry_id}"): _STAFF,
        ("GET", "/restored"): _STAFF,
        ("POST", "/restored/go-on"): _SUPERVISOR,
        ("GET", "/bursts/{line_id}/{hour}"): _STAFF,
        ("GET", "/lines"): _STAFF,
        ("POST", "/lines/{line_id}/go-on"): _SUPERVISOR,
        ("GET", "/issues"): _STAFF,
        ("GET", _ISSUE): _STAFF,
        ("POST", f"{_ISSUE}/edit"): _STAFF,
        ("POST", f"{_ISSUE}/approve"): _STAFF,
        ("POST", f"{_ISSUE}/release"): _STAFF,
        ("POST", f"{_ISSUE}/move/{{move}}"): _STAFF,
        ("POST", f"{_ISSUE}/actions"): _STAFF,
        ("POST", f"{_ISSUE}{_EVIDENCE}"): _STAFF,
        ("GET", f"{_ISSUE}{_FILE}"): _STAFF,
        ("GET", f"{_ISSUE}{_FILE}/small"): _STAFF,
        ("POST", f"{_ISSUE}{_FILE}/remove"): _STAFF,
        ("POST", f"{_ISSUE}{_ACTION}"): _STAFF,
        ("GET", "/disclosures"): _BUYER,
        ("GET", _DISCLOSURE): _BUYER,
        ("POST", f"{_DISCLOSURE}/move/{{move}}"): _BUYER,
        ("POST", f"{_DISCLOSURE}/actions"): _BUYER,
        ("POST", f"{_DISCLOSURE}{_EVIDENCE}"): _BUYER,
        ("GET", f"{_DISCLOSURE}{_FILE}"): _BUYER,
        ("GET", f"{_DISCLOSURE}{_FILE}/small"): _BUYER,
        ("POST", f"{_DISCLOSURE}{_ACTION}"): _BUYER,
        ("GET", "/lent"): _TRANSLATOR,
        ("GET", _LENT): _TRANSLATOR,
        ("POST", _LENT): _TRANSLATOR,
        ("GET", "/packs"): _SUPERVISOR | _MONITOR,
        ("GET", "/agreement"): _SUPERVISOR | _MONITOR,
        ("GET", "/agreement/table"): _SUPERVISOR | _MONITOR,
        ("GET", "/monitor"): _MONITOR,
        ("GET", "/monitor/checkpoint"): _MONITOR,
    }
)

# Forms that may bring a file: read only for somebody who is signed in.
UPLOADS = frozenset({("POST", f"{_ISSUE}{_EVIDENCE}"), ("POST", f"{_DISCLOSURE}{_EVIDENCE}")})

# What cannot be taken back, or decides who may read: with a fresh proof of who is there only.
# Forms that carry a passphrase of their own bring their proof with them.
FRESH = frozenset(
    {
        ("POST", f"{_ISSUE}/release"),
        ("POST", "/restored/go-on"),
        ("POST", f"{_CASE}/access"),
        ("POST", f"{_CASE}/forget"),
        ("POST", f"{_CASE}/phones/{{move}}"),
        ("POST", f"{_CASE}/redact/{{entry_id}}"),
        ("POST", f"{_ISSUE}{_FILE}/remove"),
        ("POST", f"{_CASE}/restrict"),
        ("POST", f"{_CASE}/unrestrict"),
        ("POST", "/people/invite"),
        ("POST", f"{_PERSON}/admit"),
        ("POST", f"{_PERSON}/remove"),
        ("POST", "/account/factors"),
        ("POST", "/account/factors/app"),
        ("POST", "/account/factors/passkey"),
        ("POST", "/account/factors/{factor_id}/remove"),
    }
)
FRESH_MOVES = frozenset({("POST", f"{_CASE}/move/{{move}}", "erase")})


# How somebody leaves whom nobody has confirmed yet: all that they may do.
LEAVING = frozenset({"/logout", "/second/leave"})


def asks_again(method: str, path: str, move: str) -> bool:
    """Whether this request needs a fresh proof."""
    return (method, path) in FRESH or (method, path, move) in FRESH_MOVES


HOME: Mapping[Role, str] = MappingProxyType(
    {
        Role.HANDLER: "/cases",
        Role.SUPERVISOR: "/cases",
        Role.BUYER: "/disclosures",
        Role.MONITOR: "/monitor",
        Role.TRANSLATOR: "/lent",
    }
)
