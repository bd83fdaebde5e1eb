"""What the root signs: our processes at the ceremony, and what is brought to it afterwards.

The root is kept offline. Whatever needs it later goes there and back in a file: `root sign` on the
machine of the ceremony, `root take` on the server.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from workervoice.app.comparing import NAME_MAX, Names, check_form, check_name
from workervoice.app.keyfiles import load_key_files
from workervoice.crypto.directory import Directory, Entry, Signed, sign_entry
from workervoice.crypto.paper import ROOT_BYTES, from_paper
from workervoice.crypto.seal import SigningKey
from workervoice.errors import NotTrusted, SettingsError
from workervoice.hotline.ceremony import Ceremony
from workervoice.hotline.noting import log_recipients
from workervoice.store.engine import Tx
from workervoice.store.keys import (
    add_directory_entry,
    directory_entries,
    entry_from_body,
    entry_to_body,
)
from workervoice.store.people import officers
from workervoice.store.programme import Organisation, rows_of
from workervoice.store.vault import Vault

ROOT = "root"  # what is written on the paper
_REQUEST, _SIGNED = "workervoice-root-request-1", "workervoice-root-signed-1"
_BAD = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


def sign_processes(ceremony: Ceremony, data: Path) -> list[Signed]:
    """The root vouches for the gateway's and the courier's keys, and for the log's."""
    entries = []
    for kind, kem in (("gateway", "own"), ("courier", "courier")):
        files = load_key_files(data, kind)
        kem_public = files.custody.public(kem)
        sign_public = files.custody.public("signing")
        entries.append(ceremony.process(files.process_id, kind, sign_public, kem_public))
    log_public = load_key_files(data, "courier").custody.public("log")
    return [*entries, ceremony.process(uuid4(), "log", log_public, b"")]


def root_from_paper(typed: str) -> SigningKey:
    """The root as somebody typed it. Raises `Mistyped`."""
    return SigningKey(from_paper(ROOT, typed, ROOT_BYTES))


def write_request(entries: list[Entry], names: Names | None = None) -> str:
    """What is carried to the root. `names` are for whoever reads it, and are not signed."""
    items = [{"entry": _fields(entry)} for entry in entries]
    said = {str(each): name[:NAME_MAX] for each, name in (names or {}).items()}
    return _document(_REQUEST, items, **({"names": said} if said else {}))


def names_of(tx: Tx, entries: list[Entry]) -> dict[UUID, str]:
    """The logins and organisations that these entries are about, as the database has them."""
    known = {officer.id: officer.login for officer in officers(tx).values()}
    known |= {row.id: row.name for row in rows_of(tx, Organisation)}
    about = {each for entry in entries for each in (entry.id, entry.organisation_id)}
    return {each: known[each] for each in about if each is not None and each in known}


def read_request(text: str) -> list[Entry]:
    """Raises `SettingsError`, also for what the root never signs."""
    return [_entry(item) for item in _items(_REQUEST, text)]


def read_names(text: str) -> dict[UUID, str]:
    """Raises `SettingsError`."""
    try:
        said = json.loads(text).get("names", {})
        return {UUID(each): check_name(name) for each, name in said.items()}
    except _BAD:
        raise _damaged(_REQUEST) from None


def sign_request(entries: list[Entry], root: SigningKey) -> str:
    """The answer to a request, to be carried back."""
    signed = [sign_entry(entry, None, root) for entry in entries]
    items = [{"entry": _fields(s.entry), "signature": s.signature.hex()} for s in signed]
    return _document(_SIGNED, items)


def take_signed(tx: Tx, vault: Vault, root_public: bytes, text: str, now: datetime) -> list[Entry]:
    """Store what the root signed, once its signature and version were checked.

    What is stored already is passed over, so that an interrupted `take` can be repeated. Raises
    `SettingsError` or `NotTrusted` with nothing stored.
    """
    known = directory_entries(tx)
    taken = []
    for item in _items(_SIGNED, text):
        signed = Signed(_entry(item), None, _signature(item))
        if signed in known:
            continue
        if signed.entry.programme_id != tx.programme:
            raise SettingsError(f"entry {signed.entry.id} is of another programme")
        directory = Directory(root_public, [*known, signed], int(now.timestamp()))
        if directory.newest(signed.entry.id).entry != signed.entry:
            raise NotTrusted(str(signed.entry.id))
        taken.append(signed)
    for signed in taken:
        add_directory_entry(tx, signed)
    log_recipients(tx, vault, now)
    return [signed.entry for signed in taken]


def _document(kind: str, items: list[dict[str, Any]], **more: Any) -> str:
    return json.dumps({"format": kind, "entries": items, **more}, indent=1) + "\n"


def _items(kind: str, text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
        items = document["entries"]
        if document["format"] != kind or not isinstance(items, list) or not items:
            raise ValueError
    except _BAD:
        raise _damaged(kind) from None
    return items


def _damaged(kind: str) -> SettingsError:
    return SettingsError(f"this is no {kind} file, or a damaged one: make it again")


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(entry_to_body(entry))
    return fields


def _entry(item: dict[str, Any]) -> Entry:
    try:
        entry = entry_from_body(json.dumps(item["entry"]).encode())
        check_form(entry)
    except _BAD:
        raise SettingsError(
            "this file holds an entry that the root does not sign, or a damaged one: make it again"
        ) from None
    return entry


def _signature(item: dict[str, Any]) -> bytes:
    try:
        return bytes.fromhex(item["signature"])
    except _BAD:
        raise SettingsError("this file holds no signature: sign the request again") from None
