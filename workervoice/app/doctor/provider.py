"""Twilio, asked about our own account: whether our tokens and key are its own, whether our numbers
lead here, and what time it is there. It is told nothing about anybody.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from workervoice.app.doctor.database import MOST_SKEW_SECONDS, skewed
from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.app.templates import examined
from workervoice.channels.setup import Setups
from workervoice.channels.wire import Answer, base_url, exchange
from workervoice.errors import ChannelError, SettingsError
from workervoice.settings import PREFIX, Settings
from workervoice.store.programme import Line
from workervoice.workflow.phrasebook import PhraseBook

ASK_SECONDS = 5.0
_API = "https://api.twilio.com"
_TOKEN = re.compile("[0-9a-fA-F]{32}")
_NOT_SEEN = (
    "Twilio: from here nobody sees whether the proxy passes the webhooks' paths on as they came "
    "and nothing else."
)
_NOTHING_LISTED = (
    "Twilio: it lists no message of a worker's, so nobody sees from here whether it redacts texts."
)
_LOOKED_AT, _REDACTED = 20, (None, "", "[Redacted]")
_SILENT = "Twilio: it does not answer from here, so nothing could be asked there."


def tokens(look: Look) -> Iterator[Finding]:
    for place, token in enumerate(look.settings.tokens(), start=1):
        if not _TOKEN.fullmatch(token):
            yield ill(
                "tokens",
                f"Twilio: number {place} of {PREFIX}TWILIO_AUTH_TOKENS is no auth token, which has "
                "32 hexadecimal digits: copy it from Twilio's console, without quotes; an API "
                "key's secret does not do.",
            )


def at_twilio(look: Look, lines: Iterable[Line]) -> Iterator[Finding]:
    """Everything that has to be asked there; nothing if there is no login."""
    settings = look.settings
    if settings.twilio_account_sid is None or not _logins(settings):
        return
    try:
        yield from account(look)
        yield from number(look, lines)
        yield from redaction(look)
        yield from templates(look)
        yield Finding(True, _NOT_SEEN)
    except ChannelError:
        yield Finding(True, _SILENT)


def account(look: Look) -> Iterator[Finding]:
    """Raises `ChannelError` if Twilio does not answer."""
    settings = look.settings
    sid = settings.twilio_account_sid or ""
    for name, login in _logins(settings).items():
        # an account is shown to its own token, numbers also to an ordinary key
        path = "/IncomingPhoneNumbers.json?PageSize=1" if login[0] != sid else ".json"
        answer = _ask(settings, path, login)
        yield from clock(look, answer)
        if answer.status == 401:
            yield ill(
                "account",
                f"Twilio: {name} is not of the account {sid}: take account and token from the same "
                "page of Twilio's console; a subaccount has its own.",
            )
        elif answer.status == 200 and _json(answer).get("status", "active") != "active":
            yield ill("account", f"Twilio: the account {sid} is not active: see Twilio's console.")


def clock(look: Look, answer: Answer) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.date).timestamp()
    except ValueError:
        return
    ahead = look.clock() - theirs
    if abs(ahead) > MOST_SKEW_SECONDS:
        yield ill("clock", skewed(ahead, "Twilio's"))


def number(look: Look, lines: Iterable[Line]) -> Iterator[Finding]:
    """Of SMS lines; WhatsApp's senders are kept elsewhere. Raises `ChannelError`."""
    settings = look.settings
    login = list(_logins(settings).values())[-1]
    setups = Setups.read(settings, "webhook_secrets")
    for line in lines:
        if line.channel != "sms" or setups.provider_of(line.slug) != "twilio":
            continue
        query = urlencode({"PhoneNumber": line.sender})
        answer = _ask(settings, f"/IncomingPhoneNumbers.json?{query}", login)
        if answer.status == 200:
            yield from _judged(settings, line, _json(answer).get("incoming_phone_numbers"))


def redaction(look: Look) -> Iterator[Finding]:
    """By what came last, as Twilio lists it: its setting itself cannot be asked for. Nothing of it
    is kept or told. Raises `ChannelError`."""
    login = list(_logins(look.settings).values())[-1]
    answer = _ask(look.settings, f"/Messages.json?PageSize={_LOOKED_AT}", login)
    if answer.status != 200:
        return
    listed = _json(answer).get("messages")
    came = [
        each
        for each in (listed if isinstance(listed, list) else ())
        if isinstance(each, dict) and each.get("direction") == "inbound"
    ]
    if not came:
        yield Finding(True, _NOTHING_LISTED)
    elif any(each.get("body") not in _REDACTED for each in came):
        yield ill(
            "redaction",
            "Twilio: what workers write can be read in its console until we delete it there: ask "
            "Twilio for Message Redaction of this account, and to switch its own STOP words off.",
        )


def templates(look: Look) -> Iterator[Finding]:
    """Raises `ChannelError`."""
    try:
        for name, wrong in examined(look.settings, PhraseBook.load()):
            if wrong:
                yield ill("templates", f"WhatsApp's template {name}: {wrong}.")
    except SettingsError as exc:
        yield ill("templates", f"{exc}.")


def _judged(settings: Settings, line: Line, found: Any) -> Iterator[Finding]:
    ours = [each for each in found or () if each.get("phone_number") == line.sender]
    if not ours:
        yield ill(
            "number",
            f"Line {line.slug}: the account has no number {line.sender}: correct it with "
            f"`workervoice lines change {line.slug} --sender`, or the account.",
        )
        return
    wanted = f"{(settings.public_url or '').rstrip('/')}/in/twilio/{line.slug}"
    told = str(ours[0].get("sms_url") or "nowhere")
    if settings.public_url and (told != wanted or ours[0].get("sms_method") != "POST"):
        yield ill(
            "number",
            f"Line {line.slug}: at Twilio its messages do not go to POST {wanted}: set that as the "
            "number's webhook (unless a messaging service of yours brings them there).",
        )


def _logins(settings: Settings) -> Mapping[str, tuple[str, str]]:
    """What we log in with, by the name of its setting; the key last, for it is meant for this."""
    sid, found = settings.twilio_account_sid or "", {}
    for place, token in enumerate(settings.tokens(), start=1):
        found[f"number {place} of {PREFIX}TWILIO_AUTH_TOKENS"] = (sid, token)
    if settings.twilio_api_key is not None and settings.twilio_api_secret is not None:
        key = settings.twilio_api_key.get_secret_value()
        found[f"{PREFIX}TWILIO_API_KEY"] = (key, settings.twilio_api_secret.get_secret_value())
    return found


def _ask(settings: Settings, path: str, login: tuple[str, str]) -> Answer:
    base = settings.twilio_api_base
    host = base_url("TWILIO_API_BASE", base) if base else _API
    url = f"{host}/2010-04-01/Accounts/{settings.twilio_account_sid}{path}"
    proof = b64encode(":".join(login).encode()).decode("ascii")
    headers = {"Authorization": f"Basic {proof}", "Accept": "application/json"}
    return exchange("GET", url, headers=headers, body=None, timeout=ASK_SECONDS)


def _json(answer: Answer) -> dict[str, Any]:
    """Raises `ChannelError` for what is no answer of Twilio's."""
    try:
        read = json.loads(answer.body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise ChannelError("not an answer of Twilio's")
    return read
