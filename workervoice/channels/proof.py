"""Who sent a webhook: by an HMAC over its raw body, or by a secret word that came with it.

An HMAC proves the body; a word only that somebody knows it, and in an address it stands in the logs
of every proxy on the way. Several secrets count while one is being changed for another. This is a
provider's wire format and no part of our sealing; hence the standard library's hmac.
"""

from __future__ import annotations

import binascii
import hmac
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from workervoice.channels.base import Webhook
from workervoice.channels.section import Section
from workervoice.channels.setup import Setup
from workervoice.errors import Refused

DAY = 24 * 60 * 60
_STAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_MOST_FIELDS = 1000


class Proof(Protocol):
    """One way to know the sender."""

    def check(self, webhook: Webhook) -> None:
        """Return if it is the provider; raises `Refused`."""


@dataclass(frozen=True, slots=True)
class Signed:
    """HMAC-SHA256 over the raw body, and over a timestamp (unix seconds) beside it if there is one.
    `most_age` is in seconds, to either side."""

    secrets: tuple[str, ...] = field(repr=False)
    header: str
    encoding: str = "hex"
    prefix: str = ""
    stamp_header: str = ""
    stamp_first: bool = False
    between: str = ""
    most_age: int = DAY
    now: Callable[[], float] = time.time

    def check(self, webhook: Webhook) -> None:
        given = webhook.headers.get(self.header, "")
        if not given.startswith(self.prefix):
            raise Refused("no signature")
        signature = self._bytes(given.removeprefix(self.prefix))
        signed = self._signed(webhook)
        if signature is None or not any(
            hmac.compare_digest(hmac.digest(secret.encode(), signed, "sha256"), signature)
            for secret in self.secrets
            if secret
        ):
            raise Refused("wrong signature")

    def _signed(self, webhook: Webhook) -> bytes:
        if not self.stamp_header:
            return webhook.body
        stamp = webhook.headers.get(self.stamp_header, "")
        if not _STAMP.fullmatch(stamp):
            raise Refused("no timestamp")
        if abs(self.now() - int(stamp)) > self.most_age:
            raise Refused("too old")
        parts = (stamp.encode(), self.between.encode(), webhook.body)
        return b"".join(parts if self.stamp_first else reversed(parts))

    def _bytes(self, text: str) -> bytes | None:
        try:
            if self.encoding == "base64":
                return b64decode(text, validate=True)
            return binascii.unhexlify(text)
        except ValueError:  # also a text that is not ASCII
            return None


@dataclass(frozen=True, slots=True)
class Known:
    """A secret word in a header, or in the query of the address."""

    words: tuple[str, ...] = field(repr=False)
    name: str
    in_query: bool = False

    def check(self, webhook: Webhook) -> None:
        given = self._given(webhook).encode("utf-8", "replace")
        if not any(hmac.compare_digest(word.encode(), given) for word in self.words if word):
            raise Refused("wrong secret")

    def _given(self, webhook: Webhook) -> str:
        if not self.in_query:
            return webhook.headers.get(self.name, "")
        try:
            fields = parse_qsl(urlsplit(webhook.url).query, max_num_fields=_MOST_FIELDS)
        except ValueError:
            raise Refused("unreadable address") from None
        found = [value for name, value in fields if name == self.name]
        return found[0] if len(found) == 1 else ""


def read_proof(said: Section) -> None:
    """Check all but the secrets, which only the gateway has; raises `SettingsError`."""
    _kind(said)
    if said.said["by"] == "hmac-sha256":
        _signed(said, ())
    else:
        _known(said, ())


def proof(said: Section, setup: Setup) -> Proof:
    """With the gateway's secrets. Raises `SettingsError`, also for one that is missing."""
    secrets = tuple(setup.secret(name) for name in said.words("secrets"))
    return _signed(said, secrets) if _kind(said) == "hmac-sha256" else _known(said, secrets)


def _kind(said: Section) -> str:
    said.words("secrets")
    return said.choice("by", ("hmac-sha256", "header", "query", "login"))


def _signed(said: Section, secrets: tuple[str, ...]) -> Signed:
    said.only(
        *("by", "secrets", "header", "encoding", "prefix", "timestamp_header"),
        *("timestamp_first", "between", "most_age_seconds"),
    )
    stamp = said.text("timestamp_header", "")
    return Signed(
        secrets,
        _header(said, "header"),
        said.choice("encoding", ("hex", "base64"), "hex"),
        said.text("prefix", ""),
        _header(said, "timestamp_header") if stamp else "",
        said.flag("timestamp_first"),
        said.text("between", ""),
        said.number("most_age_seconds", DAY, 60, 30 * DAY),
    )


def _known(said: Section, secrets: tuple[str, ...]) -> Known:
    kind = said.said["by"]
    if kind == "query":
        said.only("by", "secrets", "field")
        return Known(secrets, said.text("field"), in_query=True)
    if kind == "login":
        said.only("by", "secrets", "user")
        user = said.text("user")
        logins = (b64encode(f"{user}:{secret}".encode()).decode() for secret in secrets)
        return Known(tuple(f"Basic {login}" for login in logins), "authorization")
    said.only("by", "secrets", "header", "prefix")
    prefix = said.text("prefix", "")
    return Known(tuple(prefix + secret for secret in secrets), _header(said, "header"))


def _header(said: Section, name: str) -> str:
    value = said.text(name)
    if not _TOKEN.fullmatch(value):
        raise said.wrong(name, "has to be the name of a header")
    return value.lower()
