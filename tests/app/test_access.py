"""`workervoice access`: a worker's answer into a private file, an accused person's on paper."""

from __future__ import annotations

import stat
from pathlib import Path
from subprocess import CompletedProcess
from uuid import UUID

from tests.app.test_cli import run
from tests.builders import REPORT, a_case
from tests.house import House

HOW = "named the day of the first report"


def ask(
    house: House, case_id: UUID, out: Path, login: str = "asha", passphrase: str = ""
) -> CompletedProcess[str]:
    given = {"DATA_DIR": str(house.data), "CONSOLE_DATABASE_URL": house.urls["console"]}
    options = ("--as", login, "--checked", HOW, "--out", str(out))
    word = passphrase or house.seeded.passphrases[login]
    return run("access", "worker", str(case_id), *options, given=f"{word}\n", **given)


def test_the_answer_is_a_file_that_only_its_owner_reads(
    todays_house: House, tmp_path: Path
) -> None:
    house = todays_house
    case_id, out = a_case(house), tmp_path / "answer.md"

    done = ask(house, case_id, out)

    assert done.returncode == 0, done.stderr
    assert REPORT in out.read_text()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert REPORT not in done.stdout + done.stderr
    assert len(house.leaves("access_given")) == 1


def test_a_wrong_passphrase_writes_nothing(todays_house: House, tmp_path: Path) -> None:
    house = todays_house
    case_id, out = a_case(house), tmp_path / "answer.md"

    wrong = ask(house, case_id, out, passphrase="not it")
    buyer = ask(house, case_id, out, login="nora")

    assert (wrong.returncode, buyer.returncode) == (1, 1)
    assert wrong.stderr.count("\n") == 1
    assert "not it" not in wrong.stderr
    assert not out.exists()
    assert house.leaves("access_given") == []


def test_a_file_that_is_there_is_not_replaced(todays_house: House, tmp_path: Path) -> None:
    house = todays_house
    out = tmp_path / "answer.md"
    out.write_text("mine")

    done = ask(house, a_case(house), out)

    assert done.returncode == 1
    assert out.read_text() == "mine"
    assert house.leaves("access_given") == []


def test_the_letter_passes_its_own_check_and_needs_no_database(tmp_path: Path) -> None:
    letter = run("access", "accused", "--operator", "Open Line", "--contact", "data@line.example")
    file = tmp_path / "letter.txt"
    file.write_text(letter.stdout)

    well = run("access", "check", str(file))
    file.write_text(letter.stdout + "A worker wrote on 3 November.\n")
    ill = run("access", "check", str(file))

    assert (letter.returncode, well.returncode, ill.returncode) == (0, 0, 1)
    assert "a date finer than a month" in ill.stdout
    assert "November." not in ill.stdout
