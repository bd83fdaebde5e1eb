"""What `workervoice up` says when everything answers: addresses, and passphrases this once."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from workervoice.app import demo
from workervoice.app.supervisor import Supervisor
from workervoice.crypto.totp import secret_text
from workervoice.settings import Settings


def tell_passphrases(seeded: demo.Seeded) -> None:
    """Print everybody's passphrase, the only time; at once, because nothing can show it again."""
    lines = ["", "Passphrases of the demo's people (shown once, stored nowhere):"]
    for login, (_, role, name, _) in demo.PEOPLE.items():
        who = name if str(role) in name else f"{name} ({role})"
        lines.append(f"  {login:6} {seeded.passphrases[login]}   {who}")
    lines += ["", "Second factors, for an authenticator app (TOTP; type the secret into it):"]
    lines += [f"  {login:6} {secret_text(secret)}" for login, secret in seeded.totp.items()]
    _print(lines)


def announce(supervisor: Supervisor, settings: Settings) -> None:
    """Print the addresses."""
    lines = ["", "Workervoice is running.", "", f"  officers' pages   {supervisor.console_url}"]
    if supervisor.phones_url:
        lines.append(f"  simulated phones  {supervisor.phones_url}")
    lines += _webhooks(supervisor, settings)
    if not settings.tokens():
        lines.append("  (Twilio's webhooks are refused: no WORKERVOICE_TWILIO_AUTH_TOKENS is set)")
    if supervisor.is_demo and supervisor.seeded is None:
        lines += ["", "Passphrases were shown when this demo was made; to make a new one, remove"]
        lines.append(f"{settings.data_dir} first.")
    _print([*lines, "", "Ctrl-C ends it; its data stays in " + str(settings.data_dir), ""])


def _webhooks(supervisor: Supervisor, settings: Settings) -> Iterator[str]:
    """Where Twilio brings what workers write, for each line of the programme."""
    of_demo = supervisor.is_demo and settings.with_twilio_login().sends_by_twilio()
    given = {"sms": settings.twilio_sms_from, "whatsapp": settings.twilio_whatsapp_from}
    for line in supervisor.lines:
        if of_demo and not given[line.channel]:
            setting = f"WORKERVOICE_TWILIO_{line.channel.upper()}_FROM"
            yield f"  ({line.slug} is not in use: {setting} is not set)"
            continue
        yield f"  Twilio webhook    {supervisor.gateway_url}/in/twilio/{line.slug}"
    if not supervisor.lines:
        yield f"  Twilio webhook    {supervisor.gateway_url}/in/twilio/{{line}}"
        yield "  (no line yet: `workervoice lines add`)"


def _print(lines: list[str]) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
