"""What the root is asked to say, in words that a person can check, and by which digits its keys are
compared with their owner.

A request comes from a server that somebody may have changed. Here only its form is judged; whether
a key is its owner's is found out by two people and a telephone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from workervoice.app.asking import ask, confirm
from workervoice.crypto.custody import Custody, version_id, versions_of
from workervoice.crypto.directory import SIGNED_BY_ROOT, Entry, fingerprint
from workervoice.crypto.seal import ctx
from workervoice.crypto.suite import Suite
from workervoice.errors import SettingsError
from workervoice.hotline.enrolling import person_fingerprint
from workervoice.hotline.handover import OWN
from workervoice.hotline.ownkeys import COURIER
from workervoice.hotline.renewing import OURS
from workervoice.message import Role

Names = Mapping[UUID, str]  # logins and names of organisations, as the server says them

NAME_MAX = 200
_SIGN_BYTES = 32
_KEM_BYTES = {Suite.X25519: 33, Suite.XWING: 1217}  # with the suite byte
_VERSIONS, _SECONDS = 2**31, 2**37  # far more than will be used, and a day that can be printed


def process_fingerprint(kind: str, sign_public: bytes, kem_public: bytes) -> str:
    """Of all public keys that the root vouches for under this kind."""
    return fingerprint(ctx("process", kind, sign_public, kem_public))


def own_fingerprints(process: str, custody: Custody) -> dict[str, str]:
    """By the kind of entry: of the keys that a process of ours holds itself, the newest ones."""
    if process == "gateway":
        kem = custody.public(OWN)
        return {"gateway": process_fingerprint("gateway", custody.public("signing"), kem)}
    if process != "courier":
        return {}
    newest = next(iter(versions_of(custody, COURIER)), 1)
    kem = custody.public(version_id(COURIER, newest))
    return {
        "courier": process_fingerprint("courier", custody.public("signing"), kem),
        "log": process_fingerprint("log", custody.public("log"), b""),
    }


def entry_fingerprint(entry: Entry) -> str:
    """What its owner reads out: from the own account's page, or from `doctor`."""
    if entry.kind in OURS:
        return process_fingerprint(entry.kind, entry.sign_public, entry.kem_public)
    return person_fingerprint(entry.sign_public, entry.kem_public)


def compare(entry: Entry, now: datetime) -> None:
    """Go on only if the owner of these keys read their digits out, or if this ends them. Raises
    `SettingsError`."""
    if is_ending(entry, now):
        confirm("Shall this end?")
        return
    heard = ask("Fingerprint, as it was read to you")
    if "".join(heard.split()) != entry_fingerprint(entry).replace(" ", ""):
        raise SettingsError(
            f"the fingerprint of {entry.kind} {entry.id} is another: nothing was signed; find out "
            "whether it was misheard, or whose keys these are"
        )


def is_ending(entry: Entry, now: datetime) -> bool:
    return entry.not_after <= now.timestamp()


def describe(entry: Entry, names: Names, now: datetime) -> str:
    """All that the root would say. Its digits only where nobody is asked to read them out: whoever
    sees them types what they see."""
    day = datetime.fromtimestamp(entry.not_after, tz=UTC).date().isoformat()
    login = names.get(entry.id)
    lines = [
        f"{entry.kind} {entry.id}",
        f"    {f'ENDS now, on {day}' if is_ending(entry, now) else f'holds until {day}'}",
        f"    role {entry.role}, {_limit(entry, names)}, version {entry.version}",
        f"    programme {entry.programme_id}",
    ]
    if login is not None:
        lines.append(f"    login {login}, as the server says")
    if is_ending(entry, now):
        lines.append(f"    fingerprint {entry_fingerprint(entry)}")
    return "\n".join(lines)


def _limit(entry: Entry, names: Names) -> str:
    where = entry.organisation_id
    if where is None:
        return "for the whole hotline"
    name = names.get(where)
    called = f" ({name}, as the server says)" if name is not None else ""
    return f"for organisation {where} only{called}"


def check_form(entry: Entry) -> None:
    """Raises `ValueError` or `TypeError` for what the root never says."""
    numbers = ((entry.version, _VERSIONS), (entry.not_after, _SECONDS))
    if any(type(number) is not int or not 0 < number < most for number, most in numbers):
        raise ValueError
    if entry.kind not in SIGNED_BY_ROOT or type(entry.epoch) is not int or entry.epoch:
        raise ValueError
    if len(entry.sign_public) != _SIGN_BYTES or not _is_role(entry):
        raise ValueError
    if entry.kind in {"registrar", "courier", "gateway"}:
        if _KEM_BYTES[Suite(entry.kem_public[0])] != len(entry.kem_public):
            raise ValueError
    elif entry.kem_public:
        raise ValueError


def _is_role(entry: Entry) -> bool:
    """A process speaks for nobody else; a buyer's registrar for no other organisation."""
    if entry.kind in OURS:
        return entry.role == entry.kind and entry.organisation_id is None
    if entry.role == Role.BUYER:
        return entry.organisation_id is not None
    return entry.role == Role.SUPERVISOR


def check_name(name: object) -> str:
    """A name that can be shown on a terminal. Raises `ValueError`."""
    if not isinstance(name, str) or len(name) > NAME_MAX or not name.isprintable():
        raise ValueError
    return name
