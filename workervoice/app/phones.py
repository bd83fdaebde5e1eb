"""The simulated phones' process, of the demo."""

from __future__ import annotations

from workervoice.app.demo import demo_lines
from workervoice.app.processes import public_url
from workervoice.app.serving import Seat, listening_socket, serve, web_server
from workervoice.errors import SettingsError
from workervoice.settings import Settings
from workervoice.web.phone import PhoneLine, create_phone_app


def run_phones(settings: Settings, seat: Seat) -> None:
    """The simulated phone network of the demo. On the loopback address only."""
    if settings.simulator_secret is None:
        raise SettingsError("WORKERVOICE_SIMULATOR_SECRET is missing: run `workervoice up --demo`.")
    secret = settings.simulator_secret.get_secret_value()
    lines, gateway_url = phone_lines(settings), public_url(settings)
    own_url = settings.simulator_url or ""
    app = create_phone_app(gateway_url=gateway_url, lines=lines, secret=secret, own_url=own_url)
    listening = listening_socket(seat.handle, "127.0.0.1", settings.phone_port, "phone_port")
    serve(web_server(app), listening, None)


def phone_lines(settings: Settings) -> list[PhoneLine]:
    """The demo's lines, called as in a worker's address book; channel and number stand beside."""
    known = demo_lines(settings.twilio_sms_from, settings.twilio_whatsapp_from)
    return [PhoneLine(line.slug, line.channel, line.sender, "Hotline") for line in known]
