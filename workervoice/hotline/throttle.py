"""Throttling: whoever guesses waits, and whoever belongs here still gets in.

Every wrong try makes the next one of its lane wait: 1, 2, 4 … seconds, at most a minute; quiet
minutes take the delay back. Lanes are counted in the database, by keyed hashes of a day, so that
all consoles count together and none forgets by being relieved; no login and no address is kept.

    a browser that was signed in here before   its own lane for this login, and no other
    any other browser                          login and source together; and the source alone

So a stranger who hammers a login makes himself wait: the person comes in from another source, and
with a browser that is known from the same source, too. There is no lane of a login alone: it would
be a way to lock somebody out, and a passphrase that the product made (79 bits) is not found by
however many sources. A code has six digits, so codes do have such a lane: it can be filled only by
somebody who knows the passphrase, and a known browser does not stand in it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from workervoice.crypto.seal import ctx, mac
from workervoice.store.engine import Database, Tx
from workervoice.store.lanes import forget_lanes, hold_lanes, put_lane

FREE = 2  # wrong tries in a row that cost nothing
FREE_OF_SOURCE = 10  # the same for all logins from one address: an office shares one
LONGEST = 60  # seconds
DECAY_SECONDS = 300  # after so much quiet one wrong try is forgotten
LANES_MOST = 50_000  # the longest untouched are forgotten first
SWEEP_EVERY = 500  # tries
_DAY = 24 * 3600

Held = tuple[int, int]  # tries that were counted, and when last


@dataclass(frozen=True, slots=True)
class Lane:
    """Where tries are counted, and how many wrong ones are free."""

    key: bytes = field(repr=False)
    free: int = FREE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who tries, as far as can be told: an address, and a known browser or b""."""

    source: str = field(repr=False)
    device: bytes = field(default=b"", repr=False)

    def at_passphrase(self, key: bytes, login: str, now: int) -> tuple[Lane, ...]:
        """The lanes of a try at somebody's passphrase or recovery code."""
        if self.device:
            return (_lane(key, now, "device", login, self.device.hex()),)
        source = network(self.source)
        return (
            _lane(key, now, "login", login, source),
            Lane(_lane(key, now, "source", source).key, FREE_OF_SOURCE),
        )

    def at_token(self, key: bytes, now: int) -> tuple[Lane, ...]:
        """The lane of a try at a token for a new account. It has 128 bits: this saves our time."""
        return (Lane(_lane(key, now, "join", network(self.source)).key, FREE_OF_SOURCE),)

    def at_code(self, key: bytes, login: str, now: int) -> tuple[Lane, ...]:
        """The lanes of a try at somebody's second factor."""
        if self.device:
            return (_lane(key, now, "code-device", login, self.device.hex()),)
        return (
            _lane(key, now, "code", login),
            _lane(key, now, "code-source", login, network(self.source)),
        )


def at_proof(key: bytes, session: bytes, now: int) -> tuple[Lane, ...]:
    """The lane of a try to prove again, within a session, who is there."""
    return (_lane(key, now, "proof", session.hex()),)


def network(source: str) -> str:
    """One caller: an IPv4 address, or the /64 of an IPv6 one, all of which one line has."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source[:64]
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((address, 64), strict=False))


def _lane(key: bytes, now: int, *parts: str) -> Lane:
    return Lane(mac(key, ctx("lane", now // _DAY, *parts)))


@dataclass(frozen=True, slots=True)
class Rules:
    """How the operator wants it. `behind_proxy`: a proxy in front says in X-Real-IP where a request
    comes from, and lets nobody else say it."""

    behind_proxy: bool = False
    longest: int = LONGEST  # seconds


@dataclass(slots=True)
class Throttle:
    """Counts wrong tries. Times are unix seconds."""

    database: Database
    longest: int = LONGEST
    most: int = LANES_MOST
    _taken: int = 0

    def take(self, lanes: tuple[Lane, ...], now: int) -> int:
        """0 to go ahead, and the try counts as wrong until `passed` or `undo`; else the seconds to
        wait, and nothing is counted: to try too early costs nothing more."""
        self._sweep(now)
        with self._held(lanes, now) as (tx, held):
            wait = max((self._wait(lane, held[lane.key], now) for lane in lanes), default=0)
            if wait == 0:
                for lane in lanes:
                    put_lane(tx, lane.key, _count(held[lane.key], now) + 1, now)
            return wait

    def passed(self, lanes: tuple[Lane, ...], now: int) -> None:
        """It was right: the lane of this person is free; what the others hold is undone by one."""
        with self._held(lanes, now) as (tx, held):
            for at, lane in enumerate(lanes):
                less = max(0, _count(held[lane.key], now) - 1)
                put_lane(tx, lane.key, 0 if at == 0 else less, now)

    def undo(self, lanes: tuple[Lane, ...], now: int) -> None:
        """It was not tried after all."""
        with self._held(lanes, now) as (tx, held):
            for lane in lanes:
                put_lane(tx, lane.key, max(0, _count(held[lane.key], now) - 1), now)

    @contextmanager
    def _held(self, lanes: tuple[Lane, ...], now: int) -> Iterator[tuple[Tx, Mapping[bytes, Held]]]:
        with self.database.begin() as tx:
            yield tx, hold_lanes(tx, [lane.key for lane in lanes], now)

    def _wait(self, lane: Lane, held: Held, now: int) -> int:
        over = _count(held, now) - lane.free
        if over < 0:
            return 0
        delay = min(1 << min(over, 16), self.longest)
        return max(0, held[1] + delay - now)

    def _sweep(self, now: int) -> None:
        """Now and then: what was of yesterday, whose hashes nobody can make any more."""
        self._taken += 1
        if self._taken % SWEEP_EVERY == 1:
            with self.database.begin() as tx:
                forget_lanes(tx, now - _DAY, self.most)


def _count(held: Held, now: int) -> int:
    tries, last = held
    return max(0, tries - max(0, now - last) // DECAY_SECONDS)
