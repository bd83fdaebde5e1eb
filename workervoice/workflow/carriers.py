"""Words that a carrier or provider answers by itself: a table by country and channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from workervoice.workflow.commands import bare
from workervoice.workflow.wordlist import NO, YES, WordList

_FILE = Path(__file__).with_name("carriers.yaml")
_EVERYWHERE = "*"
# of which theirs mean nearly what ours do; and a yes is answered to a question, not alone
_SHARED = frozenset({"stop", "start", "help", YES, NO})


@dataclass(frozen=True, slots=True)
class Taken:
    """What one carrier or provider makes of which words."""

    who: str
    countries: frozenset[str]
    channels: frozenset[str]
    blocks: frozenset[str]
    opens: frozenset[str]
    answers: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        return self.blocks | self.opens | self.answers


@cache
def everywhere() -> tuple[Taken, ...]:
    """The whole table."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    sets = ("countries", "channels", "blocks", "opens", "answers")
    return tuple(Taken(row["who"], *(frozenset(row[name]) for name in sets)) for row in rows)


def taken_on(country: str, channel: str) -> tuple[Taken, ...]:
    """Who else answers on a line of this country and channel."""
    return tuple(
        row
        for row in everywhere()
        if channel in row.channels and row.countries & {_EVERYWHERE, country}
    )


def clashes(words: WordList) -> Iterator[str]:
    """Each of our words for something else that somebody else answers, as a sentence."""
    where = f"words/{words.language}.yaml"
    for name in sorted(set(words.spellings) - _SHARED):
        for spelling in words.spellings[name]:
            for row in everywhere():
                if bare(spelling) in row.words:
                    yield f"{where}: {name}: {spelling!r} is answered by {row.who}"
