"""Verdicts: what people said of each indicator, written in one letter each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.message import INDICATORS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said last of an indicator: "confirmed", "overruled" or "added"; `read` is
    whether packs had read it in what was written until then."""

    said: str
    read: bool


# One letter for each indicator, so that the record's size tells nothing of what people judged.
_LETTERS: Mapping[Verdict | None, str] = {
    None: "-",
    **{
        Verdict(said, read): said[0].upper() if read else said[0]
        for said in ("confirmed", "overruled", "added")
        for read in (True, False)
    },
}
_VERDICTS = {letter: verdict for verdict, letter in _LETTERS.items() if verdict is not None}


def letters(said: Mapping[str, Verdict]) -> str:
    """What was said of each indicator, in their order."""
    return "".join(_LETTERS[said.get(code)] for code in INDICATORS)


def verdicts(written: str) -> Mapping[str, Verdict]:
    """What `letters` wrote."""
    each = zip(INDICATORS, written, strict=True)
    return MappingProxyType({c: _VERDICTS[letter] for c, letter in each if letter != "-"})
