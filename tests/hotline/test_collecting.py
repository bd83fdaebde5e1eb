"""What is left at a provider: media come here once, and nothing stays there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.hotline.rotations import problems
from tests.house import House
from tests.looking import asked
from workervoice.app.doctor.waiting import of_elsewhere
from workervoice.hotline.media import MISSING, WASHED, Head, Medium, open_medium
from workervoice.hotline.opening import open_case
from workervoice.hotline.redacting import Cut, redact
from workervoice.hotline.rotating_leftovers import reseal_leftovers
from workervoice.hotline.tick_leftovers import BELIEVED, TOO_EARLY, Collecting
from workervoice.message import (
    DeliveryReport,
    DeliveryStatus,
    Fetched,
    FetchOutcome,
    Later,
    MediaHandle,
)
from workervoice.store import leftovers as store
from workervoice.store.elsewhere import Elsewhere, elsewhere
from workervoice.store.engine import Scope
from workervoice.store.media import media_of

NUMBER = "+15550100771"
PICTURE = MediaHandle("https://api.twilio.com/media/ME1", "image/jpeg")
SOUND = MediaHandle("https://api.twilio.com/media/ME2", "audio/ogg")
CONTENT = b"\xff\xd8 a picture of the locked gate" * 30_000  # several chunks


def left(house: House) -> store.Left:
    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        return store.left(tx)


def collect(house: House, *, hours: float = 0, collecting: Collecting | None = None) -> None:
    """Let the courier's second hand work until nothing is due, after so long."""
    house.wait(hours=hours)
    while (collecting or house.collecting).go_round():
        pass


def a_report(house: House, *media: MediaHandle, text: str = "they locked the gate") -> UUID:
    """A worker's case with these media."""
    house.text(NUMBER, text, media=media, external_id=f"SM{len(house.shelf.deleted):032x}")
    house.deliver()
    with house.owner.begin(Scope(house.programme)) as tx:
        found = tx.connection.exec_driver_sql(
            "SELECT case_id FROM message ORDER BY ctid DESC LIMIT 1"
        )
        return UUID(str(found.scalar_one()))


def opened(house: House, case_id: UUID, login: str = "sam") -> list[tuple[Medium, bytes]]:
    """Every medium of the case's thread, as a handler has it."""
    found = []
    with open_case(house.console, house.actor(login), case_id) as case:
        for entry in case.thread:
            for said in (entry.words or {}).get("media", []):
                row = media_of(case.tx, [UUID(said["id"])]).get(UUID(said["id"]))
                if row is not None:
                    _, key = case.keys.open(row.epoch)
                    medium = open_medium(case.tx, case.pen.directory, row, key)
                    found.append((medium, b"".join(medium.content(case.tx))))
    return found


def test_a_medium_is_fetched_sealed_and_read_by_a_handler(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT, "image/jpeg")
    case_id = a_report(house, PICTURE)

    collect(house)

    ((medium, content),) = opened(house, case_id)
    assert content == CONTENT
    assert (medium.head.state, medium.head.size) == (WASHED, len(CONTENT))
    assert medium.row.chunks > 2
    assert house.leaves("medium_stored")[-1]["detail"] == WASHED
    assert house.shelf.fetched == [PICTURE.url]


def test_nothing_is_deleted_before_it_is_here_and_a_while_has_passed(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT)
    a_report(house, PICTURE)

    collect(house)
    assert house.shelf.deleted == []

    house.wait(seconds=TOO_EARLY.total_seconds())
    collect(house)
    assert house.shelf.deleted[0].startswith("SM")
    assert house.shelf.fetched == [PICTURE.url]


def test_while_a_medium_cannot_be_had_its_message_stays_there(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT)
    house.shelf.down = True
    case_id = a_report(house, PICTURE)

    for _ in range(3):
        collect(house, hours=7)
    assert opened(house, case_id) == []
    assert house.shelf.deleted == []
    assert left(house).by_code["no answer"] >= 1

    house.shelf.down = False
    collect(house, hours=25)
    assert [content for _, content in opened(house, case_id)] == [CONTENT]
    assert f"SM{0:032x}" in house.shelf.deleted


def test_a_medium_that_is_gone_is_said_to_be_gone(emptied_house: House) -> None:
    house = emptied_house
    case_id = a_report(house, PICTURE, SOUND)

    for _ in range(5):
        collect(house, hours=2)

    heads = [medium.head for medium, _ in opened(house, case_id)]
    assert heads == [Head(MISSING, why="404")] * 2
    assert house.shelf.fetched.count(PICTURE.url) == BELIEVED + 1
    assert f"SM{0:032x}" in house.shelf.deleted


def test_a_medium_that_is_not_there_for_a_moment_is_had_later(emptied_house: House) -> None:
    house = emptied_house
    case_id = a_report(house, PICTURE)

    collect(house, hours=1)
    assert opened(house, case_id) == []
    assert house.shelf.deleted == []
    house.shelf.media[PICTURE.url] = Fetched(CONTENT, "image/jpeg")
    collect(house, hours=1)

    assert [content for _, content in opened(house, case_id)] == [CONTENT]


def test_a_provider_that_deletes_nothing_for_a_day_is_asked_until_it_does(
    emptied_house: House,
) -> None:
    house = emptied_house
    house.shelf.refuse = "20009"
    a_report(house)

    for _ in range(24):
        collect(house, hours=1)
    told = left(house)
    assert told.by_code["20009"] == 1
    assert told.oldest == house.now.replace(hour=9) - timedelta(days=1)

    house.shelf.refuse = ""
    collect(house, hours=25)
    assert left(house).by_code.get("20009") is None


def test_our_own_texts_are_deleted_there_once_they_arrived(emptied_house: House) -> None:
    house = emptied_house
    a_report(house)
    (sent,) = house.phones.received[-1:]

    collect(house, hours=0.2)
    assert not [each for each in house.shelf.deleted if each.startswith("SIM")]

    house.shelf.says = DeliveryReport(sent.outbox_id, DeliveryStatus.DELIVERED)
    collect(house, hours=2)
    assert f"SIM{sent.outbox_id.hex}" in house.shelf.deleted
    assert house.leaves("delivery")[-1]["detail"] == "delivered"
    assert left(house).count == 0


def test_a_text_of_which_no_last_word_comes_is_deleted_there_after_a_day(
    emptied_house: House,
) -> None:
    house = emptied_house
    a_report(house)

    collect(house, hours=27)

    assert [each for each in house.shelf.deleted if each.startswith("SIM")]
    assert house.leaves("delivery")[-1]["detail"] == "accepted"


def test_two_couriers_fetch_each_medium_once(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT)
    a_report(house, PICTURE)
    second = Collecting(house.courier_process, lambda line: house.shelf, house.collecting.wash)

    with house.courier_process.database.begin(Scope(house.programme)) as tx:
        leased = store.lease(tx, house.now, 10)
    collect(house, collecting=second)

    assert leased
    assert house.shelf.fetched == []


def test_a_row_that_nobody_of_ours_noted_fetches_and_deletes_nothing(emptied_house: House) -> None:
    house = emptied_house
    a_report(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql("UPDATE leftover SET signature = '\\x00'")

    collect(house, hours=1)

    assert house.shelf.deleted == []
    assert house.collecting.failures["collect"] > 0
    assert left(house).by_code["failed"] == left(house).count


@pytest.mark.parametrize("fetched", [True, False], ids=["fetched", "not-yet"])
def test_a_medium_that_two_people_remove_is_gone_and_does_not_come_back(
    emptied_house: House, fetched: bool
) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT)
    house.shelf.down = not fetched
    case_id = a_report(house, PICTURE)
    collect(house)
    with open_case(house.console, house.actor("sam"), case_id) as case:
        entry = next(each for each in case.thread if (each.words or {}).get("media"))

    assert redact(house.console, house.actor("sam"), case_id, Cut(entry.id, medium=0), "no") == (
        "proposed"
    )
    assert redact(house.console, house.actor("asha"), case_id, Cut(entry.id, medium=0), "no") == (
        "removed"
    )

    house.shelf.down = False
    collect(house, hours=25)
    assert opened(house, case_id) == []
    with house.owner.begin(Scope(house.programme)) as tx:
        chunks = tx.connection.exec_driver_sql("SELECT count(*) FROM medium_chunk").scalar_one()
    assert chunks == 0
    assert not [each for each in problems(house) if "medium" in each]


def test_what_is_left_is_collected_with_the_couriers_next_key(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT, "image/jpeg")
    case_id = a_report(house, PICTURE)
    before = [bytes(row.payload) for row in asked(house, "SELECT payload FROM leftover")]

    done = reseal_leftovers(house.courier_process, house.programme)

    after = [bytes(row.payload) for row in asked(house, "SELECT payload FROM leftover")]
    assert (done.done, done.broken) == (len(before), ())
    assert set(before).isdisjoint(after)
    collect(house)
    assert [content for _, content in opened(house, case_id)] == [CONTENT]


def test_who_watches_is_told_of_what_stays_there_for_days(emptied_house: House) -> None:
    house = emptied_house
    house.shelf.refuse = "20009"
    a_report(house)
    collect(house, hours=30)
    fine = [*of_elsewhere(counted(house), house.now)]
    collect(house, hours=24)

    (told,) = of_elsewhere(counted(house), house.now)

    assert fine == []
    assert "more than two days ago" in told.sentence
    assert "20009 (2)" in told.sentence


def counted(house: House) -> Elsewhere:
    with house.owner.begin(Scope(house.programme)) as tx:
        return elsewhere(tx, house.now)


def test_a_lease_outlasts_the_longest_fetch() -> None:
    assert timedelta(minutes=3) < store.LEASE


def test_a_medium_that_has_to_wait_keeps_no_other(
    emptied_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = emptied_house
    house.shelf.media[PICTURE.url] = Fetched(CONTENT, "image/jpeg")
    house.shelf.media[SOUND.url] = Fetched(b"a voice", "audio/ogg")
    fetch = house.shelf.fetch

    def slow(handle: MediaHandle) -> FetchOutcome:
        return Later("500") if handle == SOUND else fetch(handle)

    monkeypatch.setattr(house.shelf, "fetch", slow)
    case_id = a_report(house, SOUND, PICTURE)

    collect(house)
    meanwhile = len(opened(house, case_id))
    monkeypatch.setattr(house.shelf, "fetch", fetch)
    collect(house, hours=2)

    assert meanwhile == 1
    assert len(opened(house, case_id)) == 2
    assert house.shelf.fetched == [PICTURE.url, SOUND.url]
