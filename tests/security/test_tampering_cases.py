"""What somebody changed in a case is refused or shown as broken by its id, never as words."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_confirmed_delete
from tests.house import House
from tests.security.thief import Thief
from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.errors import Contradicted, CryptoError
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.listing import Unreadable
from workervoice.hotline.overview import queue
from workervoice.hotline.receive import Taken
from workervoice.hotline.thread import Said

BOSS = "Boss took our passports and not give back. RIVER"
AGENT = "Agent keeps our passports and will not say where. RIVER"


def page(house: House, case_id: UUID) -> CasePage:
    return case_page(house.console, house.actor("asha"), case_id)


def said(house: House, case_id: UUID) -> dict[UUID, Said]:
    return {entry.id: entry for entry in page(house, case_id).thread}


def text(entry: Said) -> str:
    return "".join(passage for passage, _, _ in entry.passages)


def thread(thief: Thief, case_id: UUID) -> list[Any]:
    return thief.rows("SELECT * FROM message WHERE case_id = %(c)s ORDER BY ordinal", c=case_id)


def the_row(thief: Thief, case_id: UUID) -> Any:
    return thief.one("SELECT * FROM cases WHERE id = %(c)s", c=case_id)


@pytest.mark.parametrize(
    "put_back",
    [
        ("facts",),
        ("queue",),
        ("facts", "queue"),
        ("facts", "queue", "signature", "signer_id"),
        ("version",),
    ],
    ids="-".join,
)
def test_facts_of_an_older_version_put_back_are_refused(
    shared_house: House, thief: Thief, worker: str, put_back: tuple[str, ...]
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    older = the_row(thief, case_id)._asdict()
    house.desk.note(house.actor("asha"), case_id, "so that there is a newer version")

    with thief.for_a_while("cases"):
        thief.overwrite("cases", case_id, {name: older[name] for name in put_back})
        with pytest.raises(CryptoError):
            page(house, case_id)
        with pytest.raises(CryptoError):
            house.text(worker, "is anybody there?")

    assert not any(entry.broken for entry in page(house, case_id).thread)


def test_a_queue_record_put_back_is_refused_by_the_queue(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    older = the_row(thief, case_id)
    house.desk.note(house.actor("asha"), case_id, "so that there is a newer version")

    with thief.for_a_while("cases"):
        thief.overwrite("cases", case_id, {"queue": older.queue})
        changed = queue(house.console, house.actor("asha"))
    whole = queue(house.console, house.actor("asha"))

    assert changed.unreadable == (Unreadable("case", case_id),)
    assert case_id not in {line.id for line in changed}
    assert case_id in {line.id for line in whole}


def test_a_whole_row_put_back_is_refused_by_the_log(
    shared_house: House, thief: Thief, worker: str
) -> None:
    """The row alone is consistent, signature and all; the log knows a later version."""
    house, case_id = shared_house, a_case(shared_house, number=worker)
    older = the_row(thief, case_id)._asdict()
    house.desk.note(house.actor("asha"), case_id, "so that there is a newer version")
    newer = the_row(thief, case_id).version

    with thief.for_a_while("cases"):
        thief.overwrite("cases", case_id, older)
        with pytest.raises(Contradicted, match=f"facts {case_id}, number {older['version']}"):
            page(house, case_id)
        with pytest.raises(Contradicted, match=str(case_id)):
            house.text(worker, "is anybody there?")
        logged = thief.logged_versions(house, "facts", case_id)

    assert max(logged) == newer > older["version"]
    assert str(case_id) in {leaf["object"] for leaf in house.leaves("row_refused")}
    assert len(page(house, case_id).thread) == len(thread(thief, case_id))


@pytest.mark.parametrize(
    "swapped",
    [
        ("words",),
        ("words", "signature"),
        ("words", "signature", "signer_id", "direction"),
        ("ordinal",),
        ("id",),
    ],
    ids="-".join,
)
def test_two_messages_swapped_within_a_case_are_both_broken(
    shared_house: House, thief: Thief, worker: str, swapped: tuple[str, ...]
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker, report=BOSS)
    first, second, *others = thread(thief, case_id)

    thief.swap("message", swapped, first.id, second.id)
    shown = said(house, case_id)

    for each in (first.id, second.id):
        assert shown[each].broken
        assert shown[each].passages == ()
    assert all(not shown[row.id].broken for row in others)
    assert not any("Boss" in text(entry) for entry in shown.values())


def test_a_message_moved_to_another_case_is_broken_there(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, other = shared_house, f"{worker[:-4]}8{worker[-3:]}"
    mine = a_case(house, number=worker, report=BOSS)
    theirs = a_case(house, number=other, report=AGENT)
    (moved, *_) = thread(thief, mine)

    thief.overwrite("message", moved.id, {"case_id": theirs, "ordinal": 99})
    shown = said(house, theirs)

    assert shown[moved.id].broken
    assert not any("Boss" in text(entry) for entry in shown.values())
    assert any(text(entry) == AGENT for entry in shown.values())
    assert moved.id not in said(house, mine)


@pytest.mark.parametrize("change", ["direction", "signer_id", "epoch", "a byte", "cut", "empty"])
def test_a_message_changed_in_any_part_is_broken(
    shared_house: House, thief: Thief, worker: str, change: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker, report=BOSS)
    (row, *_) = thread(thief, case_id)
    words = bytes(row.words)
    values: dict[str, dict[str, object]] = {
        "direction": {"direction": "out"},
        "signer_id": {"signer_id": house.actor("asha").id},
        "epoch": {"epoch": 2},
        "a byte": {"words": words[:-1] + bytes([words[-1] ^ 1])},
        "cut": {"words": words[:-20]},
        "empty": {"words": b""},
    }

    thief.overwrite("message", row.id, values[change])
    shown = said(house, case_id)[row.id]

    assert shown.broken
    assert shown.passages == ()


@pytest.mark.parametrize("signer", ["nobody", "the gateway", "an officer"])
def test_words_that_a_thief_seals_to_a_case_are_not_shown(
    shared_house: House, thief: Thief, worker: str, signer: str
) -> None:
    """Anybody can seal to a public key; only a signature makes words somebody's."""
    house, case_id = shared_house, a_case(shared_house, number=worker)
    (row, *_) = thread(thief, case_id)
    holder = Holder("case", case_id, 1)
    pair = thief.one("SELECT public FROM key_pair WHERE holder_id = %(c)s", c=case_id)
    lie = json.dumps({"kind": "report", "text": "all is well", "at": 0}).encode()
    sealed = keyring.seal_words(
        bytes(pair.public), lie, holder=holder, message_id=row.id, direction="in"
    )
    signers = {
        "nobody": uuid4(),
        "the gateway": house.gateway.id,
        "an officer": house.actor("asha").id,
    }

    thief.overwrite("message", row.id, {"words": sealed, "signer_id": signers[signer]})
    shown = said(house, case_id)

    assert shown[row.id].broken
    assert not any("all is well" in text(entry) for entry in shown.values())


def test_a_judgement_changed_in_the_database_is_not_shown(
    shared_house: House, thief: Thief, worker: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    indicator = "retention_of_identity_documents"
    house.desk.assess(house.actor("asha"), case_id, indicator, "confirmed", "seen by me")
    mine = "SELECT * FROM assessment WHERE case_id = %(c)s AND judge = 'person'"
    row = thief.one(mine, c=case_id)

    before = {said for judged in page(house, case_id).judged for said in judged.by_people}
    thief.overwrite("assessment", row.id, {"signer_id": house.actor("ben").id})
    after = {said for judged in page(house, case_id).judged for said in judged.by_people}

    assert [said.verdict for said in before] == ["confirmed"]
    assert after == set()


@pytest.mark.parametrize("taken", ["first", "middle", "last"])
def test_a_message_that_vanished_does_not_stop_the_worker_from_writing(
    shared_house: House, thief: Thief, worker: str, taken: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    rows = thread(thief, case_id)
    row = {"first": rows[0], "middle": rows[1], "last": rows[-1]}[taken]

    thief.change("DELETE FROM message WHERE id = %(id)s", id=row.id)
    house.text(worker, "they still have our passports")
    house.desk.note(house.actor("asha"), case_id, "something is missing here")

    assert [text(entry) for entry in page(house, case_id).thread][-2:] == [
        "they still have our passports",
        "something is missing here",
    ]


@pytest.mark.parametrize("signed", ["as it was", "by the thief"])
def test_a_case_key_replaced_by_the_thiefs_receives_no_words(
    shared_house: House, thief: Thief, worker: str, signed: str
) -> None:
    house, case_id = shared_house, a_case(shared_house, number=worker)
    holder = Holder("case", case_id, 1)
    pair, _ = keyring.new_pair(holder)
    stored = len(thread(thief, case_id))

    with thief.for_a_while("key_pair"):
        thief.change(
            "UPDATE key_pair SET public = %(p)s, box = %(b)s WHERE holder_id = %(c)s",
            p=pair.public,
            b=pair.box,
            c=case_id,
        )
        if signed == "by the thief":
            thief.change(
                "UPDATE key_pair SET signer_id = %(s)s WHERE holder_id = %(c)s",
                s=uuid4(),
                c=case_id,
            )
        known = {row.id for row in thief.rows_of("cases")}
        taken = house.text(worker, "they beat us")
        with pytest.raises(CryptoError):
            house.desk.note(house.actor("asha"), case_id, "for colleagues only")
        (made,) = {row.id for row in thief.rows_of("cases")} - known
        said_in_new = text(page(house, made).thread[-1])

    assert (taken, said_in_new) == (Taken.STORED, "they beat us")
    assert len(thread(thief, case_id)) == stored


def test_a_worker_may_still_delete_a_case_whose_key_the_thief_replaced(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    pair, _ = keyring.new_pair(Holder("case", case_id, 1))
    thief_of_own.change(
        "UPDATE key_pair SET public = %(p)s WHERE holder_id = %(c)s", p=pair.public, c=case_id
    )

    a_confirmed_delete(house)

    assert the_row(thief_of_own, case_id).state == "withdrawn"
