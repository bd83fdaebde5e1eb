"""Tests of the lexis: who may put a word right, and whose words are whose."""

from __future__ import annotations

from pathlib import Path

from tests.triage.builders import HEAD, a_pack
from workervoice.triage import packs
from workervoice.triage.match import Matcher

MINE = """
common: the and on me my boss they every day work here we are at night him
items:
  P_documents: {phrases: ["took my passport"]}
"""
OTHER = """
fuzzy: no
items:
  P_sexual_violence: {phrases: ["on me", "toca me"]}
"""
SWAHILI = HEAD.replace("en", "sw")


def both(tmp_path: Path) -> Matcher:
    """Two packs of one script; "on me" means harm in the other one."""
    a_pack(tmp_path, MINE, name="mine")
    a_pack(tmp_path, OTHER, name="other", head=SWAHILI)
    return Matcher.of(packs.load(tmp_path / f"{name}.yaml") for name in ("mine", "other"))


def test_a_phrase_of_words_that_all_belong_to_a_better_pack_is_a_false_friend(
    tmp_path: Path,
) -> None:
    matcher = both(tmp_path)

    found = matcher.read("they work on me every day and we are here")

    assert found == ()


def test_a_phrase_with_a_word_of_its_own_is_heard_in_the_middle_of_another_language(
    tmp_path: Path,
) -> None:
    matcher = both(tmp_path)

    found = matcher.read("every night here boss toca me and we work")

    assert {each.item for each in found} == {"P_sexual_violence"}


def test_a_word_with_an_apostrophe_belongs_to_whom_it_belongs_without(tmp_path: Path) -> None:
    a_pack(tmp_path, MINE.replace("him", "him dont"), name="mine")
    a_pack(tmp_path, OTHER.replace("on me", "don't on me"), name="other", head=SWAHILI)
    matcher = Matcher.of(packs.load(tmp_path / f"{name}.yaml") for name in ("mine", "other"))

    assert matcher.read("they don't on me every day and we work") == ()


def test_where_no_pack_knows_far_more_every_phrase_is_heard(tmp_path: Path) -> None:
    matcher = both(tmp_path)

    found = matcher.read("on me")

    assert {each.item for each in found} == {"P_sexual_violence"}


def test_a_word_is_put_right_only_in_a_text_that_the_pack_knows(tmp_path: Path) -> None:
    matcher = both(tmp_path)

    known = matcher.read("they tok my pasport")
    strange = matcher.read("zuri sana hapa took my pasport kwa kazi leo asubuhi")

    assert [(each.item, each.start, each.end) for each in known] == []
    assert strange == ()
    assert {each.item for each in matcher.read("they took my pasport")} == {"P_documents"}
