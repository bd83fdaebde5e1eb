"""What the cryptography costs, through the product's own functions: `make bench-crypto`.

Prints a table of medians; exits 1 if one is over its limit. Times are wall time on one thread, but
for the login, whose limit is processor time (Argon2id works in several lanes).
"""

from __future__ import annotations

import secrets
import statistics
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import ctx, digest, generate_signing, mac, verify
from workervoice.crypto.slots import STRONG, Bundle, enrol, open_slot
from workervoice.crypto.suite import generate_kem

READERS, MESSAGES, LOGINS = 8, 50, 8
MIB = 1024


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    median: float
    worst: float
    unit: str
    limit: float | None = None

    def __str__(self) -> str:
        limit = "" if self.limit is None else f"{self.limit:g}"
        found = f"{self.median:.3g} | {self.worst:.3g}"
        return f"| {self.what} | {found} | {self.unit} | {limit} |"


def timed(work: Callable[[], object], runs: int, clock: Callable[[], float]) -> list[float]:
    """Milliseconds of each run, after one that is not counted."""
    work()
    found = []
    for _ in range(runs):
        began = clock()
        work()
        found.append((clock() - began) * 1000)
    return found


def row(what: str, times: list[float], limit: float | None = None) -> Row:
    return Row(what, statistics.median(times), max(times), "ms", limit)


def a_new_case() -> Callable[[], object]:
    """A key pair, the gateway's signature over it, and a wrap for each reader."""
    gateway = generate_signing()
    readers = [(uuid4(), generate_kem().public) for _ in range(READERS)]

    def make() -> list[bytes]:
        holder = Holder("case", uuid4(), 1)
        pair, kek = keyring.new_pair(holder)
        gateway.sign(keyring.statement(holder, pair.public))
        return [
            keyring.wrap(kek, holder=holder, reader_id=reader, reader_public=public)
            for reader, public in readers
        ]

    return make


def a_case_is_opened() -> Callable[[], object]:
    """From a reader's key to every word of a case, each with its signature."""
    holder, gateway = Holder("case", uuid4(), 1), generate_signing()
    reader_id, reader = uuid4(), generate_kem()
    pair, kek = keyring.new_pair(holder)
    wrap = keyring.wrap(kek, holder=holder, reader_id=reader_id, reader_public=reader.public)
    rows = []
    for _ in range(MESSAGES):
        message_id, said = uuid4(), secrets.token_hex(100).encode()
        place = {"holder": holder, "message_id": message_id, "direction": "in"}
        words = keyring.seal_words(pair.public, said, **place)  # type: ignore[arg-type]
        rows.append((message_id, words, gateway.sign(ctx("row", message_id, digest(words)))))

    def read() -> list[bytes]:
        opened = keyring.unwrap(wrap, holder=holder, reader_id=reader_id, reader=reader)
        key = keyring.unlock(opened, holder, pair)
        found = []
        for message_id, words, signature in rows:
            verify(gateway.public, ctx("row", message_id, digest(words)), signature)
            found.append(
                keyring.open_words(key, words, holder=holder, message_id=message_id, direction="in")
            )
        return found

    return read


def a_login() -> Callable[[], object]:
    officer, passphrase = uuid4(), "correct horse battery staple"
    slot, boxed = enrol(officer, passphrase, Bundle(generate_kem(), generate_signing()), STRONG)
    return lambda: open_slot(officer, passphrase, slot, boxed)


def memory_of_logins_at_once(login: Callable[[], object]) -> Row:
    """How much more memory this process ever held while many people log in together."""
    before = resident_mib()
    threads = [threading.Thread(target=login) for _ in range(LOGINS)]
    most = [before]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        most.append(resident_mib())
        time.sleep(0.002)
    grown = max(most) - before
    limit = 2 * STRONG.memory_kib / MIB + 32
    return Row(f"memory that {LOGINS} logins at once add", grown, grown, "MiB", limit)


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024 / 1024


def measure() -> list[Row]:
    login, pepper = a_login(), secrets.token_bytes(32)
    place = ctx("phone-index", 1, uuid4(), "tel", "+15550100123")
    return [
        row(f"a new case with {READERS} wraps", timed(a_new_case(), 300, time.perf_counter), 2),
        row(
            f"opening a case of {MESSAGES} messages",
            timed(a_case_is_opened(), 60, time.perf_counter),
            25,
        ),
        row("a login, processor time", timed(login, 10, time.process_time), 500),
        memory_of_logins_at_once(login),
        row("a phone number's index", timed(lambda: mac(pepper, place), 1000, time.perf_counter)),
    ]


def main() -> int:
    rows = measure()
    print("| what | median | worst | unit | limit |\n| --- | --- | --- | --- | --- |")
    print("\n".join(map(str, rows)))
    over = [row.what for row in rows if row.limit is not None and row.median > row.limit]
    for what in over:
        print(f"over its limit: {what}", file=sys.stderr)
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
