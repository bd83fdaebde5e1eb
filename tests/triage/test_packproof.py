"""Tests of proving packs: every fault is named, what is lacking is a warning, signatures count."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.triage.builders import HEAD, a_pack
from workervoice.errors import PackError
from workervoice.triage import ilo, packheads, packs
from workervoice.triage.lexicon import Signature
from workervoice.triage.packproof import prove

ITEMS = "items:\n  P_documents:\n    phrases: [passport]\n    hits: [my passport]\n    not: [x]\n"
SIGNED = "signed:\n  - {by: Dr. A. Example, date: 2026-11-20, of: 1}\n"


def test_every_fault_of_a_pack_is_named_by_its_line(tmp_path: Path) -> None:
    path = a_pack(
        tmp_path,
        "colour: red\n"
        "slots: {boss: [boss], bad: ['{none}']}\n"
        "safe:\n  - phrases: [x]\n"
        "negation: {scope: before}\n"
        "near: nan\n"
        "items:\n"
        "  P_passports: {phrases: [x]}\n"
        "  P_documents:\n    phrases: ['(my passport', '{nobody} x', '{bad} y', passport]\n"
        "    hit: [x]\n    hits: [[x]]\n",
    )

    proof = prove(path)

    assert proof.pack is None
    assert [(problem.line, problem.reason.partition(";")[0]) for problem in proof.problems] == [
        (5, '"colour" is unknown here'),
        (6, "{none} is not a slot defined above"),
        (8, '"items" is missing'),
        (9, '"words" is missing'),
        (10, '"nan" is not a number (a whole one)'),
        (12, f'"P_passports" is not an item of {ilo.VERSION}'),
        (14, '"(my": a bracket is not closed, or stands in another'),
        (14, "there is no slot {nobody}"),
        (15, '"hit" is unknown here'),
        (16, "a text was expected here"),
    ]


@pytest.mark.parametrize("raw", ["[" * 100_000, "- " * 100_000, "? " * 100_000])
def test_a_file_that_is_nested_without_end_is_refused(tmp_path: Path, raw: str) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(raw, encoding="utf-8")

    (problem,) = prove(path).problems

    assert str(problem) == "xx.yaml:1: nested too deep"


def test_a_file_that_is_not_there_is_a_problem_of_its_own(tmp_path: Path) -> None:
    (problem,) = prove(tmp_path / "xx.yaml").problems

    assert str(problem) == "xx.yaml:0: cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["My pack", "it_IT", "it/..", "x-", "en#1"])
def test_a_name_that_would_spoil_those_of_rules_is_refused(tmp_path: Path, name: str) -> None:
    (problem,) = prove(tmp_path / f"{name}.yaml").problems

    assert problem.reason.startswith("the name of a pack has small letters")


def test_a_pack_that_is_being_written_is_warned_and_not_failed(tmp_path: Path) -> None:
    proof = prove(a_pack(tmp_path, ITEMS))

    warnings = [str(warning) for warning in proof.warnings]

    assert proof.problems == ()
    assert warnings[0].startswith("xx.yaml:1: no phrases yet for A_birth_descent, ")
    assert "P_documents" not in warnings[0]
    assert "possible_distress" not in warnings[0]
    assert "xx.yaml:7: retention_of_identity_documents has 1 phrase; 40 are the least" in warnings


@pytest.mark.parametrize(("language", "least"), [("en", 40), ("es", 20)])
def test_a_pack_is_warned_until_every_indicator_has_enough(
    tmp_path: Path, language: str, least: int
) -> None:
    few, enough = (
        a_pack(
            tmp_path,
            "items:\n  P_documents:\n    hits: [passport 1]\n    phrases:\n"
            + "".join(f"      - passport {number}\n" for number in range(1, count + 1)),
            head=HEAD.replace("language: en", f"language: {language}"),
            name=name,
        )
        for name, count in (("few", least - 1), ("enough", least))
    )

    warned = ["retention_of" in str(prove(path).warnings) for path in (few, enough)]

    assert warned == [True, False]


def test_a_signed_pack_is_reviewed(tmp_path: Path) -> None:
    head = HEAD.replace("draft", "reviewed")

    pack = packs.load(a_pack(tmp_path, SIGNED + ITEMS, head=head))

    assert pack.status == "reviewed"
    assert pack.signed == (Signature("Dr. A. Example", "2026-11-20", 1),)


@pytest.mark.parametrize(
    ("head", "signed", "line", "reason"),
    [
        (HEAD.replace("draft", "reviewed"), "", 2, 'needs a native speaker\'s entry in "signed"'),
        (HEAD.replace("draft", "reviewed"), "signed: []\n", 2, "of version 1"),
        (
            HEAD.replace("draft", "reviewed").replace("version: 1", "version: 2"),
            SIGNED,
            2,
            "of version 2",
        ),
        (HEAD, SIGNED.replace("of: 1", "of: 2"), 6, "version 2 is signed"),
        (HEAD, SIGNED.replace("2026-11-20", "20 November"), 6, "is not a day"),
        (HEAD, SIGNED.replace("2026-11-20", "2026-11-31"), 6, "is not a day"),
        (HEAD, SIGNED.replace("by: Dr. A. Example, ", ""), 6, '"by" is missing'),
        (HEAD, SIGNED.replace("Dr. A. Example", "' '"), 6, "name or role"),
        (HEAD, SIGNED.replace("of: 1", "of: one"), 6, "whole"),
        (HEAD.replace("version: 1", "version: new"), "", 3, "whole"),
    ],
)
def test_a_signature_that_says_nothing_of_this_version_is_refused(
    tmp_path: Path, head: str, signed: str, line: int, reason: str
) -> None:
    path = a_pack(tmp_path, signed + ITEMS, head=head)

    with pytest.raises(PackError) as refused:
        packs.load(path)

    assert str(refused.value).startswith(f"xx.yaml:{line}: ")
    assert reason in str(refused.value)
    assert [problem.line for problem in prove(path).problems] == [line]


def test_an_older_signature_stays_in_a_draft_that_came_after_it(tmp_path: Path) -> None:
    head = HEAD.replace("version: 1", "version: 2")

    pack = packs.load(a_pack(tmp_path, SIGNED + ITEMS, head=head))

    assert (pack.status, [each.of for each in pack.signed]) == ("draft", [1])


def test_a_head_says_what_the_pack_says() -> None:
    assert packheads.heads() == tuple(packheads.head_of(pack) for pack in packs.load_all())


def test_a_broken_pack_has_a_reason_in_place_of_a_head(tmp_path: Path) -> None:
    a_pack(tmp_path, ITEMS, name="aa")
    a_pack(tmp_path, "items: [\n", name="bb")

    found = {each.name: each for each in packheads.heads(tmp_path)}

    good, broken = found["aa"], found["bb"]
    assert isinstance(good, packheads.Head)
    assert isinstance(broken, packheads.Broken)
    assert broken.name == "bb"
    assert broken.reason.startswith("bb.yaml:6: not YAML")


def test_a_directory_that_is_not_there_is_told_in_place_of_heads(tmp_path: Path) -> None:
    (broken,) = packheads.heads(tmp_path / "none")

    assert isinstance(broken, packheads.Broken)
    assert broken.reason.endswith("none is no directory of language packs")


def test_every_rule_has_the_line_of_the_phrase_that_was_written() -> None:
    for pack in packs.load_all():
        phrases = packheads.written(packs.DIRECTORY / pack.file)

        lines = {name: rule.line for rule in pack.rules + pack.denials for _, name in rule.names}

        assert {name: line for name, (_, line) in phrases.items()} == lines
