"""An attack: an erased case, a backup from before, and a handler's key. While the backup's own key
lives they open it; once that has expired, they do not.
"""

from __future__ import annotations

import re
import subprocess
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import namedtuple_row
from sqlalchemy.engine import make_url

from tests.app.test_cli import run
from tests.builders import a_case, an_erased_case
from tests.drills import places_of
from tests.house import House
from tests.security.burglar import Burglar
from tests.security.thief import Thief
from workervoice.app import backups
from workervoice.app.expiring import expire
from workervoice.crypto.backup import open_backup
from workervoice.crypto.slots import Slot, open_slot
from workervoice.crypto.suite import KemKey
from workervoice.embedded.account import account_for
from workervoice.embedded.binaries import binaries_for
from workervoice.errors import SealBroken, SettingsError
from workervoice.store import people

PLANTED = "quartzlanternbamboo"
STAYING = "mossgrovependant"
REPORT = f"Boss took our passports and not give back {PLANTED}. RIVER"


@pytest.fixture
def house(shared_house: House) -> House:
    return shared_house


def restored(thief: Thief, dump: bytes) -> Thief:
    """The thief again, with the dump in a database of their own."""
    name = f"stolen_{uuid4().hex}"
    thief.server.ensure_database(name)
    url = make_url(thief.server.owner_url(name))
    psql = binaries_for(thief.server.cluster, account_for(thief.server.cluster)) / "psql"
    subprocess.run(
        [
            str(psql),
            *("--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1"),
            *("--username", str(url.username), "--dbname", name, "--host", str(url.query["host"])),
        ],
        env={"PGPASSWORD": str(url.password)},
        input=dump,
        capture_output=True,
        check=True,
        timeout=120,
    )
    address = thief.server.owner_url(name).replace("+psycopg", "")
    connection = psycopg.connect(address, autocommit=True, row_factory=namedtuple_row)
    return replace(thief, database=name, connection=connection)


def opened_by(thief: Thief, house: House, *logins: str) -> Burglar:
    """With every key file of ours, and what these officers' passphrases open in what was stolen."""
    burglar = Burglar.with_key_files(thief, house.data)
    accounts = {row.login: row for row in thief.rows_of("officer")}
    ways = {(row.officer_id, row.kind): row for row in thief.rows_of("slot")}
    for login in logins:
        account = accounts[login]
        row = ways[account.id, "passphrase"]
        parts = (bytes(row.auth_hash), bytes(row.wrapped_umk))
        slot = Slot(row.kind, bytes(row.salt), people.cost_from_text(row.cost), *parts)
        words = house.seeded.passphrases[login]
        burglar.keys.append(open_slot(account.id, words, slot, bytes(account.bundle)).kem)
    burglar.break_in()
    return burglar


def words_for(thief: Thief, house: House, *logins: str) -> bytes:
    """All words that open so."""
    opened = opened_by(thief, house, *logins).words()
    return b"\n".join(plain for table in opened.values() for plain in table)


def test_an_erased_case_opens_from_a_backup_until_the_backups_key_expires(
    house: House, thief: Thief, tmp_path: Path
) -> None:
    case_id = a_case(house, report=REPORT)
    a_case(house, number="+15550100889", report=f"Boss keeps our passports {STAYING}. RIVER")
    out, keys = tmp_path / "monday.backup", tmp_path / "backup-keys"
    backups.seal(nullcontext(BytesIO(thief.dump())), out, places_of(house, keys), house.now)
    an_erased_case(house, case_id)

    now = words_for(thief, house, "asha", "sam")
    assert PLANTED.encode() not in now
    assert STAYING.encode() in now
    house.now += timedelta(days=10)
    assert expire(keys, house.now) == []
    dump = BytesIO()
    backups.unseal(out, places_of(house, keys), dump)
    stolen = restored(thief, dump.getvalue())
    try:
        opened = words_for(stolen, house, "asha")
        assert PLANTED.encode() in opened
        assert STAYING.encode() in opened
        assert words_for(stolen, house) == b""
    finally:
        stolen.connection.close()

    house.now += timedelta(days=2)
    assert len(expire(keys, house.now)) == 1

    assert list(keys.iterdir()) == []
    with pytest.raises(SettingsError, match="has no key here"):
        backups.unseal(out, places_of(house, keys), BytesIO())
    burglar = opened_by(thief, house, "asha", "sam", "nora")
    assert len(burglar.keys) > 8
    for key in burglar.keys:
        assert not opens(key, places_of(house, keys).proof, out.read_bytes())


def opens(key: KemKey, proof: bytes, backup: bytes) -> bool:
    try:
        open_backup(key, proof, BytesIO(backup), BytesIO())
    except SealBroken:
        return False
    return True


def test_a_sealed_backup_shows_nothing_of_what_is_in_it(
    house: House, thief: Thief, tmp_path: Path
) -> None:
    out, keys = tmp_path / "one.backup", tmp_path / "backup-keys"
    dump = thief.dump()
    backups.seal(nullcontext(BytesIO(dump)), out, places_of(house, keys), house.now)

    sealed = out.read_bytes()
    names = set(re.findall(rb"CREATE TABLE public\.(\w{6,})", dump))

    assert len(names) > 10
    assert not [name for name in names if name in sealed]
    assert [path.stat().st_mode & 0o777 for path in keys.iterdir()] == [0o600]


def test_a_dump_that_is_empty_or_was_cut_off_is_no_backup(
    house: House, thief: Thief, tmp_path: Path
) -> None:
    out, keys, whole = tmp_path / "one.backup", tmp_path / "backup-keys", thief.dump()

    for dump in (b"", whole[: len(whole) // 2], whole[:-1100]):
        with pytest.raises(SettingsError, match="so there is no backup"):
            backups.seal(nullcontext(BytesIO(dump)), out, places_of(house, keys), house.now)

        assert not out.exists()
        assert list(keys.iterdir()) == []


def test_a_backup_is_made_of_the_hotlines_own_database_and_can_be_put_back(
    house: House, thief: Thief, tmp_path: Path
) -> None:
    a_case(house, report=f"Boss keeps our passports {STAYING}. RIVER")
    where = ("--keys", str(tmp_path / "keys"))
    out = str(tmp_path / "one.backup")

    data = str(house.data)

    made = run("backup", "make", *where, "--out", out, DATABASE_URL=house.owner_url, DATA_DIR=data)
    opened = run("backup", "open", *where, out, DATA_DIR=data)
    stolen = restored(thief, opened.stdout.encode())

    assert (made.returncode, opened.returncode) == (0, 0), made.stderr
    try:
        assert STAYING.encode() in words_for(stolen, house, "asha")
    finally:
        stolen.connection.close()


def test_a_dump_that_fails_is_said_and_leaves_nothing(house: House, tmp_path: Path) -> None:
    keys, out = tmp_path / "keys", tmp_path / "one.backup"
    url = house.owner_url.replace("/house_", "/no_house_")

    where = ("--keys", str(keys), "--out", str(out))

    made = run("backup", "make", *where, DATABASE_URL=url, DATA_DIR=str(house.data))

    assert made.returncode == 1
    assert "pg_dump failed, so there is no backup" in made.stderr
    assert str(make_url(url).password) not in made.stderr
    assert not out.exists()
    assert list(keys.iterdir()) == []


def test_a_backup_that_cannot_be_written_leaves_no_key(tmp_path: Path, house: House) -> None:
    keys = tmp_path / "backup-keys"
    out = tmp_path / "there.backup"
    out.write_bytes(b"mine")

    with pytest.raises(SettingsError, match="cannot be written"):
        backups.seal(nullcontext(BytesIO(b"dump")), out, places_of(house, keys), house.now)

    assert out.read_bytes() == b"mine"
    assert list(keys.iterdir()) == []
