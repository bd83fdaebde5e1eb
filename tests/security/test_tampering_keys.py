"""A thief who writes keys, wraps or accounts into the database is let in nowhere."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_packet, a_released_issue
from tests.house import BOOT_SECRET, House
from tests.security.teller import Teller
from tests.security.thief import Thief
from workervoice.crypto import keyring
from workervoice.crypto.directory import sign_entry
from workervoice.crypto.keyring import Holder
from workervoice.crypto.seal import generate_signing
from workervoice.crypto.slots import CHEAP, Bundle, enrol
from workervoice.crypto.suite import KemKey, generate_kem
from workervoice.errors import (
    CryptoError,
    GuardFailed,
    NotFound,
    NotTrusted,
    SealBroken,
    WrongPassphrase,
)
from workervoice.hotline import buying, disclosing, reading, releasing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.doors import Door
from workervoice.hotline.overview import issue_lines, monitor_lines, queue
from workervoice.hotline.reading import Actor
from workervoice.store import keys
from workervoice.store.engine import Scope

REPORT = "our passports are with the boss"
STORED = ("cases", "message", "contact", "conversation", "key_wrap", "seen", "outbox")


def stored(thief: Thief) -> dict[str, int]:
    return {table: len(thief.rows_of(table)) for table in STORED}


def wraps_that_open(thief: Thief, key: KemKey, reader_id: UUID) -> int:
    """How many wraps of the database this key opens, under its own or their reader's name."""
    opened = 0
    for row in thief.rows_of("key_wrap"):
        holder = Holder(row.holder_kind, row.holder_id, row.epoch)
        for name in (reader_id, row.reader_id):
            try:
                keyring.unwrap(bytes(row.wrap), holder=holder, reader_id=name, reader=key)
            except SealBroken:
                continue
            opened += 1
    return opened


@pytest.mark.parametrize(
    ("version", "signer"),
    [(1, "as it was"), (1, "the thief"), (2, "the thief"), (2, "nobody")],
    ids=["key replaced", "key and signature replaced", "new version", "new version as by the root"],
)
def test_no_case_is_opened_for_a_team_whose_key_the_thief_replaced(
    shared_house: House, thief: Thief, worker: str, version: int, signer: str
) -> None:
    house, mine, key = shared_house, generate_kem(), generate_signing()
    team = thief.one("SELECT * FROM directory WHERE kind = 'team'")
    entry = thief.entry(
        team.id, "team", "team", house.now, kem_public=mine.public, epoch=1, version=version
    )
    signed = sign_entry(entry, None if signer == "nobody" else team.signer_id, key)
    before = stored(thief)

    house.wait(minutes=1)
    with thief.for_a_while("directory"):
        thief.enter(signed, keep_signature=signer == "as it was")
        with pytest.raises(NotTrusted, match=str(team.id)):
            house.text(worker, REPORT, external_id=f"SM{worker}")
        refused = stored(thief)
    house.wait(minutes=1)
    house.text(worker, REPORT, external_id=f"SM{worker}")

    assert refused == before
    assert stored(thief)["cases"] == before["cases"] + 1
    assert wraps_that_open(thief, mine, team.id) == 0


def test_meanwhile_the_provider_is_told_to_ask_again_and_its_repeat_is_stored(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, teller = shared_house, Teller(shared_house)
    told = {"MessageSid": f"SM{worker[1:]:0>32}", "From": worker, "Body": REPORT}
    known = len(thief.rows_of("cases"))

    house.wait(minutes=1)
    with thief.for_a_while("directory"):
        thief.change("UPDATE directory SET signature = '' WHERE kind = 'team'")
        refused = teller.post("/in/twilio/demo-sms", told)
    house.wait(minutes=1)
    taken = teller.post("/in/twilio/demo-sms", told)

    assert (refused, taken) == (503, 204)
    assert len(thief.rows_of("cases")) == known + 1


@pytest.mark.parametrize("team_id", [UUID(int=0), UUID(int=2**128 - 1)], ids=["first", "last"])
def test_a_second_team_that_the_thief_founds_gets_no_case(
    shared_house: House, thief: Thief, worker: str, team_id: UUID
) -> None:
    house, mine, key = shared_house, generate_kem(), generate_signing()
    (real,) = thief.rows("SELECT id FROM directory WHERE kind = 'team'")
    entry = thief.entry(team_id, "team", "team", house.now, kem_public=mine.public, epoch=1)
    known = len(thief.rows_of("cases"))

    house.wait(minutes=1)
    with thief.for_a_while("directory"):
        thief.enter(sign_entry(entry, uuid4(), key))
        house.text(worker, REPORT)
    house.wait(minutes=1)

    readers = {row.reader_id for row in thief.rows_of("key_wrap") if row.holder_kind == "case"}
    assert len(thief.rows_of("cases")) == known + 1
    assert readers == {real.id}
    assert wraps_that_open(thief, mine, team_id) == 0


def test_no_address_is_sealed_to_a_courier_whose_key_the_thief_replaced(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, mine, key = shared_house, generate_kem(), generate_signing()
    courier = thief.one("SELECT * FROM directory WHERE kind = 'courier'")
    entry = thief.entry(
        courier.id, "courier", "courier", house.now, kem_public=mine.public, version=2
    )
    before = stored(thief)

    house.wait(minutes=1)
    with thief.for_a_while("directory"):
        thief.enter(sign_entry(entry, None, key))
        with pytest.raises(NotTrusted, match=str(courier.id)):
            house.text(worker, REPORT)
    house.wait(minutes=1)

    assert stored(thief) == before


@pytest.mark.parametrize("as_reader", ["under the own name", "under the name of the other"])
def test_a_wrap_copied_to_another_officer_opens_nothing(
    shared_house: House, thief: Thief, as_reader: str
) -> None:
    house, nora, asha = shared_house, shared_house.actor("nora"), shared_house.actor("asha")
    row = thief.one(
        "SELECT * FROM key_wrap WHERE holder_kind = 'team' AND reader_id = %(r)s", r=asha.id
    )
    team = Holder("team", row.holder_id, row.epoch)
    reader = nora.id if as_reader == "under the own name" else asha.id

    with thief.for_a_while("key_wrap"), house.owner.begin(Scope(house.programme)) as tx:
        keys.add_wrap(tx, team, nora.id, bytes(row.wrap))
        tx.stored.clear()
        pen = reading.pen_of(tx, house.console, asha, house.now)
        opened = reading.group_key(tx, asha, pen.directory, team)
        with pytest.raises(SealBroken):
            reading.group_key(tx, nora, pen.directory, team)
        with pytest.raises(SealBroken):
            keyring.unwrap(bytes(row.wrap), holder=team, reader_id=reader, reader=nora.bundle.kem)

    assert opened.public == keys_public(thief, team)


def keys_public(thief: Thief, holder: Holder) -> bytes:
    row = thief.one("SELECT public FROM key_pair WHERE holder_id = %(h)s", h=holder.id)
    return bytes(row.public)


def disclosed_to(house: House, actor: Actor) -> set[UUID]:
    return {line.id for line in buying.disclosure_lines(house.console, actor)}


@pytest.mark.parametrize("moved", ["the row", "what is in it"])
def test_a_disclosure_moved_to_another_organisation_opens_nothing(
    shared_house: House, thief: Thief, worker: str, moved: str
) -> None:
    house, nora, paul = shared_house, shared_house.actor("nora"), shared_house.actor("paul")
    known = disclosed_to(house, nora) | disclosed_to(house, paul)
    a_released_issue(house, a_case(house, number=worker))
    (mine,), (theirs,) = (disclosed_to(house, buyer) - known for buyer in (nora, paul))
    buying.move(house.console, nora, mine, "open", "")

    with thief.for_a_while("disclosure"):
        if moved == "the row":
            organisation = paul.officer.organisation_id
            thief.overwrite("disclosure", mine, {"organisation_id": organisation})
        else:
            thief.swap("disclosure", ("packet", "signature", "signer_id"), mine, theirs)
        for disclosure in (mine, theirs) if moved == "what is in it" else (mine,):
            with pytest.raises((NotFound, CryptoError)):
                buying.page(house.console, paul, disclosure)

    assert buying.page(house.console, nora, mine).packet is not None
    assert buying.page(house.console, paul, theirs).state == "notified"


def test_an_approval_copied_to_a_colleagues_name_is_not_a_second_person(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, sam, ben = shared_house, shared_house.actor("sam"), shared_house.actor("ben")
    issue_id = disclosing.draft(house.console, sam, a_case(house, number=worker), a_packet())
    disclosing.approve(house.console, sam, issue_id)

    copied = thief.change(
        "INSERT INTO approval SELECT programme_id, issue_id, %(b)s, packet_version, signature"
        " FROM approval WHERE issue_id = %(i)s",
        b=ben.id,
        i=issue_id,
    )

    assert copied == 1
    with pytest.raises(GuardFailed):
        releasing.release(house.console, sam, issue_id)


@pytest.fixture
def impostor(shared_house: House, thief: Thief) -> Actor:
    """The thief with keys of its own, put into Asha's account. The door does not let them in; this
    is what they would be behind it."""
    house, asha = shared_house, shared_house.actor("asha").officer
    bundle = Bundle(generate_kem(), generate_signing())
    slot, boxed = enrol(asha.id, "a passphrase of the thief", bundle, CHEAP)
    with thief.for_a_while("slot"), thief.for_a_while("officer"):
        thief.change("UPDATE officer SET bundle = %(b)s WHERE id = %(id)s", b=boxed, id=asha.id)
        thief.change(
            "UPDATE slot SET salt = %(s)s, auth_hash = %(a)s, wrapped_umk = %(w)s"
            " WHERE officer_id = %(id)s",
            s=slot.salt,
            a=slot.auth_hash,
            w=slot.wrapped_umk,
            id=asha.id,
        )
        door = Door(house.console, BOOT_SECRET, CHEAP)
        with pytest.raises(WrongPassphrase):
            door.enter("asha", "a passphrase of the thief")
    return Actor(asha, bundle)


def test_an_account_taken_over_in_the_database_sees_nothing(
    shared_house: House, worker: str, impostor: Actor
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)

    for look in (queue, issue_lines):
        with pytest.raises(NotTrusted):
            look(house.console, impostor)
    with pytest.raises(NotTrusted):
        case_page(house.console, impostor, case_id)
    with pytest.raises(NotTrusted):
        house.desk.answer(impostor, case_id, "we know where you live")


@pytest.mark.parametrize(
    ("login", "role"),
    [("nora", "handler"), ("nora", "supervisor"), ("mina", "handler"), ("nora", "monitor")],
)
def test_a_role_given_in_the_database_alone_shows_nothing_more(
    shared_house: House, thief: Thief, worker: str, login: str, role: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    officer = house.actor(login).officer
    with thief.for_a_while("officer"):
        thief.change("UPDATE officer SET role = %(r)s WHERE id = %(id)s", r=role, id=officer.id)
        promoted = house.actor(login)

    assert promoted.role == role
    for look in (queue, issue_lines, monitor_lines):
        with pytest.raises((NotFound, NotTrusted)):
            look(house.console, promoted)
    with pytest.raises((NotFound, NotTrusted)):
        case_page(house.console, promoted, case_id)


def test_another_organisation_given_in_the_database_alone_shows_nothing_more(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, paul = shared_house, shared_house.actor("paul")
    known = disclosed_to(house, paul)
    a_released_issue(house, a_case(house, number=worker))
    (theirs,) = disclosed_to(house, paul) - known
    nora = house.actor("nora").officer
    with thief.for_a_while("officer"):
        thief.change(
            "UPDATE officer SET organisation_id = %(o)s WHERE id = %(id)s",
            o=paul.officer.organisation_id,
            id=nora.id,
        )
        moved = house.actor("nora")

    assert moved.officer.organisation_id == paul.officer.organisation_id
    with pytest.raises((NotFound, NotTrusted)):
        buying.disclosure_lines(house.console, moved)
    with pytest.raises((NotFound, NotTrusted)):
        buying.page(house.console, moved, theirs)
