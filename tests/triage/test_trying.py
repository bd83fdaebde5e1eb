"""Tests of trying packs: each hit leads back to the phrase that its author wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.triage.builders import a_pack
from workervoice.errors import PackError
from workervoice.triage import packs
from workervoice.triage.language import detect
from workervoice.triage.trying import Trier, heard

BODY = """\
negation: {words: [not, never], window: 4}
slots:
  took: [took, keeps]
items:
  P_documents:
    phrases:
      - "{took} .. passport"
    denies:
      - "gave .. passport back"
    hits: [boss took my passport]
    denied: [he gave my passport back]
  P_fines, X_fined:
    phrases:
      - fine*
    hits: [we are fined]
"""


def test_a_hit_names_the_phrase_its_file_and_its_line(tmp_path: Path) -> None:
    trier = Trier([a_pack(tmp_path, BODY, name="own")])

    trial = trier.read("boss took my passport, he gave my passport back, never fined")

    told = [(h.evidence.rule, h.evidence.denied, h.phrase, h.file, h.line) for h in trial.hits]
    assert told == [
        ("own/P_documents#1", False, "{took} .. passport", "own.yaml", 11),
        ("own/P_documents#d1", True, "gave .. passport back", "own.yaml", 13),
        ("own/P_fines#1", True, "fine*", "own.yaml", 18),
        ("own/X_fined#1", True, "fine*", "own.yaml", 18),
    ]
    assert trial.facts.indicators == {"retention_of_identity_documents"}


def test_only_the_named_files_read(tmp_path: Path) -> None:
    own = Trier([a_pack(tmp_path, BODY, name="own")])

    trial = own.read("boss beat us and locked the gate")

    assert trial.hits == ()


def test_without_files_every_pack_of_the_hotline_reads() -> None:
    trial = Trier().read("boss took our passports. malik passport rekhe diyeche")

    assert {hit.file for hit in trial.hits} == {"en.yaml", "bn-latn.yaml"}
    for hit in trial.hits:
        lines = (packs.DIRECTORY / hit.file).read_text(encoding="utf-8").splitlines()
        assert hit.phrase in lines[hit.line - 1]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    first = a_pack(tmp_path, BODY)
    (tmp_path / "b").mkdir()

    with pytest.raises(PackError, match="same name"):
        Trier([first, a_pack(tmp_path / "b", BODY)])


@pytest.mark.parametrize(
    ("text", "code", "step", "told"),
    [
        ("পাসপোর্ট নিয়ে গেছে", "bn", "script", "bengali script"),
        ("mera passport boss ne le liya", "hi-latn", "words", "words speak for hi-latn"),
        ("", "und", "none", "no letters script"),
    ],
)
def test_what_spoke_for_the_language_is_told(text: str, code: str, step: str, told: str) -> None:
    found = detect(text)

    said = heard(text, found)

    assert (found.code, found.step) == (code, step)
    assert told in said
