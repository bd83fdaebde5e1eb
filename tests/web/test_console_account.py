"""One's own account: second factors, passphrase, recovery code, sessions."""

from __future__ import annotations

import re

import pytest

from tests.house import House
from tests.web.console_browser import Browser, app_of
from workervoice.crypto.slots import CHEAP, RECOVERY, new_slot, open_umk
from workervoice.crypto.strength import SHORTEST, weakness
from workervoice.errors import NotFound
from workervoice.hotline.ceremony import new_recovery_code
from workervoice.hotline.enrolling import own_fingerprint
from workervoice.store import people
from workervoice.store.engine import Scope
from workervoice.store.log import Event, record_event

NEW = "seven herons under a slow blue bridge"


def with_code(house: House, login: str = "asha") -> str:
    """A recovery code, as the ceremony prints one for everybody."""
    code, officer = new_recovery_code(), house.actor(login).officer
    with house.owner.begin(Scope(house.programme)) as tx:
        slot, _, _ = people.slot_of(tx, officer, "passphrase")
        umk = open_umk(officer.id, house.seeded.passphrases[login], slot)
        vault, slot = house.console.vault, new_slot(officer.id, code, umk, CHEAP, kind=RECOVERY)
        people.replace_slot(tx, vault, officer, slot, tried=False)
        record_event(tx, vault, Event("recovery_changed", officer.id, officer.id), house.now)
    return code


def at_account(house: House, login: str = "asha") -> Browser:
    browser = Browser.of(house, login)
    browser.open("/account")
    return browser


def signs_in(house: House, login: str, passphrase: str) -> bool:
    browser = Browser.at(app_of(house))
    browser.open("/login")
    return browser.submit("/login", login=login, passphrase=passphrase).status_code == 303


def recover(house: House, **given: str) -> tuple[int, str]:
    browser = Browser.at(app_of(house))
    browser.open("/recover")
    answer = browser.submit("/recover", **{"login": "asha", "new": NEW, "again": NEW, **given})
    return answer.status_code, answer.text


def test_a_new_passphrase_replaces_the_old_one_and_ends_the_other_sessions(house: House) -> None:
    other, browser = Browser.of(house, "asha"), at_account(house)
    old = house.seeded.passphrases["asha"]

    browser.do("/account/passphrase", old=old, new=NEW, again=NEW)

    assert signs_in(house, "asha", NEW)
    assert not signs_in(house, "asha", old)
    assert other.open("/cases").headers["location"] == "/login"
    assert browser.open("/cases").status_code == 200
    assert len(house.leaves("passphrase_changed")) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"old": "a guess"}, "This is not right"),
        ({"new": "another one, and a long one"}, "not the same"),
        ({"new": "short", "again": "short"}, "too easy to guess"),
        ({"new": "asha asha asha asha", "again": "asha asha asha asha"}, "too easy to guess"),
    ],
)
def test_a_passphrase_that_will_not_do_changes_nothing(
    house: House, given: dict[str, str], said: str
) -> None:
    browser, old = at_account(house), house.seeded.passphrases["asha"]

    answer = browser.submit(
        "/account/passphrase", **{"old": old, "new": NEW, "again": NEW, **given}
    )

    assert (answer.status_code, said in answer.text) == (409, True)
    assert signs_in(house, "asha", old)
    assert house.leaves("passphrase_changed") == []


@pytest.mark.parametrize(
    ("passphrase", "weak"),
    [
        (NEW, False),
        ("ক্ষেতের পাশে সাতটি বক উড়ে গেল", False),
        ("gz7e-wx8e-ybkt-5pqe", False),
        ("a" * (SHORTEST - 1), True),
        ("a" * 40, True),
        ("password1password1", True),
        ("qwertyuiopasdfghjkl", True),
        ("Asha,handler1234567890", True),
        ("", True),
    ],
)
def test_what_is_too_easy_to_guess(passphrase: str, weak: bool) -> None:
    assert bool(weakness(passphrase, "asha", "Asha, handler")) is weak


def test_sessions_are_listed_and_can_be_ended(house: House) -> None:
    other = Browser.of(house, "asha")
    house.wait(minutes=1)
    browser = at_account(house)
    names = re.findall(r'name="session" value="(\w+)"', browser.page)
    assert len(names) == 2
    assert browser.page.count("(here)") == 1

    browser.do("/account/sessions/end", session=names[1])

    assert other.open("/cases").headers["location"] == "/login"
    assert browser.open("/cases").status_code == 200


def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    ben = at_account(house, "ben")
    (name,) = re.findall(r'name="session" value="(\w+)"', ben.page)
    asha = at_account(house)

    answers = [asha.submit("/account/sessions/end", session=each) for each in (name, "zz", "")]

    assert {answer.status_code for answer in answers} == {409}
    assert ben.open("/cases").status_code == 200


def test_a_person_with_an_untried_recovery_code_is_asked_to_type_it(house: House) -> None:
    code = with_code(house)
    browser = Browser.at(app_of(house))
    browser.open("/login")
    to = browser.submit("/login", login="asha", passphrase=house.seeded.passphrases["asha"])
    browser.open("/account")

    other = browser.submit("/account/recovery/try", code=new_recovery_code())
    typo = browser.submit(
        "/account/recovery/try", code=code[:-1] + ("0" if code[-1] != "0" else "1")
    )
    house.wait(seconds=5)
    page = browser.do("/account/recovery/try", code=code.lower().replace("-", " "))

    assert to.headers["location"] == "/account"
    assert ("not right" in other.text, "typing error" in typo.text) == (True, True)
    assert "Try your recovery code" not in page
    assert Browser.of(house, "asha").client.get("/").headers["location"] == "/cases"


def test_the_recovery_code_sets_a_new_passphrase_and_is_replaced(house: House) -> None:
    code, other = with_code(house), Browser.of(house, "asha")
    other.open("/cases")

    status, text = recover(house, code=code)

    (new_code,) = re.findall("<code>([0-9A-Z-]{30,})</code>", text)
    assert (status, new_code != code) == (200, True)
    assert signs_in(house, "asha", NEW)
    assert not signs_in(house, "asha", house.seeded.passphrases["asha"])
    assert other.open("/cases").headers["location"] == "/login"
    assert len(house.leaves("recovered")) == 1
    house.forget_tries()
    assert recover(house, code=code)[0] == 401
    house.forget_tries()
    assert recover(house, code=new_code)[0] == 200


@pytest.mark.parametrize("new", ["asha-asha asha1asha.", "handler handler, Asha"])
def test_a_new_passphrase_made_of_ones_own_name_is_refused_at_recovery(
    house: House, new: str
) -> None:
    code = with_code(house)

    status, text = recover(house, code=code, new=new, again=new)

    assert (status, "too easy to guess" in text) == (409, True)
    assert house.leaves("recovered") == []
    assert recover(house, code=code)[0] == 200


def test_everybody_finds_their_own_fingerprint(house: House) -> None:
    browser = at_account(house)

    assert own_fingerprint(house.actor("asha").bundle) in browser.page


def test_wrong_codes_and_unknown_logins_get_the_same_answer(house: House) -> None:
    code = with_code(house)
    tries = [
        {"login": "asha", "code": new_recovery_code()},
        {"login": "ben", "code": code},  # who has no recovery code
        {"login": "nobody", "code": code},
    ]

    answers = [recover(house, **given) for given in tries]

    bare = {re.sub(r'value="\w+"', "", text) for _, text in answers}
    assert ({status for status, _ in answers}, len(bare)) == ({401}, 1)
    assert house.leaves("recovered") == []


def test_guessing_recovery_codes_has_to_wait(house: House) -> None:
    browser = Browser.at(app_of(house))
    browser.open("/login")
    browser.open("/recover")
    given = {"login": "asha", "new": NEW, "again": NEW}

    codes = [
        browser.submit("/recover", code=new_recovery_code(), **given).status_code for _ in range(4)
    ]

    assert codes == [401, 401, 429, 429]


def test_recovery_does_not_replace_the_second_factor(house: House) -> None:
    code = with_code(house, "sam")

    status, _ = recover(house, login="sam", code=code)
    token = house.door.enter("sam", NEW)

    assert status == 200
    with pytest.raises(NotFound):
        house.door.recognise(token)


def test_a_new_recovery_code_is_shown_once_and_voids_the_old_one(house: House) -> None:
    code, browser = with_code(house), at_account(house)

    browser.submit("/account/recovery", passphrase=house.seeded.passphrases["asha"])
    (new_code,) = re.findall("<code>([0-9A-Z-]{30,})</code>", browser.page)

    assert new_code not in browser.open("/account").text
    house.forget_tries()
    assert recover(house, code=code)[0] == 401
    house.forget_tries()
    assert recover(house, code=new_code)[0] == 200


def test_an_officer_may_have_a_second_factor_and_then_needs_it(house: House) -> None:
    browser = at_account(house)
    browser.submit("/account/factors")
    page = browser.do(
        "/account/factors/app", name="Ben's <phone>", code=browser.code_of_new_app(house, "asha")
    )

    assert "Ben&#39;s &lt;phone&gt;" in page
    with pytest.raises(NotFound):
        house.door.recognise(house.door.enter("asha", house.seeded.passphrases["asha"]))
    (remove,) = re.findall(r"/account/factors/[0-9a-f-]{36}/remove", page)
    browser.do(remove)
    assert house.door.recognise(house.door.enter("asha", house.seeded.passphrases["asha"]))
    assert len(house.leaves("factor_removed")) == 1


def test_a_supervisor_cannot_be_left_without_one(house: House) -> None:
    browser = at_account(house, "sam")
    (remove,) = re.findall(r"/account/factors/[0-9a-f-]{36}/remove", browser.page)

    answer = browser.submit(remove)

    assert (answer.status_code, "Your role needs a second factor" in answer.text) == (409, True)


def test_changing_second_factors_is_asked_again(house: House) -> None:
    browser = at_account(house, "sam")
    house.wait(minutes=6)

    asked = browser.submit("/account/factors")
    offered = browser.submit("/account/factors", proof_code=house.code("sam"))

    assert (asked.status_code, offered.status_code) == (401, 200)
    assert "Keep this app" in offered.text
