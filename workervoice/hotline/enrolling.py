"""Enrolling: somebody who was invited makes their keys and account, by a one-time token.

    token, passphrase ▸ prepare: keys, and a code to print ▸ the code is typed back ▸ complete

Nothing is stored before the typed code opens the keys. Between the halves there is only what the
database will hold, which opens with passphrase or code alone. Where two requests lie in between,
that goes with the form, sealed for one browser and half an hour: the server keeps nothing.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from workervoice.crypto.directory import fingerprint
from workervoice.crypto.paper import RECOVERY_BYTES, from_paper
from workervoice.crypto.seal import box, ctx, digest, generate_signing, mac, unbox
from workervoice.crypto.slots import (
    RECOVERY,
    SLOT_KIND,
    Bundle,
    Cost,
    Slot,
    box_bundle,
    new_slot,
    open_slot,
)
from workervoice.crypto.suite import generate_kem
from workervoice.errors import NotFound, SealBroken
from workervoice.hotline.account import as_printed, check_new
from workervoice.hotline.ceremony import new_recovery_code
from workervoice.hotline.process import Process
from workervoice.message import Role
from workervoice.store import people
from workervoice.store.engine import Scope, Tx
from workervoice.store.invitations import Invitation, claim, invitation_by_token
from workervoice.store.log import Event, record_event
from workervoice.store.people import Officer, cost_from_text, cost_to_text

PAPER = "invitation"  # what is written on the token
CARRIED_FOR = timedelta(minutes=30)  # to print the code, and to type it back
_CARRY = "join"
_CARRY_KEY = "join-key"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a new person gets to see once: their printed code and their fingerprint."""

    officer: Officer
    recovery: str = field(repr=False)
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """Keys that nobody has stored yet, as the database will hold them."""

    token_hash: bytes = field(repr=False)
    boxed: bytes = field(repr=False)
    by_passphrase: Slot = field(repr=False)
    by_code: Slot = field(repr=False)


def person_fingerprint(sign_public: bytes, kem_public: bytes) -> str:
    """Of both keys of a person: what is compared over the phone."""
    return fingerprint(ctx("person", sign_public, kem_public))


def own_fingerprint(bundle: Bundle) -> str:
    """Of one's own keys, whatever the database says of them."""
    return person_fingerprint(bundle.sign.public, bundle.kem.public)


def token_hash(raw: bytes) -> bytes:
    return digest(ctx("invitation-token", raw))


def prepare(
    process: Process, token: str, passphrase: str, again: str, cost: Cost
) -> tuple[Prepared, str]:
    """New keys for whoever has this token, and the recovery code to print.

    Raises `Mistyped` for a typing error in the token, `NotFound` for one that is unknown, used or
    too old, and `Declined` for a passphrase that will not do.
    """
    hashed = token_hash(from_paper(PAPER, token, RECOVERY_BYTES))
    with process.database.begin() as tx:
        officer = _officer_of(_invited(process, tx, hashed))
    check_new(passphrase, again, officer.login, officer.name)
    bundle, code = Bundle(generate_kem(), generate_signing()), new_recovery_code()
    umk, boxed = box_bundle(officer.id, bundle)
    by_passphrase = new_slot(officer.id, passphrase, umk, cost)
    by_code = new_slot(officer.id, code, umk, cost, kind=RECOVERY)
    return Prepared(hashed, boxed, by_passphrase, by_code), code


def complete(process: Process, prepared: Prepared, typed: str) -> Enrolled:
    """Store the account, once the code as it was typed from paper opens its keys.

    Raises `Mistyped` or `WrongPassphrase` for a code that was copied wrongly, and `NotFound` for a
    token that was used meanwhile or is too old; nothing is stored then.
    """
    code = as_printed(typed)
    with process.database.begin() as tx:
        invited = _invited(process, tx, prepared.token_hash)
    bundle = open_slot(invited.id, code, prepared.by_code, prepared.boxed)
    officer = _officer_of(invited)
    with process.database.begin(Scope(officer.programme_id)) as tx:
        _invited(process, tx, prepared.token_hash, lock=True)
        people.add_officer(tx, officer, prepared.boxed)
        people.add_slot(tx, officer, prepared.by_passphrase)
        people.add_slot(tx, officer, prepared.by_code, tried=True)
        claim(tx, invited, bundle.sign.public + bundle.kem.public)
        leaf = Event("enrolled", officer.id, officer.id, str(officer.role))
        record_event(tx, process.vault, leaf, process.clock())
    return Enrolled(officer, code, own_fingerprint(bundle))


def _officer_of(invited: Invitation) -> Officer:
    place = (invited.programme_id, invited.id, invited.organisation_id)
    return Officer(*place, invited.login, invited.name, Role(invited.role))


def _invited(process: Process, tx: Tx, hashed: bytes, *, lock: bool = False) -> Invitation:
    invited = invitation_by_token(tx, hashed, lock=lock)
    if invited.keys is not None or invited.expires_at <= process.clock():
        raise NotFound("no such invitation")
    return invited


# --- between two requests ------------------------------------------------------------------------


def carry(boot_secret: bytes, browser: str, prepared: Prepared, now: datetime) -> str:
    """What goes with the form that asks for the code: only this boot opens it, for this browser."""
    slots = [_slot_to_json(slot) for slot in (prepared.by_passphrase, prepared.by_code)]
    said = [prepared.token_hash.hex(), prepared.boxed.hex(), *slots, int(now.timestamp())]
    blob = box(_key(boot_secret, browser), json.dumps(said).encode(), ctx(_CARRY))
    return base64.urlsafe_b64encode(blob).decode()


def carried(boot_secret: bytes, browser: str, text: str, now: datetime) -> Prepared:
    """Raises `SealBroken` for one of another browser or boot, an old one, and anything else."""
    try:
        blob = base64.b64decode(text, altchars=b"-_", validate=True)
    except ValueError:
        raise SealBroken("not what a form of ours carried") from None
    plain = json.loads(unbox(_key(boot_secret, browser), blob, ctx(_CARRY)))
    hashed, boxed, by_passphrase, by_code, at = plain
    if not 0 <= now.timestamp() - at < CARRIED_FOR.total_seconds():
        raise SealBroken("this form waited for too long")
    slots = (_slot_of(SLOT_KIND, by_passphrase), _slot_of(RECOVERY, by_code))
    return Prepared(bytes.fromhex(hashed), bytes.fromhex(boxed), *slots)


def _key(boot_secret: bytes, browser: str) -> bytes:
    return mac(boot_secret, ctx(_CARRY_KEY, browser))


def _slot_to_json(slot: Slot) -> list[str]:
    hashed, wrapped = slot.auth_hash.hex(), slot.wrapped_umk.hex()
    return [slot.salt.hex(), cost_to_text(slot.cost), hashed, wrapped]


def _slot_of(kind: str, said: list[str]) -> Slot:
    salt, cost, hashed, wrapped = said
    blobs = (bytes.fromhex(hashed), bytes.fromhex(wrapped))
    return Slot(kind, bytes.fromhex(salt), cost_from_text(cost), *blobs)
