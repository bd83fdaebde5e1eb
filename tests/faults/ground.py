"""The ground of a run: a database of its own, gateway, courier and console on it, and a provider.

The runner holds the listening sockets, as `workervoice up` does, so that whoever connects while a
process is dead waits for the next one. The database server runs as the product runs it.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from sqlalchemy import text as sql

from tests.faults import points
from tests.faults.brood import Child, Nursery
from tests.faults.clock import SharedClock
from tests.faults.load import (
    ACCOUNT,
    PUBLIC_URL,
    TOKEN,
    Load,
    Worker,
    new_worker,
    report_delivered,
)
from tests.faults.nursery import CLOCK
from tests.faults.peer import Peer, serving_peer, until
from tests.faults.points import Point
from tests.faults.reconcile import Verdict
from tests.house import House, build_house
from workervoice.app.children import environment_of
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError
from workervoice.settings import Settings, load
from workervoice.triage.engine import Engine

NAMES = ("gateway", "courier", "console")
LEASE_PASSES = 61.0  # seconds after which a claim that nobody holds is given up
BACKOFF_PASSES = 960.0
STILL_LOOKS = 3  # of two seconds each
FINISH_SECONDS = 120.0
GIVEN_UP_LOOKS = 30
_TOO_MUCH = (
    *("TEXTS_PER_HOUR", "ANSWERS_PER_HOUR", "ANSWERS_PER_DAY"),
    *("FLOOD_PER_MINUTE", "FLOOD_PER_HOUR"),
)


@dataclass
class Ground:
    """A hotline that may be harmed. Use it from the main thread: PostgreSQL is its child."""

    folder: Path
    server: EmbeddedServer
    house: House
    peer: Peer
    clock: SharedClock  # what our processes read
    true_time: SharedClock  # what everybody else does
    nursery: Nursery
    sockets: Mapping[str, socket.socket]
    urls: dict[str, str]
    settings: dict[str, str] = field(default_factory=dict)
    running: dict[str, Child] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    reference: list[list[str]] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    verdict: Verdict = field(default_factory=Verdict)

    @property
    def port(self) -> int:
        return int(self.sockets["gateway"].getsockname()[1])

    @property
    def console_url(self) -> str:
        return f"http://127.0.0.1:{self.sockets['console'].getsockname()[1]}"

    @property
    def log(self) -> Path:
        return self.folder / "processes.log"

    @property
    def reached(self) -> Path:
        return self.folder / "reached"

    def start(self, name: str, point: Point | None = None) -> Child:
        """One process, to be killed at a point if one is given."""
        child = self.nursery.start(
            name, self._arguments(name), self._environment(name, point), self.log
        )
        self.running[name] = child
        return child

    def start_all(self) -> None:
        for name in NAMES:
            self.start(name)
        self.wait_until_serving()

    def stop(self, name: str) -> None:
        child = self.running.pop(name, None)
        if child is not None:
            child.ask_to_end()
            if not child.ended_within(20):
                child.kill()
                child.ended_within(5)

    def kill(self, name: str) -> None:
        """End one at once; it stays dead until it is started."""
        child = self.running.pop(name)
        child.kill()
        if not child.ended_within(10):
            raise AssertionError(f"{name} survived a kill")

    def wait_until_serving(self) -> None:
        for name, where in (
            ("gateway", f"http://127.0.0.1:{self.port}"),
            ("console", self.console_url),
        ):
            if name in self.running:
                with urlopen(f"{where}/health", timeout=30) as answer:
                    assert answer.status == 200

    def point(self, name: str, nth: int, victim: points.Victim = "itself") -> Point:
        notes = str(self.server.cluster / "postmaster.pid")
        return Point(name, nth, str(self.reached), victim, notes)

    def _arguments(self, name: str) -> list[str]:
        held = self.sockets.get(name)
        return [name] if held is None else [name, "--fd", str(held.fileno())]

    def _environment(self, name: str, point: Point | None) -> dict[str, str]:
        given = {
            "ENV_FILE": "",
            "DATA_DIR": str(self.house.data),
            "PUBLIC_URL": PUBLIC_URL,
            **twilio_settings(self.peer),
            "TWILIO_TIMEOUT_SECONDS": "2",
            "COURIER_POLL_SECONDS": "0.05",
            "BOOT_SECRET": "62" * 32,
            "RECYCLE_REQUESTS": "0",
            **dict.fromkeys(_TOO_MUCH, "1000000"),
            **{f"{kind.upper()}_DATABASE_URL": url for kind, url in self.urls.items()},
            **self.settings,
        }
        settings: Settings = load({f"WORKERVOICE_{key}": value for key, value in given.items()})
        environment = environment_of(settings, name) | {CLOCK: str(self.clock.path)}
        if point is not None:
            environment[points.VARIABLE] = point.to_json()
        return environment

    # --- what is known -------------------------------------------------------------------------

    def load(self, **how: float) -> Load:
        """A load whose workers count in the reconciliation."""
        made = Load(self.port, **how)  # type: ignore[arg-type]
        made.workers = self.workers
        made.statuses = self.statuses
        return made

    def states(self) -> dict[str, str]:
        with self.house.owner.begin() as tx:
            rows = tx.connection.execute(sql("SELECT id, state FROM outbox")).all()
        return {str(row.id): row.state for row in rows}

    def settled(self) -> bool:
        waiting = {"owed", "claimed", "unknown"}
        return not waiting.intersection(self.states().values())

    def settle(self) -> bool:
        """Let time pass until nothing is owed, claimed or unknown: leases; and, if nothing moves
        for a while, what the courier waits after a refusal."""
        still, before = 0, Counter[str]()
        while still < GIVEN_UP_LOOKS:
            if until(2.0, self.settled, 0.1):
                return True
            now = Counter(self.states().values())
            still = still + 1 if now == before else 0
            self.pass_time(BACKOFF_PASSES if still >= STILL_LOOKS else LEASE_PASSES)
            before = now
        return self.settled()

    @contextmanager
    def under(self, load: Load) -> Iterator[Load]:
        """Run a load; at the end everybody writes to the end, while what died is started again."""
        load.start()
        try:
            yield load
        finally:
            load.end()
            until(FINISH_SECONDS, lambda: self.keep_alive() and not load.busy, 0.05)
            load.abandon()

    def pass_time(self, seconds: float) -> None:
        """For our processes and for the provider."""
        self.clock.advance(seconds)
        self.true_time.advance(seconds)

    def watch_database(self) -> None:
        """Start the server again if it has died; one that cannot start now is tried at the next
        look, as the supervisor does."""
        with suppress(ServerError):
            if not self.server.watch() and not self.server.running:
                self.server.start()

    def keep_alive(self) -> bool:
        """Start what has ended, the database first. Returns True."""
        self.watch_database()
        for name in NAMES:
            if name not in self.running or self.running[name].code is not None:
                self.start(name)
        return True

    def learn(self) -> None:
        """What a worker gets in quiet, step by step: the reference for everybody else."""
        quiet, worker = self.load(), new_worker()
        self.workers.append(worker)
        connection = quiet.connect()
        while not worker.finished:
            before = len(self.peer.taken)
            quiet.deliver(connection, worker.write())
            if not until(20, lambda: self.settled() and self.states() != {}, 0.05):
                raise AssertionError(f"the quiet worker is not answered: see {self.log}")
            self.reference.append([each.body for each in self.peer.taken[before:]])
        connection.close()


def twilio_settings(peer: Peer) -> dict[str, str]:
    """What leads a courier to this provider."""
    return {
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKENS": TOKEN,
        "TWILIO_API_KEY": "SK" + "7" * 32,
        "TWILIO_API_SECRET": "secret of the fault runner",
        "TWILIO_API_BASE": peer.url,
        "TWILIO_SMS_PER_SECOND": "1000",
    }


def listening() -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", 0))
    made.listen(2048)
    return made


@contextmanager
def ground_on(
    server: EmbeddedServer, house: House, peer: Peer, true_time: SharedClock, folder: Path
) -> Iterator[Ground]:
    """Everything running on this house, and one worker answered in quiet."""
    with ExitStack() as stack:
        clock = SharedClock(folder / "clock", new=True)
        sockets = {name: stack.enter_context(listening()) for name in ("gateway", "console")}
        warm = {
            "PATH": os.getenv("PATH", os.defpath),
            "PYTHONMALLOC": "malloc",
            "MALLOC_ARENA_MAX": "2",
        }
        nursery = Nursery(warm, [each.fileno() for each in sockets.values()])
        stack.callback(nursery.close)
        ground = Ground(
            folder, server, house, peer, clock, true_time, nursery, sockets, dict(house.urls)
        )
        peer.call_back = lambda taken: report_delivered(ground.port, taken.sid, taken.callback)
        ground.start_all()
        if not ground.settle():  # what an earlier life of this house left behind
            raise AssertionError("what was owed before does not settle")
        ground.learn()
        yield ground


@contextmanager
def a_ground(engine: Engine, *, durable: bool, folder: Path | None = None) -> Iterator[Ground]:
    """A new hotline, in a folder of its own or in one that is given."""
    with ExitStack() as stack:
        if folder is None:
            made = stack.enter_context(tempfile.TemporaryDirectory(prefix="wv-faults-"))
            folder = Path(made)
        folder.chmod(0o711)
        true_time = SharedClock(folder / "true-time", new=True)
        server = EmbeddedServer(folder / "data", durable=durable)
        server.start()
        stack.callback(server.erase)
        house = build_house(server, folder / "house", engine, true_time.now())
        stack.callback(house.close)
        peer = stack.enter_context(serving_peer(true_time))
        yield stack.enter_context(ground_on(server, house, peer, true_time, folder))
