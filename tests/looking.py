"""What tests look at: rows as the database's owner counts them, words as a handler reads them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import text as sql

from tests.house import House
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.workflow.hours import read_hours

_NUMBERS = count(15550190001)
_TABLES = ("seen", "conversation", "contact", "cases", "message", "outbox", "log_leaf")


def rows(house: House) -> dict[str, int]:
    """How many rows of everything that a message can leave behind."""
    with house.owner.begin() as tx:
        return {
            table: tx.connection.execute(sql(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in _TABLES
        }


def asked(house: House, query: str, **given: Any) -> list[Any]:
    """The rows of a query, asked by the owner."""
    with house.owner.begin() as tx:
        return list(tx.connection.execute(sql(query), given).all())


def outbox_state(house: House, outbox_id: UUID) -> tuple[str, str | None]:
    """Where a text to a worker is, and the code that came with it."""
    ((state, code),) = asked(house, "SELECT state, code FROM outbox WHERE id = :id", id=outbox_id)
    return state, code


def cases_of(house: House) -> set[UUID]:
    return {row.id for row in asked(house, "SELECT id FROM cases")}


def read_by_a_handler(house: House, case_id: UUID) -> list[str]:
    """The worker's words in this case, as a handler's page shows them, oldest first."""
    return words_in(case_page(house.console, house.actor("asha"), case_id))


def words_in(page: CasePage) -> list[str]:
    return [
        "".join(words for words, _, _ in said.passages)
        for said in page.thread
        if said.direction == "in" and not said.broken
    ]


@dataclass
class Worker:
    """Somebody with a phone of their own. `case_id` is the case that their first report opened."""

    house: House
    number: str
    line: str = "demo-sms"
    case_id: UUID | None = None

    def say(self, text: str) -> list[str]:
        """Write this; returns what arrives on this phone until nothing more is due."""
        before = cases_of(self.house) if self.case_id is None else set()
        said = self.house.say(self.number, text, line=self.line)
        if self.case_id is None:
            self.case_id = next(iter(cases_of(self.house) - before), None)
        return said

    @property
    def case(self) -> CasePage:
        """The case as a handler sees it."""
        assert self.case_id is not None
        return case_page(self.house.console, self.house.actor("asha"), self.case_id)

    @property
    def texts(self) -> list[str]:
        """All that has arrived on this phone."""
        return self.house.phones.texts(self.number)

    def owed(self) -> list[tuple[UUID, str]]:
        """Id and state of every text to this worker, oldest first."""
        query = (
            "SELECT o.id, o.state FROM outbox o JOIN cases c USING (conversation_id)"
            " WHERE c.id = :id ORDER BY o.place"
        )
        return [(row.id, row.state) for row in asked(self.house, query, id=self.case_id)]


def a_worker(house: House, line: str = "demo-sms") -> Worker:
    """A worker who has not written yet."""
    return Worker(house, f"+{next(_NUMBERS)}", line)


def phrase(house: House, key: str, language: str = "en", **params: str) -> str:
    """What the hotline says by this phrase; the first answer comes with the hours of the line."""
    told = house.phrases.say(key, language, line="en", emergency="999", **params)
    if key != "first_answer":
        return told
    hours = read_hours(house.line().reading_hours).said()
    return "\n".join([told, house.phrases.say(hours.key, language, line="en", **hours.params)])
