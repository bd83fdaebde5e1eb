"""What is in the log: every event has a name that is explained, reading and refusals are in it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, a_packet, a_released_issue, a_verified_plan
from tests.house import House
from tests.leaves import read_leaves
from workervoice.errors import Forbidden, NotFound, WorkervoiceError, WrongPassphrase
from workervoice.hotline import buying, disclosing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.events import EVENTS, erases, is_sensitive
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.witnessing import keep
from workervoice.store.engine import Scope

ROOT = Path(__file__).resolve().parents[2]
HOTLINE = ROOT / "workervoice" / "hotline"
LOG = (ROOT / "docs" / "log.md").read_text(encoding="utf-8")
WHEN_HOUR, WHEN_MINUTE = r"\d{4}-\d\d-\d\dT\d\dZ", r"\d{4}-\d\d-\d\dT\d\d:\d\dZ"


_PLACES = {"Event": 0, "log": 1, "log_reading": 1, "save": 0, "_log": 0}  # of the name


def events_named(source: str) -> Iterator[tuple[str, str]]:
    """Names of events in a module: ("is", whole) or ("begins", the part that is written out)."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        place = _PLACES.get(called.rpartition(".")[2])
        of_ours = called in {"Event"} or called.endswith(
            ("pen.log", "pen.log_reading", "file.save")
        )
        of_ours = of_ours or called in {"case.save", "self.pen.log", "self._log"}
        if place is None or not of_ours or len(node.args) <= place:
            continue
        named = node.args[place]
        if isinstance(named, ast.Constant) and isinstance(named.value, str):
            yield "is", named.value
        elif isinstance(named, ast.JoinedStr) and isinstance(named.values[0], ast.Constant):
            yield "begins", str(named.values[0].value)


def test_every_event_that_the_code_names_is_explained() -> None:
    found = {named for path in HOTLINE.glob("*.py") for named in events_named(path.read_text())}

    assert {"case_read", "disclosed", "login"} <= {name for how, name in found if how == "is"}
    assert {name for how, name in found if how == "is"} - EVENTS.keys() == set()
    for how, part in found:
        if how == "begins":
            assert any(name.startswith(part) for name in EVENTS), part
    assert all(kind.meaning for kind in EVENTS.values())


def test_the_check_finds_what_it_looks_for() -> None:
    source = (
        "self.pen.log(tx, 'a', x)\nEvent('b', y)\nfile.save('c')\nself._log(f'd_{move}', x)\n"
        "Pen.log(tx, name, x)\nlogging.log(1, 'e')\npen.log_reading(tx, 'f', x)"
    )

    assert set(events_named(source)) == {
        *(("is", "a"), ("is", "b"), ("is", "c"), ("begins", "d_"), ("is", "f")),
    }


def test_what_is_sensitive_and_what_erases() -> None:
    assert {name for name in EVENTS if is_sensitive(name)} >= {
        *("issue_release", "disclosed", "issue_recall"),
        *("case_erase", "directory_entry", "reader_added"),
    }
    assert {name for name in EVENTS if erases(name)} == {
        *("case_erase", "issue_drop", "contact_erased"),
    }
    assert is_sensitive("never heard of")
    assert not erases("never heard of")


def test_every_event_stands_in_the_document_with_its_meaning() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \| (?:at once)? ?\|$", LOG, flags=re.M))
    at_once = set(re.findall(r"^\| `(\w+)` \| .+ \| at once \|$", LOG, flags=re.M))
    plain = {name: kind for name, kind in EVENTS.items() if "the move “" not in kind.meaning}

    assert told == {name: kind.meaning for name, kind in plain.items()}
    assert at_once == {name for name, kind in plain.items() if kind.sensitive}
    for name, kind in EVENTS.items():
        if name not in plain and (kind.sensitive or kind.erases):
            assert f"`{name}`" in LOG


def test_a_whole_story_leaves_explained_events_about_ids_and_nothing_else(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("asha"), case_id, "We can help, come to the union.")
    a_verified_plan(house, a_released_issue(house, case_id))
    house.deliver()

    with house.owner.begin(Scope(house.programme)) as tx:
        bodies = read_leaves(tx, house.console.vault)

    assert {body["event"] for body in bodies} <= EVENTS.keys()
    for body in bodies:
        assert set(body) == {
            *("programme", "event", "actor", "object", "detail", "rows", "at", "salt"),
        }
        assert UUID(body["actor"]) is not None
        assert UUID(body["object"]) is not None
        assert re.fullmatch(rf"{WHEN_HOUR}|{WHEN_MINUTE}", body["at"])
        assert re.fullmatch(r"[a-z0-9_ ]*", body["detail"])
        assert not re.search(r"passport|union|RIVER|1555010", json.dumps(body))


def test_reading_is_one_leaf_an_hour_for_each_person_and_thing(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    asha, ben, nora = (house.actor(login) for login in ("asha", "ben", "nora"))
    (line,) = buying.disclosure_lines(house.console, nora)
    buying.move(house.console, nora, line.id, "open", "")

    for _ in range(3):
        case_page(house.console, asha, case_id)
        case_page(house.console, ben, case_id)
        issue_page(house.console, asha, issue_id)
        buying.page(house.console, nora, line.id)
        keep(house.console, house.actor("mina"))
    first = {event: house.leaves(event) for event in ("case_read", "issue_read", "disclosure_read")}
    house.wait(hours=1)
    case_page(house.console, house.actor("asha"), case_id)

    assert {leaf["actor"] for leaf in first["case_read"]} == {str(asha.id), str(ben.id)}
    assert [len(leaves) for leaves in first.values()] == [2, 1, 1]
    assert len(house.leaves("checkpoint_kept")) == 1
    assert len(house.leaves("case_read")) == 3
    assert all(re.fullmatch(WHEN_HOUR, leaf["at"]) for leaf in house.leaves("case_read"))


def test_what_a_person_does_carries_the_minute_and_what_we_do_the_hour(house: House) -> None:
    case_id = a_case(house)
    house.desk.note(house.actor("asha"), case_id, "seen")

    assert re.fullmatch(WHEN_MINUTE, house.leaves("noted")[0]["at"])
    assert re.fullmatch(WHEN_HOUR, house.leaves("message_received")[0]["at"])
    assert re.fullmatch(WHEN_HOUR, house.leaves("delivery")[0]["at"])


def refused_to(house: House, login: str) -> list[str]:
    """What the log says that this person was refused."""
    actor = str(house.actor(login).id)
    return [leaf["object"] for leaf in house.leaves("open_refused") if leaf["actor"] == actor]


def test_a_case_that_no_key_of_mine_opens_is_refused_and_noted(house: House) -> None:
    case_id, other = a_case(house), a_case(house, number="+15550100778")
    ben = house.actor("ben")
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "DELETE FROM key_wrap WHERE holder_kind = 'team' AND reader_id = %(b)s", {"b": ben.id}
        )

    for _ in range(3):
        for each in (case_id, other):
            with pytest.raises(NotFound):
                case_page(house.console, ben, each)

    assert sorted(refused_to(house, "ben")) == sorted(map(str, (case_id, other)))
    assert refused_to(house, "asha") == []


def test_ids_that_lead_nowhere_are_noted_once_an_hour(house: House) -> None:
    nora = house.actor("nora")
    tried = [uuid4() for _ in range(4)]

    for each in tried:
        with pytest.raises(NotFound):
            buying.page(house.console, nora, each)
    first = refused_to(house, "nora")
    house.wait(hours=1)
    with pytest.raises(NotFound):
        buying.page(house.console, house.actor("nora"), tried[3])

    assert first == [str(tried[0])]
    assert refused_to(house, "nora") == [str(tried[0]), str(tried[3])]


def test_a_disclosure_of_another_buyer_is_refused_and_noted(house: House) -> None:
    a_released_issue(house, a_case(house))
    (theirs,) = buying.disclosure_lines(house.console, house.actor("paul"))

    with pytest.raises(NotFound):
        buying.page(house.console, house.actor("nora"), theirs.id)

    assert refused_to(house, "nora") == [str(theirs.id)]


def test_a_forbidden_case_is_noted_and_a_refused_move_is_not(house: House) -> None:
    case_id = a_case(house)
    with pytest.raises(WorkervoiceError):
        house.desk.move(house.actor("asha"), case_id, "close", "no such move now")
    noted = refused_to(house, "asha")
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql("UPDATE cases SET state = 'erased'")

    with pytest.raises(Forbidden):
        case_page(house.console, house.actor("asha"), case_id)

    assert noted == []
    assert refused_to(house, "asha") == [str(case_id)]


def test_logins_are_in_the_log_and_wrong_ones_once_an_hour(house: House) -> None:
    asha = str(house.actor("asha").id)
    for login, passphrase in (("asha", "wrong"), ("asha", "again"), ("nobody", "x"), ("no", "y")):
        with pytest.raises(WrongPassphrase):
            house.door.enter(login, passphrase)
    house.door.enter("asha", house.seeded.passphrases["asha"])

    nobody = str(UUID(int=0))
    failed = [(leaf["actor"], leaf["object"]) for leaf in house.leaves("login_failed")]
    assert sorted(failed) == sorted([(nobody, asha), (nobody, nobody)])
    assert [leaf["object"] for leaf in house.leaves("login")] == [asha, asha]


def test_who_may_read_is_in_the_log_from_the_first_day(house: House) -> None:
    with house.owner.begin(Scope(house.programme)) as tx:
        entries = tx.connection.exec_driver_sql("SELECT id FROM directory").scalars().all()
        wraps = tx.connection.exec_driver_sql("SELECT holder_id FROM key_wrap").scalars().all()

    assert {leaf["object"] for leaf in house.leaves("directory_entry")} == set(map(str, entries))
    assert {leaf["object"] for leaf in house.leaves("reader_added")} == set(map(str, wraps))


def test_an_approval_is_in_the_log_with_its_signature(house: House) -> None:
    asha, case_id = house.actor("asha"), a_case(house)
    issue_id = disclosing.draft(house.console, asha, case_id, a_packet())

    disclosing.approve(house.console, asha, issue_id)

    (leaf,) = house.leaves("approval_signed")
    assert leaf["rows"].startswith("approval:")
    assert (leaf["actor"], leaf["object"]) == (str(asha.id), str(issue_id))
