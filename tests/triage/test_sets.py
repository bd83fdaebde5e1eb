"""Tests of compiled sets: kept, found again, and going on when a pack is broken."""

from __future__ import annotations

import hashlib
import marshal
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.triage.builders import HEAD, a_pack, ship_alone
from workervoice.errors import PackError
from workervoice.triage import sets
from workervoice.triage.compiling import set_of
from workervoice.triage.engine import Engine
from workervoice.triage.lexicon import Pack
from workervoice.triage.sets import PackSet

BODY = "items:\n  P_documents:\n    phrases: [zorgle]\n"
BROKEN = "items:\n  P_documents:\n    phrases: ['{nobody} took']\n"


SHIPPED = """items:
  P_documents:
    phrases: [boss took my passport]
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one pack of one's own, compiled with one that is as if it were shipped."""
    mine = tmp_path / "own"
    mine.mkdir()
    ship_alone(tmp_path, SHIPPED, monkeypatch, name="en")
    a_pack(mine, BODY, name="zz")
    sets.load(mine)
    return mine


def items_of(found: PackSet, text: str) -> set[str]:
    return {each.item for each in Engine(found).read(text).evidence}


def test_a_set_is_kept_beside_ones_own_packs_and_found_again(own: Path) -> None:
    kept = list((own / "compiled").iterdir())

    found = sets.load(own)

    assert [path.name for path in kept] == [f"{found.name}.packset"]
    assert found.fault is None
    assert items_of(found, "he will zorgle me") == {"P_documents"}


def test_with_a_broken_pack_the_last_good_set_goes_on_and_says_why(own: Path) -> None:
    (own / "zz.yaml").write_text(HEAD + BROKEN, encoding="utf-8")

    found = sets.load(own)

    assert found.fault == "zz.yaml:7: there is no slot {nobody}"
    assert items_of(found, "he will zorgle me") == {"P_documents"}


def test_with_a_broken_pack_and_no_set_the_shipped_packs_go_on(own: Path) -> None:
    (own / "zz.yaml").write_text(HEAD + BROKEN, encoding="utf-8")
    shutil.rmtree(own / "compiled")

    found = sets.load(own)

    assert found.fault == "zz.yaml:7: there is no slot {nobody}"
    assert "P_documents" in items_of(found, "boss took my passport")


def test_a_set_by_its_name_judges_as_it_did(own: Path) -> None:
    before = Engine.load(own)
    (own / "zz.yaml").write_text(HEAD + "items: {}\n", encoding="utf-8")

    again = Engine(sets.named(before.set, own))

    text = "he will zorgle me, boss took my passport"
    assert again.read(text) == before.read(text)
    assert f"set-{before.set}" in again.read(text).versions


@pytest.mark.parametrize("name", ["nothing", "../zz", "", "0" * 16])
def test_a_set_that_is_not_there_is_asked_for_in_one_sentence(own: Path, name: str) -> None:
    with pytest.raises(PackError, match="no set"):
        sets.named(name, own)


@pytest.mark.parametrize("harm", ["cut", "changed", "writable", "empty"])
def test_a_set_that_was_tampered_with_is_not_read(own: Path, harm: str) -> None:
    (kept,) = (own / "compiled").iterdir()
    raw = kept.read_bytes()
    harmed = {
        "cut": raw[:-1],
        "changed": raw[:200] + bytes([raw[200] ^ 1]) + raw[201:],
        "writable": raw,
        "empty": b"",
    }
    kept.write_bytes(harmed[harm])
    kept.chmod(0o666 if harm == "writable" else 0o644)

    with pytest.raises(PackError):
        sets.named(kept.stem, own)


def test_a_directory_that_cannot_be_written_stops_nothing(own: Path) -> None:
    shutil.rmtree(own / "compiled")
    (own / "compiled").write_text("a file where the directory would be")

    found = sets.load(own)

    assert found.fault is None
    assert items_of(found, "boss took my passport")


def test_of_many_sets_the_newest_are_kept(own: Path) -> None:
    for number in range(sets.MOST_KEPT + 3):
        (own / "zz.yaml").write_text(HEAD + BODY + f"# {number}\n", encoding="utf-8")
        newest = sets.load(own)

    kept = [path.stem for path in (own / "compiled").iterdir()]

    assert len(kept) == sets.MOST_KEPT
    assert newest.name in kept


def test_a_set_that_other_code_compiled_is_neither_judged_by_again_nor_gone_on_with(
    own: Path,
) -> None:
    found = sets.load(own)
    raw = marshal.dumps({**found.tables, "code": "0" * 16})
    kept = own / "compiled" / f"{found.name}{sets.SUFFIX}"
    kept.write_bytes(b"workervoice packset\n" + hashlib.sha256(raw).digest() + raw)
    (own / "zz.yaml").write_text(HEAD + BROKEN, encoding="utf-8")

    gone_on = sets.load(own)

    assert gone_on.name != found.name
    with pytest.raises(PackError, match="another version of workervoice"):
        sets.again(found.name, own)


def test_a_set_of_the_shipped_packs_is_found_though_there_are_packs_of_ones_own(own: Path) -> None:
    shipped = sets.load()

    assert sets.again(shipped.name, own).name == shipped.name


def test_the_set_that_was_used_last_goes_on_not_the_one_that_was_made_last(own: Path) -> None:
    first = (own / "zz.yaml").read_text(encoding="utf-8")
    good = sets.load(own)
    (own / "zz.yaml").write_text(HEAD + "items: {}\n", encoding="utf-8")
    sets.load(own)
    (own / "zz.yaml").write_text(first, encoding="utf-8")
    sets.load(own)
    (own / "zz.yaml").write_text(HEAD + BROKEN, encoding="utf-8")

    assert sets.load(own).name == good.name


def test_a_pack_that_is_saved_while_others_compile_gives_no_set_of_two_halves(
    own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (own / "zz.yaml").read_text(encoding="utf-8")
    shutil.rmtree(own / "compiled")
    compiled = set_of

    def saving(packs: Iterable[Pack]) -> dict[str, Any]:
        made = compiled(packs)
        if "version: 1" in (own / "zz.yaml").read_text(encoding="utf-8"):
            changed = text.replace("version: 1", "version: 2")
            (own / "zz.yaml").write_text(changed, encoding="utf-8")
        return made

    monkeypatch.setattr(sets, "set_of", saving)

    found = sets.load(own)

    versions = {head.name: head.version for head in Engine(found).packs}
    assert versions["zz"].startswith("2:")
    assert [path.stem for path in (own / "compiled").iterdir()] == [found.name]


@pytest.mark.parametrize("name", ["it.yml", "directory.yaml"])
def test_what_is_no_pack_in_the_directory_is_named(own: Path, name: str) -> None:
    if name == "it.yml":
        (own / name).write_text(HEAD + BODY, encoding="utf-8")
    else:
        (own / name).mkdir()

    found = sets.load(own)

    assert found.fault is not None
    assert name in found.fault


def test_hidden_files_are_no_packs(own: Path) -> None:
    (own / "._zz.yaml").write_bytes(b"\x00\x05\x16\x07")

    assert sets.load(own).fault is None


def test_a_directory_that_may_not_be_read_is_a_fault(own: Path) -> None:
    if os.geteuid() == 0:
        shutil.rmtree(own)
    else:
        own.chmod(0o311)

    found = sets.load(own)

    assert found.fault is not None
    assert "no directory of language packs" in found.fault
