"""What the doctor says, and which mistakes it knows."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from workervoice.settings import Settings

# The commonest mistakes of whoever runs a hotline, as docs/doctor.md lists them.
MISTAKES: Mapping[str, str] = {
    "public_url": "the public address is not one that a provider can reach and sign for",
    "tokens": "what is given as Twilio's auth token is none",
    "account": "Twilio's token or key is of another account, or the account is not active",
    "number": "a line's number is not ours at Twilio, or its webhook leads elsewhere",
    "redaction": "Twilio shows what workers write, in its console and lists",
    "templates": "a WhatsApp template is not approved, or says something else than our phrase",
    "clock": "this machine's clock differs from the database's or Twilio's",
    "disk": "a disk is nearly full",
    "open_files": "a process may not open as many files as it gets connections",
    "data_directory": "others on the machine may look into the data directory",
    "root_user": "the hotline runs as root",
    "rights": "a role may do more in the database than it should, or less",
    "plain_connection": "the database is spoken to in clear, over a network",
    "durability": "the database says that it has stored what it may lose",
    "revision": "the database is of another version than the program",
    "foreign_keys": "the keys here are those of another hotline, or of another time",
    "courier": "the courier does not run, or what it owes does not get out",
    "ports": "two addresses of ours have the same port",
    "console_url": "officers reach their pages without https",
    "behind_proxy": "all who sign in share one lane of tries, behind a proxy",
    "fallback": "the fallback receiver cannot be asked, or what it took stays there",
    "brought": "the gateway refuses what came by another way than a webhook",
    "people": "too few people to read, or to release",
    "entries_ending": "what the root or a registrar said of somebody's keys ends soon",
    "packs": "a language pack is broken, and the packs of before go on",
    "translate_command": "the translation program cannot translate",
    "transcribe_command": "the transcription program cannot hear",
    "recordings": "a recording of a phrase cannot be sent",
    "second_opinion": "the program for a second opinion cannot give one",
    "demo": "a hotline for workers has parts of the demo in it",
    "backup": "backups are meant to be made, and are not",
    "backup_keys": "backups open longer than they should, or lie among what is none of theirs",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence, whether all is well with what it is about, and which of the commonest mistakes
    it is, if any."""

    well: bool
    sentence: str
    mistake: str = ""


def ill(mistake: str, sentence: str) -> Finding:
    """One of the commonest mistakes was made. Raises `KeyError` if it is none of them."""
    return Finding(False, sentence, MISTAKES[mistake] and mistake)


@dataclass(frozen=True, slots=True)
class Look:
    """What a check looks at. `now` is the hotline's time, and `clock` this machine's."""

    settings: Settings
    now: datetime
    clock: Callable[[], float] = time.time
