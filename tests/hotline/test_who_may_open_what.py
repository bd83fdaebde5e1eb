"""Whatever happens to people, keys and cases, exactly those may open a case whom the rules name.

Every step is real; the oracle is a few sets. After each step each person's own keys are tried on
each case's words. A few short lives are tried each time; `make oracle` tries many and long ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.builders import an_erased_case
from tests.conftest import EXAMPLES
from tests.hotline.test_new_registrars import root_signs
from tests.house import House, build_house
from tests.security.thief import Thief
from workervoice.crypto.slots import CHEAP
from workervoice.embedded import EmbeddedServer
from workervoice.errors import CryptoError, GuardFailed, NotFound, WorkervoiceError
from workervoice.hotline import epochs, leaving, reading, restricting, staffing
from workervoice.hotline.overview import queue
from workervoice.hotline.reading import Actor
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store import cases
from workervoice.store.engine import Scope
from workervoice.triage.engine import Engine

WORDS = "seven quiet lamps on the river"
REPORT = "Boss took our passports and not give back."
COMPLAINT = "your officer told my boss my name"
AFTER = "and now this"
OLD_ROWS = {"key_wrap": 5, "case_reader": 3, "directory": 3}  # columns of the key, which come first
THEN = ("look", "a text", "new keys of the case", "new keys of the team")


class People(RuleBasedStateMachine):
    """Sam acts, for he never leaves; `may` says who may open which case."""

    make: Iterator[tuple[House, Thief]]
    paper: str  # the root's

    def __init__(self) -> None:
        super().__init__()
        self.house, self.thief = next(self.make)
        self.kept: dict[str, set[Any]] = {table: set() for table in OLD_ROWS}
        self.ended = False
        self.staff = {name: self.house.actor(name) for name in ("sam", "maria", "asha", "ben")}
        self.waiting: dict[str, str] = {}
        self.gone: dict[str, Actor] = {}
        self.numbers: dict[UUID, str] = {}
        self.named: dict[UUID, set[str]] = {}
        self.erased: set[UUID] = set()
        self.count = 0

    def living(self) -> list[UUID]:
        return [each for each in self.numbers if each not in self.erased]

    @rule()
    def a_worker_writes_for_the_first_time(self) -> None:
        self.writes(REPORT)

    @rule()
    def a_worker_complains_about_the_hotline(self) -> None:
        made = self.writes(COMPLAINT)
        self.named |= {case_id: {"sam", "maria"} & self.staff.keys() for case_id in made}

    def writes(self, text: str) -> set[UUID]:
        self.count += 1
        number = f"+1555010{2000 + self.count}"
        known = {line.id for line in queue(self.house.console, self.staff["sam"])}
        self.house.wait(seconds=6)  # until the gateway looks at the directory again
        self.house.text(number, text)
        made = {line.id for line in queue(self.house.console, self.staff["sam"])} - known
        self.numbers |= dict.fromkeys(made, number)
        return made

    @precondition(lambda self: self.living())
    @rule(data=st.data())
    def a_worker_writes_again(self, data: st.DataObject) -> None:
        self.house.text(self.numbers[data.draw(st.sampled_from(self.living()))], AFTER)

    @precondition(lambda self: len(self.staff) < 6)
    @rule()
    def somebody_is_invited_and_enrols(self) -> None:
        self.count += 1
        login = f"guest{self.count}"
        of = self.staff["sam"].officer.organisation_id
        guest = Guest(login, login, Role.HANDLER, of)
        token = staffing.invite(self.house.console, self.staff["sam"], guest)
        self.waiting[login] = staffing.enrol(self.house.console, token, WORDS, CHEAP).fingerprint

    @precondition(lambda self: self.waiting)
    @rule()
    def one_who_waits_is_admitted(self) -> None:
        login, fingerprint = self.waiting.popitem()
        staffing.admit(self.house.console, self.staff["sam"], login, fingerprint)
        self.staff[login] = self.house.door.unlock(login, WORDS)

    @precondition(lambda self: len(self.staff) > 1)
    @rule(data=st.data())
    def somebody_is_removed(self, data: st.DataObject) -> None:
        self.remove(data.draw(st.sampled_from(sorted(self.staff.keys() - {"sam"}))))

    def remove(self, login: str) -> None:
        alone = any(named == {login} for case, named in self.named.items() if case in self.living())
        few = len(self.staff) < 4 - 1 + (login not in self.staff)
        try:
            leaving.remove(self.house.console, self.staff["sam"], login)
        except GuardFailed:
            assert alone or few
            return
        assert not alone
        self.gone[login] = self.staff.pop(login)
        for named in self.named.values():
            named.discard(login)

    @precondition(lambda self: not self.ended and ("maria" in self.gone or len(self.staff) > 2))
    @rule(first=st.booleans())
    def the_root_ends_a_registrar(self, first: bool) -> None:
        """Before somebody lets her go, or after."""
        if "maria" in self.staff and not first:
            self.remove("maria")
            if "maria" in self.staff:
                return
        if "maria" in self.staff and {"maria"} in self.named.values():
            return
        root_signs(self.house, self.paper, "maria", end=True)
        self.ended = True
        if "maria" in self.staff:
            self.remove("maria")
            assert "maria" in self.gone

    @precondition(lambda self: self.living())
    @rule(table=st.sampled_from(sorted(OLD_ROWS)), then=st.sampled_from(THEN), data=st.data())
    def a_database_writer_puts_old_rows_back(
        self, table: str, then: str, data: st.DataObject
    ) -> None:
        case_id = data.draw(st.sampled_from(self.living()))
        with self.meddled(table):
            self.nobody_opens_more()
            with suppress(WorkervoiceError):
                self.goes_on(case_id, "look" if table == "directory" else then)
            self.nobody_opens_more()

    def goes_on(self, case_id: UUID, then: str) -> None:
        """What happens meanwhile; it may be refused."""
        if then == "a text":
            self.house.wait(seconds=6)  # until the gateway looks at the directory again
            self.house.text(self.numbers[case_id], AFTER)
        elif then == "new keys of the case":
            epochs.renew_case(self.house.console, self.staff["sam"], case_id)
        elif then == "new keys of the team":
            epochs.renew_team(self.house.console, self.staff["sam"])

    @contextmanager
    def meddled(self, table: str) -> Iterator[None]:
        """Every row that lay there and is gone lies there again; of the directory, no later version
        than the first."""
        before = set(self.thief.rows_of(table))
        if table == "directory":
            self.thief.change("DELETE FROM directory WHERE version > 1")
            yield
            self.thief.put_back(table, before)
            return
        size = OLD_ROWS[table]
        there = {row[:size] for row in before}
        old = {row[:size]: row for row in self.kept[table] if row[:size] not in there}.values()
        self.thief.put_back(table, old)
        yield
        self.thief.take_away(table, old)

    def nobody_opens_more(self) -> None:
        everybody = {**self.staff, **self.gone}
        for case_id in self.numbers:
            can = {login for login, actor in everybody.items() if self.opens(actor, case_id)}
            assert can <= self.may(case_id)

    def may(self, case_id: UUID) -> set[str]:
        return set() if case_id in self.erased else self.named.get(case_id) or set(self.staff)

    @rule()
    def the_team_gets_new_keys(self) -> None:
        epochs.renew_team(self.house.console, self.staff["sam"])

    @precondition(lambda self: self.living())
    @rule(data=st.data())
    def a_case_gets_new_keys(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.living()))
        epochs.renew_case(self.house.console, self.staff["sam"], case_id)

    @precondition(lambda self: self.living())
    @rule(data=st.data())
    def a_case_is_restricted(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.living()))
        named = data.draw(st.sets(st.sampled_from(sorted(self.staff)), min_size=1, max_size=2))
        who = {self.staff[login].id for login in named}
        try:
            restricting.restrict(self.house.console, self.staff["sam"], case_id, who, "because")
        except NotFound:
            assert "sam" not in self.named[case_id]
            return
        self.named[case_id] = set(named)

    @precondition(lambda self: any(self.named.get(each) for each in self.living()))
    @rule(data=st.data())
    def a_restriction_is_lifted(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from([e for e in self.living() if self.named.get(e)]))
        try:
            restricting.unrestrict(self.house.console, self.staff["sam"], case_id, "settled")
        except NotFound:
            assert "sam" not in self.named[case_id]
            return
        del self.named[case_id]

    @precondition(lambda self: self.staff.keys() >= {"asha"} and self.open_to_all())
    @rule(data=st.data())
    def a_case_is_erased(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from(self.open_to_all()))
        an_erased_case(self.house, case_id, self.numbers[case_id])
        self.erased.add(case_id)

    def open_to_all(self) -> list[UUID]:
        return [each for each in self.living() if not self.named.get(each)]

    @invariant()
    def exactly_those_may_open_a_case_whom_the_rules_name(self) -> None:
        everybody = {**self.staff, **self.gone}
        for case_id in self.numbers:
            can = {login for login, actor in everybody.items() if self.opens(actor, case_id)}
            assert can == self.may(case_id)

    @invariant()
    def a_thief_keeps_what_lies_there(self) -> None:
        for table, rows in self.kept.items():
            rows |= set(self.thief.rows_of(table))

    def opens(self, actor: Actor, case_id: UUID) -> bool:
        """True if this person's keys open all of the case, past what any row security hides; one
        who opens only a part of it is found out."""
        with self.house.owner.begin(Scope(self.house.programme)) as tx:
            directory = self.house.console.directory(tx, self.house.now)
            row = cases.case_by_id(tx, case_id)
            try:
                keys = reading.case_keys(tx, actor, directory, row)
            except (CryptoError, NotFound):
                return False
            rows = cases.messages_of(tx, case_id)
            opened = [reading.open_message(tx, keys, each).words is not None for each in rows]
            assert opened
            assert all(opened)
            return True


@pytest.fixture
def houses(
    server: EmbeddedServer, engine: Engine, tmp_path: Path
) -> Iterator[Iterator[tuple[House, Thief]]]:
    with ExitStack() as last:

        def make() -> Iterator[tuple[House, Thief]]:
            for number in count():
                last.close()  # one at a time: the server has few connections
                house = build_house(server, tmp_path / f"data{number}", engine)
                last.callback(house.close)
                yield house, last.enter_context(Thief.of(server, house))

        yield make()


@pytest.mark.timeout(0)
def test_exactly_those_open_a_case_whom_the_rules_name(
    root_paper: str, houses: Iterator[tuple[House, Thief]], pytestconfig: pytest.Config
) -> None:
    examples = int(pytestconfig.getoption("examples"))
    machine = type("PeopleOfThisTest", (People,), {"make": houses, "paper": root_paper})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=14 if examples == EXAMPLES else 40,
            deadline=None,
            derandomize=examples == EXAMPLES,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
