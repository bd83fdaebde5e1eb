"""Reads the memory of a running process from outside, and counts copies of a planted word in it."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

_BENGALI = "কখগঘচছজঝটঠডঢতথদধনপফবভমযরলশষসহ"
_REGION = re.compile(r"([0-9a-f]+)-([0-9a-f]+) r")
_CHUNK = 1 << 22


def _drawn(letters: str, number: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(number))


@dataclass(frozen=True)
class Marks:
    """Random words that begin alike, so that one search finds them all: in three alphabets, which
    Python keeps as one, two and four bytes a letter."""

    latin: str = field(default_factory=lambda: "zq" + _drawn("bcdfghjkmnpqrstvwxz", 10))
    bengali: str = field(default_factory=lambda: _drawn(_BENGALI, 12))
    number: str = field(default_factory=lambda: "+155501" + _drawn("0123456789", 5))

    def text(self, number: int) -> str:
        """One worker's words, unlike any other's."""
        unlike = _drawn("bcdfghjkmnpqrstvwxz", 8)
        if number % 3 == 0:
            return f"They took our passports {self.latin}{unlike} and hit us"
        if number % 3 == 1:
            return f"বেতন দেয় না {self.bengali}{_drawn(_BENGALI, 6)} সাহায্য"
        return f"no salary \U0001f62d {self.latin}{unlike} please help \U0001f64f"

    def sender(self, number: int) -> str:
        """One of a hundred workers."""
        return f"{self.number}{number % 100:03}"

    def forms(self) -> dict[str, bytes]:
        """How a word may lie in memory."""
        found = {}
        words = {"latin": self.latin, "bengali": self.bengali, "number": self.number[1:]}
        for name, word in words.items():
            for codec in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le"):
                found[f"{name} {codec}"] = word.encode(codec)
            percent = quote(word).encode()
            if percent != word.encode():
                found[f"{name} percent"] = percent
                found[f"{name} percent, small"] = percent.lower()
                found[f"{name} escaped"] = word.encode("unicode-escape")
        return found


def copies(pid: int, marks: Marks) -> dict[str, int]:
    """How often each form occurs, those that do. Needs the right to read another's memory."""
    counted = dict.fromkeys(marks.forms(), 0)
    longest = max(map(len, marks.forms().values()))
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for first, last in _regions(pid):
            tail = b""
            for at in range(first, last, _CHUNK):
                try:
                    memory.seek(at)
                    block = tail + memory.read(min(_CHUNK, last - at))
                except (OSError, ValueError, OverflowError):
                    break
                for name, form in marks.forms().items():
                    counted[name] += block.count(form)
                tail = block[len(block) - longest + 1 :]
                for name, form in marks.forms().items():
                    counted[name] -= tail.count(form)
    return {name: number for name, number in counted.items() if number}


def readable(pid: int) -> bool:
    """Whether we may look at all: a process that keeps to itself shows its memory to root only."""
    try:
        with Path(f"/proc/{pid}/mem").open("rb"):
            return True
    except OSError:
        return False


def _regions(pid: int) -> list[tuple[int, int]]:
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    found = [_REGION.match(line) for line in lines]
    return [(int(f[1], 16), int(f[2], 16)) for f in found if f]
