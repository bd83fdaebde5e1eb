"""The founding of a programme: everything that the ceremony made and the server may know.

One document, written on the ceremony's machine and stored by the server in one transaction. It
holds public keys, signatures, and private keys that are boxed under somebody's passphrase; of the
root only its signatures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from workervoice.crypto.directory import Signed
from workervoice.crypto.keyring import Holder, LockedPair
from workervoice.crypto.slots import Slot
from workervoice.errors import SettingsError
from workervoice.message import Role
from workervoice.store import keys, people
from workervoice.store import programme as store
from workervoice.store.engine import Tx
from workervoice.store.keys import SharedPair
from workervoice.store.people import Officer
from workervoice.store.programme import Line, Organisation, Site, SupplyLink

FORMAT = "workervoice-founding-1"


@dataclass(frozen=True, slots=True)
class Account:
    """A person's account, with the ways in and the boxed keys."""

    officer: Officer
    slots: tuple[Slot, ...]
    boxed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GroupKey:
    """A team's or organisation's key pair, wrapped to its members."""

    holder: Holder
    shared: SharedPair
    wraps: Mapping[UUID, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Founding:
    """A programme at its beginning."""

    programme_id: UUID
    name: str
    places: tuple[Line | Site | Organisation | SupplyLink, ...]
    accounts: tuple[Account, ...]
    groups: tuple[GroupKey, ...]
    entries: tuple[Signed, ...]

    def to_json(self) -> str:
        """The document. It may travel by any way: nothing in it opens anything by itself."""
        document = {
            "format": FORMAT,
            "programme": str(self.programme_id),
            "name": self.name,
            "places": [_place_to(row) for row in self.places],
            "accounts": [_account_to(account) for account in self.accounts],
            "groups": [_group_to(group) for group in self.groups],
            "entries": [_entry_to(signed) for signed in self.entries],
        }
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Founding:
        """Read what `to_json` wrote. Raises `SettingsError`, without saying more than that."""
        try:
            document = json.loads(text)
            if document["format"] != FORMAT:
                raise ValueError
            programme_id = UUID(document["programme"])
            return cls(
                programme_id,
                document["name"],
                tuple(_place_from(item) for item in document["places"]),
                tuple(_account_from(programme_id, item) for item in document["accounts"]),
                tuple(_group_from(item) for item in document["groups"]),
                tuple(_entry_from(item) for item in document["entries"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SettingsError(
                "this is no founding document of `workervoice init`, or a damaged one"
            ) from None


def store_founding(tx: Tx, founding: Founding) -> None:
    """Store all of it, in the transaction of the programme it founds."""
    store.add_programme(tx, founding.name)
    for row in sorted(founding.places, key=lambda row: isinstance(row, SupplyLink)):
        store.add_registered(tx, row)
    for account in founding.accounts:
        people.add_officer(tx, account.officer, account.boxed)
        for slot in account.slots:
            people.add_slot(tx, account.officer, slot)
    for group in founding.groups:
        keys.add_key_pair(tx, group.holder, group.shared)
        for reader_id, wrap in group.wraps.items():
            keys.add_wrap(tx, group.holder, reader_id, wrap)
    for signed in founding.entries:
        keys.add_directory_entry(tx, signed)


_KINDS: Mapping[str, type[Line] | type[Site] | type[Organisation] | type[SupplyLink]] = {
    "line": Line,
    "site": Site,
    "organisation": Organisation,
    "supply link": SupplyLink,
}


# --- the pieces of the document -----------------------------------------------------------------


def _place_to(row: Line | Site | Organisation | SupplyLink) -> dict[str, Any]:
    kind = next(name for name, each in _KINDS.items() if type(row) is each)
    values = {name: getattr(row, name) for name in store.field_names(type(row))}
    texts = {
        name: value.hex() if isinstance(value, bytes) else value if value is None else str(value)
        for name, value in values.items()
    }
    return {**texts, "is": kind}


def _place_from(item: Mapping[str, Any]) -> Line | Site | Organisation | SupplyLink:
    kind = _KINDS[item["is"]]
    values: dict[str, Any] = {name: item[name] for name in store.field_names(kind)}
    for name, value in values.items():
        if name == "id" or name.endswith("_id"):
            values[name] = UUID(value)
        elif name in {"since", "until"} and value is not None:
            values[name] = date.fromisoformat(value)
    values["signature"] = bytes.fromhex(values["signature"])
    return kind(**{**values, "version": int(values["version"])})


def _account_to(account: Account) -> dict[str, Any]:
    who = account.officer
    return {
        "id": str(who.id),
        "organisation": str(who.organisation_id),
        "login": who.login,
        "name": who.name,
        "role": str(who.role),
        "bundle": account.boxed.hex(),
        "slots": [
            {
                "kind": slot.kind,
                "salt": slot.salt.hex(),
                "cost": people.cost_to_text(slot.cost),
                "auth_hash": slot.auth_hash.hex(),
                "wrapped_umk": slot.wrapped_umk.hex(),
            }
            for slot in account.slots
        ],
    }


def _account_from(programme_id: UUID, item: Mapping[str, Any]) -> Account:
    officer = Officer(
        programme_id,
        UUID(item["id"]),
        UUID(item["organisation"]),
        item["login"],
        item["name"],
        Role(item["role"]),
    )
    slots = tuple(
        Slot(
            slot["kind"],
            bytes.fromhex(slot["salt"]),
            people.cost_from_text(slot["cost"]),
            bytes.fromhex(slot["auth_hash"]),
            bytes.fromhex(slot["wrapped_umk"]),
        )
        for slot in item["slots"]
    )
    return Account(officer, slots, bytes.fromhex(item["bundle"]))


def _group_to(group: GroupKey) -> dict[str, Any]:
    return {
        "kind": group.holder.kind,
        "id": str(group.holder.id),
        "epoch": group.holder.epoch,
        "public": group.shared.pair.public.hex(),
        "box": group.shared.pair.box.hex(),
        "signer": str(group.shared.signer_id),
        "signature": group.shared.signature.hex(),
        "wraps": {str(reader): wrap.hex() for reader, wrap in group.wraps.items()},
    }


def _group_from(item: Mapping[str, Any]) -> GroupKey:
    pair = LockedPair(bytes.fromhex(item["public"]), bytes.fromhex(item["box"]))
    return GroupKey(
        Holder(item["kind"], UUID(item["id"]), int(item["epoch"])),
        SharedPair(pair, UUID(item["signer"]), bytes.fromhex(item["signature"])),
        {UUID(reader): bytes.fromhex(wrap) for reader, wrap in item["wraps"].items()},
    )


def _entry_to(signed: Signed) -> dict[str, Any]:
    signer = None if signed.signer_id is None else str(signed.signer_id)
    fields = json.loads(keys.entry_to_body(signed.entry))
    return {"entry": fields, "signer": signer, "signature": signed.signature.hex()}


def _entry_from(item: Mapping[str, Any]) -> Signed:
    entry = keys.entry_from_body(json.dumps(item["entry"]).encode())
    signer = None if item["signer"] is None else UUID(item["signer"])
    return Signed(entry, signer, bytes.fromhex(item["signature"]))
