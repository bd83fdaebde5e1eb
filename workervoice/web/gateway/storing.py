"""What waits for the database: a few threads, a bounded queue, and an answer in time.

A database that is frozen answers nothing, not even that it is away. So a provider is told
`Unavailable` after a short while; and at once when many wait and nothing was stored for that long,
so that what comes does not fill the memory. A burst that the database works off is taken, and only
what is signed waits here. What was begun goes on: if the database comes back the message is stored
after all, and the provider's repeat is a duplicate. A lost message may be the only one.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from workervoice.errors import NotFound, Unavailable
from workervoice.hotline.callbacks import take_report
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.receive import Reception, line_of
from workervoice.hotline.tick_tried import HEARD, REACHED, TriedLines
from workervoice.message import DeliveryReport, DeliveryStatus, Inbound
from workervoice.store.programme import Line
from workervoice.triage.engine import Reading
from workervoice.web.gateway.counts import Counts
from workervoice.web.gateway.failing import Failing

STORE_THREADS = 4
STORE_SECONDS = 2.5  # an answer within about three; Twilio gives up after 15
MANY_WAITING = 500  # a database that stands still gets no more
MOST_WAITING = 5000  # nor does one that works: the last would wait too long to be told
LINE_SECONDS = 5.0

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


@dataclass(slots=True)
class Books:
    """Where the gateway writes. `store`, `note` and `drop` are for `do`: they block, and return
    the name under which what they did is counted."""

    reception: Reception
    counts: Counts
    failing: Failing
    tried: TriedLines
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(STORE_THREADS, thread_name_prefix="store")
    )
    _doing: dict[asyncio.Task[None], float] = field(default_factory=dict)  # since when; first first
    _stored_at: float = 0.0
    _lines: dict[str, tuple[float, Line]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts.waiting.set_function(lambda: float(len(self._doing)))

    async def do(self, work: Callable[[], str], provider: str) -> None:
        """Return once this is done. Raises what it raises, or `Unavailable` if it takes too long
        or too much waits."""
        if self._is_full():
            raise Unavailable("too much waits for the database")
        task = asyncio.create_task(self._counted(work, provider))
        self._doing[task] = time.monotonic()
        task.add_done_callback(self._doing.pop)
        try:
            await asyncio.wait_for(asyncio.shield(task), STORE_SECONDS)
        except TimeoutError:
            task.add_done_callback(self._late)
            raise Unavailable("the database does not answer in time") from None

    def _is_full(self) -> bool:
        waiting = len(self._doing)
        if waiting < MANY_WAITING:
            return False
        quiet_since = max(self._stored_at, next(iter(self._doing.values())))
        return waiting >= MOST_WAITING or time.monotonic() - quiet_since > STORE_SECONDS

    async def _counted(self, work: Callable[[], str], provider: str) -> None:
        outcome = await asyncio.get_running_loop().run_in_executor(self._pool, work)
        self._stored_at = time.monotonic()
        self.failing.stored()
        self.counts.add(outcome, provider)

    def finish(self) -> None:
        """Wait for what was begun, also where the provider was told that it is late."""
        self._pool.shutdown()

    def _late(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is None:
            self.counts.add("late")

    def store(self, slug: str, inbound: Inbound, reading: Reading) -> str:
        """A message, in one transaction. Raises `NotFound` for an unknown line."""
        line = self._line(slug)
        taken = str(self.reception.receive(Arrival(line, inbound, reading)))
        self.tried.tell(line, HEARD)
        return taken

    def note(self, slug: str, told: DeliveryReport) -> str:
        """A delivery report. Raises `NotFound` for an unknown line, not for an unknown message."""
        line = self._line(slug)
        try:
            moved = take_report(self.reception.process, line, told)
        except NotFound:
            moved = False
        if moved and told.status is DeliveryStatus.DELIVERED:
            self.tried.tell(line, REACHED)
        return "status_moved" if moved else "status_ignored"

    def drop(self, slug: str, outcome: str) -> str:
        """A report that says nothing. Raises `NotFound` for an unknown line."""
        self._line(slug)
        return outcome

    def _line(self, slug: str) -> Line:
        """The line of this name, looked up at most every few seconds."""
        known = self._lines.get(slug)
        if known is not None and time.monotonic() - known[0] < LINE_SECONDS:
            return known[1]
        if not _SLUG.fullmatch(slug):
            raise NotFound("no such line")
        line = line_of(self.reception.process, slug)
        self._lines[slug] = (time.monotonic(), line)
        return line
