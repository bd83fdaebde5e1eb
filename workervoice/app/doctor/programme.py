"""What is in the database: whose keys its directory names, people, what waits, and the demo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from workervoice.app.demo import PROGRAMME
from workervoice.app.doctor.fallback import refused
from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.app.doctor.waiting import of_backlog, of_elsewhere, of_restores
from workervoice.app.keyfiles import pinned_root
from workervoice.app.own_lines import own_lines
from workervoice.app.processes import check_keys
from workervoice.crypto.directory import Directory
from workervoice.errors import NotTrusted, SettingsError, WorkervoiceError
from workervoice.hotline.leaving import LEAST_READERS
from workervoice.hotline.renewing import ending
from workervoice.message import Role
from workervoice.settings import PREFIX
from workervoice.store.backlog import backlog
from workervoice.store.brought import refused_codes
from workervoice.store.elsewhere import elsewhere
from workervoice.store.engine import Database, Scope, Tx
from workervoice.store.keys import directory_entries
from workervoice.store.lineruns import Tried, tried
from workervoice.store.programme import Line, programme_name, programmes
from workervoice.store.restored import restores
from workervoice.workflow.looks import is_rehearsed

WARN_BEFORE = timedelta(days=60)
_STAFF = {str(Role.HANDLER), str(Role.SUPERVISOR)}


@dataclass
class Programmes:
    """What other checks need to know of a database's programmes."""

    names: list[str] = field(default_factory=list)
    lines: tuple[Line, ...] = ()

    @property
    def demo(self) -> bool:
        return PROGRAMME in self.names


def inside(look: Look, database: Database, known: Programmes) -> Iterator[Finding]:
    """Every check of every programme; what is learned on the way goes into `known`."""
    foreign = list(foreign_keys(look, database))
    yield from foreign
    with database.begin() as tx:
        ids = programmes(tx)
    tries: dict[UUID, Tried] = {}
    for programme in ids:
        with database.begin(Scope(programme)) as tx:
            known.names.append(programme_name(tx))
            counted, restored = backlog(tx, look.now), restores(tx)
            there = elsewhere(tx, look.now)
            codes = refused_codes(tx)
            tries |= tried(tx)
            if not foreign:  # else nobody is trusted here
                yield from people(look, tx)
            yield from entries_ending(look, tx)
        yield from of_restores(restored)
        yield from of_backlog(counted)
        yield from of_elsewhere(there, look.now)
        yield from refused(codes)
    known.lines = _lines(look, database)
    yield from prepared(known.lines, tries, look.now)


def prepared(
    lines: tuple[Line, ...], tries: Mapping[UUID, Tried], now: datetime
) -> Iterator[Finding]:
    """What a line needs before it goes wrong: said, and no mistake."""
    today, standing_by = now.date(), {line.standby_for: line for line in lines if line.standby_for}
    for line in lines:
        if not line.looks.seen_lately(today):
            yield Finding(
                True,
                f"Line {line.slug}: nobody has looked lately at how it looks on a phone: do, and "
                f"write it down with `workervoice lines change {line.slug} --looked-on`.",
            )
        standby = standing_by.get(line.slug)
        there = tries.get(standby.id, Tried()) if standby else Tried()
        ready = is_rehearsed(there.heard_on, there.reached_on, today)
        if not line.standby_for and not ready:
            yield Finding(
                True,
                f"Line {line.slug}: no line that was tried both ways in the last 90 days stands in "
                "for it, if it is banned: see docs/lines.md.",
            )


def _lines(look: Look, database: Database) -> tuple[Line, ...]:
    """None if keys are missing here, which is said elsewhere."""
    try:
        return own_lines(database, look.settings, look.now)
    except WorkervoiceError:
        return ()


def foreign_keys(look: Look, database: Database) -> Iterator[Finding]:
    for kind in ("gateway", "courier"):
        try:
            check_keys(look.settings, kind, database, look.now)
        except SettingsError as exc:
            yield ill("foreign_keys", f"Keys of the {kind}: {exc}")


def _directory(look: Look, tx: Tx) -> Directory:
    root = pinned_root(look.settings.data_dir, look.settings.root_public)
    return Directory(root, directory_entries(tx), int(look.now.timestamp()))


def people(look: Look, tx: Tx) -> Iterator[Finding]:
    """Reading takes somebody, releasing two: by the directory, as of today."""
    directory, roles = _directory(look, tx), list[str]()
    for person in {*directory.ids("officer"), *directory.ids("registrar")}:
        try:
            roles.append(directory.trusted(person, "officer", "registrar").role)
        except NotTrusted:
            continue
    readers = sum(role in _STAFF for role in roles)
    supervisors = roles.count(str(Role.SUPERVISOR))
    if readers < LEAST_READERS or not supervisors:
        yield ill(
            "people",
            f"People: {readers} can read cases, {supervisors} of them as supervisors: two have to "
            "read and one of them to be a supervisor, or nothing can be released: see "
            "`workervoice officers invite`.",
        )


def entries_ending(look: Look, tx: Tx) -> Iterator[Finding]:
    """What the root and registrars said holds for two years."""
    found = ending(_directory(look, tx), look.now, WARN_BEFORE)
    if found:
        day = datetime.fromtimestamp(found[0].not_after, tz=UTC).date().isoformat()
        what = ", ".join(sorted({entry.kind for entry in found}))
        yield ill(
            "entries_ending",
            f"Directory: {len(found)} signatures end, the first on {day} ({what}): renew them with "
            "`workervoice officers renew`, and with `workervoice root request` at the root.",
        )


def demo(look: Look, known: Programmes) -> Iterator[Finding]:
    settings = look.settings
    open_to_world = (settings.public_url or "").startswith("https://")
    if known.demo and open_to_world:
        yield ill(
            "demo",
            "Demo: this is the demo's programme, with made-up people whose passphrases were on a "
            "screen, at a public address: give its number to no worker, and make a programme of "
            "your own with `workervoice init`.",
        )
    if settings.simulator_secret is not None and (open_to_world or not known.demo):
        yield ill(
            "demo",
            f"Demo: {PREFIX}SIMULATOR_SECRET is set, and whoever has it can write as any worker: "
            "remove it.",
        )
