"""Floors on labelled texts, to catch a pack that gets worse. Texts were written before tuning."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.engines import the_engine
from workervoice.triage.engine import Engine

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data" / "triage-sample.jsonl"


@cache
def engine() -> Engine:
    return the_engine()


def measured(path: Path) -> dict[str, float]:
    """Shares over a labelled file: cases flagged, alarms by group, recall and precision."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    counts: Counter[str] = Counter()
    for row in rows:
        count(row, counts)
    return {
        "flagged": counts["case+"] / counts["case"],
        "ordinary alarms": counts["negative+"] / counts["negative"],
        "hard alarms": counts["hard_negative+"] / counts["hard_negative"],
        "recall": counts["right"] / counts["labelled"],
        "precision": counts["right"] / counts["said"],
        "danger": counts["danger+"] / counts["danger"],
        "child": counts["child+"] / counts["child"],
    }


def count(row: dict[str, Any], counts: Counter[str]) -> None:
    facts = engine().read(row["text"]).facts
    labelled = set(row["indicators"])
    flagged = bool(facts.indicators or facts.child or facts.imminent_danger)
    counts.update({row["group"]: 1, f"{row['group']}+": int(flagged)})
    counts.update(right=len(labelled & facts.indicators), labelled=len(labelled))
    counts.update(said=len(facts.indicators))
    for name, told in (("danger", facts.imminent_danger), ("child", facts.child)):
        if row["imminent_danger" if name == "danger" else "child"]:
            counts.update({name: 1, f"{name}+": int(told)})


def shortfalls(found: dict[str, float], floors: Iterable[tuple[str, str, float]]) -> list[str]:
    said = []
    for name, sense, bound in floors:
        good = found[name] >= bound if sense == "at least" else found[name] <= bound
        if not good:
            said.append(f"{name} is {found[name]:.2f}, not {sense} {bound}")
    return said


def test_our_own_corpus_keeps_its_floors() -> None:
    found = measured(HERE / "corpus_en.jsonl")

    problems = shortfalls(
        found,
        [
            ("flagged", "at least", 0.97),
            ("ordinary alarms", "at most", 0.0),
            ("hard alarms", "at most", 0.10),
            ("recall", "at least", 0.93),
            ("precision", "at least", 0.85),
            ("danger", "at least", 0.95),
            ("child", "at least", 0.95),
        ],
    )

    assert problems == []


def test_the_shared_sample_keeps_its_floors() -> None:
    if not SHARED.exists():
        pytest.skip("the shared sample is not here")

    found = measured(SHARED)

    problems = shortfalls(
        found,
        [
            ("flagged", "at least", 0.95),
            ("ordinary alarms", "at most", 0.0),
            ("hard alarms", "at most", 0.17),
            ("recall", "at least", 0.90),
            ("precision", "at least", 0.80),
            ("danger", "at least", 0.95),
        ],
    )

    assert problems == []


def test_probes_once_fresh_keep_their_floors() -> None:
    lines = (HERE / "probes_en.txt").read_text(encoding="utf-8").splitlines()[2:]
    told = Counter[str]()

    for line in lines:
        group, _, rest = line.partition(" | ")
        facts = engine().read(rest.partition(" | ")[2]).facts
        flagged = bool(facts.indicators or facts.child or facts.imminent_danger)
        told.update({group: 1, f"{group}+": int(flagged)})

    assert told["case+"] / told["case"] >= 0.90
    assert told["hn+"] / told["hn"] <= 0.12


def test_families_of_phrasing_keep_their_floors() -> None:
    lines = (HERE / "families_en.txt").read_text(encoding="utf-8").splitlines()[1:]
    told = Counter[str]()

    for line in lines:
        wanted, _, text = line.partition(" | ")
        facts = engine().read(text).facts
        flags = {"child": facts.child, "imminent_danger": facts.imminent_danger}
        found = facts.indicators | {name for name, raised in flags.items() if raised}
        group = "ordinary" if wanted == "none" else "case"
        told.update({group: 1, f"{group}+": int(bool(found)), "right": int(wanted in found)})

    assert told["case+"] / told["case"] >= 0.97
    assert told["right"] / told["case"] >= 0.95
    assert told["ordinary+"] / told["ordinary"] <= 0.02
