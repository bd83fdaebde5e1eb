"""Rotations as the commands do them, with both sides in this process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from secrets import token_bytes

from tests.house import House
from workervoice.app.keyfiles import PROCESSES, load_key_files, write_service
from workervoice.app.vouching import sign_request, take_signed
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.directory import Entry
from workervoice.crypto.seal import SigningKey
from workervoice.hotline.rotating_contacts import Renewed, open_address, renew_contacts
from workervoice.hotline.rotating_keys import begin_courier, begin_pepper, end_courier, end_pepper
from workervoice.hotline.rotating_leftovers import reseal_leftovers
from workervoice.hotline.rotating_owed import reseal_owed
from workervoice.hotline.rotating_records import Resealed, reseal_records
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Database, Scope
from workervoice.store.servicekeys import ServiceKeys


def keys_of(house: House, process: str) -> Path:
    return house.data / "keys" / process


def begun_pepper(house: House) -> int:
    directory = keys_of(house, "gateway")
    return begin_pepper(house.gateway, lambda key: _made(directory, mac=key))


def renewed(house: House, *, only_old: bool = False) -> Renewed:
    opening = partial(open_address, house.courier_process)
    return renew_contacts(house.gateway, house.programme, opening, only_old=only_old)


def ended_pepper(house: House) -> None:
    end_pepper(house.gateway, FileCustody(keys_of(house, "gateway")).destroy)


def rotated_pepper(house: House) -> Renewed:
    begun_pepper(house)
    done = renewed(house)
    ended_pepper(house)
    return done


def begun_courier(house: House) -> Entry | None:
    directory = keys_of(house, "courier")
    return begin_courier(house.courier_process, lambda key: _made(directory, kem=key))


def signed_by_root(house: House, root: SigningKey, entry: Entry) -> None:
    """What was carried to the root has come back."""
    with house.owner.begin(Scope(house.programme)) as tx:
        signed = sign_request([entry], root)
        take_signed(tx, house.console.vault, root.public, signed, house.now)
    for process in (house.gateway, house.courier_process, house.console):
        process.trust._checked.clear()  # noqa: SLF001 - as after five seconds


def resealed(house: House) -> Renewed:
    contacts = renewed(house, only_old=True)
    reseal_leftovers(house.courier_process, house.programme)
    owed = reseal_owed(house.courier_process, house.programme)
    return Renewed(contacts.done + owed.done, (*contacts.broken, *owed.broken), owed.left)


def ended_courier(house: House) -> None:
    end_courier(house.courier_process, FileCustody(keys_of(house, "courier")).destroy)


def problems(house: House) -> list[str]:
    """What `log verify` finds."""
    owner = Database(house.owner_url, pool_size=1, snapshot=True)
    try:
        with owner.begin(Scope(house.programme)) as tx:
            root = house.gateway.trust.root_public
            return verify_log(tx, house.console.vault, root).problems
    finally:
        owner.close()


def _made(directory: Path, *, mac: str = "", kem: str = "") -> None:
    FileCustody.create(directory, macs=[mac] if mac else [], kems=[kem] if kem else [])


def given_service(house: House, change: Callable[[ServiceKeys], ServiceKeys]) -> None:
    """Every process's file has these service keys from now on."""
    for kind in PROCESSES:
        files = load_key_files(house.data, kind)
        write_service(house.data, kind, files.custody.public("own"), change(files.service))
    for process in (house.gateway, house.courier_process, house.console):
        process.vault._looked = 0.0  # noqa: SLF001 - as a second later


def begun_service(house: House) -> bytes:
    """A new service key, which seals; returns the old one."""
    old, new = load_key_files(house.data, "gateway").service_key, token_bytes(32)
    given_service(house, lambda keys: keys.with_next(new))
    given_service(house, ServiceKeys.sealing_newest)
    return old


def records_resealed(house: House) -> Resealed:
    return reseal_records(house.gateway, house.owner, house.programme)


def ended_service(house: House) -> None:
    given_service(house, ServiceKeys.only_newest)
