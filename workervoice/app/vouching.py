"""What the root signs: our processes at the ceremony, and what is brought to it afterwards.

The root is kept offline. Whatever needs it later goes there and back in a file: `root sign` on the
machine of the ceremony, `root take` on the server.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from workervoice.app.keyfiles import load_key_files
from workervoice.crypto.directory import Directory, Entry, Signed, fingerprint, sign_entry
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
from workervoice.store.vault import Vault

ROOT = "root"  # what is written on the paper
_REQUEST, _SIGNED = "workervoice-root-request-1", "workervoice-root-signed-1"


def sign_processes(ceremony: Ceremony, data: Path) -> list[Signed]:
    """The root vouches for the gateway's and the courier's keys, and for the log's."""
    entries = []
    for kind, kem in (("gateway", None), ("courier", "courier")):
        files = load_key_files(data, kind)
        kem_public = files.custody.public(kem) if kem else b""
        sign_public = files.custody.public("signing")
        entries.append(ceremony.process(files.process_id, kind, sign_public, kem_public))
    log_public = load_key_files(data, "courier").custody.public("log")
    return [*entries, ceremony.process(uuid4(), "log", log_public, b"")]


def root_from_paper(typed: str) -> SigningKey:
    """The root as somebody typed it. Raises `Mistyped`."""
    return SigningKey(from_paper(ROOT, typed, ROOT_BYTES))


def write_request(entries: list[Entry]) -> str:
    """What is carried to the root."""
    return _document(_REQUEST, [{"entry": _fields(entry)} for entry in entries])


def read_request(text: str) -> list[Entry]:
    """Raises `SettingsError`."""
    return [_entry(item) for item in _items(_REQUEST, text)]


def describe(entry: Entry) -> str:
    """What the root is asked to vouch for, in words that can be compared over the phone."""
    limit = " of one organisation" if entry.organisation_id else ""
    return (
        f"{entry.kind} {entry.id}{limit}, version {entry.version}, role {entry.role}\n"
        f"    signs with  {fingerprint(entry.sign_public)}\n"
        f"    opens with  {fingerprint(entry.kem_public) if entry.kem_public else '(nothing)'}"
    )


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


def _document(kind: str, items: list[dict[str, Any]]) -> str:
    return json.dumps({"format": kind, "entries": items}, indent=1) + "\n"


def _items(kind: str, text: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
        if document["format"] != kind:
            raise ValueError
        return list(document["entries"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError(f"this is no {kind} file, or a damaged one: make it again") from None


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(entry_to_body(entry))
    return fields


def _entry(item: dict[str, Any]) -> Entry:
    try:
        return entry_from_body(json.dumps(item["entry"]).encode())
    except (ValueError, KeyError, TypeError):
        raise SettingsError("this file holds no entry of a directory: make it again") from None


def _signature(item: dict[str, Any]) -> bytes:
    try:
        return bytes.fromhex(item["signature"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError("this file holds no signature: sign the request again") from None
