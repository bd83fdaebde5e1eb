"""A warm program: it has imported the product and loaded its packs, and forks a child on request.

    python -m tests.faults.nursery

Reads a line of JSON for each order ({"name", "arguments", "environment", "log"}) and answers
{"born": name, "pid": pid}; when a child ends it writes {"ended": pid, "code": code}. It ends when
its standard input does, and all children with it. A child runs the product's own `main`, with the
clock that the run shares and, if the environment names one, a point at which to be killed.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from tests.faults import points
from tests.faults.clock import SharedClock
from workervoice import cli
from workervoice.app import console, courier, gateway, processes
from workervoice.triage.engine import Engine

CLOCK = "FAULTS_CLOCK"
_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 0.005


def _run(order: dict[str, Any]) -> None:
    """The child: never returns."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    given: dict[str, str] = order["environment"]
    os.environ.clear()  # noqa: TID251 - this is the beginning of a program
    os.environ.update(given)  # noqa: TID251
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for theirs, ours in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(theirs, ours)
    code = 1
    try:
        if CLOCK in given:
            clock = SharedClock(Path(given[CLOCK]))
            processes.wall_clock = clock.now
            processes.shared_clock = clock.of_database
        if points.VARIABLE in given:
            points.install(points.Point.from_json(given[points.VARIABLE]))
        cli.main(order["arguments"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        sys.stderr.flush()
        os._exit(code)


def _tell(**said: object) -> None:
    os.write(1, (json.dumps(said) + "\n").encode())


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        _tell(ended=pid, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Serve orders until standard input ends."""
    engine = Engine.load()
    Engine.load = classmethod(lambda cls, *_: engine)  # type: ignore[method-assign, assignment]
    assert all((console, courier, gateway))  # imported here, so that no child has to
    _tell(ready=os.getpid())
    waiting = b""
    while True:
        _reap()
        if not select.select([0], [], [], _POLL_SECONDS)[0]:
            continue
        said = os.read(0, 65536)
        if not said:
            return
        *orders, waiting = (waiting + said).split(b"\n")
        for line in orders:
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                _run(order)
            _tell(born=order["name"], pid=pid)


if __name__ == "__main__":
    main()
