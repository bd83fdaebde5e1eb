"""Texts with named holes, as the providers' file has them: `{to}`, `{text}`, `{secret:token}`.

A template is taken apart once, when the process starts. What fills a hole is never looked at again:
`{secret:token}` in a worker's words stays these words. Whoever fills one says how it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from workervoice.channels.section import Section

_PART = re.compile(r"\{\{|\}\}|\{([a-z_]+)(?::([A-Za-z0-9_-]{1,64}))?\}|[{}]", re.ASCII)
HIDDEN = "secret"


@dataclass(frozen=True, slots=True)
class Hole:
    """A value's place; `option` is how it is written there, of a secret its name."""

    name: str
    option: str = ""


Holes = Mapping[str, frozenset[str]]  # by name, the options that it may have


@dataclass(frozen=True, slots=True)
class Template:
    """Text and holes, in their order."""

    pieces: tuple[str | Hole, ...]

    @classmethod
    def read(cls, said: Section, name: str, written: object, holes: Holes) -> Template:
        """Raises `SettingsError` for a hole that there is not."""
        if not isinstance(written, str):
            raise said.wrong(name, "has to be a text (write numbers between quotes)")
        return cls(tuple(_pieces(said, name, written, holes)))

    def fill(
        self, value: Callable[[Hole], str], escape: Callable[[str], str] = lambda text: text
    ) -> str:
        return "".join(
            piece if isinstance(piece, str) else escape(value(piece)) for piece in self.pieces
        )

    def holes(self) -> tuple[Hole, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Hole))


def _pieces(said: Section, name: str, written: str, holes: Holes) -> Iterator[str | Hole]:
    end = 0
    for found in _PART.finditer(written):
        if found.start() > end:
            yield written[end : found.start()]
        end = found.end()
        if found[0] in ("{{", "}}"):
            yield found[0][0]
        elif found[1] is None:
            raise said.wrong(name, "has a brace alone: write {{ or }} for one that is meant")
        else:
            yield _hole(said, name, Hole(found[1], found[2] or ""), holes)
    if end < len(written):
        yield written[end:]


def _hole(said: Section, name: str, hole: Hole, holes: Holes) -> Hole:
    if hole.name not in holes:
        raise said.wrong(name, f"cannot have {{{hole.name}}}: it may have {_listed(holes)}")
    if hole.name == HIDDEN:
        if not hole.option:
            raise said.wrong(name, "has to name the secret: {secret:token}")
    elif hole.option not in holes[hole.name]:
        options = ", ".join(sorted(holes[hole.name])) or "none"
        raise said.wrong(name, f"writes {{{hole.name}}} in a way that there is not: {options}")
    return hole


def _listed(holes: Holes) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(holes)) or "no value"
