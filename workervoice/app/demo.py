"""The demo's programme: an operator with its people, three sites, two buyers, a monitor.

Its root is made in memory, signs the two supervisors and one officer of each buyer as registrars
and our processes, and is forgotten when the seeding ends: nobody can enrol a registrar afterwards.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid4

from workervoice.app.keyfiles import load_key_files, make_key_files
from workervoice.crypto.slots import STRONG, Cost
from workervoice.errors import SettingsError
from workervoice.hotline.ceremony import Ceremony, Member, Root, store_member
from workervoice.message import Role
from workervoice.settings import Settings
from workervoice.store import programme as store
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.keys import add_directory_entry
from workervoice.store.people import Officer
from workervoice.store.programme import Line, Organisation, Site

EMERGENCY = "999"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else

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
}


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One of the demo's lines, with its sender from the settings or a fictional one."""

    slug: str
    channel: Literal["sms", "whatsapp"]
    sender: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What seeding made, to be printed once: passphrases by login."""

    programme_id: UUID
    passphrases: Mapping[str, str] = field(repr=False)


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
    """Make keys, programme and people, all in one transaction; returns the passphrases."""
    root = Root.generate()
    make_key_files(data, root.public)
    programme_id = uuid4()
    ceremony = Ceremony(programme_id, root, now, cost)
    passphrases = {login: new_passphrase() for login in PEOPLE}
    with owner.begin(Scope(programme_id)) as tx:
        store.add_programme(tx, "Demo hotline")
        for line in lines:
            details = (line.slug, line.channel, line.sender, "BD", "en", EMERGENCY)
            store.add_line(tx, Line(programme_id, uuid4(), *details))
        ids = _places(tx, now.date())
        _processes(tx, ceremony, data)
        _people(tx, ceremony, ids, passphrases)
    return Seeded(programme_id, passphrases)


def new_passphrase() -> str:
    """Four groups of four characters: 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def _places(tx: Tx, today: date) -> dict[str, UUID]:
    """Sites, organisations and the links between them; returns the organisations' ids."""
    sites = {code: uuid4() for code, _, _ in SITES}
    for code, name, country in SITES:
        store.add_site(tx, Site(sites[code], code, name, country))
    ids = {key: uuid4() for key in ORGANISATIONS}
    for key, (kind, name, codes) in ORGANISATIONS.items():
        store.add_organisation(tx, Organisation(ids[key], kind, name))
        for code in codes:
            store.add_supply_link(
                tx,
                uuid4(),
                site_id=sites[code],
                organisation_id=ids[key],
                since=today.replace(month=1, day=1),
                source="demo",
            )
    return ids


def _processes(tx: Tx, ceremony: Ceremony, data: Path) -> None:
    """The root vouches for the gateway's and the courier's keys."""
    for kind, kem in (("gateway", None), ("courier", "courier")):
        files = load_key_files(data, kind)
        kem_public = files.custody.public(kem) if kem else b""
        sign_public = files.custody.public("signing")
        signed = ceremony.process(files.process_id, kind, sign_public, kem_public)
        add_directory_entry(tx, signed)


def _people(
    tx: Tx, ceremony: Ceremony, ids: Mapping[str, UUID], passphrases: Mapping[str, str]
) -> None:
    """Registrars by the root, the others by a registrar; then the team and the organisations."""
    members: dict[str, Member] = {}
    for login, (organisation, role, name, registrar) in PEOPLE.items():
        officer = Officer(ceremony.programme_id, uuid4(), ids[organisation], login, name, role)
        members[login] = ceremony.enrol(officer, passphrases[login], registrar=registrar)
    supervisor = members["sam"]
    for login, (organisation, _, _, registrar) in PEOPLE.items():
        signer = None if registrar else (members["nora"] if organisation == "north" else supervisor)
        store_member(tx, members[login], ceremony.vouch(members[login], signer))
    team = [m for m in members.values() if m.officer.role in {Role.HANDLER, Role.SUPERVISOR}]
    add_directory_entry(tx, ceremony.found(tx, "team", uuid4(), members=team, by=supervisor))
    for key, registrar_login in (("north", "nora"), ("south", "paul")):
        own = [m for m in members.values() if m.officer.organisation_id == ids[key]]
        by = members[registrar_login]
        add_directory_entry(tx, ceremony.found(tx, "organisation", ids[key], members=own, by=by))
