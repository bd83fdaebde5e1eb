"""`workervoice drain`: what a fallback receiver took, out of a copied folder, through the gateway.

The owner only puts it where the courier would have put it. The gateway that runs checks every
signature and takes it; what we saw wait there and see no more has been taken.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from workervoice.app.ownership import only_programme
from workervoice.errors import NotFound, SettingsError, Unavailable
from workervoice.hotline.bringing import LOOKED_BACK, bring_spooled, is_spooled
from workervoice.store import brought as store
from workervoice.store.engine import Database, Scope
from workervoice.web.fallback.spool import Held, held_in, read_held

PATIENCE_SECONDS = 30.0  # without any that is taken: no gateway runs
LOOK_SECONDS = 0.5
AT_ONCE = 500
_WHY = {
    "SealBroken": "it was sealed to another gateway's key, or changed",
    "Refused": "no provider of ours signed it for the fallback receiver's address",
    "NotFound": "no line of ours is called so",
    "Malformed": "it is signed, and cannot be read",
}


@dataclass(slots=True)
class Told:
    """What became of the files of a folder."""

    taken: list[str] = field(default_factory=list)
    deleted: int = 0
    known: int = 0  # of all that were brought: so many waited before
    waiting: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        return not (self.waiting or self.refused or self.bad)

    def lines(self) -> Iterator[str]:
        yield from self.bad
        deleted = f" {self.deleted} deleted here." if self.deleted else ""
        yield (
            f"{len(self.taken)} taken by the gateway, which drops what it has already.{deleted} "
            f"{self.known} had been brought before."
        )
        for code, count in sorted(self.refused.items()):
            yield f"{count} refused: {_WHY.get(code, code)}. The gateway tries again now and then."
        if self.waiting:
            yield (
                f"{self.waiting} wait for the gateway, which takes them as soon as it runs: look "
                "again then with the same command."
            )


def drain(
    database: Database,
    directory: Path,
    now: datetime,
    *,
    delete: bool = False,
    patience: float = PATIENCE_SECONDS,
) -> Told:
    """Bring them in the order in which they came, and wait. Raises `SettingsError` and
    `Unavailable`."""
    told, scope = Told(), only_programme(database)
    brought = [
        each.name
        for each in _held(directory, told)
        if _bring(database, scope, told, directory / each.name, each, now)
    ]
    _wait(database, scope, told, brought, patience)
    if delete:
        for name in told.taken:
            (directory / name).unlink(missing_ok=True)
            told.deleted += 1
    return told


def _held(directory: Path, told: Told) -> list[Held]:
    """Those of the folder; whatever else lies there is named."""
    try:
        held = held_in(directory)
        others = {each.name for each in directory.iterdir()} - {each.name for each in held}
    except OSError as exc:
        raise SettingsError(f"{directory} cannot be read ({exc.strerror})") from None
    told.bad += [f"{name!a}: this is no file of a spool" for name in sorted(others)]
    return held


def _bring(
    database: Database, scope: Scope, told: Told, path: Path, file: Held, now: datetime
) -> bool:
    came = datetime.fromtimestamp(file.at // 10**9, UTC)
    if now - came > LOOKED_BACK:
        told.bad.append(f"{file.name}: it came more than {LOOKED_BACK.days} days ago")
        return False
    try:
        sealed = read_held(path.parent, file.name)
    except (NotFound, Unavailable):
        told.bad.append(f"{file.name}: it cannot be read")
        return False
    if not is_spooled(sealed):
        told.bad.append(f"{file.name}: it is empty, cut or foreign")
        return False
    with database.begin(scope) as tx:
        told.known += not bring_spooled(tx, UUID(file.name), sealed, now)
    return True


def _wait(
    database: Database, scope: Scope, told: Told, brought: list[str], patience: float
) -> None:
    """Until the gateway has looked at all of them, or looks at none any more."""
    codes = _codes(database, scope, brought)
    waits, ends = _waiting(codes), time.monotonic() + patience
    while waits and time.monotonic() < ends:
        time.sleep(LOOK_SECONDS)
        codes = _codes(database, scope, brought)
        if (left := _waiting(codes)) < waits:
            waits, ends = left, time.monotonic() + patience
    told.waiting = waits
    told.refused = Counter(code for code in codes.values() if code)
    told.taken = [name for name in brought if UUID(name) not in codes]


def _codes(database: Database, scope: Scope, names: list[str]) -> dict[UUID, str | None]:
    found: dict[UUID, str | None] = {}
    with database.begin(scope) as tx:
        for start in range(0, len(names), AT_ONCE):
            found |= store.codes(tx, [UUID(name) for name in names[start : start + AT_ONCE]])
    return found


def _waiting(codes: dict[UUID, str | None]) -> int:
    return sum(code is None for code in codes.values())
