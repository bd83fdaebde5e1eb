"""The demo's programme: an operator with its people, three sites, two buyers, a monitor.

Its root is made in memory, signs the two supervisors and one officer of each buyer as registrars
and our processes, and is forgotten when the seeding ends: nobody can enrol a registrar afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Literal
from uuid import UUID, uuid4

from workervoice.app.keyfiles import load_key_files, make_key_files
from workervoice.app.vouching import sign_processes
from workervoice.crypto.slots import STRONG, Cost, open_slot
from workervoice.crypto.totp import SECRET_BYTES
from workervoice.errors import SettingsError
from workervoice.hotline.ceremony import Ceremony, Root, Seat, new_passphrase
from workervoice.hotline.factors import Holder, new_totp, required
from workervoice.hotline.founding import Account, store_founding
from workervoice.hotline.noting import log_recipients
from workervoice.message import Role
from workervoice.settings import Settings
from workervoice.store import programme as store
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.factors import add_factor
from workervoice.store.people import Officer
from workervoice.store.programme import Line, Organisation, Site, SupplyLink
from workervoice.store.vault import Vault

EMERGENCY = "999"
READING_HOURS = "8:00-20:00 Asia/Dhaka"
PROGRAMME = "Demo hotline"

SITES = (
    ("RIVER", "Riverside Garments", "BD"),
    ("HARBOR", "Harbour Seafood", "TH"),
    ("HILL", "Hillside Electronics", "MY"),
)
# organisation key: kind, name, codes of the sites it buys from
ORGANISATIONS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "operator": ("operator", "Open Line (hotline operator)", ()),
    "north": ("buyer", "Northwind Apparel", ("RIVER", "HILL")),
    "south": ("buyer", "Southgate Retail", ("RIVER", "HARBOR")),
    "watch": ("ngo", "Labour Watch (NGO)", ()),
}
# login: organisation, role, name, registrar
PEOPLE: Mapping[str, tuple[str, Role, str, bool]] = {
    "sam": ("operator", Role.SUPERVISOR, "Sam, supervisor", True),
    "maria": ("operator", Role.SUPERVISOR, "Maria, supervisor", True),
    "asha": ("operator", Role.HANDLER, "Asha, handler", False),
    "ben": ("operator", Role.HANDLER, "Ben, handler", False),
    "nora": ("north", Role.BUYER, "Nora, Northwind Apparel", True),
    "otto": ("north", Role.BUYER, "Otto, Northwind Apparel", False),
    "paul": ("south", Role.BUYER, "Paul, Southgate Retail", True),
    "mina": ("watch", Role.MONITOR, "Mina, Labour Watch", False),
    "tara": ("operator", Role.TRANSLATOR, "Tara, translator", False),
}


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One of the demo's lines, with its sender from the settings or a fictional one."""

    slug: str
    channel: Literal["sms", "whatsapp"]
    sender: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding made, to be printed once: passphrases by login, and the secrets of the apps
    that show codes to those who must have a second factor."""

    programme_id: UUID
    passphrases: Mapping[str, str] = field(repr=False)
    totp: Mapping[str, bytes] = field(repr=False)


def demo_lines(sms_from: str | None, whatsapp_from: str | None) -> tuple[DemoLine, ...]:
    return (
        DemoLine("demo-sms", "sms", sms_from or "+15550100000"),
        DemoLine("demo-whatsapp", "whatsapp", whatsapp_from or "+15550100001"),
    )


def check_senders(settings: Settings) -> None:
    """With Twilio, a demo needs a number of its own there. Raises `SettingsError`."""
    if settings.sends_by_twilio() and not (
        settings.twilio_sms_from or settings.twilio_whatsapp_from
    ):
        raise SettingsError(
            "WORKERVOICE_TWILIO_SMS_FROM is missing (or WORKERVOICE_TWILIO_WHATSAPP_FROM): give "
            "the number at Twilio that the demo's replies come from"
        )


def is_seeded(owner: Database) -> bool:
    """True if the database has a programme."""
    with owner.begin() as tx:
        return bool(store.programmes(tx))


def seed(
    owner: Database,
    data: Path,
    lines: Sequence[DemoLine],
    *,
    now: datetime,
    cost: Cost = STRONG,
) -> Seeded:
    """Make keys, then the programme and its people in one transaction; returns the passphrases."""
    root = Root.generate()
    make_key_files(data, root.public)
    programme_id = uuid4()
    ceremony = Ceremony(programme_id, root, now, cost)
    passphrases = {login: new_passphrase() for login in PEOPLE}
    ids = {key: uuid4() for key in ORGANISATIONS}
    organisations = [
        Organisation(ids[key], kind, name) for key, (kind, name, _) in ORGANISATIONS.items()
    ]
    seats = [
        Seat(
            Officer(programme_id, uuid4(), ids[of], login, name, role), vouches, passphrases[login]
        )
        for login, (of, role, name, vouches) in PEOPLE.items()
    ]
    places = [*organisations, *_lines(programme_id, lines), *_places(ids, now.date())]
    founding = ceremony.hold(PROGRAMME, places, seats, sign_processes(ceremony, data))
    with owner.begin(Scope(programme_id)) as tx:
        store_founding(tx, founding)
        vault = load_key_files(data, "console").vault()
        totp = {
            account.officer.login: _second_factor(tx, vault, account, passphrases, now)
            for account in founding.accounts
            if required(account.officer)
        }
        log_recipients(tx, vault, now)
    return Seeded(programme_id, passphrases, totp)


def _second_factor(
    tx: Tx, vault: Vault, account: Account, passphrases: Mapping[str, str], now: datetime
) -> bytes:
    """Set up an app that shows codes, as its owner would; returns its secret."""
    officer, secret, factor_id = account.officer, token_bytes(SECRET_BYTES), uuid4()
    bundle = open_slot(officer.id, passphrases[officer.login], account.slots[0], account.boxed)
    holder, at = Holder(vault, officer, bundle), int(now.timestamp())
    row = new_totp(holder, factor_id, secret, "Demo", now=at, step=0)
    add_factor(tx, vault, officer, row)
    return secret


def _lines(programme_id: UUID, lines: Sequence[DemoLine]) -> list[Line]:
    return [
        Line(
            *(programme_id, uuid4(), line.slug, line.channel, line.sender),
            *("BD", "en", EMERGENCY, READING_HOURS),
        )
        for line in lines
    ]


def _places(organisations: Mapping[str, UUID], today: date) -> Iterator[Site | SupplyLink]:
    """Sites, and who buys from them."""
    sites = {code: uuid4() for code, _, _ in SITES}
    for code, name, country in SITES:
        yield Site(sites[code], code, name, country)
    since = today.replace(month=1, day=1)
    for key, (_, _, codes) in ORGANISATIONS.items():
        for code in codes:
            yield SupplyLink(uuid4(), sites[code], organisations[key], since, None, "demo")
