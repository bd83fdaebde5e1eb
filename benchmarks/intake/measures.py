"""What is measured, each by itself: a signed webhook until it is durable, sealed, triaged and its
reply owed; and what stands behind that.
"""

from __future__ import annotations

import statistics
import threading
import time
from itertools import count, cycle
from pathlib import Path
from uuid import uuid4

from sqlalchemy import text

from benchmarks.intake import cost, growth, limits, webhooks
from benchmarks.intake.load import Client, Told
from benchmarks.intake.peer import a_peer
from benchmarks.intake.profile import Profile, repeated
from benchmarks.intake.site import Site
from benchmarks.intake.table import Table
from workervoice.hotline.casepage import case_page
from workervoice.hotline.dossier import Arrival
from workervoice.message import Address, AddressKind, Inbound

CONNECTIONS = (1, 4, 16, 64)
OPEN_RATE = 200
_FIRST = count(1)
_KINDS = {"new reports": webhooks.reports, "follow-ups": webhooks.follow_ups}
_LIMITS = {("new reports", 16, 2): ">= 400", ("follow-ups", 16, 2): ">= 600"}


def machine(table: Table, site: Site, folder: Path) -> float:
    """What the machine can do at all, in this very run; returns the most that pgbench wrote."""
    waits = sorted(cost.disk_waits_ms(site.data))
    table.add("counting in Python", cost.loops_per_second(), "million/s")
    table.add("a block to the disk, median", waits[len(waits) // 2], "ms")
    table.add("a block to the disk, p99", waits[int(len(waits) * 0.99)], "ms")
    rates = limits.rows_by_pgbench(site, folder)
    for clients, rate in rates.items():
        table.add(f"pgbench writes the same rows, {clients} clients", rate, "tx/s")
    return max(rates.values())


def new_senders(number: int) -> list[str]:
    """Workers who have never written."""
    return webhooks.numbers(next(_FIRST) * 1_000_000, number)


def closed_loops(table: Table, site: Site, gateways: int, seconds: float) -> float:
    """New reports, then follow-ups, as fast as so many connections get answers. Returns the rate of
    new reports with 16 connections."""
    best, guess = 0.0, 50.0
    with site.gateways(gateways) as port:
        guess = _run(port, 4, new_senders(200)).rate
        for connections in CONNECTIONS:
            senders = new_senders(max(int(guess * seconds), 50))
            for kind in _KINDS:
                limit = _LIMITS.get((kind, connections, gateways), "")
                told = _told(table, site, kind, (port, connections, senders), limit)
                guess = told.rate
                if (kind, connections) == ("new reports", 16):
                    best = told.rate
        for name, pid in site.pids().items():
            most = cost.most_memory_mib(pid)
            table.add(f"most memory, {name} of {gateways}", most, "MiB", "<= 320")
    return best


def _told(
    table: Table, site: Site, kind: str, load: tuple[int, int, list[str]], limit: str
) -> Told:
    port, connections, senders = load
    pids = list(site.pids().values())
    with (
        cost.processor_time(pids) as ours,
        cost.processor_time([site.server.pid or 0]) as server,
    ):
        told = _run(port, connections, senders, kind)
    number = len(senders)
    more = (
        f"p50 {told.wait(0.5):.1f}, p99 {told.wait(0.99):.1f}, worst {told.wait(1):.0f} ms; "
        f"refused {told.refused}; processor {ours.each(number):.2f} ms, "
        f"database {server.each(number):.2f} ms"
    )
    what = f"{kind}, {connections} connections, {len(pids)} gateways"
    table.add(what, told.rate, "/s", limit, more=more)
    table.add(f"refused of these {number}", told.refused, "", "<= 0")
    return told


def _run(port: int, connections: int, senders: list[str], kind: str = "new reports") -> Told:
    requests = list(_KINDS[kind](senders))
    with Client(port, connections) as client:
        return client.closed_loop(requests)


def steady(table: Table, site: Site, seconds: float) -> None:
    """Messages that come at a steady rate, whatever becomes of the others."""
    with site.gateways(2) as port:
        _run(port, 8, new_senders(200))
        requests = list(webhooks.reports(new_senders(int(OPEN_RATE * seconds))))
        with Client(port, 64) as client:
            told = client.open_loop(requests, OPEN_RATE)
    what = f"{OPEN_RATE} new reports/s from outside"
    table.add(f"{what}: median", told.wait(0.5), "ms")
    table.add(f"{what}: p99", told.wait(0.99), "ms", "<= 60")
    table.add(f"{what}: worst", told.wait(1), "ms", more=f"refused {told.refused}")


def beside_reports(table: Table, site: Site, seconds: float) -> None:
    """Follow-ups at 20/s, while 16 connections pour in reports."""
    known = new_senders(200)
    with site.gateways(2) as port:
        rate = _run(port, 8, known).rate
        flood = list(webhooks.reports(new_senders(int(rate * seconds * 1.5))))
        requests = list(webhooks.follow_ups((known * 10)[: int(20 * seconds)]))
        with Client(port, 16) as many, Client(port, 16) as few:
            pouring = threading.Thread(target=many.closed_loop, args=(flood,))
            pouring.start()
            time.sleep(0.5)
            told = few.open_loop(requests, 20)
            still = pouring.is_alive()
            pouring.join()
    more = f"refused {told.refused}; reports poured in {'all the time' if still else 'too shortly'}"
    table.add("a follow-up beside reports: median", told.wait(0.5), "ms")
    table.add("a follow-up beside reports: worst", told.wait(1), "ms", "<= 200", more=more)


def sending(table: Table, site: Site, number: int) -> None:
    """What one courier sends to a provider that answers at once."""
    with site.gateways(1) as port:
        _run(port, 16, new_senders(number))
    with a_peer() as peer:
        settings = {
            "twilio_api_base": peer.url,
            "twilio_sms_per_second": 1000,
            "twilio_api_key": webhooks.API_KEY,
            "twilio_api_secret": webhooks.API_SECRET,
        }
        before = _owed(site)
        began = time.perf_counter()
        with site.process("courier", settings) as post:
            while _owed(site) and time.perf_counter() - began < 120:
                time.sleep(0.05)
            took = time.perf_counter() - began
            pid = post.current.process.pid if post.current else 0
            memory = cost.memory_mib(pid)
    sent = before - _owed(site)
    table.add("a courier sends", sent / took, "/s", more=f"{sent} texts, {peer.taken} at the peer")
    table.add("memory, courier", memory, "MiB")


def _owed(site: Site) -> int:
    with site.house.owner.begin() as tx:
        waiting = text("SELECT count(*) FROM outbox WHERE state IN ('owed', 'claimed')")
        return int(tx.connection.execute(waiting).scalar_one())


def opening(table: Table, site: Site, messages: int = 20) -> None:
    """A case with so many messages of its worker, as a handler opens it."""
    house, number = site.house, new_senders(1)[0]
    for said in webhooks.texts()[:messages]:
        house.text(number, said)
    with house.owner.begin() as tx:
        newest = text("SELECT case_id FROM message GROUP BY case_id ORDER BY count(*) DESC LIMIT 1")
        case_id = tx.connection.execute(newest).scalar_one()
    asha, waits = house.actor("asha"), []
    for _ in range(30):
        began = time.perf_counter()
        entries = len(case_page(house.console, asha, case_id).thread)
        waits.append((time.perf_counter() - began) * 1000)
    table.add("opening a case", statistics.median(waits), "ms", more=f"{entries} entries")


def sizes(table: Table, site: Site, number: int = 500) -> None:
    """What the database grows by, indexes and all."""
    with site.gateways(1) as port:
        senders = new_senders(number)
        for kind in _KINDS:
            before = _bytes(site)
            _run(port, 8, senders, kind)
            table.add(f"database, each of {kind}", (_bytes(site) - before) / number / 1024, "KiB")


def _bytes(site: Site) -> int:
    with site.house.owner.begin() as tx:
        size = text("SELECT pg_database_size(current_database())")
        return int(tx.connection.execute(size).scalar_one())


def starting(table: Table, site: Site) -> None:
    """From nothing until a process answers."""
    waits = []
    for _ in range(3):
        began = time.perf_counter()
        with site.gateways(1) as port, Client(port, 1):
            waits.append(time.perf_counter() - began)
    table.add("start of a gateway", statistics.median(waits), "s")


def grown(table: Table, site: Site, sizes_: tuple[int, ...]) -> None:
    """What a message costs among so many conversations, against the first of these sizes."""
    first, already = 0.0, 0
    for size in sizes_:
        growth.fill(site, already, size)
        already = size
        with site.gateways(2) as port:
            _run(port, 16, new_senders(300))
            pids = [*site.pids().values(), site.server.pid or 0]
            senders = new_senders(1500)
            with cost.processor_time(pids) as spent:
                told = _run(port, 16, senders)
                _run(port, 16, senders, "follow-ups")
        each = spent.each(2 * len(senders))
        first = first or each
        what = f"processor time of a message among {size:,} conversations"
        more = f"{told.rate:.0f}/s, p99 {told.wait(0.99):.0f} ms"
        table.add(what, each, "ms", more=more)
        if size != sizes_[0]:
            table.add(f"the same, against {sizes_[0]:,}", each / first, "times", "<= 1.2")


def profile(site: Site, messages: int = 800) -> Profile:
    """Where the processor time of a message goes: half of them reports, half follow-ups."""
    house, line = site.house, site.house.line()
    numbers, texts = cycle(new_senders(messages // 2)), cycle(webhooks.texts())

    def one() -> None:
        sender = Address(AddressKind.PHONE, next(numbers))
        inbound = Inbound(f"SM{uuid4().hex}", sender, next(texts))
        house.reception.receive(Arrival(line, inbound, house.reception.read(inbound)))

    for _ in range(20):
        one()
    return repeated(one, messages)
