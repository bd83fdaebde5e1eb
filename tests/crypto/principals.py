"""A root, two registrars, and entries that they sign; for the tests of the directory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto.directory import Directory, Entry, Signed, sign_entry
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.errors import NotTrusted

NOW = 1_800_000_000
PROGRAMME, ORGANISATION, OTHER_ORGANISATION = UUID(int=1), UUID(int=2), UUID(int=3)

ROOT = generate_signing()
SUPERVISOR, BUYER_REGISTRAR = generate_signing(), generate_signing()


def an_entry(kind: str, key: SigningKey | None = None, **changes: Any) -> Entry:
    sign_public = (key or generate_signing()).public
    entry = Entry(
        id=uuid4(),
        kind=kind,
        programme_id=PROGRAMME,
        version=1,
        role="",
        organisation_id=None,
        epoch=0,
        sign_public=sign_public,
        kem_public=b"\2" + uuid4().bytes,
        not_after=NOW + 1000,
    )
    return replace(entry, **changes)


SUPERVISOR_ENTRY = an_entry("registrar", SUPERVISOR, role="supervisor")
BUYER_REGISTRAR_ENTRY = an_entry(
    "registrar", BUYER_REGISTRAR, role="buyer", organisation_id=ORGANISATION
)
REGISTRARS = [
    sign_entry(SUPERVISOR_ENTRY, None, ROOT),
    sign_entry(BUYER_REGISTRAR_ENTRY, None, ROOT),
]


def by_supervisor(entry: Entry) -> Signed:
    return sign_entry(entry, SUPERVISOR_ENTRY.id, SUPERVISOR)


def by_buyer(entry: Entry) -> Signed:
    return sign_entry(entry, BUYER_REGISTRAR_ENTRY.id, BUYER_REGISTRAR)


def read(*entries: Signed, now: int = NOW) -> Directory:
    return Directory(ROOT.public, [*REGISTRARS, *entries], now)


def is_trusted(*entries: Signed, now: int = NOW) -> bool:
    """Whether the id of the first entry is."""
    principal = entries[0].entry.id
    try:
        read(*entries, now=now).trusted(principal)
    except NotTrusted:
        return False
    return True
