"""What stands on a poster, in one language; nothing else is ever printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """One way to write to us: what it is called, our number, and what its QR code holds."""

    label: str
    number: str
    link: str


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of a poster, with their values put in. `verify` may be empty."""

    language: str
    title: str
    how: str
    code: str
    save: str
    sim: str
    seen: str
    cost: str
    danger: str
    verify: str
    ways: tuple[Way, ...]

    def texts(self) -> tuple[str, ...]:
        """All that is set, for a look whether a font has its letters."""
        said = (self.title, self.how, self.code, self.save, self.sim, self.seen, self.cost)
        return (*said, self.danger, self.verify, *(way.label for way in self.ways))
