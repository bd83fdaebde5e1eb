"""Addresses in the settings: those under which others reach us, and the database's."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.app.ops_addresses import WATCHED
from workervoice.settings import PREFIX, Settings

_SAFE = frozenset({"require", "verify-ca", "verify-full"})
_NO_NAMES = ("localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")
_ANYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not listened on
_DATABASES = ("database_url", *(f"{p}_database_url" for p in ("gateway", "courier", "console")))


def public_url(look: Look) -> Iterator[Finding]:
    """Twilio signs the address that it calls, letter by letter."""
    settings = look.settings
    url = settings.public_url
    if url is None:
        if settings.tokens():
            yield ill(
                "public_url",
                f"Public address: {PREFIX}PUBLIC_URL is missing, so every signature of Twilio's "
                "fails: give the address that its webhooks have, such as https://hotline.example.org",
            )
        return
    parts = urlsplit(url)
    if is_private(parts.hostname or ""):
        if settings.tokens() or parts.scheme == "https":
            yield ill(
                "public_url",
                f"Public address: no provider reaches {parts.hostname}: give in {PREFIX}PUBLIC_URL "
                "the name that the world knows this hotline by.",
            )
    elif parts.scheme != "https":
        yield ill(
            "public_url",
            f"Public address: {PREFIX}PUBLIC_URL begins with http: workers' words would cross the "
            "network in clear, and signatures fail if Twilio has https; write https in both.",
        )


def console_url(look: Look) -> Iterator[Finding]:
    settings = look.settings
    parts = urlsplit(settings.console_url or "")
    if parts.scheme == "https":
        return
    outside = parts.hostname if settings.console_url else settings.console_host
    if not is_loopback(outside or ""):
        yield ill(
            "console_url",
            "Officers' pages: they are reached without https, so passphrases cross the network in "
            f"clear and cookies are not marked secure: put a proxy with a certificate in front, "
            f"and https in {PREFIX}CONSOLE_URL.",
        )


def behind_proxy(look: Look) -> Iterator[Finding]:
    """We speak no https ourselves, so where there is https there is a proxy."""
    settings = look.settings
    if (settings.console_url or "").startswith("https://") and not settings.console_behind_proxy:
        yield ill(
            "behind_proxy",
            "Officers' pages: whoever guesses passphrases holds up everybody, since all come "
            "through one proxy: let it set X-Real-IP, overwriting what came, and set "
            f"{PREFIX}CONSOLE_BEHIND_PROXY=true.",
        )


def plain_connection(look: Look) -> Iterator[Finding]:
    for name in _DATABASES:
        host, mode = _database_at(look.settings, name)
        if host and mode not in _SAFE:
            yield ill(
                "plain_connection",
                f"Database: {PREFIX}{name.upper()} leads over a network to {host} and may do so in "
                "clear: add sslmode=verify-full to it.",
            )


def ports(look: Look) -> Iterator[Finding]:
    """Of those that are given: two processes that are set up apart have the defaults in common."""
    taken: dict[int, list[tuple[str, str]]] = {}
    for name, host, port in _given_ports(look.settings):
        for other, at in taken.get(port, ()):
            if host == at or {host, at} & _ANYWHERE:
                yield ill(
                    "ports",
                    f"Ports: {PREFIX}{name} and {PREFIX}{other} both take {port}: give one of them "
                    f"another. Each gateway of {PREFIX}GATEWAY_PROCESSES after the first takes the "
                    f"next port after {PREFIX}GATEWAY_OPS_PORT.",
                )
        taken.setdefault(port, []).append((name, host))


def _given_ports(settings: Settings) -> Iterator[tuple[str, str, int]]:
    """Setting, host and port of each address that processes will listen on."""
    for process, part in (("gateway", ""), ("console", ""), *((each, "_ops") for each in WATCHED)):
        name = f"{process}{part}_port"
        port: int | None = getattr(settings, name)
        if not port or name not in settings.model_fields_set:
            continue
        many = settings.gateway_processes if name == "gateway_ops_port" else 1
        for place in range(many):
            yield name.upper(), getattr(settings, f"{process}{part}_host"), port + place


def _database_at(settings: Settings, name: str) -> tuple[str, str]:
    """Host and sslmode; no host if it is this machine."""
    given = getattr(settings, name)
    if given is None:
        return "", ""
    parts = urlsplit(given.get_secret_value())
    query = parse_qs(parts.query)
    host = (query.get("host") or [parts.hostname or ""])[0]
    if not host or host.startswith("/") or is_loopback(host):
        return "", ""
    return host, (query.get("sslmode") or ["prefer"])[0]


def is_loopback(host: str) -> bool:
    address = _numeric(host)
    return host == "localhost" if address is None else address.is_loopback


def is_private(host: str) -> bool:
    """No name or number that the world can reach."""
    address = _numeric(host)
    if address is not None:
        return not address.is_global
    return host.endswith(_NO_NAMES) or "." not in host


def _numeric(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
