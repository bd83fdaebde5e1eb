"""What is not put back, in one sentence each, and with nothing changed."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest

from tests.app.running import running
from tests.app.test_cli import run
from tests.builders import a_case, an_erased_case
from tests.drills import Drill
from tests.embedded.servers import a_directory, as_root
from tests.hotline.rotations import rotated_pepper
from tests.house import House, build_house
from tests.users import COURIER, give_away
from workervoice.app import backups, recovery
from workervoice.app.expiring import expire
from workervoice.app.keyfiles import pinned_root
from workervoice.app.loading import Adapted, load
from workervoice.app.restoring import Order, put_back
from workervoice.crypto.directory import fingerprint
from workervoice.crypto.keyedlist import ListFile
from workervoice.crypto.paper import ROOT_BYTES, to_paper
from workervoice.embedded import EmbeddedServer
from workervoice.errors import SealBroken, SettingsError
from workervoice.hotline.witnessing import keep
from workervoice.store.engine import Scope
from workervoice.store.keys import directory_entries
from workervoice.store.unfinished import MARK, Emptied
from workervoice.triage.engine import Engine


@pytest.fixture(scope="module")
def drill(
    shared_house: House, server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drill]:
    made = Drill(shared_house, server, tmp_path_factory.mktemp("drill"))
    a_case(shared_house)
    made.backups.append(made.back_up())
    yield made
    made.close()


def refused(drill: Drill, url: str = "", *, here: Path | None = None, **change: Path | None) -> str:
    """What is said, and that the database is as empty as before. `here` is where the courier would
    go on with the list."""
    empty = url or drill.empty()
    order = Order(drill.backups[0], drill.keys, drill.list)
    settings = drill.settings(empty).model_copy(update={"keyed_list": here or drill.list})
    with pytest.raises(SettingsError) as caught:
        put_back(settings, replace(order, **change), drill.house.now)  # type: ignore[arg-type]
    assert url or Emptied(empty).is_empty()
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def test_an_expired_backup_opens_for_nobody(drill: Drill, tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    shutil.copytree(drill.keys, keys)
    assert expire(keys, drill.house.now + timedelta(days=13)) == []
    assert expire(keys, drill.house.now + timedelta(days=14)) != []

    assert "has no key here: it has expired" in refused(drill, keys=keys)


@pytest.mark.parametrize("change", ["cut", "altered", "cut to nothing", "another file"])
def test_a_backup_that_was_cut_off_or_altered_is_not_loaded(
    drill: Drill, tmp_path: Path, change: str
) -> None:
    whole = drill.backups[0].read_bytes()
    middle = len(whole) // 2
    changed = {
        "cut": whole[:middle],
        "altered": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "cut to nothing": b"",
        "another file": b"-- PostgreSQL database dump\n" + whole,
    }
    path = tmp_path / "changed.backup"
    path.write_bytes(changed[change])

    said = refused(drill, backup=path)

    assert ("cut off or altered" in said) or ("is not a backup" in said)


def forged(drill: Drill, made: Path, dump: bytes, keys: Path) -> Path:
    """A backup by somebody who may write beside the backups and beside their keys."""
    theirs = backups.Places(keys, bytes(32))
    backups.seal(nullcontext(BytesIO(dump)), made, theirs, drill.house.now)
    return made


def test_a_backup_that_somebody_else_sealed_runs_nothing(drill: Drill, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    dump = b"\\! touch %s\n" % str(ran).encode()
    keys = tmp_path / "keys"

    said = refused(drill, backup=forged(drill, tmp_path / "new.backup", dump, keys), keys=keys)

    assert "is another hotline's" in said
    assert not ran.exists()


def test_between_its_check_and_its_loading_a_backup_cannot_become_another_one(
    drill: Drill, tmp_path: Path
) -> None:
    path, keys = tmp_path / "one.backup", tmp_path / "keys"
    dumps = {name: BytesIO() for name in ("checked", "renamed", "written over")}
    places = backups.Places(keys, drill.places.proof)
    backups.seal(nullcontext(BytesIO(b"ours")), path, places, drill.house.now)
    with backups.found(path, places) as backup:
        backup.write_to(dumps["checked"])
        forged(drill, tmp_path / "other", b"theirs", keys).rename(path)
        backup.write_to(dumps["renamed"])
    with backups.found(path, places) as backup, pytest.raises(SealBroken):
        backup.write_to(dumps["written over"])

    opened = [dump.getvalue() for dump in dumps.values()]

    assert opened == [b"ours", b"ours", b""]


@pytest.mark.parametrize(
    "dump",
    [
        "\\! {ran}",
        "  \\! {ran}",
        "SELECT 1 \\! {ran}",
        "SELECT 1 \\g | {ran}",
        "\\unrestrict `{ran}`",
        "SELECT 1 \\unrestrict `{ran}`",
        "\\unrestrict x\n\\! {ran}",
        "DO $$\nCOPY x FROM stdin;\n$$ \\! {ran}",
        "DO $$\nCOPY x FROM stdin;\n$$ \\unrestrict `{ran}`",
        "CREATE TABLE x (y text);\nCOPY x FROM PROGRAM 'true';\n\\copy x FROM PROGRAM '{ran}'",
    ],
)
def test_psql_takes_no_commands_of_its_own_out_of_a_dump(
    drill: Drill, tmp_path: Path, dump: str
) -> None:
    url, ran = drill.empty(), tmp_path / "ran"
    text = dump.format(ran=f"touch {ran}").encode()

    with pytest.raises(SettingsError):
        load(url, lambda sink: sink.write(text))

    assert not ran.exists()
    assert Emptied(url).is_empty()


def test_the_order_that_pg_dump_writes_around_a_dump_is_not_passed_on(drill: Drill) -> None:
    sink = BytesIO()
    dump, adapted = BytesIO(), Adapted(sink)
    backups.unseal(drill.backups[0], drill.places, dump)

    adapted.write(dump.getvalue())
    adapted.write(b"COPY t (a) FROM stdin;\n\\\\unrestrict x\n\\.\n")
    adapted.end()

    assert re.findall(rb"(?m)^\\\w+", dump.getvalue()) == [b"\\restrict", b"\\unrestrict"]
    assert re.findall(rb"(?m)^\\+\w+", sink.getvalue()) == [b"\\\\unrestrict"]


def test_the_proof_alone_makes_backups_and_where_it_is_missing_keys_make_it(
    todays_house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    drill, out = Drill(todays_house, server, tmp_path), tmp_path / "alone.backup"
    a_case(todays_house)
    todays_house.deliver()
    nothing, alone, whole = tmp_path / "nothing", tmp_path / "alone", tmp_path / "whole"
    shutil.copytree(todays_house.data / "keys" / "backup", alone / "keys" / "backup")
    shutil.copytree(todays_house.data, whole, ignore=shutil.ignore_patterns("backup"))
    command = ("backup", "make", "--keys", str(drill.keys), "--out")

    def make(path: Path, data: Path) -> tuple[int, str]:
        done = run(*command, str(path), DATABASE_URL=todays_house.owner_url, DATA_DIR=str(data))
        return done.returncode, done.stderr

    by_nobody = make(tmp_path / "no.backup", nothing)
    by_proof = make(out, alone)
    by_keys = make(tmp_path / "keys.backup", whole)
    (alone / "keys" / "backup" / "proof").write_text("12")
    damaged = make(tmp_path / "no.backup", alone)

    assert (by_proof, by_keys) == ((0, ""), (0, ""))
    assert (by_nobody[0], damaged[0]) == (1, 1)
    assert "proves that a backup is this hotline's" in by_nobody[1]
    assert "is damaged" in damaged[1]
    assert [len(said.splitlines()) for _, said in (by_nobody, damaged)] == [1, 1]
    made = [each / "keys" / "backup" / "proof" for each in (whole, todays_house.data)]
    assert made[0].read_text() == made[1].read_text()
    assert made[0].stat().st_mode & 0o777 == 0o600
    _, outcome = drill.restore(out)
    assert outcome.made.date() == todays_house.now.date()
    drill.close()


@pytest.mark.parametrize("lines", [0, 40, 4000])
def test_a_dump_that_breaks_off_while_it_is_loaded_leaves_nothing(drill: Drill, lines: int) -> None:
    url, dump = drill.empty(), BytesIO()
    backups.unseal(drill.backups[0], drill.places, dump)
    whole = dump.getvalue().splitlines(keepends=True)
    assert len(whole) > 1000

    def broken(sink: Adapted) -> None:
        sink.write(b"".join(whole[:lines]))
        raise SettingsError("cut off")

    with pytest.raises(SettingsError, match="cut off"):
        load(url, broken)

    assert Emptied(url).is_empty()


def test_what_the_database_refuses_is_told_by_a_code_and_quotes_no_row(drill: Drill) -> None:
    url = drill.empty()

    with pytest.raises(SettingsError) as caught:
        load(url, lambda sink: sink.write(b"SELECT 'mossgrovependant'::uuid;\n"))

    assert "(22P02)" in str(caught.value)
    assert "mossgrove" not in str(caught.value)
    assert Emptied(url).is_empty()


def test_rows_are_loaded_as_they_are_and_policies_for_this_owner() -> None:
    sink = BytesIO()
    adapted = Adapted(sink)
    row = b"CREATE POLICY x ON public.line TO somebody USING (true);\n"
    dump = (
        b"SET transaction_timeout = 0;\nCOPY public.line (id) FROM stdin;\n" + row + b"\\.\n"
        b"CREATE POLICY same ON public.line TO an_owner, workervoice_gateway USING ((id = 1));\n"
    )

    for at in range(0, len(dump), 7):
        adapted.write(dump[at : at + 7])
    adapted.end()

    assert row in sink.getvalue()
    assert (
        b"ON public.line TO CURRENT_USER, workervoice_gateway USING ((id = 1));" in sink.getvalue()
    )
    assert b"transaction_timeout" not in sink.getvalue()


def test_a_database_that_is_not_empty_is_left_as_it_is(drill: Drill) -> None:
    said = refused(drill, drill.house.owner_url)

    assert "not empty" in said
    a_case(drill.house, number="+15550100781")


def test_a_list_that_is_missing_has_to_be_given_up_by_name(drill: Drill, tmp_path: Path) -> None:
    assert "--without-list" in refused(drill, listed=tmp_path / "keyed.list")


def test_a_list_that_was_cut_off_before_the_backup_is_refused(drill: Drill, tmp_path: Path) -> None:
    lines = drill.list.read_bytes().splitlines(keepends=True)
    path = tmp_path / "keyed.list"
    path.write_bytes(lines[0])

    assert "cut off" in refused(drill, here=tmp_path / "new.list", listed=path)
    assert not (tmp_path / "new.list").exists()


def test_a_list_whose_lines_were_altered_or_taken_out_is_refused(
    drill: Drill, tmp_path: Path
) -> None:
    file = ListFile(tmp_path / "keyed.list", drill.house.courier.remembering.file.key)  # type: ignore[union-attr]
    shutil.copy(drill.list, file.path)
    file.append([{"in": "x"}, {"in": "y"}, {"in": "z"}])
    head, *lines = file.path.read_bytes().splitlines(keepends=True)

    for changed in (lines[1:], [*lines[:-2], lines[-1]], [*lines[:-2], lines[-1], lines[-2]]):
        file.path.write_bytes(head + b"".join(changed))
        assert "another hotline, or was altered" in refused(drill, listed=file.path)


def test_the_list_of_another_hotline_is_refused(drill: Drill, tmp_path: Path) -> None:
    other = ListFile(tmp_path / "keyed.list", bytes(32))
    other.append([{"in": "x"}])

    assert "another hotline" in refused(drill, listed=other.path)


def test_a_copy_of_the_list_is_refused_where_the_courier_kept_a_longer_one(
    drill: Drill, tmp_path: Path
) -> None:
    older = tmp_path / "keyed.list"
    shutil.copy(drill.list, older)
    drill.house.wait(hours=2)
    drill.house.deliver()

    assert "goes further: give it with --list" in refused(drill, listed=older)


def test_without_its_list_a_backup_is_put_back_only_if_that_is_said(
    house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    drill = Drill(house, server, tmp_path)
    case_id = a_case(house)
    backup = drill.back_up()
    an_erased_case(house, case_id)
    house.deliver()

    _, outcome = drill.restore(backup, listed=False)

    assert outcome.done.erased == []
    drill.close()


def test_keys_of_after_a_rotation_do_not_fit_a_backup_of_before(
    house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    drill = Drill(house, server, tmp_path)
    a_case(house)
    drill.backups.append(drill.back_up())
    rotated_pepper(house)

    said = refused(drill)

    assert "a rotation destroyed since then what opens it" in said


def test_keys_of_another_hotline_do_not_fit(
    drill: Drill, server: EmbeddedServer, engine: Engine, tmp_path: Path
) -> None:
    other = build_house(server, tmp_path / "data", engine)
    strange = Drill(other, server, tmp_path, backups=drill.backups)
    other.say("+15550100782", "hello")

    said = refused(strange, keys=drill.keys)

    assert "another hotline's" in said
    other.close()


@as_root
def test_the_list_comes_back_to_whom_its_directory_belongs(drill: Drill, tmp_path: Path) -> None:
    kept = tmp_path / "courier" / "keyed.list"
    kept.parent.mkdir()
    give_away(kept.parent, COURIER)
    settings = drill.settings(drill.empty()).model_copy(update={"keyed_list": kept})

    put_back(settings, Order(drill.backups[0], drill.keys, drill.list), drill.house.now)

    assert (kept.stat().st_uid, kept.stat().st_mode & 0o777) == (COURIER, 0o600)
    assert kept.read_bytes() == drill.list.read_bytes()


def test_a_restore_that_was_interrupted_is_begun_anew(drill: Drill) -> None:
    url = drill.empty()
    with drill.house_on(url).owner.begin() as tx:
        tx.connection.exec_driver_sql("CREATE TABLE cases ()")
        tx.connection.exec_driver_sql(MARK.decode())

    order = Order(drill.backups[0], drill.keys, drill.list)
    (outcome,) = put_back(drill.settings(url), order, drill.house.now)

    assert outcome.restored.waits


@pytest.mark.parametrize("same", ["backups", "backups/../backups"])
def test_a_key_never_lies_beside_its_backup(drill: Drill, same: str) -> None:
    out = drill.place / "backups" / "new.backup"
    url = drill.house.owner_url

    made = run(
        *("backup", "make", "--keys", str(drill.place / same), "--out", str(out)),
        DATABASE_URL=url,
        DATA_DIR=str(drill.house.data),
    )

    assert made.returncode == 1
    assert "a key beside its backup keeps it from nobody" in made.stderr
    assert not out.exists()


def test_one_line_makes_the_daily_backup_and_destroys_the_keys_that_are_too_old(
    todays_house: House, tmp_path: Path
) -> None:
    into, keys = tmp_path / "backups", tmp_path / "keys"
    settings = {
        "DATABASE_URL": todays_house.owner_url,
        "BACKUP_DIR": str(into),
        "BACKUP_KEYS_DIR": str(keys),
        "DATA_DIR": str(todays_house.data),
    }
    keys.mkdir()
    day = todays_house.now.date() - timedelta(days=20)
    old = keys / f"{day}-6f0f0f0e-5a0e-4f0c-9d3b-3f6a1d2c4b5e.key"
    old.write_text("00")

    made = run("backup", **settings)
    unset = run("backup", DATABASE_URL=todays_house.owner_url)
    beside = run("backup", **(settings | {"BACKUP_KEYS_DIR": str(into / "keys")}))

    assert made.returncode == 0, made.stderr
    (out,) = into.glob("*.backup")
    assert str(out) in made.stdout
    assert out.stat().st_mode & 0o777 == 0o600
    assert "whoever takes the backups takes their keys" in beside.stderr
    assert beside.returncode == 1
    assert "There is no list" in made.stdout
    assert (old.exists(), len(list(keys.iterdir()))) == (False, 1)
    assert "WORKERVOICE_BACKUP_DIR" in unset.stderr


def test_a_database_without_a_programme_makes_no_backup(
    todays_house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    server.ensure_database("nothing_in_it")

    done = run(
        "backup",
        DATABASE_URL=server.owner_url("nothing_in_it"),
        BACKUP_DIR=str(tmp_path / "backups"),
        BACKUP_KEYS_DIR=str(tmp_path / "keys"),
        DATA_DIR=str(todays_house.data),
    )

    assert done.returncode == 1
    assert "there is no programme in this database, so there is no backup" in done.stderr
    assert [*(tmp_path / "backups").iterdir(), *(tmp_path / "keys").iterdir()] == []


def sealed_copy(house: House) -> tuple[Path, str]:
    """The sealed copy of the process keys as the ceremony makes it, and what is on the paper."""
    seed = secrets.token_bytes(ROOT_BYTES)
    with house.owner.begin(Scope(house.programme)) as tx:
        courier = next(s for s in directory_entries(tx) if s.entry.kind == "courier")
    recovery.begin_copies(house.data, seed, courier)
    root = pinned_root(house.data, None)
    return house.data / recovery.SEALED, f"{fingerprint(root)}\n{to_paper(recovery.PAPER, seed)}\n"


def test_onto_an_empty_machine_with_one_command(
    todays_house: House, server: EmbeddedServer, tmp_path: Path
) -> None:
    drill = Drill(todays_house, server, tmp_path)
    a_case(todays_house)
    backup = drill.back_up()
    sealed, paper = sealed_copy(todays_house)
    with a_directory() as machine:
        data = machine / "data"
        command = ("restore", "--data", str(data), "--sealed", str(sealed), "--backup", str(backup))

        bad = run(*command, "--keys", str(tmp_path), given=paper)
        left = [path for path in data.rglob("*") if path.is_file()]
        done = run(*command, "--keys", str(drill.keys), given=paper)
        with running(data, "--demo"):
            verified = run("log", "verify", DATA_DIR=str(data))
        listed = (data / "keyed.list").read_bytes()
        again = run(*command[:3], *command[5:], "--keys", str(drill.keys))
        EmbeddedServer(data).erase()

    assert (bad.returncode, left) == (1, [])
    assert "has no key here" in bad.stderr
    assert done.returncode == 0, done.stderr
    assert "entries of the log. Tell the monitors" in done.stdout
    assert "Nothing goes out until a supervisor says so" in done.stdout
    assert (verified.returncode, "The log holds." in verified.stdout) == (0, True), verified.stdout
    assert listed.startswith(drill.list.read_bytes())
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
    drill.close()


def test_up_stops_at_a_database_whose_restore_is_not_finished(
    todays_house: House, tmp_path: Path
) -> None:
    with todays_house.owner.begin() as tx:
        tx.connection.exec_driver_sql(MARK.decode())
    settings = {
        **{f"{name.upper()}_DATABASE_URL": url for name, url in todays_house.urls.items()},
        "DATA_DIR": str(todays_house.data),
        "PUBLIC_URL": "http://gateway.test",
    }

    up = run("up", **settings, DATABASE_URL=todays_house.owner_url)
    alone = run("courier", **settings)

    for done in (up, alone):
        assert done.returncode == 1
        assert "run the same `workervoice restore` again" in done.stderr


def test_whoever_was_told_of_a_restore_names_its_backup(drill: Drill, tmp_path: Path) -> None:
    house = drill.house
    backup = drill.back_up()
    a_case(house, number="+15550100783")
    house.wait(minutes=20)
    house.deliver()
    newer = tmp_path / "newer.txt"
    newer.write_text(keep(house.console, house.actor("mina")).note)
    back, outcome = drill.restore(backup)
    settings = {"DATABASE_URL": back.owner_url, "DATA_DIR": str(house.data)}

    alone = run("log", "verify", **settings)
    told = run("log", "verify", "--checkpoint", str(newer), **settings)
    known = ("--restored", str(outcome.restored.backup_id))
    heard = run("log", "verify", "--checkpoint", str(newer), *known, **settings)

    assert (alone.returncode, heard.returncode, told.returncode) == (0, 0, 1), told.stdout
    assert "your checkpoint is newer than the backup" in told.stdout
    assert "The log holds, and was restored." in told.stdout
    assert "The log holds.\n" in heard.stdout
