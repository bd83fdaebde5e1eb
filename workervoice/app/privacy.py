"""Drafts of what data protection law asks an operator to write, from settings and programme.

What the program knows is filled in; what only people know is left open as FILL IN. Nothing here is
legal advice, and no case is opened for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files

from workervoice.app.beside import process_beside
from workervoice.channels.setup import Setups
from workervoice.hotline.registry import lines
from workervoice.settings import Settings
from workervoice.store.engine import Scope
from workervoice.store.programme import Line, programme_name, programmes
from workervoice.workflow.retention import Policy

OPEN = "**FILL IN**"
BACKUP_DAYS = 14
DRAFTS: Mapping[str, str] = {
    "record": "Record of processing activities (GDPR Art. 30)",
    "dpia": "Data protection impact assessment (GDPR Art. 35)",
    "transfers": "Recipients and transfers",
}
_CUSTODY: Mapping[str, str] = {
    "file": "files in the data directory, in clear, on the machine that they serve: whoever takes "
    "them and the database opens numbers, facts and links",
    "systemd": "credentials of systemd, sealed to the machine (its TPM or its host key)",
    "vault": "in a key service (Vault or OpenBao), which is asked to use them and does not give "
    "them away",
}
_PARTS = ("transfers", "retention", "security")  # templates within templates


@dataclass(frozen=True, slots=True)
class Programme:
    """What a draft says of a programme: no site and no person."""

    name: str
    lines: tuple[Line, ...]


def programme_facts(settings: Settings) -> tuple[Programme, ...]:
    """Every programme of the database, by name and lines."""
    found = []
    with process_beside(settings, "courier") as process:
        with process.database.begin() as tx:
            known = programmes(tx)
        for each in known:
            with process.database.begin(Scope(each)) as tx:
                directory = process.directory(tx, process.clock())
                found.append(
                    Programme(programme_name(tx), tuple(lines(tx, process.vault, directory)))
                )
    return tuple(found)


def write(draft: str, settings: Settings, known: tuple[Programme, ...]) -> str:
    """One of `DRAFTS`, as Markdown."""
    intro = (
        f"# {DRAFTS[draft]}\n\n> DRAFT, written by `workervoice privacy {draft}` from settings and "
        f"programme. Not legal advice. Whatever says {OPEN} is for a person; check the rest.\n\n"
    )
    named = {**_common(settings, known), "providers": _provider_rows(settings)}
    parts = {part: _filled(f"_{part}", named).rstrip() for part in _PARTS}
    return intro + _filled(draft, {**named, **parts})


def _filled(name: str, values: Mapping[str, object]) -> str:
    template = files("workervoice.app").joinpath("drafts", f"{name}.md")
    return template.read_text(encoding="utf-8").format_map(values)


def _common(settings: Settings, known: tuple[Programme, ...]) -> dict[str, object]:
    """What the templates name."""
    every = [line for each in known for line in each.lines]
    channels = sorted({f"{line.channel} ({line.country})" for line in every})
    elsewhere = settings.database_url is not None
    return {
        "open": OPEN,
        "programmes": ", ".join(each.name for each in known) or OPEN,
        "channels": ", ".join(channels) or OPEN,
        "countries": ", ".join(sorted({line.country for line in every})) or OPEN,
        "where": "another machine or service" if elsewhere else "the same machine",
        "custody": _CUSTODY[settings.custody],
        "machines": _machines(settings),
        "backups": BACKUP_DAYS,
        **asdict(Policy.parse(settings.retention_days)),
    }


def _machines(settings: Settings) -> str:
    """What lies readable on a machine that is off, or on a disk that was taken."""
    clear = "names of sites, organisations and officers, states, times and sizes in the database"
    if settings.custody != "file":
        return f"{clear}; no number, no fact and no word"
    opened = f"{clear}; with the key files also numbers, facts and links of all cases, no word"
    if settings.database_url is None:
        return f"{opened}: both lie on one disk"
    return f"{opened}: the database is elsewhere, so both have to be taken"


_RECEIVED = {  # by a provider of a line: who, and what
    "http": "an aggregator of text messages | numbers and texts in both directions",
    "android": "the phone company of our phone | numbers and texts in both directions",
    "whatsapp-cloud": "Meta (WhatsApp) | numbers or ids, texts and media in both directions",
    "telegram": "Telegram | numbers of chats, and texts and media in both directions",
}


def _provider_rows(settings: Settings) -> str:
    """A line of the table of recipients for each provider that is set."""
    own = sorted({str(said.get("provider")) for said in _lines_said(settings).values()})
    rows = [f"| {_RECEIVED[name]} | {OPEN} | {OPEN} |" for name in own if name in _RECEIVED]
    if settings.twilio_account_sid is not None:
        rows.insert(0, _twilio_rows(settings))
    return "\n".join(rows) or f"| message provider: none is set | | | {OPEN} |"


def _lines_said(settings: Settings) -> Mapping[str, Mapping[str, object]]:
    """Lines with a provider of their own."""
    return Setups.read(settings, "webhook_secrets").said


def _twilio_rows(settings: Settings) -> str:
    row = "| Twilio | numbers, texts and media in both directions, as long as it keeps them |"
    rows = f"{row} {OPEN}: the region of the account | {OPEN}: contract of processing (Art. 28) |"
    if settings.twilio_whatsapp_from is None:
        return rows
    meta = "| Meta (WhatsApp) | that a number or id wrote; texts at its interface |"
    return f"{rows}\n{meta} {OPEN} | {OPEN} |"
