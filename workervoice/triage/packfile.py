"""Reading a pack file: YAML, but every scalar is text and every value knows its line.

YAML's own types would turn the word "no" into False. Errors name file, line and reason, since the
people who write packs do not program.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from workervoice.errors import PackError

_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True, slots=True)
class Value:
    """One node of a pack file. Asking it for the wrong shape raises `PackError`."""

    file: str
    node: yaml.Node

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def wrong(self, reason: str) -> PackError:
        """The error to raise about this place."""
        return PackError(f"{self.file}:{self.line}: {reason}")

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.wrong("a text was expected here")
        return str(self.node.value)

    def number(self) -> float:
        try:
            return float(self.text())
        except ValueError:
            raise self.wrong(f'"{self.text()}" is not a number') from None

    def whole(self) -> int:
        return int(self.number())

    def each(self) -> Iterator[Value]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.wrong("a list was expected here")
        return (Value(self.file, node) for node in self.node.value)

    def entries(self) -> Iterator[tuple[Value, Value]]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.wrong("names with values were expected here")
        seen: set[str] = set()
        for key_node, node in self.node.value:
            key = Value(self.file, key_node)
            if key.text() in seen:
                raise key.wrong(f'"{key.text()}" stands here twice')
            seen.add(key.text())
            yield key, Value(self.file, node)

    def fields(self, known: frozenset[str]) -> dict[str, Value]:
        """A mapping whose names must be among `known`."""
        found: dict[str, Value] = {}
        for key, value in self.entries():
            if key.text() not in known:
                raise key.wrong(
                    f'"{key.text()}" is unknown here; known: {", ".join(sorted(known))}'
                )
            found[key.text()] = value
        return found

    def words(self) -> tuple[str, ...]:
        """A list of texts, or one text of several words."""
        if isinstance(self.node, yaml.ScalarNode):
            return tuple(self.text().split())
        return tuple(value.text() for value in self.each())

    def mapping(self) -> dict[str, str]:
        return {key.text(): value.text() for key, value in self.entries()}


def open_pack(path: Path) -> tuple[Value, bytes]:
    """The root of a pack file, and its bytes. Raises `PackError`."""
    raw = path.read_bytes()
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 0
        raise PackError(f"{path.name}:{line}: not YAML: {exc.problem}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as exc:
        raise PackError(
            f"{path.name}:0: not readable as UTF-8 YAML: {type(exc).__name__}"
        ) from None
    if node is None:
        raise PackError(f"{path.name}:0: the file is empty")
    return Value(path.name, node), raw
