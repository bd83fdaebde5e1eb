"""Which packs spoke in a text: kept beside its evidence, and told on pages.

A pack is reviewed or a draft by version, so the version that read a text is kept with it; a
signature that comes later, or a newer pack, says nothing of what was read before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workervoice.message import Evidence, Facts

if TYPE_CHECKING:  # pages show what was read, and read nothing themselves
    from workervoice.triage.engine import Reading

_VERSION = re.compile(r"(\S+)-(\d+):\S*")  # of a pack, among a reading's versions


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that was read in a text, and by which rule of which version of a pack."""

    item: str
    rule: str
    denied: bool
    pack: str
    version: int | None  # the author's number; None if it was not kept


def packs_that_spoke(reading: Reading) -> dict[str, int]:
    """The packs that found something, with the author's number of their version."""
    spoke = {found.rule.partition("/")[0] for found in reading.evidence}
    versions = (_VERSION.fullmatch(word) for word in reading.versions.split())
    return {found[1]: int(found[2]) for found in versions if found and found[1] in spoke}


def understood(answers: Facts, text: str) -> list[Evidence]:
    """What the dialogue, and no pack, understood: a lone 3 or HELP is its own evidence."""
    danger = ["imminent_danger"] if answers.imminent_danger else []
    said = [*answers.items, *danger]
    return [Evidence(item, 0, len(text), f"dialogue/{item}#1") for item in said]


def read_in(words: Mapping[str, Any]) -> tuple[Read, ...]:
    """What packs read in an entry of a thread, each rule once; what the dialogue understood by
    itself is not among it."""
    versions: Mapping[str, int] = words.get("packs", {})
    found = dict.fromkeys((str(e[0]), str(e[3]), bool(e[4])) for e in words.get("evidence", []))
    reads = []
    for item, rule, denied in found:
        pack = rule.partition("/")[0]
        if pack != "dialogue":
            reads.append(Read(item, rule, denied, pack, versions.get(pack)))
    return tuple(reads)
