"""Small packs and matchers for the tests of triage."""

from __future__ import annotations

from pathlib import Path

import pytest

from workervoice.triage import packs
from workervoice.triage.match import Matcher

HEAD = "language: en\nstatus: draft\nversion: 1\nscripts: [latin]\n"


def a_pack(directory: Path, body: str, *, head: str = HEAD, name: str = "xx") -> Path:
    """A pack file with a body of the test's own."""
    path = directory / f"{name}.yaml"
    path.write_text(head + body, encoding="utf-8")
    return path


def ship_alone(directory: Path, body: str, patch: pytest.MonkeyPatch, *, name: str = "aa") -> None:
    """From now on one small pack of this body is all that is shipped."""
    shipped = directory / "shipped"
    shipped.mkdir()
    a_pack(shipped, body, name=name)
    patch.setattr("workervoice.triage.packfile.DIRECTORY", shipped)


def a_matcher(directory: Path, body: str, *, head: str = HEAD) -> Matcher:
    """A matcher over one small pack."""
    return Matcher.of((packs.load(a_pack(directory, body, head=head)),))


def reported(matcher: Matcher, text: str) -> set[str]:
    """The items that a text reports, denied ones left out."""
    return {found.item for found in matcher.read(text) if not found.denied}


def denied(matcher: Matcher, text: str) -> set[str]:
    """The items that a text denies."""
    return {found.item for found in matcher.read(text) if found.denied}
