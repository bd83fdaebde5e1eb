"""Staffing: how people come to the hotline and leave it.

    invite (a registrar) ▸ enrol (the invited person, by a one-time token) ▸ compare the fingerprint
    over the phone ▸ admit (a registrar) ▸ … ▸ remove (a registrar)

An account that nobody vouches for opens nothing and sees nothing. What a person has read or copied
cannot be taken back; removing decides what they open from then on.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.directory import Entry
from workervoice.crypto.keyring import Holder
from workervoice.crypto.paper import RECOVERY_BYTES, to_paper
from workervoice.crypto.slots import STRONG, Cost
from workervoice.errors import Declined, Forbidden, NotFound, NotTrusted
from workervoice.hotline.ceremony import VALID_FOR
from workervoice.hotline.enrolling import (
    PAPER,
    Enrolled,
    complete,
    person_fingerprint,
    prepare,
    token_hash,
)
from workervoice.hotline.epochs import (
    STAFF,
    Reader,
    Registry,
    give,
    registering,
)
from workervoice.hotline.process import Process, sole
from workervoice.hotline.reading import Actor
from workervoice.message import Role
from workervoice.store import keys, people
from workervoice.store import programme as store
from workervoice.store.engine import Tx
from workervoice.store.invitations import (
    Invitation,
    add_invitation,
    drop_invitation,
    invitation_of,
    invitations,
    login_elsewhere,
)

INVITED_FOR = timedelta(days=7)
NAME_MAX = 100
_LOGIN = re.compile("[a-z0-9][a-z0-9._-]{1,31}")
ROLES = frozenset(
    {
        *(Role.HANDLER, Role.SUPERVISOR, Role.BUYER),
        *(Role.MONITOR, Role.TRANSLATOR, Role.ADMINISTRATOR),
    }
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited."""

    login: str
    name: str
    role: Role
    organisation_id: UUID


def invite(process: Process, actor: Actor, guest: Guest) -> str:
    """The one-time token for somebody to make an account with; told once, stored as a hash."""
    if not _LOGIN.fullmatch(guest.login):
        raise Declined("a login has 2 to 32 small letters, digits, dots or hyphens")
    if not guest.name.strip() or len(guest.name) > NAME_MAX:
        raise Declined(f"a name has 1 to {NAME_MAX} characters")
    raw = secrets.token_bytes(RECOVERY_BYTES)
    with registering(process, actor) as desk:
        _check_place(desk, guest)
        _free_login(process, desk, guest.login)
        unsigned = Invitation(
            programme_id=desk.tx.programme,
            id=uuid4(),
            organisation_id=guest.organisation_id,
            login=guest.login,
            name=guest.name.strip(),
            role=str(guest.role),
            token_hash=token_hash(raw),
            expires_at=(desk.pen.now + INVITED_FOR).replace(microsecond=0),
            signer_id=actor.id,
            signature=b"",
        )
        signature = actor.bundle.sign.sign(unsigned.statement())
        add_invitation(desk.tx, replace(unsigned, signature=signature))
        desk.pen.log(desk.tx, "officer_invited", unsigned.id, unsigned.role)
    return to_paper(PAPER, raw)


def _check_place(desk: Registry, guest: Guest) -> None:
    """A registrar invites within their organisation; buyers' people into buyers only."""
    found = [o for o in store.rows_of(desk.tx, store.Organisation) if o.id == guest.organisation_id]
    if not found:
        raise NotFound("no such organisation")
    limit = desk.directory.trusted(desk.actor.id).organisation_id
    if limit not in (None, guest.organisation_id):
        raise Forbidden("you may invite people of your own organisation only")
    of_buyer = found[0].kind == "buyer"
    if guest.role not in ROLES or of_buyer != (guest.role is Role.BUYER):
        raise Declined(f"an organisation of kind {found[0].kind} has no {guest.role}")


def _free_login(process: Process, desk: Registry, login: str) -> None:
    seen = {each.id for each in invitations(desk.tx)} | people.officers(desk.tx).keys()
    with process.database.begin() as door:
        if login_elsewhere(door, login, seen):
            raise Declined(f"there is a {login} already")
    for old in invitations(desk.tx):
        if old.login == login and old.keys is None and old.expires_at <= desk.pen.now:
            drop_invitation(desk.tx, old.id)  # it ran out unused
        elif old.login == login:
            raise Declined(f"{login} is invited already")
    if any(officer.login == login for officer in people.officers(desk.tx).values()):
        raise Declined(f"there is a {login} already")


def enrol(
    process: Process,
    token: str,
    passphrase: str,
    cost: Cost = STRONG,
    *,
    try_code: Callable[[str], str] = lambda code: code,
) -> Enrolled:
    """Make the invited person's keys and account. `try_code` shows the printed code and returns it
    as the person typed it back: nothing is stored before it opens the keys.

    Raises `Declined` for a weak passphrase, `Mistyped` or `WrongPassphrase` for a code that was
    copied wrongly, and `NotFound` for a token that is unknown, used or too old.
    """
    prepared, code = prepare(process, token, passphrase, passphrase, cost)
    return complete(process, prepared, try_code(code))


def claimed_entry(tx: Tx, invited: Invitation, not_after: int) -> Entry:
    """What somebody who waits would be in the directory."""
    if invited.keys is None:
        raise Declined(f"{invited.login} has not made an account yet")
    return Entry(
        id=invited.id,
        kind="officer",
        programme_id=tx.programme,
        version=1,
        role=invited.role,
        organisation_id=invited.organisation_id,
        epoch=0,
        sign_public=invited.keys[:32],
        kem_public=invited.keys[32:],
        not_after=not_after,
    )


def admit(process: Process, actor: Actor, login: str, compared: str) -> None:
    """Vouch for somebody who waits, and give them the keys that their role reads with.

    `compared` is the fingerprint as the person read it over the phone: it must be that of the keys
    that lie in the database, or somebody put others there.
    """
    with registering(process, actor) as desk:
        invited = invitation_of(desk.tx, login)
        desk.directory.check_signature(
            invited.signer_id, invited.statement(), invited.signature, "registrar"
        )
        until = int((desk.pen.now + VALID_FOR).timestamp())
        entry = claimed_entry(desk.tx, invited, until)
        shown = person_fingerprint(entry.sign_public, entry.kem_public)
        if "".join(compared.split()) != shown.replace(" ", ""):
            raise Declined(f"the fingerprint of {login} is another: do not admit them, ask why")
        entry = _entered(desk, entry)
        _give_group_keys(desk, entry)
        drop_invitation(desk.tx, invited.id)
        desk.pen.log(desk.tx, "officer_admitted", entry.id, entry.role)


def _entered(desk: Registry, entry: Entry) -> Entry:
    """The entry signed by this registrar, or the one that the root signed for a new registrar."""
    try:
        known = desk.directory.trusted(entry.id)
    except NotTrusted:
        desk.vouch(entry)
        return entry
    if (known.sign_public, known.kem_public) != (entry.sign_public, entry.kem_public):
        raise NotTrusted(str(entry.id))
    return known


def _give_group_keys(desk: Registry, entry: Entry) -> None:
    """Every epoch of the team's or organisation's pair that the registrar has: what was written
    before is part of the work."""
    if entry.role in STAFF:
        kind, group_id = "team", sole(desk.directory, "team").id
    elif entry.role == Role.BUYER:
        kind, group_id = "organisation", UUID(str(entry.organisation_id))
    else:
        return
    mine = [h for h in keys.memberships(desk.tx, desk.actor.id, kind) if h.id == group_id]
    if not mine:
        raise Declined(f"you have no key of {kind} {group_id}: let one who has admit them")
    for holder in mine:
        _give_own(desk, holder, entry)
    desk.pen.log(desk.tx, "recipient_changed", group_id, f"{kind} reader added")


def _give_own(desk: Registry, holder: Holder, entry: Entry) -> None:
    wraps, me = keys.wraps_of(desk.tx, holder), desk.actor
    if (entry.id, 0) in wraps:
        return
    own = wraps[me.id, 0]
    kek = keyring.unwrap(own, holder=holder, reader_id=me.id, reader=me.bundle.kem)
    keyring.unlock(kek, holder, keys.key_pair_of(desk.tx, holder).pair)
    give(desk.tx, holder, kek, Reader.of(entry))
