"""What `workervoice up` says when everything answers: addresses, and passphrases this once."""

from __future__ import annotations

import sys

from workervoice.app import demo
from workervoice.app.supervisor import Supervisor
from workervoice.settings import Settings


def announce(supervisor: Supervisor, settings: Settings) -> None:
    """Print the addresses; after a seeding, the only time, everybody's passphrase."""
    lines = ["", "Workervoice is running."]
    if supervisor.seeded is not None:
        lines += ["", "Passphrases of the demo's people (shown once, stored nowhere):"]
        for login, (_, role, name, _) in demo.PEOPLE.items():
            lines.append(f"  {login:6} {supervisor.seeded.passphrases[login]}   {role}: {name}")
    lines += ["", f"  officers' pages   {supervisor.console_url}"]
    if supervisor.phones_url:
        lines.append(f"  simulated phones  {supervisor.phones_url}")
    for line in demo.demo_lines(settings.twilio_sms_from, settings.twilio_whatsapp_from):
        lines.append(f"  Twilio webhook    {supervisor.gateway_url}/in/twilio/{line.slug}")
    if not settings.tokens():
        lines.append("  (Twilio's webhooks are refused: no WORKERVOICE_TWILIO_AUTH_TOKENS is set)")
    lines += ["", "Ctrl-C ends it; its data stays in " + str(settings.data_dir), ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
