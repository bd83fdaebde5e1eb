"""Rotating: when a process's own key has a successor, and when the old one may be destroyed.

How far a rotation is stands nowhere but in the custody: two versions of a key mean that it was
begun and not finished. So it is continued by asking for it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from workervoice.crypto.custody import Custody, version_id, versions_of
from workervoice.crypto.directory import Entry
from workervoice.errors import Declined
from workervoice.hotline.contacts import PEPPER
from workervoice.hotline.ownkeys import COURIER, named_version
from workervoice.hotline.process import Process, sole
from workervoice.store.engine import Scope, Tx
from workervoice.store.intake import contacts_after, hold_indexes
from workervoice.store.log import Event, record_event
from workervoice.store.programme import programmes
from workervoice.store.servicekeys import ServiceKeys

ENTRY_VALID = timedelta(days=730)
_FIRST = UUID(int=0)

KeyWork = Callable[[str], None]  # make, or destroy, the key of this id


def unfinished(custody: Custody) -> list[str]:
    """Which of a process's keys have more than one version."""
    return [key for key in (PEPPER, COURIER) if len(versions_of(custody, key)) > 1]


def begin_pepper(process: Process, make: KeyWork) -> int:
    """A new pepper beside the old one, unless there is one already; returns its version. From then
    on strangers are stored under it, by every gateway."""
    with process.database.begin(Scope(sole_programme(process))) as tx:
        hold_indexes(tx)
        process.custody.refresh()
        version, word = versions_of(process.custody, PEPPER)[0], "continued"
        if PEPPER not in unfinished(process.custody):
            version, word = version + 1, "begun"
            make(version_id(PEPPER, version))
            process.custody.refresh()
        _log(tx, process, f"{PEPPER} {version} {word}")
    return version


def end_pepper(process: Process, destroy: KeyWork) -> None:
    """Destroy the old pepper. Raises `Declined`, with nothing done, while an index is under it."""
    with process.database.begin(Scope(sole_programme(process))) as tx:
        hold_indexes(tx)
        newest, *old = versions_of(process.custody, PEPPER)
        if contacts_after(tx, _FIRST, 1, but=newest):
            raise Declined(
                "some addresses still have an index under the old pepper: run this again"
            )
        _destroy(process.custody, PEPPER, old, destroy)
        _log(tx, process, f"{PEPPER} {newest} done")


def begin_courier(process: Process, make: KeyWork) -> Entry | None:
    """A new key pair beside the old one, unless there is one already. Returns what the root has to
    sign before anything is sealed to it; None once that has come back."""
    with process.database.begin(Scope(sole_programme(process))) as tx:
        now = process.clock()
        directory = process.directory(tx, now)
        named, held = (
            named_version(directory, process.custody),
            versions_of(process.custody, COURIER),
        )
        if named is None:
            raise Declined("the directory names none of the courier's keys that are here")
        if len(held) > 1 and named == held[0]:
            return None
        if len(held) == 1:
            make(version_id(COURIER, named + 1))
            process.custody.refresh()
            _log(tx, process, f"{COURIER} {named + 1} begun")
        new = versions_of(process.custody, COURIER)[0]
        was = directory.newest(sole(directory, "courier").id).entry
        return replace(
            was,
            version=was.version + 1,
            kem_public=process.custody.public(version_id(COURIER, new)),
            not_after=int((now + ENTRY_VALID).timestamp()),
        )


def end_courier(process: Process, destroy: KeyWork) -> None:
    """Destroy the old key pairs. Raises `Declined` unless the directory names the newest."""
    with process.database.begin(Scope(sole_programme(process))) as tx:
        newest, *old = versions_of(process.custody, COURIER)
        directory = process.directory(tx, process.clock())
        if named_version(directory, process.custody) != newest:
            raise Declined("the directory does not name the courier's new key yet")
        _destroy(process.custody, COURIER, old, destroy)
        _log(tx, process, f"{COURIER} {newest} done")


def _destroy(custody: Custody, key: str, old: list[int], destroy: KeyWork) -> None:
    for version in old:
        destroy(version_id(key, version))
    custody.refresh()


def _log(tx: Tx, process: Process, detail: str) -> None:
    event = Event("rotation", process.id, tx.programme, detail)
    record_event(tx, process.vault, event, process.clock())


def sole_programme(process: Process) -> UUID:
    with process.database.begin() as tx:
        found = programmes(tx)
    if len(found) != 1:
        raise Declined(f"the database has {len(found)} programmes: this needs one")
    return found[0]


def begin_service(process: Process, keys: ServiceKeys, draw: Callable[[], bytes]) -> ServiceKeys:
    """The service keys with one more, unless there is one already. Nothing is sealed under it
    before every process has it."""
    continued = len(keys.keys) > 1
    found = keys if continued else keys.with_next(draw())
    with process.database.begin(Scope(sole_programme(process))) as tx:
        word = "continued" if continued else "begun"
        _log(tx, process, f"service {found.newest} {word}")
    return found


def end_service(process: Process, keys: ServiceKeys) -> ServiceKeys:
    """The newest service key alone, for all processes."""
    with process.database.begin(Scope(sole_programme(process))) as tx:
        _log(tx, process, f"service {keys.newest} done")
    return keys.only_newest()
