"""What the log costs: `python -m benchmarks.log [LEAVES]`, from the repository's root.

Prints the figures that docs/log.md tells: an intake's statements and time, the sequencer's rate,
verifying, and bytes a leaf. On an embedded server of its own, without waiting for disks.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Engine, event, text

from tests.builders import a_case
from tests.house import House, build_house
from workervoice.embedded import EmbeddedServer
from workervoice.hotline import logfile
from workervoice.hotline.casepage import case_page
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope, Tx
from workervoice.store.log import Event, record_event
from workervoice.store.rows import Row
from workervoice.triage.engine import Engine as Triage

LEAVES = 100_000
ROWS = 4  # named by a leaf, on average


def say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


@contextmanager
def a_house() -> Iterator[House]:
    with tempfile.TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)
        server = EmbeddedServer(Path(made) / "data", durable=False)
        server.start()
        try:
            house = build_house(server, Path(made) / "keys", Triage.load())
            yield house
            house.close()
        finally:
            server.erase()


def intakes(house: House) -> None:
    """First reports and later texts, at the gateway alone."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    for what, words in (
        ("a first report", "Boss took our passports. RIVER"),
        ("a later text", "they cut pay"),
    ):
        times, spent, counts, ours = [], [], [], []
        for number in range(200):
            statements.clear()
            begun, cpu = time.perf_counter(), time.process_time()
            house.text(f"+1555012{number:04d}", words)
            times.append(time.perf_counter() - begun)
            spent.append(time.process_time() - cpu)
            counts.append(len(statements))
            ours.append(sum("log_" in statement for statement in statements))
        wall, ours_ms = statistics.median(times) * 1000, statistics.median(spent) * 1000
        say(
            f"{what}: {wall:.1f} ms, {ours_ms:.1f} of them on our processor; "
            f"{statistics.median(counts):.0f} statements, {statistics.median(ours):.0f} of them "
            "for the log and its tags"
        )
    event.remove(Engine, "before_cursor_execute", note)


def opening(house: House) -> None:
    """A case of 50 entries, as a handler opens it."""
    case_id, asha = a_case(house), house.actor("asha")
    for number in range(46):
        house.desk.note(asha, case_id, f"note {number}")
    times = []
    for _ in range(30):
        begun = time.perf_counter()
        entries = len(case_page(house.console, asha, case_id).thread)
        times.append(time.perf_counter() - begun)
    say(f"opening a case of {entries} entries: {statistics.median(times) * 1000:.1f} ms")


def add_leaves(tx: Tx, house: House, count: int) -> None:
    vault = house.console.vault
    for _ in range(count):
        about = uuid4()
        tx.stored.extend(Row.of("outbox", uuid4(), 1, b"x") for _ in range(ROWS))
        record_event(tx, vault, Event("delivery", about, about, "sent"), house.now)


def sequencing(house: House, count: int) -> None:
    scope, memory = Scope(house.programme), Memory()
    begun = time.perf_counter()
    for _ in range(count // 1000):
        with house.owner.begin(scope) as tx:
            add_leaves(tx, house, 1000)
    say(f"writing {count} leaves with {ROWS} rows each: {time.perf_counter() - begun:.1f} s")
    begun, ordered = time.perf_counter(), 0
    while placed := sequence(house.courier_process, scope, memory):
        ordered += placed
    taken = time.perf_counter() - begun
    say(f"sequencing {ordered} leaves: {taken:.1f} s, {ordered / taken:,.0f} leaves/s")
    begun = time.perf_counter()
    sequence(house.courier_process, scope, Memory())
    say(f"a courier's start with {ordered} leaves: {time.perf_counter() - begun:.2f} s")


def verifying(house: House) -> None:
    process = house.console
    begun = time.perf_counter()
    with house.owner.begin(Scope(house.programme)) as tx:
        report = verify_log(tx, process.vault, process.trust.root_public)
    say(f"verify: {time.perf_counter() - begun:.1f} s; {report.told[0]}")
    begun = time.perf_counter()
    with house.owner.begin(Scope(house.programme)) as tx:
        lines = list(logfile.write_export(tx))
    say(f"export: {time.perf_counter() - begun:.1f} s, {sum(map(len, lines)) / 1e6:.1f} MB")
    begun = time.perf_counter()
    logfile.verify_export(logfile.read_export(lines), process.trust.root_public)
    say(f"verify from the export: {time.perf_counter() - begun:.1f} s")


def sizes(house: House) -> None:
    with house.owner.begin() as tx:
        for table in ("log_leaf", "log_tag"):
            query = text(
                f"SELECT avg(pg_column_size(r)) AS row, count(*) AS n, pg_total_relation_size('{table}')"  # noqa: E501,S608
                f" AS disk FROM {table} r"
            )
            found = tx.connection.execute(query).one()
            say(
                f"{table}: {found.row:.0f} bytes a row, {found.disk / found.n:.0f} on disk with "
                "indexes and before any vacuum"
            )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else LEAVES
    with a_house() as house:
        intakes(house)
        opening(house)
        sequencing(house, count)
        verifying(house)
        sizes(house)


if __name__ == "__main__":
    main()
