"""Writing down a call, a walk-in or a letter: the pages, the prompts, and where a number is not."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest

from tests.house import House
from tests.looking import asked
from tests.web.console_browser import Browser

HX = {"HX-Request": "true"}
SAID = "They took our <passports> and we can not leave"
NUMBER = "+15550177123"
TYPED = "+1 (555) 017-7123"


def line_of(browser: Browser, slug: str = "demo-sms") -> str:
    found = re.search(rf'<option value="([0-9a-f-]+)"[^>]*>{slug} ', browser.page)
    assert found is not None
    return found[1]


def fill(browser: Browser, form: str, **said: str | list[str]) -> str:
    """Open a page, fill it in and hand it over; where it leads to."""
    browser.open(f"/entries/{form}")
    way: dict[str, str | list[str]] = {"way": "walk_in"} if form == "hand" else {}
    given = {"line": line_of(browser), "text": SAID, **way, **said}
    answer = browser.submit(f"/entries/{form}", **given)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def everything_stored(house: House) -> bytes:
    names = [row.tablename for row in asked(house, "SELECT tablename FROM pg_tables")]
    mine = [name for name in names if not name.startswith(("pg_", "sql_"))]
    rows = [str(asked(house, f"SELECT t::text FROM {name} t")) for name in mine]  # noqa: S608
    return "\n".join(rows).encode()


def test_the_queue_leads_to_both_pages(house: House) -> None:
    page = Browser.of(house, "asha").open("/cases").text

    assert 'href="/entries/call"' in page
    assert 'href="/entries/hand"' in page


def test_a_call_is_handed_over_and_its_page_leads_to_the_case(house: House) -> None:
    asha = Browser.of(house, "asha")

    place = fill(asha, "call", number=TYPED)
    waits = asha.open(place).text
    house.by_hand.take_waiting()
    part = asha.open(place, **HX).text
    filed = asha.open(place)
    case = asha.open(filed.headers["location"]).text

    assert "within seconds" in waits
    assert f'hx-get="{place}"' in waits
    assert "It is filed" in part
    assert filed.status_code == 303
    assert "&lt;passports&gt;" in case
    assert "told on the telephone, written down by <bdi>Asha" in case


def test_the_number_is_on_no_page_and_nowhere_in_the_database(house: House) -> None:
    asha, ben = Browser.of(house, "asha"), Browser.of(house, "ben")

    place = fill(asha, "call", number=TYPED)
    before = everything_stored(house)
    asha.open(place)
    house.by_hand.take_waiting()
    case = asha.open(place).headers["location"]
    for browser in (asha, ben):
        browser.open(case)
    after = everything_stored(house)

    shown = "\n".join([*asha.seen, *ben.seen])
    for digits in (NUMBER, NUMBER[1:], TYPED, "0177123", NUMBER.encode().hex()):
        assert digits not in shown
        assert digits.encode() not in before
        assert digits.encode() not in after
    assert SAID.encode().hex().encode() not in before


def test_a_wrong_number_is_refused_without_being_shown_and_the_text_is_there_again(
    house: House,
) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/call")

    answer = asha.submit("/entries/call", line=line_of(asha), text=SAID, number="01770123")

    assert answer.status_code == 409
    assert html.escape(SAID) in answer.text
    assert "01770123" not in answer.text
    assert "Write the number with its country" in answer.text


def test_what_is_typed_is_kept_without_the_number_and_is_there_again(house: House) -> None:
    asha, ben = Browser.of(house, "asha"), Browser.of(house, "ben")
    asha.open("/entries/call")
    given = {"form_token": asha.token, "text": SAID, "danger": "yes", "number": NUMBER}

    kept = asha.client.post("/entries/call/draft", data=given, headers=HX)

    assert kept.status_code == 204
    again = asha.open("/entries/call").text
    assert html.escape(SAID) in again
    assert 'value="yes" checked' in again
    assert NUMBER not in again
    assert SAID.encode() not in everything_stored(house)
    assert html.escape(SAID) not in ben.open("/entries/call").text
    assert html.escape(SAID) not in asha.open("/entries/hand").text


def test_while_the_gateway_is_away_nothing_is_lost(house: House) -> None:
    asha = Browser.of(house, "asha")

    place = fill(asha, "hand", way="letter")
    house.wait(hours=3)
    asha = Browser.of(house, "asha")
    form = asha.open("/entries/hand").text

    assert "waits to be filed" in form
    assert place in form
    house.by_hand.take_waiting()
    assert asha.open(place).status_code == 303
    assert "waits to be filed" not in asha.open("/entries/hand").text
    assert asked(house, "SELECT count(*) AS n FROM entry_draft")[0].n == 0


def test_what_a_crash_of_the_database_took_can_be_entered_again(house: House) -> None:
    asha = Browser.of(house, "asha")
    place = fill(asha, "call", number=NUMBER)
    with house.owner.begin() as tx:
        tx.connection.exec_driver_sql("TRUNCATE handover")  # as after a crash: it is unlogged

    lost = asha.open(place).text
    (again,) = re.findall(r'href="(/entries/call\?again=[0-9a-f-]+)"', lost)

    assert "Nothing is known of this entry" in lost
    assert html.escape(SAID) in asha.open(again).text
    assert NUMBER not in asha.page


def test_an_entry_that_the_gateway_refused_can_be_entered_again(house: House) -> None:
    asha = Browser.of(house, "asha")
    place = fill(asha, "hand")
    house.wait(days=8)
    house.by_hand.take_waiting()

    refused = Browser.of(house, "asha").open(place).text

    assert "could not take it" in refused
    assert "Enter it again" in refused


def test_nobody_and_somebody_is_no_answer(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/hand")

    said = {"way": "letter", "line": line_of(asha), "text": SAID}
    answer = asha.submit("/entries/hand", consent=["0", "1"], **said)

    assert answer.status_code == 409
    assert "not both" in answer.text


def test_prompts_begin_with_danger_and_go_on_with_what_the_rule_misses(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/call")
    before = everything_stored(house)

    def ask(**said: str) -> str:
        given = {"form_token": asha.token, "number": NUMBER, **said}
        return asha.client.post("/entries/call/prompts", data=given, headers=HX).text

    first = ask(text="")
    understood = ask(text="They took our passports", danger="no")
    spanish = ask(text="Nos quitaron los pasaportes y no podemos salir", danger="no")
    danger = ask(text="He is beating us now", danger="yes")

    assert "Are you in danger now?" in first
    assert "identity papers taken" in understood
    assert "Are you in danger" not in understood
    assert "Ask next" in understood
    assert 'lang="es"' in spanish
    assert "Danger is reported" in danger
    assert NUMBER not in first + understood + spanish + danger
    assert "<html" not in understood
    assert everything_stored(house).count(b"passports") == before.count(b"passports") == 0


def test_prompts_end_when_nothing_is_missing(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/call")
    (site, *_) = re.findall(r'<option value="([0-9a-f-]{36})"[^>]*>River', asha.page)

    def ask(**said: str) -> str:
        given = {"form_token": asha.token, "danger": "no", **said}
        return asha.client.post("/entries/call/prompts", data=given, headers=HX).text

    assert "Where do you work?" in ask(text="")
    assert "Who may be told" in ask(text="", site=site)
    assert "Nothing more has to be asked" in ask(text="", site=site, consent="1")


def test_without_scripts_a_button_shows_what_to_ask_and_keeps_what_was_typed(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/call")

    page = asha.submit("/entries/call/prompts", text=SAID, danger="no", number=NUMBER)

    assert page.status_code == 200
    assert html.escape(SAID) in page.text
    assert "identity papers taken" in page.text
    assert NUMBER not in page.text


@pytest.mark.parametrize("login", ["nora", "mina"])
def test_nobody_but_handlers_and_supervisors_gets_there(house: House, login: str) -> None:
    browser = Browser.of(house, login)

    assert browser.open("/entries/call").status_code == 404
    for path in ("/entries/call", "/entries/hand", "/entries/call/draft", "/entries/call/prompts"):
        assert browser.post(path, {"text": SAID}).status_code == 404
    assert asked(house, "SELECT count(*) AS n FROM handover")[0].n == 0


def test_a_form_without_its_token_hands_nothing_over(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/call")

    answer = asha.post("/entries/call", {"text": SAID, "line": line_of(asha)}, token=False)

    assert answer.status_code == 403
    assert asked(house, "SELECT count(*) AS n FROM handover")[0].n == 0


def test_somebody_elses_entry_tells_nothing(house: House) -> None:
    place = fill(Browser.of(house, "asha"), "hand")
    house.by_hand.take_waiting()

    other = Browser.of(house, "ben").open(place)

    assert other.status_code == 404


def test_a_case_without_a_phone_says_so_when_it_is_answered(house: House) -> None:
    asha = Browser.of(house, "asha")
    place = fill(asha, "hand")
    house.by_hand.take_waiting()
    case = asha.open(place).headers["location"]
    page = asha.open(case).text

    answer = asha.post(f"{case}/answer", {"text": "Come back on Monday"})

    assert "no phone leads to this worker" in page
    assert f'href="/entries/hand?case={case.removeprefix("/cases/")}"' in page
    assert f'action="{case}/answer"' not in page
    assert answer.status_code == 409
    assert "no phone leads to this worker" in answer.text


def test_who_comes_again_is_written_into_the_same_case(house: House) -> None:
    asha = Browser.of(house, "asha")
    place = fill(asha, "hand")
    house.by_hand.take_waiting()
    case = asha.open(place).headers["location"]

    form = asha.open(f"/entries/hand?case={case.removeprefix('/cases/')}").text
    said = {"way": "walk_in", "line": line_of(asha), "text": "They gave it back"}
    again = asha.submit("/entries/hand", **said).headers["location"]
    house.by_hand.take_waiting()

    assert 'name="number"' not in form
    assert asha.open(again).headers["location"] == case
    assert "They gave it back" in asha.open(case).text


def test_a_case_that_is_not_there_takes_no_entry(house: House) -> None:
    asha = Browser.of(house, "asha")
    asha.open("/entries/hand")
    said = {"way": "letter", "line": line_of(asha), "text": SAID, "case": str(UUID(int=7))}

    assert asha.post("/entries/hand", said).status_code == 404
    assert asked(house, "SELECT count(*) AS n FROM handover")[0].n == 0
