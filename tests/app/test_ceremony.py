"""The ceremony: what it makes, what it refuses to make, and what never reaches the server."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.app.test_cli import run
from tests.house import House
from workervoice.app import initiating, recovery, vouching
from workervoice.app.initiating import Made, Plan
from workervoice.app.keyfiles import load_key_files
from workervoice.app.ownership import settle
from workervoice.cli import main
from workervoice.crypto.directory import Directory, Entry, fingerprint
from workervoice.crypto.paper import ROOT_BYTES, from_paper
from workervoice.crypto.seal import ctx
from workervoice.crypto.slots import CHEAP, open_slot
from workervoice.crypto.suite import seal_to
from workervoice.errors import Mistyped, NotTrusted, SettingsError, Unavailable
from workervoice.hotline.founding import Founding
from workervoice.settings import Settings, load
from workervoice.store.engine import Scope
from workervoice.store.keys import directory_entries
from workervoice.store.people import officer_by_login
from workervoice.store.vault import Vault

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
VAULT = Vault(bytes(32))
INIT = (
    *("init", "--programme", "River", "--operator", "Helpers"),
    *("--supervisor", "sue", "--supervisor", "tom"),
)
SMALL = Plan(
    "Small line",
    "Village NGO",
    supervisors=["sue=Sue Ode"],
    partner="City NGO",
    partner_supervisors=["pia"],
    profile="small",
)


def settings_of(data: Path) -> Settings:
    return load({"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_DATA_DIR": str(data)})


def sit(out: Path, plan: Plan = SMALL) -> Made:
    return initiating.found(plan, out, now=NOW, cost=CHEAP)


def directory_of(made: Made) -> Directory:
    return Directory(made.root_public, made.founding.entries, int(NOW.timestamp()))


def test_everything_that_the_ceremony_makes_leads_back_to_its_root(tmp_path: Path) -> None:
    made = sit(tmp_path / "new")

    directory = directory_of(made)

    kinds = [directory.trusted(s.entry.id).kind for s in made.founding.entries]
    assert sorted(kinds) == ["courier", "gateway", "log", "officer", "registrar", "team"]
    team = made.founding.groups[0]
    assert set(team.wraps) == {a.officer.id for a in made.founding.accounts}


def test_each_person_gets_in_by_passphrase_and_by_recovery_code(tmp_path: Path) -> None:
    made = sit(tmp_path / "new")

    for seat, account in zip(made.seats, made.founding.accounts, strict=True):
        bundles = {
            open_slot(seat.officer.id, secret, slot, account.boxed).sign.public
            for secret, slot in zip((seat.passphrase, seat.recovery), account.slots, strict=True)
        }
        assert bundles == {directory_of(made).trusted(seat.officer.id).sign_public}


def test_the_servers_part_holds_neither_root_nor_recovery_key_nor_passphrases(
    tmp_path: Path,
) -> None:
    made = sit(tmp_path / "new")
    root = from_paper(vouching.ROOT, made.root_paper, ROOT_BYTES)
    spare = from_paper(recovery.PAPER, made.recovery_paper, ROOT_BYTES)
    secrets = [root, spare, *(s.passphrase.encode() for s in made.seats)]
    secrets += [s.recovery.encode() for s in made.seats]
    gateway = load_key_files(tmp_path / "new", "gateway")

    files = [path.read_bytes() for path in (tmp_path / "new").rglob("*") if path.is_file()]

    for content in files:
        for secret in secrets:
            assert secret not in content
            assert secret.hex().encode() not in content
    # the control: a key that the server does hold is found by the same search
    assert any(gateway.custody.public("signing").hex().encode() in content for content in files)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"partner": ""}, "--partner"),
        ({"profile": "standard", "partner": "", "partner_supervisors": []}, "two"),
        ({"supervisors": []}, "--supervisor"),
        ({"partner": "village  ngo"}, "both Village NGO"),
        ({"supervisors": ["sue", "sue"]}, "sue is named twice"),
        ({"handlers": ["Sue Ode"]}, "login"),
        ({"programme": " "}, "--programme"),
    ],
)
def test_a_plan_that_lacks_somebody_is_refused_and_nothing_is_written(
    tmp_path: Path, change: dict[str, object], names: str
) -> None:
    plan = Plan(**{**{name: getattr(SMALL, name) for name in Plan.__slots__}, **change})

    with pytest.raises(SettingsError, match=names):
        sit(tmp_path / "new", plan)

    assert not (tmp_path / "new").exists()


def test_a_directory_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")

    with pytest.raises(SettingsError, match="--out"):
        sit(tmp_path)

    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("out", "root_file"),
    [
        ("mine", "root"),  # a file
        ("mine/below", "root"),
        ("new", "missing/root"),
        ("new", "mine"),
        ("new", "new/root"),
        ("new", "."),
    ],
)
def test_where_the_ceremony_cannot_write_nothing_is_made(
    tmp_path: Path, out: str, root_file: str
) -> None:
    (tmp_path / "mine").write_text("kept")
    places = ("--out", str(tmp_path / out), "--root-file", str(tmp_path / root_file))

    done = run(*INIT, *places)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert (tmp_path / "mine").read_text() == "kept"


def test_the_root_goes_into_its_file_and_onto_no_screen(tmp_path: Path) -> None:
    places = ("--out", str(tmp_path / "new"), "--root-file", str(tmp_path / "root"))

    done = run(*INIT, *places)

    written = (tmp_path / "root").read_text()
    assert done.returncode == 0, done.stderr
    assert fingerprint(vouching.root_from_paper(written).public) in done.stdout
    assert written.strip() not in done.stdout
    assert (tmp_path / "root").stat().st_mode & 0o777 == 0o600


def test_a_root_whose_file_cannot_be_written_any_more_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, file = sit(tmp_path / "other"), tmp_path / "root"

    def found(*given: object, **more: object) -> Made:
        file.unlink()  # somebody took the stick out
        return made

    monkeypatch.setattr(initiating, "found", found)
    with pytest.raises(SystemExit) as ended:
        main([*INIT, "--out", str(tmp_path / "new"), "--root-file", str(file)])

    said = capsys.readouterr()
    assert ended.value.code == 0
    assert made.root_paper in said.out
    assert "the root is shown" in said.err


def test_a_backups_keys_that_cannot_be_made_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    places = ("--keys", str(tmp_path / "mine" / "keys"), "--out", str(tmp_path / "backup"))

    done = run("backup", "seal", *places, given="dump")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert not (tmp_path / "backup").exists()


def test_the_founding_document_reads_back_as_it_was_written(tmp_path: Path) -> None:
    made = sit(tmp_path / "new")

    assert Founding.from_json(made.founding.to_json()) == made.founding


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"format":"workervoice-founding-1"}', "cut"])
def test_a_damaged_founding_document_is_one_clear_error(tmp_path: Path, damage: str) -> None:
    text = sit(tmp_path / "new").founding.to_json()

    with pytest.raises(SettingsError, match="founding document"):
        Founding.from_json(text[: len(text) // 2] if damage == "cut" else damage)


def test_a_server_settles_the_programme_and_its_people_can_be_found(
    tmp_path: Path, house: House
) -> None:
    made = sit(tmp_path / "new")

    programme_id = settle(house.owner, settings_of(tmp_path / "new"), NOW)

    assert programme_id == made.founding.programme_id
    with house.owner.begin(Scope(programme_id)) as tx:
        assert set(directory_entries(tx)) == set(made.founding.entries)
        assert officer_by_login(tx, "pia").name == "pia"


def test_the_founding_document_goes_once_it_is_stored(tmp_path: Path, house: House) -> None:
    """What it holds opens with the passphrases of the envelopes, whatever people choose later."""
    sit(tmp_path / "new")
    document = tmp_path / "new" / initiating.FOUNDING
    mode = document.stat().st_mode & 0o777

    settle(house.owner, settings_of(tmp_path / "new"), NOW)

    assert mode == 0o600
    assert not document.exists()
    assert settle(house.owner, settings_of(tmp_path / "new"), NOW) is None


def test_the_founding_document_stays_if_it_could_not_be_stored(
    tmp_path: Path, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: object) -> None:
        raise Unavailable("the database went away")

    made = sit(tmp_path / "new")
    with monkeypatch.context() as patch:
        patch.setattr("workervoice.app.ownership.log_recipients", fails)
        with pytest.raises(Unavailable):
            settle(house.owner, settings_of(tmp_path / "new"), NOW)

    assert (tmp_path / "new" / initiating.FOUNDING).is_file()
    assert settle(house.owner, settings_of(tmp_path / "new"), NOW) == made.founding.programme_id


def test_process_keys_come_back_from_their_sealed_copy_with_the_recovery_key(
    tmp_path: Path,
) -> None:
    made = sit(tmp_path / "new")
    sealed = tmp_path / "new" / recovery.SEALED

    digits = fingerprint(made.root_public)
    recovery.restore_process_keys(sealed, tmp_path / "again", made.recovery_paper, digits)
    (tmp_path / "third").mkdir()
    again = tmp_path / "again" / recovery.SEALED
    root = made.root_public.hex()
    recovery.restore_process_keys(again, tmp_path / "third", made.recovery_paper, root)

    for process in ("gateway", "courier", "console"):
        old, new = (load_key_files(tmp_path / d, process) for d in ("new", "third"))
        assert (old.process_id, old.service_key) == (new.process_id, new.service_key)
    assert (tmp_path / "again" / "keys" / "gateway").stat().st_mode & 0o077 == 0


def test_restore_asks_for_the_root_on_paper_and_then_for_the_recovery_key(tmp_path: Path) -> None:
    made, other = sit(tmp_path / "new"), sit(tmp_path / "other")
    places = (
        "--sealed",
        str(tmp_path / "new" / recovery.SEALED),
        "--data",
        str(tmp_path / "again"),
    )
    typed = [f"{fingerprint(m.root_public)}\n{made.recovery_paper}\n" for m in (other, made)]

    wrong, right = (run("restore", *places, given=each) for each in typed)

    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1), wrong.stderr
    assert "not the one that you gave" in wrong.stderr
    assert right.returncode == 0, right.stderr
    assert load_key_files(tmp_path / "again", "courier").custody.ids


def test_a_key_that_is_missing_is_said_by_doctor_in_a_sentence(tmp_path: Path) -> None:
    sit(tmp_path / "new")
    (tmp_path / "new" / "keys" / "courier" / "courier.key").unlink()

    done = run("doctor", DATA_DIR=str(tmp_path / "new"))

    assert done.returncode == 1
    assert "Keys of the courier: this process holds no such key: courier" in done.stdout
    assert "Fingerprint of the gateway: " in done.stdout


def test_without_the_recovery_key_nothing_is_restored(tmp_path: Path) -> None:
    made, other = sit(tmp_path / "new"), sit(tmp_path / "other")
    sealed, empty = tmp_path / "new" / recovery.SEALED, tmp_path / "again"
    root = made.root_public.hex()

    for typed, refusal in (
        (made.root_paper, Mistyped),
        (other.recovery_paper, SettingsError),
        ("", Mistyped),
    ):
        with pytest.raises(refusal):
            recovery.restore_process_keys(sealed, empty, typed, root)
    with pytest.raises(SettingsError, match="has other keys already"):
        recovery.restore_process_keys(sealed, tmp_path / "other", made.recovery_paper, root)

    assert not empty.exists()


@pytest.mark.parametrize(
    "forge", ["another hotline", "another signature", "another courier", "another file"]
)
def test_a_copy_that_somebody_else_sealed_is_not_restored(tmp_path: Path, forge: str) -> None:
    """A thief of the backups has the recovery key's public half, and can seal to it."""
    made, thief = sit(tmp_path / "new"), sit(tmp_path / "thief")
    theirs = tmp_path / "thief"
    real = json.loads((tmp_path / "new" / recovery.SEALED).read_text())
    for name in (recovery.PUBLIC, recovery.SEALED):
        (theirs / name).unlink()
    shutil.copy(tmp_path / "new" / recovery.PUBLIC, theirs)
    if forge != "another hotline":
        shutil.copy(tmp_path / "new" / "root.public", theirs)
    recovery.seal_process_keys(theirs)
    copy = json.loads((theirs / recovery.SEALED).read_text())
    if forge == "another signature":
        copy["vouched"] = real["vouched"]
    if forge == "another file":
        copy["sealed"] = _sealed_with(tmp_path / "new", "../../escaped.key")
        copy["vouched"], copy["signature"] = real["vouched"], real["signature"]
    (theirs / recovery.SEALED).write_text(json.dumps(copy))

    with pytest.raises(SettingsError, match="root"):
        recovery.restore_process_keys(
            theirs / recovery.SEALED,
            tmp_path / "again",
            made.recovery_paper,
            fingerprint(made.root_public),
        )

    assert not (tmp_path / "again").exists()
    assert thief.root_public != made.root_public


def _sealed_with(data: Path, name: str) -> str:
    """To the recovery key of this data directory: a file of this name."""
    root, public = ((data / each).read_bytes() for each in ("root.public", recovery.PUBLIC))
    files = json.dumps({"root.public": root.hex(), name: "00"})
    return seal_to(bytes.fromhex(public.decode()), files.encode(), ctx("process-keys")).hex()


@pytest.mark.parametrize("text", ["", "null", "[]", "[" * 100_000, "{}", '{"format": 5}', "\x00"])
def test_a_damaged_copy_is_one_clear_error(tmp_path: Path, text: str) -> None:
    made = sit(tmp_path / "new")
    (tmp_path / "copy").write_text(text)

    with pytest.raises(SettingsError, match="does not open"):
        recovery.restore_process_keys(
            tmp_path / "copy", tmp_path / "again", made.recovery_paper, made.root_public.hex()
        )


def test_where_nothing_can_be_written_nothing_is_restored(tmp_path: Path) -> None:
    made = sit(tmp_path / "new")
    (tmp_path / "file").write_text("mine")

    with pytest.raises(SettingsError, match="cannot be written"):
        recovery.restore_process_keys(
            tmp_path / "new" / recovery.SEALED,
            tmp_path / "file" / "data",
            made.recovery_paper,
            made.root_public.hex(),
        )


def test_the_root_vouches_later_for_what_is_brought_to_it(tmp_path: Path, house: House) -> None:
    made = sit(tmp_path / "new")
    programme_id = settle(house.owner, settings_of(tmp_path / "new"), NOW)
    pia = next(s for s in made.founding.entries if s.entry.kind == "officer").entry
    promoted = vouching.write_request([_next(pia)])
    root = vouching.root_from_paper(made.root_paper)

    signed = vouching.sign_request(vouching.read_request(promoted), root)
    with house.owner.begin(Scope(programme_id)) as tx:
        taken = vouching.take_signed(tx, VAULT, made.root_public, signed, NOW)
        again = vouching.take_signed(tx, VAULT, made.root_public, signed, NOW)
        directory = Directory(made.root_public, directory_entries(tx), int(NOW.timestamp()))

    assert [e.version for e in taken] == [2]
    assert again == []
    assert directory.trusted(pia.id).kind == "registrar"


def test_what_another_root_signed_is_not_taken(tmp_path: Path, house: House) -> None:
    made, thief = sit(tmp_path / "new"), sit(tmp_path / "thief")
    programme_id = settle(house.owner, settings_of(tmp_path / "new"), NOW)
    pia = next(s for s in made.founding.entries if s.entry.kind == "officer").entry
    signed = vouching.sign_request([_next(pia)], vouching.root_from_paper(thief.root_paper))
    item = json.loads(signed)
    item["entries"][0]["signature"] = "zz"

    for text, refusal in ((signed, NotTrusted), (json.dumps(item), SettingsError)):
        with pytest.raises(refusal), house.owner.begin(Scope(programme_id)) as tx:
            vouching.take_signed(tx, VAULT, made.root_public, text, NOW)

    with house.owner.begin(Scope(programme_id)) as tx:
        assert len(directory_entries(tx)) == len(made.founding.entries)


def _next(entry: Entry) -> Entry:
    """The same person as a registrar: something only the root may say."""
    return replace(entry, kind="registrar", version=entry.version + 1)
