"""`workervoice status`: how the hotline is now, in numbers, and what needs somebody.

It asks the processes at their operations addresses and the database as its owner or as the courier;
it starts nothing and changes nothing. What it could not ask it says; a process that was not asked
needs somebody, since nobody knows whether it is dead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from workervoice.app.begun import stop_if_begun
from workervoice.app.disks import Disk, disks, has_database_here
from workervoice.app.doctor.findings import Finding
from workervoice.app.doctor.waiting import of_backlog, of_elsewhere, of_restores
from workervoice.app.ops_addresses import WATCHED, addresses
from workervoice.app.ops_client import Heard, listen_to
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, WorkervoiceError
from workervoice.settings import PREFIX, Settings
from workervoice.store.backlog import (
    AGES,
    WAITING,
    backlog,
    cases_by_state,
    database_bytes,
    queue,
    together,
)
from workervoice.store.elsewhere import elsewhere
from workervoice.store.engine import Database, Scope
from workervoice.store.migrate import EMBEDDED_AWAY, current_revision, newest_revision
from workervoice.store.programme import programmes
from workervoice.store.restored import restores
from workervoice.web.gateway.counts import FAILED

MOST_UNSEQUENCED = 10_000  # what a courier puts in order in one round
FRESH = timedelta(days=1)  # a webhook that failed before was seen to
NEARLY_SPENT = 0.8  # of a budget
# what the operator has to mend at the provider
MENDED_BY_US = ("20003", "21603", "21606", "21608", "30002", "30029", "30030")


@dataclass
class Status:
    """Everything that was found. `needs` are sentences about what somebody has to see to, and
    `not_asked` about what this command cannot know here."""

    processes: dict[str, Heard] = field(default_factory=dict)
    texts: dict[str, dict[str, int]] = field(default_factory=dict)  # by state, then by age
    oldest_owed_seconds: float | None = None
    cases: dict[str, int] = field(default_factory=dict)
    unsequenced: int | None = None
    last_webhook: dict[str, str | None] = field(default_factory=dict)  # by provider
    not_stored: dict[str, int] | None = None  # webhooks that failed since the start, by outcome
    provider_errors: dict[str, dict[str, int]] | None = None  # by window, then by code
    disks: list[Disk] = field(default_factory=list)
    database_bytes: int | None = None
    revision: str | None = None
    needs: list[str] = field(default_factory=list)
    not_asked: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "well": not self.needs}


def look(settings: Settings, now: datetime) -> Status:
    """Ask everybody, and judge."""
    found = Status()
    _ask_processes(found, settings, now)
    try:
        _ask_database(found, settings, now)
    except WorkervoiceError as exc:
        found.needs.append(f"Database: {exc}.".replace("..", "."))
    _look_at_disks(found, settings)
    return found


def _ask_processes(found: Status, settings: Settings, now: datetime) -> None:
    known = addresses(settings)
    for process in (*WATCHED, *sorted(known.keys() - set(WATCHED))):
        if process not in known:
            found.needs.append(_unknown(process, settings))
            continue
        heard = found.processes[process] = listen_to(known[process])
        if not heard.answers:
            found.needs.append(f"The {process} does not answer at {known[process]}: start it.")
        elif not heard.ready:
            found.needs.append(f"The {process} is not ready: {'; '.join(heard.problems)}.")
    told = [each for name, each in found.processes.items() if name.startswith("gateway")]
    gateways = [heard for heard in told if heard.answers]
    _of_gateways(found, gateways)
    _of_failures(found, gateways, now)
    _of_courier(found, found.processes.get("courier"))


def _unknown(process: str, settings: Settings) -> str:
    setting = f"{PREFIX}{process.upper()}_OPS"
    return (
        f"The {process} was not asked: no `workervoice up` runs on {settings.data_dir}, and "
        f"{setting}_PORT (with {setting}_HOST, if it is elsewhere) names no address."
    )


def _of_failures(found: Status, gateways: Sequence[Heard], now: datetime) -> None:
    """Webhooks that no gateway could store: a lost message may be the only one."""
    counted, stamps = Counter[str](), [0.0]
    for heard in gateways:
        for labels, count in heard.samples("workervoice_webhooks_total"):
            counted[labels["outcome"]] += int(count)
        stamps += [at for _, at in heard.samples("workervoice_last_failure_timestamp_seconds")]
    if not gateways:
        return
    found.not_stored = {name: counted[name] for name in (*FAILED, "late") if counted[name]}
    last = datetime.fromtimestamp(max(stamps), tz=UTC)
    if now - last < FRESH:
        failed = ", ".join(f"{counted[name]} {name}" for name in FAILED if counted[name])
        found.needs.append(
            f"Webhooks were not stored ({failed} since the start; the last at {_minute(last)}; "
            f"{counted['late']} were stored after all): the gateway's log says why, and the "
            "provider's console which texts it could not bring."
        )


def _of_gateways(found: Status, gateways: Sequence[Heard]) -> None:
    """The last webhook of any of them."""
    last: dict[str, float] = {}
    for heard in gateways:
        for provider, stamp in heard.by("workervoice_last_webhook_timestamp_seconds", "provider"):
            last[provider] = max(stamp, last.get(provider, 0.0))
    if not last:
        found.not_asked.append("The last webhook: only the gateway knows when it was.")
    for provider, stamp in last.items():
        at = datetime.fromtimestamp(stamp, tz=UTC)
        found.last_webhook[provider] = _minute(at) if stamp else None


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _of_courier(found: Status, heard: Heard | None) -> None:
    if heard is None or not heard.answers:
        found.not_asked.append("The provider's errors: only the courier has counted them.")
        return
    windows: dict[str, Counter[str]] = {"hour": Counter(), "day": Counter()}
    for labels, count in heard.samples("workervoice_provider_errors"):
        if labels["code"] != "any":
            windows[labels["window"]][labels["code"]] += int(count)
    found.provider_errors = {window: dict(codes) for window, codes in windows.items()}
    _of_lines(found, heard)
    ours = sorted(set(windows["hour"]) & set(MENDED_BY_US))
    if ours:
        found.needs.append(
            f"The provider refused with {', '.join(ours)} in the last hour: see its console, and "
            "run `workervoice doctor`."
        )


def _of_lines(found: Status, heard: Heard) -> None:
    quiet = {labels["why"]: count for labels, count in heard.samples("workervoice_lines_quiet")}
    if any(quiet.values()):
        found.needs.append(
            "Automatic answers to strangers pause on a line (a flood, or its budget is spent): "
            "see the page /lines, and docs/floods.md."
        )
    for _, share in heard.samples("workervoice_budget_spent_ratio"):
        if share >= NEARLY_SPENT:
            found.needs.append(
                f"A line has spent {share:.0%} of its budget for this month: see the page /lines."
            )


def _ask_database(found: Status, settings: Settings, now: datetime) -> None:
    """As the owner if that is given, as the courier if only that is, or the embedded one's owner.
    Raises `WorkervoiceError`."""
    stop_if_begun(settings.data_dir)
    owner = settings.database_url
    courier = settings.courier_database_url if owner is None else None
    if courier is not None:
        url = courier.get_secret_value()
        found.not_asked.append(f"The database's revision: {PREFIX}DATABASE_URL is not given.")
    elif owner is not None:
        url = owner.get_secret_value()
        found.revision = current_revision(url)
    else:
        url = _of_running(settings)
        found.revision = current_revision(url, EMBEDDED_AWAY)
    newest = newest_revision()
    if courier is None and found.revision != newest:
        raise ServerError(f"it is not at revision {newest}: run `workervoice db upgrade`")
    database = Database(url, pool_size=1)
    try:
        _count(found, database, now)
    finally:
        database.close()


def _of_running(settings: Settings) -> str:
    """Raises `ServerError` if the embedded database does not run: it is not started for this."""
    if not (settings.data_dir / "postgres").exists():
        raise ServerError(f"there is none in {settings.data_dir}, and no address is given")
    return EmbeddedServer(settings.data_dir).owner_url_of_running()


def _count(found: Status, database: Database, now: datetime) -> None:
    queues, cases, ills = [], Counter[str](), list[Finding]()
    with database.begin() as tx:
        known, found.database_bytes = programmes(tx), database_bytes(tx)
    for programme in known:
        with database.begin(Scope(programme)) as tx:
            queues.append(queue(tx, now, (*WAITING, "held")))
            cases.update(cases_by_state(tx))
            ills += [*of_restores(restores(tx)), *of_backlog(backlog(tx, now))]
            ills += of_elsewhere(elsewhere(tx, now), now)
    every = together(queues)
    for state, counts in every.texts.items():
        found.texts[state] = dict(zip(AGES, counts, strict=True))
    found.oldest_owed_seconds, found.unsequenced = every.oldest_seconds, every.unsequenced
    found.cases = dict(cases)
    found.needs += [ill.sentence for ill in ills if not ill.well]
    if every.unsequenced > MOST_UNSEQUENCED:
        found.needs.append(f"{every.unsequenced} leaves of the log wait: the courier lags behind.")


def _look_at_disks(found: Status, settings: Settings) -> None:
    if not has_database_here(settings):
        found.not_asked.append("The disk of the database's server: look at it there.")
    for disk in disks(settings):
        if not disk.total_bytes:
            found.not_asked.append(f"The disk of the {disk.what}: {disk.path} cannot be read.")
            continue
        found.disks.append(disk)
        if disk.full:
            found.needs.append(disk.warning)
