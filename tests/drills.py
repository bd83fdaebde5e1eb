"""The worst day, for tests: a hotline that is backed up, lost, and put back elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from tests.house import ROLE_PASSWORD, House, Phones, role_urls
from workervoice.app import backups
from workervoice.app.dumping import dumped
from workervoice.app.restoring import Order, Outcome, put_back
from workervoice.crypto.backup import proof_key
from workervoice.crypto.keyedlist import ListFile, list_key
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.remembering import Remembering
from workervoice.settings import Settings, load
from workervoice.store.engine import Database


@dataclass
class Drill:
    """A hotline with a courier that keeps the list, and a place for backups."""

    house: House
    server: EmbeddedServer
    place: Path
    made: list[House] = field(default_factory=list)
    backups: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys, self.list = self.place / "backup-keys", self.place / "backups" / "keyed.list"
        self.list.parent.mkdir(exist_ok=True)
        remember(self.house, self.list)
        self.places = places_of(self.house, self.keys)

    def over(self, house: House) -> Drill:
        """The same place, for a hotline that was restored."""
        return Drill(house, self.server, self.place, self.made)

    def back_up(self) -> Path:
        """A backup of the database as it is now."""
        out = self.list.parent / f"{uuid4().hex}.backup"
        dump = dumped(self.settings(self.house.owner_url))
        backups.seal(dump, out, self.places, self.house.now)
        return out

    def settings(self, owner_url: str) -> Settings:
        database = owner_url.rpartition("/")[2].partition("?")[0]
        urls = role_urls(self.server, database)
        given = {f"WORKERVOICE_{name.upper()}_DATABASE_URL": url for name, url in urls.items()}
        return load(
            {
                **given,
                "WORKERVOICE_ENV_FILE": "",
                "WORKERVOICE_DATABASE_URL": owner_url,
                "WORKERVOICE_DATA_DIR": str(self.house.data),
                "WORKERVOICE_KEYED_LIST": str(self.list),
            }
        )

    def empty(self) -> str:
        """The owner's address of a database with nothing in it."""
        name = f"restored_{uuid4().hex}"
        self.server.ensure_database(name)
        return self.server.owner_url(name)

    def restore(self, backup: Path, *, listed: bool = True) -> tuple[House, Outcome]:
        """The hotline out of this backup, and what was done to it."""
        url = self.empty()
        order = Order(backup, self.keys, self.list if listed else None)
        (outcome,) = put_back(self.settings(url), order, self.house.now)
        back = self.house_on(url)
        remember(back, self.list)
        return back, outcome

    def house_on(self, url: str) -> House:
        """The same people and phones, on that database."""
        was, name = self.house, url.rpartition("/")[2].partition("?")[0]
        owner, urls = Database(url, pool_size=1), role_urls(self.server, name)
        phones = Phones(received=was.phones.received)
        house = House(
            owner, was.data, was.seeded, urls, was.engine, was.phrases, url, was.now, phones
        )
        self.made.append(house)
        return house

    def close(self) -> None:
        for house in self.made:
            house.close()


def places_of(house: House, keys: Path) -> backups.Places:
    """Where the keys of this hotline's backups are, and what proves them."""
    return backups.Places(keys, proof_key(house.courier_process.vault.mac_key))


def remember(house: House, path: Path) -> None:
    """Let this hotline's courier keep the list."""
    beside = ListFile(path, list_key(house.courier_process.vault.mac_key))
    house.courier = replace(house.courier, remembering=Remembering(beside))


__all__ = ["ROLE_PASSWORD", "Drill", "places_of", "remember"]
