"""Clients that mean harm or are broken: slow, half, oversized, and very many.

While they are there, signed reports are taken in time, and none is refused; afterwards, and without
their help, the gateway holds none of their connections.
"""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tests.faults.ground import Ground
from tests.faults.peer import until
from tests.faults.vitals import measure

IN_TIME_SECONDS = 10.0  # Twilio waits 15
AGAIN_MEGABYTES = 12.0
HUNG_UP_SECONDS = 45.0  # by then the gateway has let go of whoever does not finish
_HEAD = b"POST /in/twilio/demo-sms HTTP/1.1\r\nHost: hotline.test\r\n"


def raise_limit() -> int:
    """Let this process, and whatever it starts, open as many files as it may; returns how many."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def slow_loris(ground: Ground, connections: int = 200) -> None:
    """A header each second, and never the last; then a body, a byte each second."""
    _held(ground, connections, _HEAD, b"X-More: 1\r\n")
    slow_body = _HEAD + b"Content-Type: application/x-www-form-urlencoded\r\n"
    _held(ground, connections, slow_body + b"Content-Length: 1000000\r\n\r\nB", b"o")


def half_sent(ground: Ground, connections: int = 200) -> None:
    """Bodies that end in the middle: with a close, and with nothing at all."""
    head = _HEAD + b"Content-Length: 500\r\n\r\nMessageSid=SM1&Body=half"
    for _ in range(connections):
        with _opened(ground, head):
            pass
    _held(ground, connections, head, b"")


def large_headers(ground: Ground, connections: int = 50) -> None:
    """64 kB in one header, in many, and in the address; each is refused, none is kept."""
    large = b"x" * 65536
    shapes = (
        _HEAD + b"X-Large: " + large + b"\r\n\r\n",
        _HEAD + b"".join(b"X-%d: %s\r\n" % (n, b"x" * 1000) for n in range(64)) + b"\r\n",
        b"POST /in/twilio/" + large + b" HTTP/1.1\r\nHost: hotline.test\r\n\r\n",
    )
    with ground.under(ground.load(connections=2)) as load:
        for shape in shapes:
            for _ in range(connections):
                status = _answer(ground, shape)
                if not (status == b"" or status[:1] == b"4"):
                    raise AssertionError(f"64 kB of headers were answered with {status!r}")
    _in_time(load.slowest)


def many(connections: int) -> Callable[[Ground], None]:
    """So many connections at once that say nothing; and once more, for what they took the first
    time is kept for the next by the allocator, and no more of it."""

    def act(ground: Ground) -> None:
        needed, has = connections + 500, raise_limit()
        if has < needed:
            raise AssertionError(f"this needs {needed} open files, and {has} are allowed")
        _held(ground, connections, b"", b"")
        first = measure(ground)["gateway"].megabytes
        _held(ground, connections, b"", b"")
        again = measure(ground)["gateway"].megabytes
        if again > first + AGAIN_MEGABYTES:
            raise AssertionError(f"the gateway had {first:.0f} MB, and then {again:.0f}")

    return act


def _held(ground: Ground, connections: int, first: bytes, drip: bytes) -> None:
    """Open them all, and go on dripping until the gateway has hung up on every one; workers write
    all the while."""
    normal = _handles(ground)
    with ExitStack() as stack, ground.under(ground.load(connections=2)) as load:
        held = [stack.enter_context(_opened(ground, first)) for _ in range(connections)]
        most = [0]

        def let_go() -> bool:
            if drip:
                for each in held:
                    with suppress(OSError):
                        each.send(drip)
            most[0] = max(most[0], _handles(ground))
            return most[0] >= connections // 2 and _handles(ground) <= normal + 20

        if not until(HUNG_UP_SECONDS, let_go, 1.0):
            raise AssertionError(
                f"after {HUNG_UP_SECONDS:.0f} s the gateway still holds {_handles(ground)} "
                f"descriptors of {most[0]}"
            )
    _in_time(load.slowest)


def _in_time(slowest: float) -> None:
    if slowest > IN_TIME_SECONDS:
        raise AssertionError(f"a signed report waited {slowest:.1f} s behind them")


def _handles(ground: Ground) -> int:
    return len(list(Path(f"/proc/{ground.running['gateway'].pid}/fd").iterdir()))


@contextmanager
def _opened(ground: Ground, first: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", ground.port), 10) as made:
        if first:
            made.sendall(first)
        made.settimeout(0.5)
        yield made


def _answer(ground: Ground, request: bytes) -> bytes:
    """The status of the answer; empty if the gateway just hangs up."""
    with socket.create_connection(("127.0.0.1", ground.port), 10) as made:
        made.settimeout(10)
        try:
            made.sendall(request)
            line = made.recv(4096).split(b"\r\n")[0].split()
        except OSError:
            return b""
    time.sleep(0)
    return line[1] if len(line) > 1 else b""
