"""Reading a pack file: YAML, but every scalar is text and every value knows its line.

YAML's own types would turn the word "no" into False. Errors name file, line and reason, since the
people who write packs do not program; what can be read in spite of one is read on, so that they
hear of all of them at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from workervoice.errors import PackError

DIRECTORY = Path(__file__).with_name("packs")
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.yaml")  # names of rules and of versions begin with it
_DEEPEST = 20  # no pack needs six; libyaml's composer recurses, and takes the process down with it


@dataclass(frozen=True, slots=True)
class Value:
    """One node of a pack file. Asking it for the wrong shape raises `PackError`."""

    file: str
    node: yaml.Node
    faults: list[PackError] = field(default_factory=list)  # of the whole file, read on after

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def wrong(self, reason: str) -> PackError:
        """The error to raise about this place."""
        return PackError(reason, self.file, self.line)

    def _of(self, node: yaml.Node) -> Value:
        return Value(self.file, node, self.faults)

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("a text was expected here")
        return str(self.node.value)

    def number(self) -> float:
        try:
            found = float(self.text())
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise self.wrong(f'"{self.text()}" is not a number')
        return found

    def whole(self) -> int:
        text = self.text()
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise self.wrong(f'"{text}" is not a number (a whole one)')
        return int(text)

    def each(self) -> Iterator[Value]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("a list was expected here")
        return (self._of(node) for node in self.node.value)

    def entries(self) -> Iterator[tuple[Value, Value]]:
        """Names and values; a name that stands there twice is a fault, and is left out."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("names with values were expected here")
        seen: set[str] = set()
        for key_node, node in self.node.value:
            key = self._of(key_node)
            if key.text() in seen:
                self.faults.append(key.wrong(f'"{key.text()}" stands here twice'))
                continue
            seen.add(key.text())
            yield key, self._of(node)

    def fields(self, known: frozenset[str]) -> dict[str, Value]:
        """A mapping whose names must be among `known`; others are faults, and are left out."""
        found: dict[str, Value] = {}
        for key, value in self.entries():
            if key.text() in known:
                found[key.text()] = value
            else:
                listed = ", ".join(sorted(known))
                self.faults.append(key.wrong(f'"{key.text()}" is unknown here; known: {listed}'))
        return found

    def need(self, fields: dict[str, Value], name: str) -> Value:
        """One of the fields that were found here. Raises `PackError` if it is missing."""
        if name not in fields:
            raise self.wrong(f'"{name}" is missing')
        return fields[name]

    def words(self) -> tuple[str, ...]:
        """A list of texts, or one text of several words."""
        if isinstance(self.node, yaml.ScalarNode):
            return tuple(self.text().split())
        return tuple(value.text() for value in self.each())

    def mapping(self) -> dict[str, str]:
        return {key.text(): value.text() for key, value in self.entries()}


def files(own: Path | None = None) -> tuple[Path, ...]:
    """The shipped packs and those in `own`, in the order of their names; a file of one's own
    replaces a shipped one of the same name. Raises `PackError` if there are none."""
    found = {path.name: path for path in _packs_in(DIRECTORY)}
    if own is not None:
        found |= {path.name: path for path in _packs_in(own)}
    if not found:
        raise PackError("no language pack was found")
    return tuple(path for _, path in sorted(found.items()))


def _packs_in(directory: Path) -> list[Path]:
    """The packs of a directory; hidden files are none."""
    try:
        names = [path for path in directory.iterdir() if not path.name.startswith(".")]
    except OSError as exc:
        why = "" if isinstance(exc, FileNotFoundError) else f": {exc.strerror}"
        raise PackError(f"{directory} is no directory of language packs{why}") from None
    if other := sorted(path.name for path in names if path.suffix == ".yml"):
        raise PackError("a pack's name ends with .yaml: rename it", other[0])
    return [path for path in names if path.suffix == ".yaml"]


def read_pack(path: Path) -> bytes:
    """The bytes of a pack file. Raises `PackError`."""
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for
            raise PackError("is no file", path.name)
        return path.read_bytes()
    except OSError as exc:
        raise PackError(f"cannot be read: {exc.strerror}", path.name) from None


def open_pack(path: Path) -> tuple[Value, bytes]:
    """The root of a pack file, and its bytes. Raises `PackError`."""
    if not _NAME.fullmatch(path.name):
        allowed = "small letters, digits and hyphens, and .yaml at the end"
        raise PackError(f"the name of a pack has {allowed}", path.name)
    raw = read_pack(path)
    try:
        text = raw.decode("utf-8")
        _check_depth(path, text)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 0
        raise PackError(f"not YAML: {exc.problem}", path.name, line) from None
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        reason = f"not readable as UTF-8 YAML: {type(exc).__name__}"
        raise PackError(reason, path.name) from None
    if node is None:
        raise PackError("the file is empty", path.name)
    return Value(path.name, node), raw


def _check_depth(path: Path, text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise PackError("nested too deep", path.name, line)
