"""Tests of packs: they load, prove themselves, and say what is wrong in file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.triage.builders import HEAD, a_pack
from workervoice.errors import PackError
from workervoice.message import INDICATORS
from workervoice.triage import ilo, packs
from workervoice.triage.language import LANGUAGES

SHIPPED = sorted(packs.DIRECTORY.glob("*.yaml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_pack_proves_its_examples(path: Path) -> None:
    pack = packs.load(path)

    problems = packs.check(pack)

    assert [str(problem) for problem in problems] == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_item_of_a_shipped_pack_is_proven_both_ways(path: Path) -> None:
    pack = packs.load(path)

    items = {item for rule in pack.rules for item, _ in rule.names}

    assert {e.item for e in pack.examples if e.hit} >= items
    assert {e.item for e in pack.examples if not e.hit} >= items


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_indicator_has_phrases_enough(path: Path) -> None:
    pack, fewest = packs.load(path), 40 if path.stem == "en" else 20
    counts = dict.fromkeys(INDICATORS, 0)

    for rule in pack.rules:
        for indicator in {ilo.ITEMS[item].indicator for item, _ in rule.names} - {None}:
            counts[str(indicator)] += 1

    assert min(counts.values()) >= fewest


def test_a_check_names_the_line_of_an_example_that_fails(tmp_path: Path) -> None:
    path = a_pack(
        tmp_path,
        "items:\n  P_documents:\n    phrases: [passport]\n"
        "    hits:\n      - took my visa\n    not:\n      - passport\n",
    )

    problems = packs.check(packs.load(path))

    assert [(problem.file, problem.line) for problem in problems] == [
        ("xx.yaml", 9),
        ("xx.yaml", 11),
    ]
    assert "must report P_documents" in problems[0].reason
    assert "must not report P_documents" in problems[1].reason


def test_a_check_misses_no_item_without_an_example(tmp_path: Path) -> None:
    path = a_pack(tmp_path, "items:\n  P_documents:\n    phrases: [passport]\n")

    (problem,) = packs.check(packs.load(path))

    assert "no example" in problem.reason


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("items:\n  P_passports:\n    phrases: [x]\n", 6, '"P_passports" is not an item'),
        ("items:\n  P_documents:\n    phrases: ['{who} took']\n", 7, "no slot {who}"),
        ("items:\n  P_documents:\n    phrase: [x]\n", 7, '"phrase" is unknown here'),
        ("item: {}\n", 5, '"item" is unknown here'),
        ("slots: {a: ['{b}']}\nitems: {}\n", 5, "{b} is not a slot"),
        ("items: {}\nitems: {}\n", 6, "stands here twice"),
        (
            "safe:\n  - items: [P_physical_violence]\n    phrases: [x]\nitems: {}\n",
            6,
            "no safe phrase",
        ),
        ("near: far\nitems: {}\n", 5, "not a number"),
        ("items: [x]\n", 5, "names with values"),
        ("items:\n  P_documents:\n    phrases: x\n", 7, "a list was expected"),
        ("items: {P_documents: [}\n", 5, "not YAML"),
    ],
)
def test_a_broken_pack_is_refused_by_file_line_and_reason(
    tmp_path: Path, body: str, line: int, reason: str
) -> None:
    path = a_pack(tmp_path, body)

    with pytest.raises(PackError) as refused:
        packs.load(path)

    assert str(refused.value).startswith(f"xx.yaml:{line}: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (HEAD.replace("draft", "fine"), '"fine" is not one of'),
        (HEAD.replace("latin", "elvish"), '"elvish" is not one of'),
        (HEAD.replace("version: 1\n", ""), '"version" is missing'),
    ],
)
def test_a_pack_head_is_checked(tmp_path: Path, head: str, reason: str) -> None:
    path = a_pack(tmp_path, "items: {}\n", head=head)

    with pytest.raises(PackError) as refused:
        packs.load(path)

    assert reason in str(refused.value)


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"- a\n"])
def test_what_is_no_pack_at_all_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "xx.yaml"
    path.write_bytes(raw)

    with pytest.raises(PackError, match=r"^xx\.yaml:\d+: "):
        packs.load(path)


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no directory of language packs"):
        packs.load_all(tmp_path / "nothing")


def test_a_pack_of_ones_own_replaces_the_shipped_one_of_its_name(tmp_path: Path) -> None:
    mine = a_pack(tmp_path, "items: {}\n", name="en")
    other = a_pack(tmp_path, "items: {}\n", name="zz")

    found = packs.files(tmp_path)

    assert mine in found
    assert other in found
    assert len(found) == len(SHIPPED) + 1


def test_the_word_no_stays_a_word(tmp_path: Path) -> None:
    path = a_pack(tmp_path, "negation: {words: [no, on, yes]}\nitems: {}\n")

    pack = packs.load(path)

    assert pack.negation.words == ("no", "on", "yes")


def test_the_version_changes_with_the_file(tmp_path: Path) -> None:
    before = packs.load(a_pack(tmp_path, "items: {}\n")).version

    after = packs.load(a_pack(tmp_path, "items: {}\n# a comment\n")).version

    assert before != after


def test_every_language_of_the_hotline_has_a_pack() -> None:
    stems = {path.stem for path in SHIPPED}

    assert stems == (LANGUAGES - {"id", "ms"}) | {"id-ms"}
