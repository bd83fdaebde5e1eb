"""What the value of a setting has to look like, and what is said if it does not."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_PLAIN = {  # what pydantic finds, as we say it
    "int_parsing": "give a whole number",
    "float_parsing": "give a number",
    "bool_parsing": "give true or false",
    "finite_number": "give a number",
    "less_than_equal": "give at most {le}",
    "greater_than_equal": "give at least {ge}",
    "greater_than": "give more than {gt}",
}
# which processes may hold which secret; the owner's URL is for migrations only
HOLDERS: Mapping[str, frozenset[str]] = {
    "database_url": frozenset({"up", "db", "doctor"}),
    "gateway_database_url": frozenset({"up", "db", "gateway"}),
    "courier_database_url": frozenset({"up", "db", "courier"}),
    "console_database_url": frozenset({"up", "db", "console"}),
    "twilio_auth_tokens": frozenset({"up", "gateway", "fallback"}),
    "twilio_api_key": frozenset({"up", "courier"}),
    "twilio_api_secret": frozenset({"up", "courier"}),
    "webhook_secrets": frozenset({"up", "gateway", "fallback"}),
    "drain_secret": frozenset({"up", "courier", "fallback"}),
    "sending_secrets": frozenset({"up", "courier"}),
    "simulator_secret": frozenset({"up", "gateway", "courier", "phones"}),
    "boot_secret": frozenset({"up", "console"}),
    "vault_token_file": frozenset({"up", "gateway", "courier", "console"}),
}
_DATABASE_URL = re.compile(
    r"postgresql(\+psycopg)?://[^:/?@]+(:[^@]*)?@(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?@]*)(:[0-9]{1,5})?"
    r"/[^/?]+(\?.*)?"
)
_STEPS = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_LIKE = {  # how a value has to look, and what is said if it does not
    **dict.fromkeys(
        ("database_url", "gateway_database_url", "courier_database_url", "console_database_url"),
        (
            _DATABASE_URL,
            "write it like postgresql://role:password@host/database, with anything but letters "
            "and digits in the password percent-encoded",
        ),
    ),
    **dict.fromkeys(
        ("twilio_sms_from", "twilio_whatsapp_from"),
        # or a short code; a word could not be answered
        (re.compile(r"\+?[0-9]{3,15}"), "write it like +15550100000"),
    ),
    **dict.fromkeys(
        (
            "gateway_host",
            "console_host",
            "fallback_host",
            "gateway_ops_host",
            "courier_ops_host",
            "console_ops_host",
        ),
        (re.compile(r"[0-9A-Za-z.-]+|[0-9A-Fa-f:.]+"), "give one address of this machine"),
    ),
    "retention_days": (re.compile("([a-z_]+=[0-9]+ ?)+"), "see docs/retention.md"),
    "twilio_account_sid": (re.compile("AC[0-9a-fA-F]{32}"), "give AC and 32 hexadecimal digits"),
    "twilio_api_key": (re.compile("(SK|AC)[0-9a-fA-F]{32}"), "give SK and 32 hexadecimal digits"),
    "twilio_auth_tokens": (re.compile(r".*[^,\s].*"), "it names no token"),
    "root_public": (re.compile("[0-9a-fA-F]{64}"), "give 64 hexadecimal digits"),
    "intake_key": (
        re.compile("01[0-9a-f]{64}|02[0-9a-f]{2432}"),
        "give what `workervoice keys intake` prints",
    ),
    "drain_secret": (re.compile("[!-~]{32,256}"), "give 32 letters and digits or more"),
    "boot_secret": (re.compile("[0-9a-fA-F]{64}"), "give 64 hexadecimal digits"),
    "vault_mount": (_STEPS, "write it like transit"),
    "vault_namespace": (_STEPS, "write it like team/hotline"),
}


def problem_of_text(name: str, text: str) -> str:
    """What is wrong with a word, number, address or secret; empty if nothing."""
    if not (text.isascii() and text.isprintable() and text.strip()):
        return "it holds what cannot be typed, or nothing"
    like, advice = _LIKE.get(name, (None, ""))
    if like is not None and not like.fullmatch(text):
        return advice
    addresses = {"public_url": False, "console_url": False, "fallback_url": False}
    addresses |= {"twilio_api_base": True, "simulator_url": True}
    if name in addresses and not _is_address(text, with_path=addresses[name]):
        return "write it like https://hotline.example.org"
    if name == "vault_addr":
        return _problem_of_server(text)
    return _in_clear(text) if name == "fallback_url" else ""


def _problem_of_server(text: str) -> str:
    """A key service: in clear to this machine only, and no login in its address."""
    if not _is_address(text, with_path=True):
        return "write it like https://vault.example.org:8200"
    return _in_clear(text)


def _in_clear(text: str) -> str:
    """What goes with a secret of ours needs TLS, except on this machine."""
    parts = urlsplit(text)
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        return "only this machine may be spoken to by http"
    return ""


def problem_of_path(path: Path) -> str:
    """Whatever it leads to, it has to be one that can be written in a sentence."""
    return "" if str(path).isprintable() else "it holds what no path should"


def _is_address(text: str, *, with_path: bool) -> bool:
    try:
        parts = urlsplit(text)
        named = parts.hostname and parts.port != 0 and parts.username is None
    except ValueError:  # a port or an IPv6 address that is none
        return False
    path = "" if with_path else parts.path.strip("/")
    well = parts.scheme in {"http", "https"} and " " not in text
    return bool(well and named and not (path or parts.query or parts.fragment))


def problem_of_directory(path: Path) -> str:
    """The data directory need not be there, but if it is, we have to be able to use it."""
    try:
        well = stat.S_ISDIR(path.stat().st_mode) and os.access(path, os.X_OK)
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        well = False
    return "" if well else "give a directory that this user may enter"


def in_plain_words(kind: str, message: str, limits: dict[str, Any]) -> str:
    """What the library found, as we say it. `kind` is its name for the error."""
    plain = _PLAIN.get(kind)
    return message if plain is None else plain.format(**limits)


def missing_at_twilio(key: object, secret: object, tokens: object, account: object) -> str:
    """Which part of Twilio's login the others need; empty if none is missing."""
    if key and not secret:
        return "API_SECRET is missing: the API key needs it."
    if secret and not key:
        return "API_KEY is missing: the API secret needs it."
    if (key or tokens) and not account:
        return "ACCOUNT_SID is missing: Twilio's keys need it."
    return ""
