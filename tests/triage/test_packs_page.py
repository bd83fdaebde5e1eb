"""`docs/packs.md` teaches what is so: its pack is loaded, its commands run, its signs are tried."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.triage.builders import a_matcher, reported
from workervoice.app.items_page import items_markdown
from workervoice.cli import main
from workervoice.triage import packs
from workervoice.triage.normalise import SCRIPTS
from workervoice.triage.packreader import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "packs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, flags=re.S | re.M)
WHOLE = max(BLOCKS, key=len)
COMPLETE = [block for block in BLOCKS if "language:" in block]
FRAGMENTS = [block for block in BLOCKS if "language:" not in block and "signed:" not in block]
HEAD = "language: xx\nstatus: draft\nversion: 1\nscripts: [latin, bengali, thai, han]\n"
TRIED = (
    "near: 6\nfuzzy: no\nslots: {boss: [boss, the manager]}\n"
    "clock: {am: [am], pm: [pm], to: [to]}\nitems:\n  P_documents:\n    phrases:\n      - "
)


def part(title: str) -> str:
    """What stands under one heading."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of the table under a heading, whose first cell is code."""
    lines = re.findall(r"^\| (`.*) \|$", part(title), flags=re.M)
    return [[c.replace(r"\|", "|").strip() for c in re.split(r"(?<!\\)\|", line)] for line in lines]


SIGNS = [(row[0].strip("`"), row[-2], row[-1]) for row in rows("The signs in phrases")]
UNSPACED = [(row[0].strip("`"), *row[1:]) for row in rows("Scripts without spaces")]


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which the page's pack lies under its name."""
    (tmp_path / "it.yaml").write_text(WHOLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said_by(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    with pytest.raises(SystemExit):
        main(arguments)
    return [line for line in capsys.readouterr().out.splitlines() if " warning: " not in line]


def lasting(lines: list[str]) -> list[str]:
    """Without how the language was told and by which version of the rule: both change elsewhere."""
    return [
        re.sub(r"\(ilo-[\w.]+\)$", "", line) for line in lines if not line.startswith("language: ")
    ]


@pytest.mark.parametrize("block", COMPLETE)
def test_every_pack_of_the_page_loads_and_proves_itself(block: str, tmp_path: Path) -> None:
    path = tmp_path / "it.yaml"
    path.write_text(block, encoding="utf-8")

    problems = packs.check(packs.load(path))

    assert problems == []


@pytest.mark.parametrize("block", FRAGMENTS)
def test_every_piece_of_the_page_stands_in_the_whole_file(block: str) -> None:
    assert block in WHOLE


def test_the_page_shows_three_stages_of_a_pack_and_its_pieces() -> None:
    assert len(COMPLETE) == 3
    assert len(FRAGMENTS) >= 8


def test_what_the_commands_say_is_what_the_page_says(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = re.findall(r"^```\n\$ workervoice (.*?)\n(.*?)^```", PAGE, flags=re.S | re.M)

    for command, answer in runs:
        words = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', command)]
        assert lasting(said_by(capsys, *words)) == lasting(answer.splitlines())
    assert len(runs) == 2


def test_the_example_that_fails_is_named_as_the_page_says(
    lesson: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (named,) = re.findall(r"^it\.yaml:\d+: .* must not report .*$", PAGE, flags=re.M)
    (lesson / "it.yaml").write_text(WHOLE.replace("<12-24>", "<1-24>"), encoding="utf-8")

    said = said_by(capsys, "packs", "check", "it.yaml")

    assert named in said


@pytest.mark.parametrize(("phrase", "found", "missed"), SIGNS)
def test_a_sign_means_what_the_table_says(
    tmp_path: Path, phrase: str, found: str, missed: str
) -> None:
    matcher = a_matcher(tmp_path, f"{TRIED}{phrase!r}\n", head=HEAD)

    assert reported(matcher, found) == {"P_documents"}
    assert reported(matcher, missed) == set()


def test_a_weak_phrase_gives_way_to_any_other(tmp_path: Path) -> None:
    other = "  X_no_exit: {phrases: [gate]}\n"
    matcher = a_matcher(tmp_path, f"{TRIED}'? passport'\n{other}", head=HEAD)

    assert reported(matcher, "passport gate") == {"X_no_exit"}


@pytest.mark.parametrize(("phrase", "found", "missed"), UNSPACED)
def test_a_sign_is_a_word_where_there_are_no_spaces(
    tmp_path: Path, phrase: str, found: str, missed: str
) -> None:
    matcher = a_matcher(tmp_path, f"{TRIED}'{phrase}'\n", head=HEAD)

    assert reported(matcher, found) == {"P_documents"}
    assert reported(matcher, missed) == set()


def test_the_pack_is_reviewed_once_it_is_signed_as_the_page_says(tmp_path: Path) -> None:
    (signature,) = [block for block in BLOCKS if "signed:" in block]
    path = tmp_path / "it.yaml"
    path.write_text(
        WHOLE.replace("status: draft\n", "").replace("version: 1\n", signature), encoding="utf-8"
    )

    pack = packs.load(path)

    assert (pack.status, [each.of for each in pack.signed]) == ("reviewed", [1])


def test_every_part_of_a_file_and_every_script_is_told() -> None:
    told = {name for row in rows("The parts of a file") for name in re.findall(r"`(\w+)`", row[0])}

    assert told == FIELDS
    assert {script for script in SCRIPTS if f"`{script}`" not in PAGE} == set()


def test_the_table_of_items_is_that_of_the_rule() -> None:
    written = PAGE.partition("<!-- items:begin -->\n")[2].partition("<!-- items:end -->")[0]

    assert written == items_markdown(), "print it anew: python -m workervoice.app.items_page"


def test_violence_is_not_taken_away_by_what_covers_all(lesson: Path) -> None:
    trial = packs.load(lesson / "it.yaml")
    (aside,) = [group for group in trial.safe if group.aside]

    assert "P_documents" in aside.items
    assert "P_physical_violence" not in aside.items


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("items:\n\tP_documents: {}\n", "found character that cannot start any token"),
        ("items: {P_documents: [}\n", "did not find expected"),
        ("items:\n  P_documents:\n    phrase: [x]\n", '"phrase" is unknown here; known:'),
        ("items:\n  P_documents: {phrases: ['{x} y']}\n", "there is no slot {x}"),
        ("slots: {a: ['{b}'], b: [c]}\nitems: {}\n", "{b} is not a slot defined above"),
        ("items:\n  P_documents: {phrases: ['(x']}\n", "a bracket is not closed"),
        ("items:\n  P_documents: {phrases: ['took..it']}\n", "with a space on both sides"),
        ("items: {}\nitems: {}\n", "stands here twice"),
    ],
)
def test_a_typical_mistake_is_called_what_the_page_calls_it(
    tmp_path: Path, wrong: str, reason: str
) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(HEAD + wrong, encoding="utf-8")

    found = packs.read(path)

    assert isinstance(found, list)
    assert reason in str(found[0])
    assert re.sub(r"\{\w\}|\"\w+\"(?= stands)", "…", reason).strip("…") in PAGE
