"""Changing the processes' own keys by the commands that an operator types, each side in a process
of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import a_case
from tests.embedded.servers import as_root
from tests.hotline.rotations import begun_courier, keys_of, problems, signed_by_root
from tests.house import House, build_house
from tests.looking import asked
from tests.users import OF, give_away, lock_up
from workervoice.app import rotating
from workervoice.app.doctor import examine
from workervoice.app.keyfiles import PROCESSES, load_key_files
from workervoice.app.processes import wall_clock
from workervoice.app.recovery import PAPER, SEALED, begin_copies, restore_process_keys
from workervoice.app.vouching import ROOT
from workervoice.cli import main
from workervoice.crypto.custody import FileCustody
from workervoice.crypto.paper import ROOT_BYTES, to_paper
from workervoice.crypto.seal import SigningKey, generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.casepage import case_page
from workervoice.hotline.ceremony import Root
from workervoice.settings import PREFIX, load
from workervoice.store.engine import Scope
from workervoice.store.keys import directory_entries
from workervoice.triage.engine import Engine

ONE, TWO, THREE = "+15550100921", "+15550100922", "+15550100923"
ANSWER = "We wrote to them."


@pytest.fixture
def root() -> SigningKey:
    return generate_signing()


@pytest.fixture
def house(
    server: EmbeddedServer,
    engine: Engine,
    root: SigningKey,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A hotline of today, for children read the real clock; the test knows its root."""
    monkeypatch.setattr(Root, "generate", staticmethod(lambda: Root(root)))
    monkeypatch.setattr(rotating, "SETTLE_SECONDS", 0.1)
    monkeypatch.setattr(rotating, "AGAIN_SECONDS", 0.1)
    built = build_house(server, tmp_path / "data", engine, wall_clock())
    for name, value in settings_of(built).items():
        monkeypatch.setenv(name, value)
    yield built
    built.close()


def settings_of(house: House) -> dict[str, str]:
    return {
        f"{PREFIX}ENV_FILE": "",
        f"{PREFIX}DATA_DIR": str(house.data),
        f"{PREFIX}DATABASE_URL": house.owner_url,
        f"{PREFIX}GATEWAY_DATABASE_URL": house.urls["gateway"],
        f"{PREFIX}COURIER_DATABASE_URL": house.urls["courier"],
    }


def runs(*command: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(command)
    return int(str(ended.value.code))


def with_copies(house: House) -> None:
    """As the ceremony leaves it: with a sealed copy, for a recovery key that the test knows."""
    with house.owner.begin(Scope(house.programme)) as tx:
        courier = next(s for s in directory_entries(tx) if s.entry.kind == "courier")
    begin_copies(house.data, bytes(ROOT_BYTES), courier)


def root_of(house: House) -> str:
    return house.console.trust.root_public.hex()


def unfinished(house: House) -> list[str]:
    """What doctor says about rotations."""
    found = examine(load(settings_of(house)), house.now)
    return [each.sentence for each in found if "not finished" in each.sentence]


def test_the_pepper_is_rotated_by_one_command(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    with_copies(house)
    for number in (ONE, TWO):
        house.say(number, "They took our passports")

    code = runs("rotate", "pepper")
    house.say(ONE, "1")
    said = capfd.readouterr()
    restored = house.data.parent / "restored"
    restore_process_keys(
        house.data / SEALED, restored, to_paper(PAPER, bytes(ROOT_BYTES)), root_of(house)
    )

    assert (code, said.out) == (0, "")
    assert said.err == "2 addresses have a new index.\nThe old pepper is destroyed.\n"
    assert {row.index_version for row in asked(house, "SELECT index_version FROM contact")} == {2}
    assert "pepper" not in FileCustody(restored / "keys" / "gateway").ids
    assert unfinished(house) == []
    assert problems(house) == []


def test_the_couriers_key_is_rotated_by_way_of_the_root(
    house: House, root: SigningKey, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    case_id = a_case(house, number=ONE)
    house.desk.answer(house.actor("asha"), case_id, ANSWER)
    house.deliver()
    request, signed = tmp_path / "request", tmp_path / "signed"

    first = runs("rotate", "courier")
    request.write_text(capfd.readouterr().out)
    meanwhile = unfinished(house)
    told = [each.sentence for each in examine(load(settings_of(house)), house.now)]
    digits = next(each for each in told if each.startswith("Fingerprint of the courier: "))[28:63]
    typed = io.StringIO(f"{digits}\n{to_paper(ROOT, root.to_bytes())}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", typed)
        took = runs("root", "sign", str(request), "--out", str(signed))
    stored = runs("root", "take", str(signed))
    second = runs("rotate", "courier")
    house.gateway.trust._checked.clear()  # noqa: SLF001 - as after five seconds
    house.courier_process.trust._checked.clear()  # noqa: SLF001
    answered = house.say(ONE, "1")

    assert [first, took, stored, second] == [0, 0, 0, 0]
    assert len(meanwhile) == 1
    assert "workervoice rotate courier" in meanwhile[0]
    assert ANSWER in answered[-1]
    assert FileCustody(keys_of(house, "courier")).ids == ["courier-2", "log", "own", "signing"]
    assert unfinished(house) == []
    assert problems(house) == []


SLOW = (
    "import sys, time; from workervoice.app import rotating_child as child;"
    "from workervoice.hotline import rotating_contacts, rotating_records;"
    "rotating_contacts.BATCH = rotating_records.BATCH = 1; done = [];"
    "\ndef then_wait(real):\n"
    "    def one(*given):\n"
    "        if done:\n            print('waiting', file=sys.stderr, flush=True); time.sleep(60)\n"
    "        done.append(1)\n        return real(*given)\n"
    "    return one\n"
    "rotating_contacts.made_contact = then_wait(rotating_contacts.made_contact)\n"
    "rotating_records.write_facts = then_wait(rotating_records.write_facts)\n"
    "sys.exit(child.main(*sys.argv[1:]))"
)


def killed(house: House, what: str, task: str) -> None:
    """The command, with all its children, ended by SIGKILL between two rows of this task."""
    parent = (
        "from workervoice.app import rotating; real = rotating.subprocess.Popen;"
        f"slow, task = {SLOW!r}, {task!r};"
        "\ndef start(arguments, **how):\n"
        "    if arguments[4] == task:\n"
        "        arguments = [arguments[0], '-P', '-c', slow, *arguments[4:]]\n"
        "    return real(arguments, **how)\n"
        "rotating.subprocess.Popen = start\n"
        f"from workervoice.cli import main; main(['rotate', {what!r}])"
    )
    command = subprocess.Popen(
        [sys.executable, "-c", parent],
        env={"PATH": os.defpath, **settings_of(house)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stderr is not None
    assert command.stderr.readline() == "waiting\n"
    command.kill()
    command.wait()
    command.stderr.close()


@pytest.mark.parametrize(
    ("what", "task"), [("pepper", "pepper"), ("courier", "contacts"), ("service", "service")]
)
def test_a_rotation_killed_between_two_rows_is_finished_by_the_same_command(
    house: House, root: SigningKey, what: str, task: str
) -> None:
    numbers = (ONE, TWO, THREE)
    for number in numbers:
        house.say(number, "They took our passports")
    if what == "courier":
        entry = begun_courier(house)
        assert entry is not None
        signed_by_root(house, root, entry)

    killed(house, what, task)
    half = unfinished(house)
    for number in numbers:
        house.say(number, "1")
    finished = runs("rotate", what)
    for number in numbers:
        house.say(number, "they cut pay if we ask")

    assert len(half) == (3 if what == "service" else 1)
    assert f"not finished: run `workervoice rotate {what}` again." in half[0]
    assert (finished, unfinished(house)) == (0, [])
    assert len(asked(house, "SELECT id FROM conversation")) == 3
    assert {len(house.phones.texts(number)) for number in numbers} == {3}
    held = {process: FileCustody(keys_of(house, process)).ids for process in ("gateway", "courier")}
    assert "pepper" not in held["gateway"] or what != "pepper"
    assert "courier" not in held["courier"] or what != "courier"
    assert problems(house) == []


def test_a_row_that_was_changed_stops_it_in_one_sentence_that_names_the_row(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    house.say(ONE, "They took our passports")
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE contact NO FORCE ROW LEVEL SECURITY")
        tx.connection.exec_driver_sql("UPDATE contact SET signature = 'x'")
        tx.connection.exec_driver_sql("ALTER TABLE contact FORCE ROW LEVEL SECURITY")
    (contact,) = asked(house, "SELECT id FROM contact")

    code = runs("rotate", "pepper")

    said = capfd.readouterr().err.strip().splitlines()[-1]
    assert code == 1
    assert str(contact.id) in said
    assert ONE not in said
    assert len(unfinished(house)) == 1


@pytest.mark.parametrize("custody", ["systemd", "vault"])
def test_keys_that_are_not_in_files_are_not_rotated(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    custody: str,
) -> None:
    monkeypatch.setenv(f"{PREFIX}CUSTODY", custody)

    codes = [runs("rotate", what) for what in ("pepper", "courier", "service")]

    assert codes == [1, 1, 1]
    assert capfd.readouterr().err.count("WORKERVOICE_CUSTODY=file") == 3
    assert "pepper-2" not in FileCustody(keys_of(house, "gateway")).ids


def test_missing_keys_are_named_and_nothing_is_changed(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    keys_of(house, "gateway").rename(house.data / "elsewhere")

    code = runs("rotate", "pepper")

    assert code == 1
    assert "there are no keys in" in capfd.readouterr().err
    assert house.leaves("rotation") == []


def test_two_rotations_do_not_run_at_once(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    with rotating.rotation(load(settings_of(house)), print):
        code = runs("rotate", "courier")

    assert code == 1
    assert "another rotation runs" in capfd.readouterr().err


def test_the_service_key_is_rotated_by_one_command(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    with_copies(house)
    case_id = a_case(house, number=ONE)
    old = {kind: load_key_files(house.data, kind).service_key for kind in PROCESSES}

    code = runs("rotate", "service")
    house.say(ONE, "1")
    new = {kind: load_key_files(house.data, kind).service for kind in PROCESSES}
    restored = house.data.parent / "restored"
    restore_process_keys(
        house.data / SEALED, restored, to_paper(PAPER, bytes(ROOT_BYTES)), root_of(house)
    )

    assert code == 0
    assert capfd.readouterr().err.endswith("The old service key is destroyed.\n")
    assert {kind: set(keys.keys) for kind, keys in new.items()} == {p: {2} for p in PROCESSES}
    assert set(old.values()).isdisjoint(key for each in new.values() for key in each.keys.values())
    assert load_key_files(restored, "console").service_key == new["console"].keys[2]
    assert len(case_page(house.console, house.actor("asha"), case_id).thread) > 3
    assert unfinished(house) == []
    assert problems(house) == []


@as_root
def test_each_process_can_still_read_all_its_keys_after_root_has_rotated_them(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    for process, uid in OF.items():
        give_away(keys_of(house, process), uid)
    house.say(ONE, "They took our passports")

    codes = [runs("rotate", "pepper"), runs("rotate", "service")]

    owners = {
        path: path.stat().st_uid == OF[process] == path.stat().st_gid
        for process in PROCESSES
        for path in (keys_of(house, process), *keys_of(house, process).iterdir())
    }
    assert codes == [0, 0], capfd.readouterr().err
    assert [path for path, same in owners.items() if not same] == []
    assert keys_of(house, "gateway") / "pepper-2.key" in owners
    assert problems(house) == []


@as_root
def test_doctor_names_a_key_that_its_process_may_not_read(house: House) -> None:
    give_away(keys_of(house, "gateway"), OF["gateway"])
    lock_up(keys_of(house, "gateway") / "pepper.key")

    told = [each for each in examine(load(settings_of(house)), house.now) if not each.well]

    assert [f"chown {OF['gateway']}: {keys_of(house, 'gateway')}/pepper.key"] == [
        each.sentence.rpartition("as root, ")[2] for each in told if "pepper.key" in each.sentence
    ]
