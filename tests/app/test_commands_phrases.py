"""`workervoice phrases check`: what a person who writes phrases reads on the screen."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from workervoice.cli import main
from workervoice.errors import PhraseError
from workervoice.workflow import carriers, wordlist
from workervoice.workflow.phrasebook import PhraseBook

OURS = Path(wordlist.__file__).with_name("phrases")


def check(*options: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(("phrases", "check", *options))
    return int(ended.value.code or 0)


def test_every_language_is_told_with_its_status_and_its_cost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = check()

    told = capsys.readouterr().out
    assert code == 0
    for language in PhraseBook.load().files:
        assert re.search(rf"^{language} +draft +\d +\d +\d +\d+  \w+ \d$", told, re.M), language


def test_a_fault_is_named_with_its_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in OURS.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    broken = (tmp_path / "sw.yaml").read_text(encoding="utf-8").replace("  thanks:", "  asante:")
    (tmp_path / "sw.yaml").write_text(broken, encoding="utf-8")

    code = check("--directory", str(tmp_path))

    assert code == 1
    assert capsys.readouterr().err == "workervoice: sw.yaml: thanks: this phrase is missing\n"


def test_a_word_that_a_provider_answers_is_refused() -> None:
    english = wordlist.load_words()["en"]
    taken = {**english.spellings, "status": ("info",), "code": ("Cancel!",)}

    told = list(carriers.clashes(wordlist.WordList("en", taken)))

    assert [line.partition(" is answered")[0] for line in told] == [
        "words/en.yaml: code: 'Cancel!'",
        "words/en.yaml: status: 'info'",
    ]


@pytest.mark.parametrize(
    ("country", "channel", "blocking"),
    [("BD", "sms", {"stop", "quit"}), ("US", "sms", {"stop"}), ("US", "whatsapp", set())],
)
def test_the_table_tells_who_answers_where(country: str, channel: str, blocking: set[str]) -> None:
    taken = carriers.taken_on(country, channel)

    words = frozenset[str]().union(*(row.blocks for row in taken))
    assert blocking <= words
    assert bool(words) == bool(blocking)
    assert len(taken) == {"BD": 2, "US": 3}[country] - (channel == "whatsapp") * 2


def test_a_word_that_means_two_things_is_refused(tmp_path: Path) -> None:
    for path in wordlist.DIRECTORY.glob("e[ns].yaml"):
        text = path.read_text(encoding="utf-8").replace("status: [", "status: [borrar, ")
        (tmp_path / path.name).write_text(text, encoding="utf-8")

    lists = wordlist.load_words(tmp_path).values()

    with pytest.raises(PhraseError, match=r"borrar"):
        wordlist.by_spelling(lists, str.casefold)


def test_recordings_are_looked_through_and_what_is_missing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bn").mkdir()
    (tmp_path / "bn" / "thanks.ogg").write_bytes(b"ID3")

    code = check("--recordings", str(tmp_path))

    told = capsys.readouterr().err
    assert code == 1
    assert "bn/thanks.ogg: " in told
    assert "bn/stopped.ogg: missing; wording: " in told
    assert check("--recordings", str(tmp_path / "nowhere")) == 1
