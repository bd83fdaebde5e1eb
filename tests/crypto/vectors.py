"""Published vectors, from the `cryptography_vectors` package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cryptography_vectors

FOLDER = Path(cryptography_vectors.__file__).parent


def hpke(name: str, **wanted: int) -> list[dict[str, Any]]:
    """HPKE vectors with these numbers, such as `kem_id=0x20`."""
    found = json.loads((FOLDER / "HPKE" / name).read_text())
    return [v for v in found if all(v[field] == number for field, number in wanted.items())]


def blocks(name: str) -> list[dict[str, str]]:
    """The `Key = value` blocks of a NIST-style file."""
    found = []
    for block in (FOLDER / name).read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and line[0] not in "#["]
        pairs = [line.partition("=") for line in lines]
        if pairs:
            found.append({name.strip(): value.strip() for name, _, value in pairs})
    return found
