"""The database: whether it answers, at which revision it is, whether it keeps what it is given,
what roles may do in it, and whether its clock is ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workervoice.app.doctor.findings import Finding, Look, ill
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, Unavailable, WorkervoiceError
from workervoice.settings import PREFIX, Settings
from workervoice.store import examination
from workervoice.store.engine import Database, Tx
from workervoice.store.migrate import EMBEDDED_AWAY, current_revision, newest_revision

MOST_SKEW_SECONDS = 60.0  # directories, checkpoints and sessions are judged by the clock


@contextmanager
def database_of(settings: Settings) -> Iterator[tuple[str, str]]:
    """The address to ask at, and what is there: the external database as its owner, or as the
    courier, or else the embedded one. Raises `WorkervoiceError`."""
    owner, courier = settings.database_url, settings.courier_database_url
    if owner is not None:
        yield owner.get_secret_value(), "database"
    elif courier is not None:
        yield courier.get_secret_value(), ""
    elif not (settings.data_dir / "postgres").exists():
        raise ServerError(f"there is none in {settings.data_dir}, and no address.")
    else:
        with _embedded(settings) as found:
            yield found


@contextmanager
def _embedded(settings: Settings) -> Iterator[tuple[str, str]]:
    """The embedded server's address, and what it is: run by `up`, or started for the question."""
    server = EmbeddedServer(settings.data_dir)
    try:
        server.start()
    except ServerError as exc:
        yield _address_of_running(server, exc), "embedded database, run by `up`,"
        return
    try:
        server.ensure_database()
        yield server.owner_url(), "embedded database"
    finally:
        server.stop()


def _address_of_running(server: EmbeddedServer, why: ServerError) -> str:
    try:
        url = server.owner_url_of_running()
        current_revision(url, EMBEDDED_AWAY)
    except Unavailable:
        raise
    except WorkervoiceError:
        raise ServerError(f"it does not run, and cannot be started: {why}") from None
    return url


def revision(owner_url: str, what: str) -> Finding:
    have, want = current_revision(owner_url), newest_revision()
    if have != want:
        return ill(
            "revision",
            f"Database: the {what} is at revision {have or 'none'}, but this version needs {want}: "
            "run `workervoice db upgrade`.",
        )
    return Finding(True, f"Database: the {what} answers and is at revision {want}.")


def itself(look: Look, database: Database) -> Iterator[Finding]:
    """What it says of itself, whatever is in it."""
    with database.begin() as tx:
        yield from clock(look, tx)
        yield from durability(tx)
        yield from rights(tx)


def clock(look: Look, tx: Tx) -> Iterator[Finding]:
    before = look.clock()
    theirs, after = examination.server_seconds(tx), look.clock()
    ahead = (before + after) / 2 - theirs
    if abs(ahead) > MOST_SKEW_SECONDS:
        yield ill("clock", skewed(ahead, "the database's"))


def skewed(ahead: float, whose: str) -> str:
    said = "ahead of" if ahead > 0 else "behind"
    return (
        f"Clock: this machine's is {abs(ahead):.0f} seconds {said} {whose}: let both take the time "
        "from the network (NTP), and look at `timedatectl`."
    )


def durability(tx: Tx) -> Iterator[Finding]:
    found = list(examination.not_durable(tx))
    if found:
        yield ill(
            "durability",
            f"Database: {', '.join(found)} is off, so what a provider was told is stored can be "
            "lost with the power: switch it on.",
        )


def rights(tx: Tx) -> Iterator[Finding]:
    for role in examination.mighty(tx):
        yield ill(
            "rights",
            f"Database: {role} may do more than log in, so nothing keeps the processes apart: have "
            f"a superuser take it away (ALTER ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE "
            "NOREPLICATION NOBYPASSRLS; tables belong to the owner).",
        )
    missing = list(examination.missing_rights(tx))
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        yield ill(
            "rights",
            f"Database: {missing[0]}{more}: run `workervoice db upgrade` as the owner, and give "
            f"no rights by hand; check also that {PREFIX}DATABASE_URL is the owner's.",
        )
