"""References: another code for each audience, the same within it; monitors see no id at all."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

from tests.builders import a_case, a_released_issue
from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser
from workervoice.hotline.references import reference


def code(house: House, login: str, about: UUID) -> str:
    return reference(house.console.vault, house.actor(login), about)


def test_each_audience_has_its_own_code_for_the_same_thing(shared_house: House) -> None:
    about = uuid4()

    codes = {login: code(shared_house, login, about) for login in ("asha", "nora", "paul", "mina")}

    assert len(set(codes.values())) == 4
    for each in codes.values():
        assert re.fullmatch(r"[A-Z2-7]{5}-[A-Z2-7]{5}", each)
        assert each.replace("-", "").lower() not in about.hex


def test_within_an_audience_it_is_the_same(shared_house: House) -> None:
    about, other = uuid4(), uuid4()

    of_staff = {code(shared_house, login, about) for login in ("asha", "ben", "sam", "maria")}
    of_a_buyer = {code(shared_house, login, about) for login in ("nora", "otto")}

    assert len(of_staff) == len(of_a_buyer) == 1
    assert code(shared_house, "asha", about) == code(shared_house, "asha", about)
    assert code(shared_house, "asha", about) != code(shared_house, "asha", other)


def test_another_service_key_gives_other_codes(shared_house: House, house: House) -> None:
    about = uuid4()

    assert code(shared_house, "asha", about) != code(house, "asha", about)


def test_no_two_audiences_pages_share_an_id_or_a_code(house: House) -> None:
    case_id = a_case(house)
    issue_id = a_released_issue(house, case_id)
    disclosures = [row.id for row in asked(house, "SELECT id FROM disclosure")]
    ids = [case_id, issue_id, *disclosures]
    logins = ("asha", "nora", "paul", "mina")
    start = {"asha": "/cases", "mina": "/monitor"}

    seen: dict[str, set[str]] = {}
    for login in logins:
        browser = Browser.of(house, login)
        pages = [browser.open(start.get(login, "/disclosures")).text]
        pages += [
            browser.open(path).text for path in set(re.findall(r'href="(/[cid][^"]+)"', pages[0]))
        ]
        text = " ".join(pages)
        seen[login] = set(re.findall(r"\b[A-Z2-7]{5}-[A-Z2-7]{5}\b", text))
        seen[login] |= {str(each) for each in ids if str(each) in text}

    assert code(house, "mina", case_id) in seen["mina"]
    assert code(house, "asha", case_id) in seen["asha"]
    assert all(seen.values())
    for one in logins:
        for other in logins:
            assert one == other or seen[one].isdisjoint(seen[other]), (one, other)
    assert not seen["mina"] & set(map(str, ids))
