"""What a process that lives and cannot work says of itself, and what `status` makes of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy.engine import make_url

from tests.app.alone import alone
from tests.app.test_cli import run
from tests.house import House
from workervoice.app.watching import IDLES, NEW, REFUSED, ROUND_SECONDS, Probe, without_round
from workervoice.embedded import EmbeddedServer
from workervoice.store.engine import Database, Scope, Tx

NUMBER = "+15550107001"
OTHER_REVISION = "UPDATE alembic_version SET version_num = '0000'"


def at(url: str, **other: str) -> str:
    return make_url(url).set(**other).render_as_string(hide_password=False)  # type: ignore[arg-type]


@pytest.fixture
def nowhere(server: EmbeddedServer, shared_house: House) -> str:
    """The gateway's address of a database that has nothing in it."""
    name = f"empty_{uuid4().hex}"
    server.ensure_database(name)
    return at(shared_house.urls["gateway"], database=name)


def test_a_gateway_on_a_database_without_tables_is_not_ready_and_says_why(
    shared_house: House, nowhere: str
) -> None:
    with alone("gateway", shared_house, "/health", GATEWAY_DATABASE_URL=nowhere) as gateway:
        told = gateway.ask("/ready")
        answer = gateway.post("They took our passports", NUMBER)
        gateway.gone(gateway.tell_to_stop())

    assert told == (503, "the database has no tables of ours: run `workervoice db upgrade`\n")
    assert answer == 503
    assert "storing_failed: what a provider brought could not be stored" in gateway.output
    assert "passports" not in gateway.output


def test_a_database_of_another_revision_makes_nobody_ready(todays_house: House) -> None:
    with alone("gateway", todays_house) as gateway:
        with todays_house.owner.begin() as tx:
            tx.connection.exec_driver_sql(OTHER_REVISION)
        told = gateway.ask("/ready")

    assert told[0] == 503
    assert "another version's revision" in told[1]


class EndsSlowly(Database):
    """As one on a machine that is busy: the transaction takes a while to end."""

    @contextmanager
    def begin(self, scope: Scope | None = None) -> Iterator[Tx]:
        with super().begin(scope) as tx:
            yield tx
            time.sleep(0.3)


def test_no_question_is_answered_by_the_answer_to_an_earlier_one(todays_house: House) -> None:
    slow = EndsSlowly(todays_house.urls["gateway"])
    probe = Probe(slow)

    well = list(probe.problems())
    with todays_house.owner.begin() as tx:
        tx.connection.exec_driver_sql(OTHER_REVISION)
    ill = list(probe.problems())
    slow.close()

    assert well == []
    assert len(ill) == 1
    assert "another version's revision" in ill[0]


def test_a_wrong_password_is_told_as_such_and_at_once(shared_house: House) -> None:
    wrong = at(shared_house.urls["gateway"], password="zebracrossing")
    with alone("gateway", shared_house, "/health", GATEWAY_DATABASE_URL=wrong) as gateway:
        told = gateway.ask("/ready")
        answer = gateway.post("They took our passports", NUMBER)
        status = run(
            "status",
            DATA_DIR=str(shared_house.data),
            DATABASE_URL=shared_house.owner_url,
            GATEWAY_OPS_PORT=str(gateway.ops),
        )
        gateway.gone(gateway.tell_to_stop())

    assert told == (503, REFUSED + "\n")
    assert answer == 503
    assert gateway.output.count("storing_failed") == 1
    assert "zebra" not in gateway.output
    assert status.returncode == 1
    assert "Webhooks were not stored (1 unavailable since the start; the last at" in status.stdout
    assert "webhooks not stored since the start: 1 unavailable\n" in status.stdout


def test_a_courier_that_has_just_started_does_not_speak_of_two_minutes(shared_house: House) -> None:
    wrong = at(shared_house.urls["courier"], password="zebracrossing")
    with alone("courier", shared_house, "/health", COURIER_DATABASE_URL=wrong) as courier:
        told = courier.ask("/ready")

    assert told == (503, f"{REFUSED}\n{NEW}\n")


def test_one_that_finished_none_in_that_time_does() -> None:
    now = time.monotonic()

    assert list(without_round(None, now - ROUND_SECONDS - 1)) == [IDLES]
    assert list(without_round(now - ROUND_SECONDS - 1, now - 999)) == [IDLES]
    assert list(without_round(now, now)) == []
