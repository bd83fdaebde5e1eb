"""The heads of packs: what a person asks of a pack before its phrases. Light: no phrase is read.

Knows no matching, so that a process that only shows packs does not carry what reads messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workervoice.errors import PackError
from workervoice.triage.lexicon import PHRASE, Pack, Signature
from workervoice.triage.packfile import Value, files, open_pack
from workervoice.triage.packreader import FIELDS, REVIEWED, numbered, standing


@dataclass(frozen=True, slots=True)
class Head:
    """One pack, without its phrases; `phrases` says how many of them report something."""

    name: str
    file: str
    language: str
    status: str
    version: str
    scripts: frozenset[str]
    phrases: int
    signed: tuple[Signature, ...]

    @property
    def number(self) -> str:
        """The author's number of the version, without the digest of the file."""
        return self.version.partition(":")[0]

    @property
    def reviewed(self) -> bool:
        """True if a native speaker signed this version."""
        return self.status == REVIEWED


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that is no pack, and why."""

    name: str
    reason: str


def head_of(pack: Pack) -> Head:
    """The head of a pack that is loaded."""
    own = (pack.name, pack.file, pack.language, pack.status, pack.version, pack.scripts)
    return Head(*own, phrases=len(pack.rules), signed=pack.signed)


def heads(own: Path | None = None) -> tuple[Head | Broken, ...]:
    """The head of every pack, shipped or in `own`; what is wrong stands in place of one."""
    try:
        return tuple(_head_or_why(path) for path in files(own))
    except PackError as fault:
        return (Broken("", str(fault)),)


def written(path: Path) -> dict[str, tuple[str, int]]:
    """By the name of a rule, the phrase as its author wrote it, and its line.

    Raises `PackError` as `packs.load` does for what is not even a list of items.
    """
    root, _ = open_pack(path)
    items = root.need(root.fields(FIELDS), "items")
    return {name: (phrase.text(), phrase.line) for name, phrase in numbered(items, path.stem)}


def _head_or_why(path: Path) -> Head | Broken:
    try:
        return _head(path)
    except PackError as fault:
        return Broken(path.stem, str(fault))


def _head(path: Path) -> Head:
    root, raw = open_pack(path)
    fields = root.fields(FIELDS)
    language, scripts, items = (root.need(fields, n) for n in ("language", "scripts", "items"))
    for name in ("status", "version"):
        root.need(fields, name)
    number, status, signed = standing(fields)
    return Head(
        name=path.stem,
        file=path.name,
        language=language.text(),
        status=status,
        version=f"{number}:{hashlib.sha256(raw).hexdigest()[:12]}",
        scripts=frozenset(script.text() for script in scripts.each()),
        phrases=len(set(_reporting(items))),
        signed=signed,
    )


def _reporting(items: Value) -> Iterator[int]:
    """The places of the phrases that report: one that reports several items is counted once."""
    for name, phrase in numbered(items, ""):
        if name.rpartition(PHRASE)[2].isdecimal():
            yield id(phrase.node)
