"""`workervoice log …` as an operator, a monitor and somebody with a file call it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.app.running import running
from tests.app.test_cli import run
from tests.builders import a_case, a_released_issue
from tests.house import House
from tests.looking import asked
from workervoice.app.browsing import Phone
from workervoice.crypto.seal import generate_signing
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.witnessing import keep


@dataclass(frozen=True)
class Place:
    """A hotline's machine, and a directory elsewhere."""

    house: House
    owner_url: str
    away: Path

    def log(self, *arguments: str) -> tuple[int, str, str]:
        done = run("log", *arguments, DATA_DIR=str(self.house.data), DATABASE_URL=self.owner_url)
        return done.returncode, done.stdout, done.stderr

    def elsewhere(self, *arguments: str) -> tuple[int, str, str]:
        """On another machine: no data directory, no database."""
        done = run("log", *arguments, DATA_DIR=str(self.away / "nothing"))
        return done.returncode, done.stdout, done.stderr

    @property
    def root(self) -> str:
        return (self.house.data / "root.public").read_text().strip()

    def file(self, name: str, content: str) -> str:
        path = self.away / name
        path.write_text(content, encoding="utf-8")
        return str(path)


@pytest.fixture(scope="module")
def place(
    server: EmbeddedServer, shared_house: House, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    a_released_issue(shared_house, a_case(shared_house))
    shared_house.wait(minutes=20)
    shared_house.deliver()
    database = make_url(shared_house.urls["gateway"]).database or ""
    return Place(shared_house, server.owner_url(database), tmp_path_factory.mktemp("away"))


@pytest.fixture(scope="module")
def note(place: Place) -> str:
    return keep(place.house.console, place.house.actor("mina")).note


def test_verify_says_that_the_log_holds(place: Place, note: str) -> None:
    alone = place.log("verify")
    witnessed = place.log("verify", "--checkpoint", place.file("kept.txt", note))

    assert (alone[0], witnessed[0]) == (0, 0), alone[1] + witnessed[1]
    assert alone[1].splitlines()[-1] == "The log holds."
    assert "1 of witnesses" in witnessed[1]
    assert "Newest checkpoint: " in alone[1]


def test_verify_names_what_is_wrong_and_ends_with_1(place: Place, note: str) -> None:
    other = place.file("other.txt", note.replace("\n", "\n1", 1))
    missing = str(place.away / "gone.txt")

    wrong = place.log("verify", "--checkpoint", other)
    unread = place.log("verify", "--checkpoint", missing)

    assert wrong[0] == 1
    assert wrong[1].startswith(f"The checkpoint in {other} does not hold")
    assert wrong[1].splitlines()[-1] == "1 problems."
    assert (unread[0], unread[1]) == (1, "")
    assert missing in unread[2]
    assert "Traceback" not in wrong[2] + unread[2]


def test_an_export_verifies_elsewhere_by_the_root_alone(place: Place, note: str) -> None:
    exported, kept = str(place.away / "log.txt"), place.file("kept.txt", note)
    assert place.log("export", exported)[0] == 0

    there = place.elsewhere(
        "verify", "--export", exported, "--checkpoint", kept, "--root", place.root
    )
    by_setting = run("log", "verify", "--export", exported, ROOT_PUBLIC=place.root)
    foreign = place.elsewhere(
        "verify", "--export", exported, "--root", generate_signing().public.hex()
    )
    rootless = place.elsewhere("verify", "--export", exported)

    assert (there[0], by_setting.returncode) == (0, 0), there[1]
    assert foreign[0] == 1
    assert "The root vouches for no key" in foreign[1]
    assert rootless[0] == 1
    assert "WORKERVOICE_ROOT_PUBLIC is missing" in rootless[2]


def test_an_export_holds_hashes_and_signatures_and_no_body(place: Place) -> None:
    exported = place.away / "plain.txt"
    place.log("export", str(exported))
    text = exported.read_text()
    lines = text.splitlines()

    leaves = asked(place.house, "SELECT id, position FROM log_leaf WHERE position IS NOT NULL")
    assert lines[0] == "workervoice-log-export 1"
    assert lines[1] == f"origin workervoice/log/{place.house.programme}"
    assert sum(line.startswith("leaf ") for line in lines) == len(leaves)
    assert lines[-1].startswith(f"end {len(leaves)} ")
    assert not any(str(leaf.id) in text for leaf in leaves)
    assert not any(str(row.id) in text for row in asked(place.house, "SELECT id FROM cases"))


@pytest.mark.parametrize(
    "change",
    ["a leaf", "two leaves", "a leaf cut", "the last line", "a key", "a checkpoint", "a word"],
)
def test_an_export_that_was_changed_does_not_verify(place: Place, change: str) -> None:
    exported = place.away / "good.txt"
    place.log("export", str(exported))
    lines = exported.read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith("leaf "))
    key = next(n for n, line in enumerate(lines) if line.startswith("key "))
    note = next(n for n, line in enumerate(lines) if line.startswith("checkpoint "))
    if change == "a leaf":
        lines[first] = f"leaf {'0' * 64}"
    elif change == "two leaves":
        lines[first], lines[first + 1] = lines[first + 1], lines[first]
    elif change == "a leaf cut":
        del lines[first]
        counts = lines[-1].split()
        lines[-1] = f"end {int(counts[1]) - 1} {counts[2]}"
    elif change == "the last line":
        lines.pop()
    elif change == "a key":
        lines[key] = lines[key].replace("key ", "key 00", 1)
    elif change == "a checkpoint":
        lines[note] = f"checkpoint {'A' * 40}"
    else:
        lines.insert(first, "hello")

    changed = place.file("bad.txt", "\n".join(lines) + "\n")
    code, told, problem = place.elsewhere("verify", "--export", changed, "--root", place.root)

    assert code == 1
    assert (told + problem).strip()
    assert "Traceback" not in problem


def test_a_proof_is_printed_and_verifies_elsewhere(place: Place) -> None:
    leaf = asked(place.house, "SELECT id, leaf_hash FROM log_leaf WHERE position = 5")[0]

    by_id = place.log("prove", str(leaf.id))
    by_hash = place.log("prove", bytes(leaf.leaf_hash).hex())
    proof = json.loads(by_id[1])
    good = place.elsewhere(
        "verify", "--proof", place.file("proof.json", by_id[1]), "--root", place.root
    )
    lie = place.file("lie.json", json.dumps({**proof, "index": 6}))
    bad = place.elsewhere("verify", "--proof", lie, "--root", place.root)
    rubbish = place.elsewhere(
        "verify", "--proof", place.file("x.json", '{"a": 1}'), "--root", place.root
    )

    assert by_id[1] == by_hash[1]
    assert (proof["index"], proof["leaf"]) == (5, bytes(leaf.leaf_hash).hex())
    assert good[0] == 0, good[1]
    assert (bad[0], rubbish[0]) == (1, 1)
    assert "does not hold" in bad[1]
    assert "not a proof of ours" in rubbish[1]


def test_what_cannot_be_proved_is_said_in_one_sentence(place: Place) -> None:
    place.house.door.enter("sam", place.house.seeded.passphrases["sam"])
    (young,) = asked(place.house, "SELECT id FROM log_leaf WHERE position IS NULL LIMIT 1")

    unsigned = place.log("prove", str(young.id))
    unknown = place.log("prove", "0" * 64)
    malformed = place.log("prove", "entry")
    foreign = place.log("prove", "0" * 64, "--programme", str(young.id))

    assert "no checkpoint covers this entry yet" in unsigned[2]
    assert "no such entry" in unknown[2]
    assert "a leaf's id, or its hash" in malformed[2]
    assert "say which programme" in foreign[2]
    for code, told, problem in (unsigned, unknown, malformed, foreign):
        assert (code, told) == (1, "")
        assert len(problem.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("verify", "--export"), ("verify", "--proof"), ("export",)], ids=" ".join
)
def test_a_file_that_cannot_be_used_is_named(place: Place, arguments: tuple[str, ...]) -> None:
    missing = str(place.away / "no" / "such.file")

    code, told, problem = place.log(*arguments, missing)

    assert (code, told) == (1, "")
    assert missing in problem
    assert len(problem.splitlines()) == 1


def test_without_a_database_the_commands_say_so(place: Place) -> None:
    for arguments in (("verify", "--root", place.root), ("export", "x"), ("prove", "0" * 64)):
        code, told, problem = place.elsewhere(*arguments)

        assert (code, told) == (1, "")
        assert str(place.away / "nothing") in problem
        assert problem.count("\n") == 1


def test_the_log_is_verified_while_up_runs_and_after_it_has_ended() -> None:
    with tempfile.TemporaryDirectory(prefix="wv-log-") as made:
        Path(made).chmod(0o711)  # the database server's own account has to get in
        data = Path(made) / "data"
        with running(data, "--demo") as up:
            phone = Phone(up.address("simulated phones"), "+15550100333", "demo-sms")
            phone.write("They took our passports")
            during = run("log", "verify", DATA_DIR=str(data))
        after = run("log", "verify", DATA_DIR=str(data))
        exported = run("log", "export", str(Path(made) / "log.txt"), DATA_DIR=str(data))
        EmbeddedServer(data).erase()

    for done in (during, after, exported):
        assert done.returncode == 0, done.stdout + done.stderr
    assert "The log holds." in during.stdout
    assert "Newest checkpoint: " in after.stdout
