"""The second factor: what opens without it, how it is set up, and how often it can be tried."""

from __future__ import annotations

import re

import pytest

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import COOKIE, Browser, app_of, steady
from workervoice.crypto.seal import generate_signing
from workervoice.crypto.slots import Bundle
from workervoice.crypto.suite import generate_kem
from workervoice.crypto.totp import code_at, step_of
from workervoice.errors import HalfWay, NotTrusted, WrongCode
from workervoice.hotline import factors
from workervoice.hotline.factors import Holder, new_totp
from workervoice.store.engine import Scope
from workervoice.store.factors import add_factor
from workervoice.web.console import ROUTES
from workervoice.web.console.routes import ANYONE, HALF


def half_way(house: House, login: str = "sam") -> Browser:
    """Somebody whose passphrase was right, and no more."""
    browser = Browser.at(app_of(house))
    browser.open("/login")
    answer = browser.submit("/login", login=login, passphrase=house.seeded.passphrases[login])
    assert (answer.status_code, answer.headers["location"]) == (303, "/second")
    browser.open("/second")
    return browser


def without_factor(house: House, login: str = "sam") -> None:
    """As after the ceremony: a supervisor who never signed in."""
    officer = house.actor(login).officer
    factors.forget(house.console, officer.id, officer)


@pytest.mark.parametrize(
    ("method", "path"), [route for route, to in ROUTES.items() if to not in {ANYONE, HALF}]
)
def test_half_a_session_opens_no_page(shared_house: House, method: str, path: str) -> None:
    browser = half_way(shared_house)
    concrete = re.sub("{[a-z]+_id}", "00000000-0000-4000-8000-000000000000", path)
    concrete = concrete.replace("{move}", "close")

    answer = browser.post(concrete, {}) if method == "POST" else browser.client.get(concrete)

    if method == "POST":
        assert answer.status_code == 403
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, "/second")


def test_a_right_code_opens_the_door_under_a_new_cookie(house: House) -> None:
    browser = half_way(house)
    before = browser.client.cookies[COOKIE]

    answer = browser.submit("/second", code=house.code("sam"))

    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    assert browser.client.cookies[COOKIE] != before
    assert browser.open("/cases").status_code == 200
    browser.sign_in_by(before)
    assert browser.open("/cases").headers["location"] == "/login"


def test_a_wrong_an_old_and_a_used_code_get_the_same_answer(house: House) -> None:
    first, second = half_way(house), half_way(house)
    step = step_of(int(house.now.timestamp()))
    code = house.code("sam")
    first.submit("/second", code=code)

    answers = []
    for each in (code, code_at(house.seeded.totp["sam"], step - 2), "000000", "", "x" * 600):
        answers.append(half_way(house).submit("/second", code=each))
        house.forget_tries()

    assert {answer.status_code for answer in answers} == {401}
    assert len({steady(answer.text) for answer in answers}) == 1
    second.submit("/second", code="000000")
    assert second.client.get("/cases").headers["location"] == "/second"


def test_half_a_session_ends_after_ten_minutes(house: House) -> None:
    browser = half_way(house)
    house.wait(minutes=11)

    answer = browser.submit("/second", code=house.code("sam"))

    assert answer.status_code == 403


def test_a_supervisor_without_one_can_set_one_up_and_nothing_else(house: House) -> None:
    without_factor(house)
    browser = half_way(house)

    assert browser.open("/second").headers["location"] == "/enrol"
    browser.open("/enrol")
    wrong = browser.submit("/enrol", code="000000", name="My phone")
    right = browser.submit("/enrol", code=browser.code_of_new_app(house), name="My phone")

    assert (wrong.status_code, right.headers["location"]) == (401, "/cases")
    assert browser.open("/cases").status_code == 200
    assert len(house.leaves("factor_added")) == 1


def test_the_code_that_set_an_app_up_does_not_sign_in_again(house: House) -> None:
    without_factor(house)
    browser = half_way(house)
    browser.open("/enrol")
    code = browser.code_of_new_app(house)
    browser.submit("/enrol", code=code, name="")

    again = half_way(house)

    assert again.submit("/second", code=code).status_code == 401


def test_who_has_a_factor_cannot_set_up_another_half_way(house: House) -> None:
    without_factor(house)
    early = half_way(house)
    early.open("/enrol")
    other = half_way(house)
    other.open("/enrol")
    other.submit("/enrol", code=other.code_of_new_app(house), name="")

    answer = early.submit("/enrol", code=early.code_of_new_app(house), name="")

    assert answer.status_code == 404
    assert early.open("/enrol").headers["location"] == "/second"


def test_whoever_needs_none_comes_in_with_the_passphrase_alone(house: House) -> None:
    assert Browser.of(house, "asha").open("/cases").status_code == 200


def test_a_half_session_does_not_become_whole_by_changing_its_row(house: House) -> None:
    token = house.door.enter("sam", house.seeded.passphrases["sam"])
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql("UPDATE session SET stage = 'full'")

    with pytest.raises(Exception, match="no such session"):
        house.door.recognise(token)


def test_a_factor_that_somebody_else_made_is_none(house: House) -> None:
    """A thief with the service key and the database writes a factor of their own for sam."""
    own, sam = b"t" * 20, house.actor("sam").officer
    thief = Bundle(generate_kem(), generate_signing())
    without_factor(house)
    row = new_totp(Holder(house.console.vault, sam, thief), sam.id, own, "Phone", now=0, step=0)
    with house.owner.begin(Scope(house.programme)) as tx:
        add_factor(tx, house.console.vault, sam, row)
        tx.stored.clear()  # a thief does not tell the log
    token = house.door.enter("sam", house.seeded.passphrases["sam"])

    with pytest.raises(NotTrusted, match=str(sam.id)):
        house.door.pass_code(token, code_at(own, step_of(int(house.now.timestamp()))))
    with pytest.raises(HalfWay):
        house.door.recognise(token)


def test_a_factor_of_one_officer_does_not_serve_another(house: House) -> None:
    maria = house.actor("maria").officer
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.exec_driver_sql(
            "UPDATE second_factor f SET officer_id = %s FROM officer o"
            " WHERE o.id = f.officer_id AND o.login = 'sam'",
            (maria.id,),
        )
    token = house.door.enter("maria", house.seeded.passphrases["maria"])
    step = step_of(int(house.now.timestamp()))

    with pytest.raises(WrongCode):
        house.door.pass_code(token, code_at(house.seeded.totp["sam"], step))


def test_the_secret_is_stored_sealed(house: House) -> None:
    secret = house.seeded.totp["sam"]

    stored = b"".join(bytes(row.fixed) for row in asked(house, "SELECT fixed FROM second_factor"))

    assert stored
    assert secret not in stored
    assert secret.hex().encode() not in stored
