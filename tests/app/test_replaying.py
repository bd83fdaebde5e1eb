"""Judging again: `workervoice triage --json` by the set and the rule that a judgement names."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.triage.builders import HEAD, a_pack, ship_alone
from workervoice.cli import main
from workervoice.triage import sets
from workervoice.triage.engine import Engine
from workervoice.triage.lines import triage_line

TEXT = "the agent took a fee, they deduct it, and he will zorgle me"
BODY = "items:\n  recruitment_fees:\n    phrases: [fee]\n  X_deductions:\n    phrases: [deduct]\n"
OLD = "items:\n  P_documents:\n    phrases: [zorgle]\n"
NEW = "items:\n  P_locked:\n    phrases: [other]\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hotline with one small shipped pack and one of its own."""
    own = tmp_path / "own"
    own.mkdir()
    ship_alone(tmp_path, BODY, monkeypatch)
    a_pack(own, OLD, name="zz")
    monkeypatch.setenv("WORKERVOICE_ENV_FILE", "")
    monkeypatch.setenv("WORKERVOICE_PACKS_DIR", str(own))
    return own


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What the command answers to one text with these options, and its exit code."""

    def run(*options: str) -> tuple[dict[str, Any], int, str]:
        given = io.BytesIO(json.dumps({"id": 1, "text": TEXT}).encode())
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given))
        with pytest.raises(SystemExit) as ended:
            main(["triage", "--json", *options])
        told = capsys.readouterr()
        return json.loads(told.out or "{}"), int(ended.value.code or 0), told.err

    return run


def test_a_text_is_judged_as_it_was_though_the_packs_have_changed(own: Path, replay: Any) -> None:
    old = sets.load(own)
    before = triage_line(Engine(old), {"id": 1, "text": TEXT})
    (own / "zz.yaml").write_text(HEAD.replace("1", "2") + NEW, encoding="utf-8")
    new = sets.load(own)

    again, code, _ = replay("--set", old.name)
    now, _, _ = replay("--set", new.name)

    assert code == 0
    assert again == before
    assert "P_documents" in before["items"]
    assert "P_documents" not in now["items"]


def test_the_packs_may_be_broken_meanwhile(own: Path, replay: Any) -> None:
    old = sets.load(own)
    before = triage_line(Engine(old), {"id": 1, "text": TEXT})
    (own / "zz.yaml").write_text("nonsense: [", encoding="utf-8")

    again, code, _ = replay("--set", old.name)

    assert (again, code) == (before, 0)


def test_each_rule_judges_by_its_own_tables(own: Path, replay: Any) -> None:
    kept = sets.load(own).name

    by_2012, _, _ = replay("--set", kept, "--rule", "ilo-2012")
    by_2025, _, _ = replay("--set", kept, "--rule", "ilo-2025")
    unsaid, _, _ = replay("--set", kept)

    assert unsaid == by_2012
    assert by_2012["items"] == by_2025["items"]
    assert by_2012["grade"] != by_2025["grade"]


def test_a_set_that_is_not_kept_is_asked_for_in_one_sentence(own: Path, replay: Any) -> None:
    answer, code, said = replay("--set", "0" * 16)

    assert (answer, code) == ({}, 1)
    assert said.startswith(f"workervoice: no set {'0' * 16} is kept here")
