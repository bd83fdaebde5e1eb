"""Compiled sets: all packs of a hotline as one file, named by what it was made from.

Compiling thirty packs takes seconds, reading a set a fraction of one. Sets lie in `compiled/`
beside the packs they were made from. One is never changed: packs that change make another, and when
they are broken the newest that is there goes on serving. What was judged names its set, so that it
can be judged again by the same one.

A set holds tables only, in Python's own form for such. Only a file of root's or our own is read,
and one that others cannot write, whose bytes are those that were written.
"""

from __future__ import annotations

import gc
import hashlib
import marshal
import os
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from workervoice.errors import PackError
from workervoice.triage import packfile, packs
from workervoice.triage.compiling import set_of
from workervoice.triage.packfile import read_pack

SUFFIX = ".packset"
_TRIES = 3  # while somebody writes packs
MOST_KEPT = 5  # of one directory; older ones go
_CODE = Path(__file__).parent  # what makes the tables: other code makes other sets
_HEAD = b"workervoice packset\n"
_DIGEST_BYTES = hashlib.sha256().digest_size
_NAME_DIGITS = 16


@dataclass(frozen=True, slots=True)
class PackSet:
    """Tables for a matcher. `fault` says why they are not those of the packs as they are now."""

    name: str
    tables: Mapping[str, Any] = field(repr=False)
    fault: str | None = None


def load(own: Path | None = None) -> PackSet:
    """The set of the shipped packs and of those in `own`, where a file of the same name replaces a
    shipped one. Compiled now, and kept if it can be, if there is none yet.

    If a pack is broken, the newest good set there is, with the fault; raises `PackError` naming
    file, line and reason if there is none.
    """
    try:
        return prepared(own)
    except PackError as exc:
        for path in reversed(_kept(_directory(own))):
            tables = _read(path)
            if tables is not None and tables.get("code") == _code():
                return PackSet(path.stem, tables, str(exc))
        if own is None:
            raise
        return replace(prepared(None), fault=str(exc))


def prepared(own: Path | None = None) -> PackSet:
    """The set of the packs as they are now. Raises `PackError`."""
    for _ in range(_TRIES):
        files = packfile.files(own)
        name = _name_of(files)
        path = _directory(own) / f"{name}{SUFFIX}"
        tables = _read(path)
        if tables is not None:
            with suppress(OSError):
                os.utime(path)  # the newest is the one that was used last
            return PackSet(name, tables)
        own_first = sorted(files, key=lambda file: file.parent == packfile.DIRECTORY)
        read = {file: packs.load(file) for file in own_first}  # a fault is likelier in one's own
        tables = {**set_of(read[file] for file in files), "code": _code()}
        if _name_of(packfile.files(own)) == name:  # nobody saved a pack meanwhile
            _keep(path, tables)
            return PackSet(name, tables)
    raise PackError("the packs are being changed: try again when that is done")


def is_kept(found: PackSet, own: Path | None = None) -> bool:
    """True if the next start finds this set."""
    return _read(_directory(own) / f"{found.name}{SUFFIX}") is not None


def named(name: str, own: Path | None = None) -> PackSet:
    """A set that was kept, by its name. Raises `PackError` if it is not there."""
    tables = _read(_directory(own) / f"{name}{SUFFIX}") if name.isalnum() else None
    if tables is not None:
        return PackSet(name, tables)
    raise PackError(f"no set {name} is kept here: look for {name}{SUFFIX} in a backup of the packs")


def again(name: str, own: Path | None = None) -> PackSet:
    """A kept set to judge by again: one's own, else of the shipped packs. Raises `PackError` if it
    is not there, or was compiled by other code than this, which could read it otherwise."""
    try:
        found = named(name, own)
    except PackError:
        found = named(name)
    if found.tables.get("code") != _code():
        raise PackError(
            f"the set {name} was compiled by another version of workervoice: install that version, "
            "and judge by it there"
        )
    return found


def _directory(own: Path | None) -> Path:
    """Where sets are: beside one's own packs, else beside the shipped ones."""
    return (own or packfile.DIRECTORY) / "compiled"


def _kept(directory: Path) -> list[Path]:
    """The sets of a directory, the oldest first."""
    try:
        found = [(path.stat().st_mtime_ns, path) for path in directory.glob(f"*{SUFFIX}")]
    except OSError:
        return []
    return [path for _, path in sorted(found)]


def _name_of(files: Sequence[Path]) -> str:
    """Differs if a pack, the items or the code that compiles them differs."""
    return _digest(_code(), files)


@cache
def _code() -> str:
    """What the code is called that compiles sets and reads them."""
    python = f"{sys.implementation.cache_tag} {sys.byteorder}"
    return _digest(python, [*sorted(_CODE.glob("*.py")), *sorted(_CODE.glob("*.yaml"))])


def _digest(begin: str, files: Sequence[Path]) -> str:
    said = hashlib.sha256(begin.encode())
    for path in files:
        content = hashlib.sha256(read_pack(path)).hexdigest()
        said.update(f"\n{path.name} {content}".encode())
    return said.hexdigest()[:_NAME_DIGITS]


def _read(path: Path) -> Mapping[str, Any] | None:
    """The tables of a file of our own; None if there is none that may be read."""
    try:
        with path.open("rb") as file:
            told = os.fstat(file.fileno())
            if told.st_uid not in (0, os.geteuid()):
                return None
            if told.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            raw = memoryview(file.read())  # of fifty megabytes that are not copied
    except OSError:
        return None
    body = raw[len(_HEAD) + _DIGEST_BYTES :]
    if raw[: len(_HEAD) + _DIGEST_BYTES] != _HEAD + hashlib.sha256(body).digest():
        return None
    collecting = gc.isenabled()
    gc.disable()  # a million tuples, none of which goes away
    try:
        tables = marshal.loads(body)  # noqa: S302  of our own
    except (EOFError, ValueError, TypeError):
        return None
    finally:
        if collecting:
            gc.enable()
    return tables if isinstance(tables, dict) and "packs" in tables else None


def _keep(path: Path, tables: Mapping[str, Any]) -> None:
    """Keep a set for the next start; without a place for it, it is compiled anew then."""
    body = marshal.dumps(dict(tables))
    try:
        path.parent.mkdir(mode=0o755, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                os.fchmod(handle, 0o644)
                file.write(_HEAD + hashlib.sha256(body).digest() + body)
            Path(new).rename(path)
        except BaseException:
            Path(new).unlink(missing_ok=True)
            raise
        for old in _kept(path.parent)[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return
