"""Unit files, read as far as the tests ask."""

from __future__ import annotations

from pathlib import Path

SYSTEMD = Path(__file__).parents[2] / "deploy" / "systemd"


def read(unit: str) -> dict[str, list[str]]:
    """Every setting of a unit, with all values in their order; lines that go on are one."""
    text = (SYSTEMD / unit).read_text(encoding="utf-8").replace("\\\n", "")
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if sign and not line.startswith(("#", ";")):
            found.setdefault(name, []).append(value)
    return found


def environment(unit: str) -> dict[str, str]:
    """What `Environment=` says."""
    pairs = (pair for line in read(unit).get("Environment", []) for pair in line.split())
    return dict(pair.partition("=")[::2] for pair in pairs)
