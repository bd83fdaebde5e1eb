"""The fallback receiver's process, on other infrastructure: it has no database, and can read
nothing of what it takes."""

from __future__ import annotations

import contextlib
from uuid import uuid4

from workervoice.app.serving import Seat, listening_socket, serve, web_server
from workervoice.channels.base import Receiver, Webhook
from workervoice.channels.registry import receivers
from workervoice.channels.setup import Setups
from workervoice.errors import CryptoError, SettingsError
from workervoice.hotline.bringing import spool
from workervoice.settings import PREFIX, Settings
from workervoice.web.fallback import Spool, create_fallback_app

# That ask a second address once the first fails, and whose proof still holds days later. The others
# ask again themselves, or sign a time that is long over when the gateway looks.
WITH_FALLBACK = frozenset({"twilio"})


def run_fallback(settings: Settings, seat: Seat) -> None:
    """Until it is told to end. Raises `SettingsError` naming what is missing."""
    url, directory = settings.fallback_url, settings.spool_dir
    secret = settings.drain_secret.get_secret_value() if settings.drain_secret else ""
    missing = {"FALLBACK_URL": url, "SPOOL_DIR": directory, "DRAIN_SECRET": secret}
    for name, value in missing.items():
        if not value:
            raise SettingsError(f"{PREFIX}{name} is missing: see docs/fallback.md")
    key = intake_key(settings)
    heard = heard_here(settings)
    if url is None or directory is None:
        raise AssertionError
    with contextlib.closing(Spool(directory)) as kept:
        server = web_server(create_fallback_app(heard, url, key, kept, secret), tied=seat.tied)
        listening = listening_socket(
            seat.handle, settings.fallback_host, settings.fallback_port, "fallback_port"
        )
        serve(server, listening, None)


def intake_key(settings: Settings) -> bytes:
    """The gateway's public key, tried once. Raises `SettingsError`."""
    if settings.intake_key is None:
        raise SettingsError(
            f"{PREFIX}INTAKE_KEY is missing: give what `workervoice keys intake` prints"
        )
    key = bytes.fromhex(settings.intake_key)
    try:
        spool(key, uuid4(), Webhook("", {}, b""))
    except CryptoError:
        raise SettingsError(
            f"{PREFIX}INTAKE_KEY is malformed: give what `workervoice keys intake` prints."
        ) from None
    return key


def heard_here(settings: Settings) -> dict[str, Receiver]:
    """Raises `SettingsError` if there is none."""
    every = receivers(Setups.read(settings, "webhook_secrets"))
    heard = {name: each for name, each in every.items() if name.partition("/")[0] in WITH_FALLBACK}
    if not heard or not settings.tokens():
        raise SettingsError(
            f"{PREFIX}TWILIO_AUTH_TOKENS is missing: without it nothing can be taken here."
        )
    return heard
