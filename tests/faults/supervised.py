"""The real `workervoice up`, killed with all its parts; then the count, on a ground that adopts
its database."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from secrets import SystemRandom

from tests.app.running import Running, free_port
from tests.faults.clock import SharedClock
from tests.faults.evidence import reconcile
from tests.faults.ground import ground_on, twilio_settings
from tests.faults.load import OUR_NUMBER, PUBLIC_URL, Load
from tests.faults.outcome import Outcome
from tests.faults.peer import Peer, serving_peer, until
from tests.house import ROLE_PASSWORD, House, role_urls
from workervoice.app.demo import Seeded
from workervoice.embedded import EmbeddedServer
from workervoice.store.engine import Database
from workervoice.store.migrate import LOGIN_ROLES, upgrade
from workervoice.store.programme import programmes
from workervoice.triage.engine import Engine
from workervoice.workflow.phrasebook import PhraseBook

_LOT = SystemRandom()
GONE_SECONDS = 30.0
FINISH_SECONDS = 90.0
DATABASE = "workervoice"


def supervised(engine: Engine, *, lives: int, kills: int) -> Outcome:
    """So many lives of a supervisor, each with kills of what it supervises and ended by its own;
    everything has to end with it, and what was told and sent has to be right at the end."""
    begun, counts = time.monotonic(), Counter[str]()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wv-faults-")))
        folder.chmod(0o711)
        true_time = SharedClock(folder / "true-time", new=True)
        peer = stack.enter_context(serving_peer(true_time))
        port = free_port()
        load = Load(port, connections=3, pause=0.05)
        up = _up(folder, port, peer)
        passphrase = up.passphrase("asha") or ""
        load.start()
        try:
            for _ in range(lives):
                _kill_parts(up, kills, counts)
                _kill_supervisor(up, counts)
                up = _up(folder, port, peer)
            load.end()
            until(FINISH_SECONDS, lambda: not load.busy)
        finally:
            load.abandon()
            up.stop()
        server = EmbeddedServer(folder / "data")
        server.start()
        stack.callback(server.erase)
        house = stack.enter_context(_adopted(server, folder / "data", engine, passphrase))
        with ground_on(server, house, peer, true_time, folder) as ground:
            ground.workers.extend(load.workers)
            ground.statuses.update(load.statuses)
            verdict = reconcile(ground)
    return Outcome(
        "supervisor and all its parts",
        *(verdict.told, verdict.stored, verdict.sent),
        *(verdict.lost, verdict.doubled, verdict.answered_twice, counts.total()),
        seconds=time.monotonic() - begun,
        problems=verdict.problems,
    )


def _up(folder: Path, port: int, peer: Peer) -> Running:
    settings = {
        **twilio_settings(peer),
        "GATEWAY_PORT": str(port),
        "PUBLIC_URL": PUBLIC_URL,
        "TWILIO_SMS_FROM": OUR_NUMBER,
    }
    started = Running(folder / "data", "--demo", **settings)
    started.wait_until_ready()
    return started


def _kill_parts(up: Running, kills: int, counts: Counter[str]) -> None:
    """Children and the database, at random, while the supervisor starts them again."""
    for _ in range(kills):
        time.sleep(_LOT.uniform(0.3, 1.5))
        parts = _children(up.process.pid)
        if parts:
            pid, name = _LOT.choice(sorted(parts.items()))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                counts[name] += 1


def _kill_supervisor(up: Running, counts: Counter[str]) -> None:
    """Everything that it started ends by itself."""
    time.sleep(_LOT.uniform(0.2, 1.0))
    parts = _children(up.process.pid)
    os.kill(up.process.pid, signal.SIGKILL)
    up.stop()
    counts["supervisor"] += 1
    if not until(GONE_SECONDS, lambda: not any(map(_alive, parts))):
        left = sorted(name for pid, name in parts.items() if _alive(pid))
        raise AssertionError(f"without its supervisor there is still {', '.join(left)}")


def _children(pid: int) -> dict[int, str]:
    """Direct children by process id: what they run."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid and fields[0] not in {"Z", "X"}:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                at = words.index(b"workervoice") if b"workervoice" in words else -2
                found[int(entry.name)] = words[at + 1].decode() if at >= 0 else "postgres"
    return found


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


@contextmanager
def _adopted(
    server: EmbeddedServer, data: Path, engine: Engine, passphrase: str
) -> Iterator[House]:
    """The demo's hotline as `up` left it, with role passwords that we know."""
    upgrade(server.owner_url(DATABASE), dict.fromkeys(LOGIN_ROLES, ROLE_PASSWORD))
    owner = Database(server.owner_url(DATABASE), pool_size=1)
    with owner.begin() as tx:
        (programme,) = programmes(tx)
    seeded = Seeded(programme, {"asha": passphrase}, {})
    urls = role_urls(server, DATABASE)
    house = House(owner, data, seeded, urls, engine, PhraseBook.load(), server.owner_url(DATABASE))
    try:
        yield house
    finally:
        house.close()
