"""Joining: the account of somebody who was invited, made on two pages."""

from __future__ import annotations

import re

import pytest

from tests.house import House
from tests.web.console_browser import COOKIE, Browser, app_of, steady
from tests.web.test_console_people import WORDS, comes, state_of
from workervoice.crypto import slots
from workervoice.crypto.paper import RECOVERY_BYTES, to_paper
from workervoice.hotline import staffing
from workervoice.hotline.ceremony import new_recovery_code
from workervoice.hotline.enrolling import PAPER
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store import people
from workervoice.store.engine import Scope

UNKNOWN = to_paper(PAPER, bytes(RECOVERY_BYTES))
CODE = r"<code>([0-9A-Z-]{30,})</code>"


def a_token(house: House, login: str = "dina") -> str:
    sam = house.actor("sam")
    guest = Guest(login, "Dina", Role.HANDLER, sam.officer.organisation_id)
    return staffing.invite(house.console, sam, guest)


def at_join(house: House) -> Browser:
    browser = Browser.at(app_of(house))
    browser.open("/join")
    return browser


def begins(browser: Browser, token: str) -> str:
    """The code that is shown."""
    answer = browser.submit("/join", token=token, new=WORDS, again=WORDS)
    assert answer.status_code == 200, answer.text
    (code,) = re.findall(CODE, answer.text)
    return str(code)


def accounts(house: House) -> set[str]:
    with house.owner.begin(Scope(house.programme)) as tx:
        return {officer.login for officer in people.officers(tx).values()}


def test_an_account_is_made_when_the_code_was_typed_back_and_not_before(house: House) -> None:
    browser = at_join(house)
    code = begins(browser, a_token(house).lower().replace("-", " "))
    before = accounts(house)

    answer = browser.submit("/join/code", code=code.lower().replace("-", " "))
    dina = comes(house)

    assert "dina" not in before
    assert answer.status_code == 200
    (digits,) = re.findall(r"<code>([0-9 ]{30,})</code>", answer.text)
    assert digits in dina.page
    assert state_of(house, "dina") == "waiting"
    staffing.admit(house.console, house.actor("sam"), "dina", digits)
    assert dina.open("/cases").status_code == 200
    assert "Try your recovery code" not in dina.open("/account").text  # it was typed once


def test_nothing_secret_lies_between_the_two_pages(house: House) -> None:
    browser, token = at_join(house), a_token(house)
    code = begins(browser, token)
    hidden = re.findall(r'type="hidden"[^>]*value="([^"]*)"', browser.page)

    wrong = browser.submit("/join/code", code=new_recovery_code())

    for secret in (WORDS, token, token.replace("-", ""), code.replace("-", "")):
        assert all(secret not in value for value in hidden)
    for answer in (wrong, browser.open("/join")):
        assert code not in answer.text
        assert token not in answer.text


def test_a_code_that_is_not_the_printed_one_makes_no_account_and_may_be_corrected(
    house: House,
) -> None:
    browser = at_join(house)
    code = begins(browser, a_token(house))
    typo = code[:-1] + ("0" if code[-1] != "0" else "1")

    answers = [browser.submit("/join/code", code=given) for given in (new_recovery_code(), typo)]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert "another code" in answers[0].text
    assert "typing error" in answers[1].text
    assert "dina" not in accounts(house)
    assert browser.submit("/join/code", code=code).status_code == 200


def test_unknown_used_and_late_tokens_get_the_same_answer_in_the_same_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them costs a run of Argon2id: what takes time comes after the token was found."""
    used, late = a_token(house), a_token(house, "emil")
    first = at_join(house)
    first.submit("/join/code", code=begins(first, used))
    house.wait(days=7)
    browser = at_join(house)

    def stretch(*given: object) -> bytes:
        raise AssertionError("a passphrase was stretched")

    monkeypatch.setattr(slots, "stretch", stretch)
    answers = [
        browser.submit("/join", token=token, new=WORDS, again=WORDS)
        for token in (UNKNOWN, used, late)
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert len({steady(answer.text) for answer in answers}) == 1


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"new": "short", "again": "short"}, 409, "too easy to guess"),
        ({"again": "another one, and a long one"}, 409, "not the same"),
        ({"token": "no token at all"}, 401, "typing error"),
    ],
)
def test_what_will_not_do_is_said_and_the_token_stays_good(
    house: House, given: dict[str, str], status: int, said: str
) -> None:
    browser, token = at_join(house), a_token(house)

    answer = browser.submit("/join", **{"token": token, "new": WORDS, "again": WORDS, **given})

    assert (answer.status_code, said in answer.text) == (status, True)
    assert WORDS not in answer.text
    assert token not in answer.text
    assert begins(browser, token)


def test_guessing_tokens_has_to_wait(house: House) -> None:
    browser = at_join(house)
    given = {"token": UNKNOWN, "new": WORDS, "again": WORDS}

    codes = [browser.submit("/join", **given).status_code for _ in range(12)]

    assert codes == [401] * 11 + [429] or codes == [401] * 10 + [429] * 2


def test_what_one_browser_carries_no_other_browser_and_no_later_day_can_use(house: House) -> None:
    mine, other = at_join(house), at_join(house)
    code = begins(mine, a_token(house))
    carried = re.findall(r'name="carried" value="([^"]+)"', mine.page)[0]

    stolen = other.post("/join/code", {"carried": carried, "code": code})
    changed = mine.post("/join/code", {"carried": carried[:-6] + "AAAAA=", "code": code})
    house.wait(minutes=31)
    late = mine.post("/join/code", {"carried": carried, "code": code})

    assert {stolen.status_code, changed.status_code, late.status_code} == {401}
    assert "dina" not in accounts(house)


def test_the_second_form_sent_twice_makes_one_account(house: House) -> None:
    browser, token = at_join(house), a_token(house)
    code = begins(browser, token)
    carried = re.findall(r'name="carried" value="([^"]+)"', browser.page)[0]

    codes = [
        browser.post("/join/code", {"carried": carried, "code": code}).status_code for _ in "12"
    ]

    assert codes == [200, 401]
    assert state_of(house, "dina") == "waiting"


def test_joining_signs_nobody_in_and_somebody_who_is_stays_so(house: House) -> None:
    asha = Browser.of(house, "asha")
    token = asha.client.cookies[COOKIE]
    asha.open("/join")
    asha.submit("/join/code", code=begins(asha, a_token(house)))

    assert asha.client.cookies[COOKIE] == token
    assert asha.open("/cases").status_code == 200
