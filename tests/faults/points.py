"""Named points: places in a process at which it is killed, or the database under it.

Installed in a forked child, before the product's `main`, around the library call itself: nothing
of the product is changed, and a kill leaves no time for anything.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Self

from sqlalchemy.engine.default import DefaultDialect

from workervoice.channels.twilio_keeping import TwilioKeeper
from workervoice.channels.twilio_sending import TwilioSender
from workervoice.hotline.tick_spool import Remote

VARIABLE = "FAULTS_POINT"
COMMITS = ("before_commit", "after_commit")
CALLS = ("before_send", "after_send", "before_find", "after_find")
# calls of the courier's second hand, and what their places are called
BESIDE = {
    (TwilioKeeper, "fetch"): "fetch",
    (TwilioKeeper, "purge"): "purge",
    (TwilioKeeper, "listed"): "reconcile",
    (Remote, "page"): "drain_list",
    (Remote, "get"): "drain",
    (Remote, "delete"): "drain_delete",
}
Victim = Literal["itself", "backend", "postgres"]


@dataclass(frozen=True, slots=True)
class Point:
    """Kill `victim` when this place is reached for the `nth` time; `reached` is then written."""

    name: str
    nth: int
    reached: str
    victim: Victim = "itself"
    notes: str = ""  # postmaster.pid, if the victim is the database server

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))


class _Trap:
    """Counts how often its point was reached, in whatever thread, and kills once."""

    def __init__(self, point: Point) -> None:
        self._point, self._count, self._lock = point, 0, threading.Lock()

    def reach(self, name: str, connection: Any = None) -> None:
        if name != self._point.name:
            return
        with self._lock:
            self._count += 1
            if self._count == self._point.nth:
                self._kill(connection)

    def _kill(self, connection: Any) -> None:
        if self._point.victim == "backend":
            pid = connection.dbapi_connection.info.backend_pid
        elif self._point.victim == "postgres":
            pid = int(Path(self._point.notes).read_text().split("\n", 1)[0])
        else:
            pid = os.getpid()
        with Path(self._point.reached).open("a") as file:
            file.write(f"{self._point.name} {self._point.victim}\n")
        os.kill(pid, signal.SIGKILL)


def install(point: Point) -> None:
    """Wrap the commit of every connection, and the calls to provider and fallback receiver."""
    trap = _Trap(point)
    commit: Callable[[Any, Any], None] = DefaultDialect.do_commit

    def do_commit(self: DefaultDialect, connection: Any) -> None:
        trap.reach("before_commit", connection)
        commit(self, connection)
        trap.reach("after_commit", connection)

    DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
    calls: dict[tuple[type, str], str] = {
        **{(TwilioSender, name): name for name in ("send", "find")},
        **BESIDE,
    }
    for (kind, method), name in calls.items():
        setattr(kind, method, _around(getattr(kind, method), name, trap))


def _around(call: Callable[..., Any], name: str, trap: _Trap) -> Callable[..., Any]:
    def called(*args: Any, **named: Any) -> Any:
        trap.reach(f"before_{name}")
        outcome = call(*args, **named)
        trap.reach(f"after_{name}")
        return outcome

    return called
