"""Taking a passage out of a thread for good: the old row is gone, the page says what was done."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.builders import WORKER, a_case
from tests.house import House
from tests.looking import asked
from workervoice.errors import GuardFailed, IllegalMove, NotFound
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.redacting import Cut, redact
from workervoice.hotline.thread import Said
from workervoice.message import MediaHandle

REPORT = "Rina Akter and I: boss took our passports and not give back. RIVER"
WHY = "names a colleague who did not agree"


@pytest.fixture
def house(emptied_house: House) -> House:
    return emptied_house


def page_of(house: House, case_id: UUID) -> CasePage:
    return case_page(house.console, house.actor("asha"), case_id)


def text_of(entry: Said) -> str:
    return "".join(words for words, _, _ in entry.passages)


def entry_with(house: House, case_id: UUID, words: str) -> Said:
    return next(e for e in page_of(house, case_id).thread if words in text_of(e))


def cut(house: House, case_id: UUID, passage: str, by: str = "asha", reason: str = WHY) -> str:
    entry = entry_with(house, case_id, passage)
    return redact(house.console, house.actor(by), case_id, Cut(entry.id, passage), reason)


def test_a_passage_goes_and_evidence_still_marks_the_workers_words(house: House) -> None:
    case_id = a_case(house, report=REPORT)

    assert cut(house, case_id, "Rina Akter") == "removed"

    entry = entry_with(house, case_id, "boss took")
    assert text_of(entry).startswith(f"[removed: {WHY}] and I: boss took our passports")
    assert (entry.removed, entry.removed_by) == ((WHY,), "Asha, handler")
    marked = [text for text, item, _ in entry.passages if "P_documents" in item]
    assert marked
    assert "passports" in " ".join(marked)
    assert not entry.broken


def test_the_old_row_is_gone_and_its_place_is_the_same(house: House) -> None:
    case_id = a_case(house, report=REPORT)
    query = "SELECT id, ordinal, words FROM message ORDER BY ordinal"
    before = asked(house, query)

    cut(house, case_id, "Rina Akter")

    after = asked(house, query)
    assert [row.ordinal for row in after] == [row.ordinal for row in before]
    assert after[0].id != before[0].id
    assert bytes(before[0].words) not in {bytes(row.words) for row in after}
    (leaf,) = house.leaves("redacted")
    assert leaf["object"] == str(case_id)
    assert "message_again:" in leaf["rows"]
    assert WHY not in str(leaf)


def test_facts_and_time_of_the_entry_stay(house: House) -> None:
    case_id = a_case(house, report=REPORT)
    before = page_of(house, case_id)
    house.wait(hours=5)

    cut(house, case_id, "boss took our passports and not give back")

    after = page_of(house, case_id)
    assert after.record.facts == before.record.facts
    assert [entry.at for entry in after.thread] == [entry.at for entry in before.thread]


def test_two_passages_of_one_entry_can_go_one_after_the_other(house: House) -> None:
    case_id = a_case(house, report=REPORT)

    cut(house, case_id, "Rina Akter")
    cut(house, case_id, "RIVER", by="ben", reason="names the site")

    entry = entry_with(house, case_id, "boss took")
    assert entry.removed == (WHY, "names the site")
    assert entry.removed_by == "Ben, handler"


def test_a_long_passage_takes_two_people(house: House) -> None:
    long = "Rina " + "works very long days and nights " * 8
    case_id = a_case(house, report=f"{long}and boss took our passports")
    passage = long.strip()

    assert cut(house, case_id, passage) == "proposed"
    assert cut(house, case_id, passage) == "proposed"
    assert passage in text_of(entry_with(house, case_id, "boss took"))
    assert cut(house, case_id, passage, by="sam") == "removed"

    assert passage not in text_of(entry_with(house, case_id, "boss took"))
    proposals = [e for e in page_of(house, case_id).thread if e.kind == "proposal"]
    assert len(proposals) == 1
    assert passage not in text_of(proposals[0])


def test_a_medium_takes_two_people(house: House) -> None:
    case_id = a_case(house, report=REPORT)
    house.text(WORKER, "look", media=(MediaHandle("https://media.test/1", "image/png"),))
    entry = next(e for e in page_of(house, case_id).thread if e.media)
    asha, sam = house.actor("asha"), house.actor("sam")

    first = redact(house.console, asha, case_id, Cut(entry.id, medium=0), "shows a face")
    second = redact(house.console, sam, case_id, Cut(entry.id, medium=0), "shows a face")

    assert (first, second) == ("proposed", "removed")
    left = entry_with(house, case_id, "look")
    assert (left.media, left.removed) == (0, ("shows a face",))


def test_a_note_keeps_its_author_and_says_who_shortened_it(house: House) -> None:
    case_id = a_case(house)
    house.desk.note(house.actor("sam"), case_id, "Rina Akter called, too")

    cut(house, case_id, "Rina Akter")

    note = entry_with(house, case_id, "called, too")
    assert (note.by, note.removed_by) == ("Sam, supervisor", "Asha, handler")


def test_an_answer_that_waits_cannot_be_shortened_and_one_that_was_read_can(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("asha"), case_id, "We met Rina Akter.")
    house.deliver()
    with pytest.raises(GuardFailed, match="waits"):
        cut(house, case_id, "Rina Akter")

    house.say(WORKER, "1")
    (outbox_id,) = (
        row.id for row in asked(house, "SELECT id FROM outbox WHERE release_id IS NOT NULL")
    )
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            f"UPDATE outbox SET state = 'delivered', payload = '' WHERE id = '{outbox_id}'"  # noqa: S608
        )

    assert cut(house, case_id, "Rina Akter") == "removed"


def test_under_legal_hold_nothing_is_removed(house: House) -> None:
    case_id = a_case(house, report=REPORT)
    house.desk.hold(house.actor("sam"), case_id, held=True, reason="a court asked")

    with pytest.raises(GuardFailed, match="legal hold"):
        cut(house, case_id, "Rina Akter")

    assert "Rina Akter" in text_of(entry_with(house, case_id, "boss took"))


def test_what_somebody_decided_cannot_be_shortened(house: House) -> None:
    case_id = a_case(house)
    for held, why in ((True, "Rina asked a court"), (False, "the court is done")):
        house.desk.hold(house.actor("sam"), case_id, held=held, reason=why)

    with pytest.raises(IllegalMove):
        cut(house, case_id, "Rina")


def test_an_entry_of_nowhere_changes_nothing(house: House) -> None:
    case_id = a_case(house)
    before = asked(house, "SELECT id FROM message ORDER BY id")

    with pytest.raises(IllegalMove):
        redact(house.console, house.actor("asha"), case_id, Cut(uuid4(), "x"), WHY)
    with pytest.raises(NotFound):
        redact(house.console, house.actor("nora"), case_id, Cut(uuid4(), "x"), WHY)

    assert asked(house, "SELECT id FROM message ORDER BY id") == before
