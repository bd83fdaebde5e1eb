"""Machine and people compared: counted by the courier, stored and shown without small cells."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

import pytest

from tests.house import START, House
from tests.looking import asked
from workervoice.errors import NotFound
from workervoice.hotline.agreement import COLUMNS, Agreement, Range, Row, agreement, table
from workervoice.hotline.comparing import APART, Counts, outcome, published
from workervoice.hotline.overview import queue
from workervoice.hotline.records import CaseRecord
from workervoice.hotline.verdicts import Verdict
from workervoice.message import Facts, Grade, Priority
from workervoice.store.comparison import stored_comparison
from workervoice.store.engine import Scope
from workervoice.store.tables import cases
from workervoice.triage.ilo import VERSION

DOCUMENTS, DEBT, ISOLATION = "retention_of_identity_documents", "debt_bondage", "isolation"
TAKEN = "Boss took our passports and not give back. RIVER"
OLD, NEW = "ilo-2012.2 set-aaaa", "ilo-2012.2 set-bbbb"
ON = START.date()
CONFIRMED, OVERRULED = Verdict("confirmed", read=True), Verdict("overruled", read=True)
MISSED = Verdict("added", read=False)


def a_record(language: str = "en", by: str = OLD, *read: str, **verdicts: Verdict) -> CaseRecord:
    return CaseRecord(
        Facts(),
        Grade.FL_NONE,
        Priority.P3,
        language,
        START,
        START,
        read=frozenset(read),
        read_by=by,
        verdicts=verdicts,
        judged_by=by,
    )


def counted(*many: tuple[int, CaseRecord]) -> Counts:
    counts = Counts()
    for times, record in many:
        for _ in range(times):
            counts.add(record)
    return counts


@pytest.mark.parametrize(
    ("read", "verdict", "what"),
    [
        (True, None, "unjudged"),
        (False, None, None),
        (True, CONFIRMED, "confirmed"),
        (True, Verdict("added", read=True), "confirmed"),
        (True, OVERRULED, "overruled"),
        (True, MISSED, "missed"),
        (False, Verdict("confirmed", read=False), "missed"),
        (False, Verdict("overruled", read=False), None),
    ],
)
def test_each_verdict_counts_as_what_it_says_of_the_machine(
    read: bool, verdict: Verdict | None, what: str | None
) -> None:
    said = {DOCUMENTS: verdict} if verdict else {}
    record = a_record("en", OLD, *([DOCUMENTS] if read else []), **said)

    assert outcome(record, DOCUMENTS) == what


def test_a_case_that_nobody_judged_is_not_agreement() -> None:
    counts = counted((50, a_record("en", OLD, DOCUMENTS)))

    assert counts.cases.total() == 0
    assert counts.cells == Counter()


def test_counts_of_eleven_are_told_and_smaller_ones_are_not() -> None:
    counts = counted(
        (11, a_record("en", OLD, DOCUMENTS, DEBT, **{DOCUMENTS: CONFIRMED})),
        (10, a_record("en", OLD, DOCUMENTS, **{DOCUMENTS: OVERRULED})),
    )

    (block,) = published(counts, ON)["blocks"]

    assert block["rows"] == {DOCUMENTS: [None, 11, None, None], DEBT: [11, None, None, None]}
    assert block["judged"] == 11  # of 21


def test_a_row_of_small_counts_is_left_out() -> None:
    counts = counted(
        (11, a_record("en", OLD, DOCUMENTS, **{DOCUMENTS: CONFIRMED})),
        (10, a_record("en", OLD, **{ISOLATION: MISSED})),
    )

    (block,) = published(counts, ON)["blocks"]

    assert list(block["rows"]) == [DOCUMENTS]


def test_rare_languages_are_told_together_or_not_at_all() -> None:
    judged = {DOCUMENTS: CONFIRMED}
    many, few = (12, a_record("en", OLD, **judged)), (6, a_record("my", OLD, **judged))

    alone = published(counted(many, few), ON)["blocks"]
    together = published(counted(many, few, (5, a_record("km", OLD, **judged))), ON)["blocks"]

    assert [block["language"] for block in alone] == ["en"]
    assert [block["language"] for block in together] == ["", "en"]
    assert "my" not in json.dumps(together)


def test_a_version_is_told_apart_once_it_has_enough_cases() -> None:
    judged = {DOCUMENTS: CONFIRMED}
    old, new = a_record("en", OLD, **judged), a_record("en", NEW, **judged)

    early = published(counted((30, old), (20, new)), ON)["blocks"]
    late = published(counted((APART, old), (20, new)), ON)["blocks"]

    assert [(block["version"], block["judged"]) for block in early] == [("", 44)]
    assert [(block["version"], block["judged"]) for block in late] == [(NEW, 11), (OLD, APART)]


def test_a_small_count_changes_nothing_of_what_is_told() -> None:
    """Whatever it is, from none to ten, the very same is stored: nothing can be worked out."""

    def told(small: int) -> object:
        judged = {DOCUMENTS: CONFIRMED}
        return published(
            counted(
                (30 - small, a_record("en", OLD, DOCUMENTS, **judged)),
                (small, a_record("en", OLD, DOCUMENTS, **judged, **{DEBT: MISSED})),
            ),
            ON,
        )

    assert len({json.dumps(told(small)) for small in range(11)}) == 1
    assert told(11) != told(10)


def test_shares_of_small_counts_are_ranges() -> None:
    row = Row(DOCUMENTS, None, 40, None, 20)

    assert row.precision() == Range(80, 100)
    assert row.recall() == Range(67, 67)
    assert str(row.reported()) == "40 to 60"
    assert Row(DOCUMENTS, 11, None, None, None).precision() is None
    assert Row(DOCUMENTS, None, None, 30, None).precision() == Range(0, 25)


def judge_cases(house: House, verdicts: Sequence[str], first: int = 0) -> list[UUID]:
    """A new worker and case for each verdict."""
    asha, known = house.actor("asha"), {c.id for c in queue(house.console, house.actor("asha"))}
    for number in range(len(verdicts)):
        house.text(f"+155502{first + number:05}", TAKEN)
    new = [line.id for line in queue(house.console, asha) if line.id not in known]
    for case_id, verdict in zip(new, verdicts, strict=True):
        house.desk.assess(asha, case_id, DOCUMENTS, verdict, "asked")
    return new


def a_day_later(house: House) -> Agreement | None:
    house.wait(days=1)
    house.deliver()
    return agreement(house.console, house.actor("mina"))


def on_disk(house: House) -> str:
    with house.owner.begin(Scope(house.programme)) as tx:
        return json.dumps(stored_comparison(tx, house.console.vault))


def test_the_courier_publishes_once_enough_cases_were_judged(emptied_house: House) -> None:
    house = emptied_house
    judge_cases(house, ["confirmed"] * 10)
    early, stored = a_day_later(house), asked(house, "SELECT * FROM comparison")
    judge_cases(house, ["overruled"] * 3, 50)

    told = a_day_later(house)

    assert (early, stored) == (None, [])
    assert told is not None
    (block,) = told.blocks
    assert (block.language, block.judged) == ("en", 11)
    assert block.version == f"{VERSION} set-{house.engine.set}"
    assert block.rows == ()  # ten confirmed and three overruled: both are few
    assert house.courier.failures == {}


def test_it_is_published_anew_when_eleven_more_were_judged_and_not_before(
    emptied_house: House,
) -> None:
    house = emptied_house
    judge_cases(house, ["confirmed"] * 12)
    a_day_later(house)
    first = on_disk(house)
    judge_cases(house, ["confirmed"] * 2, 50)
    a_day_later(house)
    between = on_disk(house)
    judge_cases(house, ["overruled"] * 18, 100)

    told = a_day_later(house)

    assert between == first
    assert told is not None
    (row,) = told.blocks[0].rows
    assert (row.confirmed, row.overruled, row.missed) == (14, 18, None)
    assert row.precision() == Range(44, 44)


def test_cases_are_counted_in_batches_and_a_broken_one_stops_none(
    emptied_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = emptied_house
    monkeypatch.setattr("workervoice.hotline.comparing.BATCH", 5)
    broken, *_ = judge_cases(house, ["confirmed"] * 12)
    with house.owner.begin(Scope(house.programme)) as tx:
        row = tx.connection.execute(cases.select().where(cases.c.id == broken)).one()
        changed = bytes([row.facts[0]]) + row.facts[1:-1] + bytes([row.facts[-1] ^ 1])
        tx.connection.execute(cases.update().where(cases.c.id == broken).values(facts=changed))
    house.wait(days=1)

    after = []
    for _ in range(3):
        house.courier.tick()
        after.append(agreement(house.console, house.actor("mina")))

    assert after[:2] == [None, None]
    assert after[2] is not None
    assert after[2].blocks[0].rows[0].confirmed == 11


def test_supervisors_and_monitors_may_look_and_nobody_else(emptied_house: House) -> None:
    house = emptied_house

    for login in ("sam", "mina"):
        assert agreement(house.console, house.actor(login)) is None

    for login in ("asha", "nora"):
        with pytest.raises(NotFound):
            agreement(house.console, house.actor(login))


def test_the_table_names_its_columns_and_leaves_small_counts_empty(emptied_house: House) -> None:
    house = emptied_house
    judge_cases(house, ["confirmed"] * 11 + ["overruled"] * 2)
    told = a_day_later(house)

    assert told is not None
    head, line = list(csv.reader(table(told).splitlines()))

    assert tuple(head) == COLUMNS
    shown = dict(zip(head, line, strict=True))
    assert (shown["language"], shown["indicator"], shown["confirmed"]) == ("en", DOCUMENTS, "11")
    assert (shown["overruled"], shown["missed"]) == ("", "")
    assert (shown["precision_least"], shown["precision_most"]) == ("52", "100")
