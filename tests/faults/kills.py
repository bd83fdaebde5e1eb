"""Kills at named points and at random ones, under load.

Each process is started with the next point of its plan armed, so that a plan of n kills needs n
starts and no luck. After each death of the courier a lease's time passes, so that what it had
claimed is looked up at the provider while the load goes on.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from secrets import SystemRandom
from threading import Event, Thread

from sqlalchemy import text as sql

from tests.faults.brood import Child
from tests.faults.ground import LEASE_PASSES, Ground
from tests.faults.load import Load
from tests.faults.points import CALLS, COMMITS, Point, Victim
from workervoice.app.browsing import Browser, StoryStuck
from workervoice.errors import Unavailable

_LOT = SystemRandom()
WITHIN_COMMITS = 16
WITHIN_CALLS = 8
ARMED_SECONDS, AT_LAST_SECONDS = 2.5, 8.0  # a busy machine takes long to start a process
DURING_SEND = "during_send"  # the provider has the text, and kills whoever sent it
_POLL_SECONDS = 0.003
TEXTS_BETWEEN, WORK_SECONDS = 6, 20.0

# who is killed where, and how often in relation to the others
_PLAN: tuple[tuple[str, str, Victim, int], ...] = (
    *(("gateway", point, "itself", 5) for point in COMMITS),
    *(("courier", point, "itself", 4) for point in COMMITS),
    *(("courier", point, "itself", 3) for point in (*CALLS, DURING_SEND)),
    *(("console", point, "itself", 1) for point in COMMITS),
    *(("gateway", point, "postgres", 1) for point in COMMITS),
    *(("courier", point, "postgres", 1) for point in COMMITS),
    *(("gateway", point, "backend", 1) for point in COMMITS),
)


Planned = tuple[str, Victim, int]  # a place, who dies there, and at the how-manieth time at most


def plan(kills: int) -> dict[str, list[Planned]]:
    """So many points, drawn in proportion, for each process that starts with them."""
    weights = [weight for *_, weight in _PLAN]
    least = [(name, point, victim) for name, point, victim, _ in _PLAN][:kills]
    drawn = [each[:3] for each in _LOT.choices(_PLAN, weights, k=max(0, kills - len(least)))]
    chosen = [*least, *drawn]
    _LOT.shuffle(chosen)
    made: dict[str, list[Planned]] = {}
    for name, point, victim in chosen:
        most = WITHIN_CALLS if point.endswith(("send", "find")) else WITHIN_COMMITS
        made.setdefault(name, []).append((point, victim, most))
    return made


@dataclass
class Campaign:
    """One run of kills on a ground. `counts` is by process (or database) and place."""

    ground: Ground
    load: Load
    counts: Counter[str] = field(default_factory=Counter)
    _armed: dict[str, tuple[Point, float]] = field(default_factory=dict)
    _seen: int = 0

    @property
    def kills(self) -> int:
        return self.counts.total()

    def named(self, kills: int, seconds: float) -> None:
        """Go through a plan. Raises `AssertionError` if it does not end in time."""
        left, ends = plan(kills), time.monotonic() + seconds
        for name in left:
            self.ground.kill(name)
            self.counts[f"{name} at rest"] += 1
            self._next(name, left[name])
        while self._armed:
            if time.monotonic() > ends:
                raise AssertionError(f"kills took too long: {dict(self.counts)}")
            self.ground.watch_database()
            for name in list(self._armed):
                self._look_at(name, left[name])
            time.sleep(_POLL_SECONDS)
        self.ground.peer.at_create = None
        self.ground.keep_alive()

    def random(self, kills: int) -> None:
        """Anybody, at any moment: most of them while texts are taken, every fourth while somebody
        may still be starting. A process takes seconds to start on a busy machine, and kills that
        all fall into that would try nothing else."""
        for _ in range(kills):
            if _LOT.randrange(4):
                self._texts_are_taken(TEXTS_BETWEEN)
            time.sleep(_LOT.uniform(0.02, 0.5))
            victim = _LOT.choice(("gateway", "courier", "console", "postgres", "backend"))
            self.counts[f"{victim} at random"] += 1
            if victim == "postgres":
                self._signal(self.ground.server.pid)
            elif victim == "backend":
                self._signal(self._a_backend())
            else:
                self.ground.kill(victim)
                time.sleep(_LOT.uniform(0, 0.2))
                self._leases_pass(victim)
            self.ground.watch_database()
            self.ground.keep_alive()

    def _next(self, name: str, left: list[Planned]) -> None:
        """Start it with its next point armed, or for good."""
        self._leases_pass(name)
        if not left:
            self._armed.pop(name, None)
            self.ground.start(name)
            return
        place, victim, most = left.pop()
        point = self.ground.point(place, 1 + _LOT.randrange(most), victim)
        waits = ARMED_SECONDS if point.nth > 1 else AT_LAST_SECONDS
        self._armed[name] = (point, time.monotonic() + waits)
        if place == DURING_SEND:
            self._kill_in_sending(self.ground.start(name), point.nth)
        else:
            self.ground.start(name, point)

    def _kill_in_sending(self, child: Child, nth: int) -> None:
        peer = self.ground.peer
        waits = iter(range(nth - 1))

        def at_create() -> None:
            if next(waits, None) is None:
                child.kill()

        peer.at_create = at_create

    def _look_at(self, name: str, left: list[Planned]) -> None:
        point, until = self._armed[name]
        child = self.ground.running[name]
        if child.code is not None:
            if child.code != -signal.SIGKILL:
                raise AssertionError(f"{name} ended by itself: see {self.ground.log}")
            place = point.name if point.victim == "itself" else "at random"
            self.counts[f"{name} {place}"] += 1
            self._next(name, left)
        elif point.victim != "itself" and self._was_reached():
            self.counts[f"{point.victim} {point.name} of {name}"] += 1
            self._again(name, left)
        elif time.monotonic() > until:  # nothing to look up, perhaps, or too little time
            if point.nth > 1:
                left.append((point.name, point.victim, 1))
            self._again(name, left)

    def _again(self, name: str, left: list[Planned]) -> None:
        self.ground.kill(name)
        self.counts[f"{name} at random"] += 1
        self._next(name, left)

    def _was_reached(self) -> bool:
        """True once for each line that a point wrote for a victim other than its own process."""
        if not self.ground.reached.exists():
            return False
        lines = self.ground.reached.read_text().splitlines()
        others = sum(not line.endswith(" itself") for line in lines)
        if others <= self._seen:
            return False
        self._seen += 1
        return True

    def _texts_are_taken(self, more: int) -> None:
        wanted, until = self.load.told + more, time.monotonic() + WORK_SECONDS
        while self.load.told < wanted and time.monotonic() < until:
            self.ground.watch_database()
            time.sleep(_POLL_SECONDS)

    def _leases_pass(self, name: str) -> None:
        if name == "courier":
            self.ground.pass_time(LEASE_PASSES)

    def _a_backend(self) -> int | None:
        query = "SELECT pid FROM pg_stat_activity WHERE usename LIKE 'workervoice\\_%' LIMIT 20"
        try:
            with self.ground.house.owner.begin() as tx:
                pids = tx.connection.execute(sql(query)).scalars().all()
        except Unavailable:
            return None
        return int(_LOT.choice(pids)) if pids else None

    def _signal(self, pid: int | None) -> None:
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def an_officer(ground: Ground) -> Iterator[Counter[str]]:
    """A handler who signs in and looks at pages all the time, so that the console has work."""
    stop, seen = Event(), Counter[str]()
    passphrase = ground.house.seeded.passphrases["asha"]

    def look() -> None:
        browser: Browser | None = None
        while not stop.wait(0.05):
            try:
                if browser is None:
                    browser = Browser(ground.console_url)
                    token = browser.get("/login").token()
                    browser.post("/login", {"login": "asha", "passphrase": passphrase}, token)
                page = browser.get("/account")
                seen[str(page.status)] += 1
                if page.status != 200:
                    browser = None
            except (OSError, StoryStuck) as broken:
                seen[type(broken).__name__] += 1
                browser = None

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(30)


def under_kills(ground: Ground, *, named: int, least: int, seconds: float) -> Campaign:
    """A whole campaign under load: a plan, then at random until there were so many. What was
    killed where is in its counts."""
    load = ground.load(connections=4, pause=0.04)
    campaign = Campaign(ground, load)
    with an_officer(ground), ground.under(load):
        campaign.named(named, seconds)
        campaign.random(least - campaign.kills)
    return campaign
