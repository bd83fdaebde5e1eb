"""What the console's pages show, to whom, and how: a worker's words stay words."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import UUID

import pytest

from tests.house import House
from tests.web.console_browser import Browser, PageReader, app_of, steady
from tests.web.console_scenes import ACTION, DESCRIPTION, PACKET, REPORT, a_case, a_plan
from workervoice.hotline import disclosing
from workervoice.hotline.references import reference
from workervoice.message import MediaHandle
from workervoice.store.engine import Scope
from workervoice.store.tables import message as message_table
from workervoice.store.vault import Vault
from workervoice.web.console import create_console_app

OTHER = "+15550100432"
SCRIPT = "<script>alert(\"x\")</script> & 'quotes' <b onclick=x>{{ 7 * 7 }}{% raw %} RIVER"
ARABIC = "\u200fأخذ المدير جوازات السفر \u202egnp.exe HARBOR"


def words_of(page: str) -> list[str]:
    return re.findall(r'<p class="words"[^>]*>(.*?)</p>', page, re.S)


def test_a_workers_markup_is_text(house: House) -> None:
    case_id = a_case(house, text=SCRIPT)
    asha = Browser.of(house, "asha")

    page = asha.open(f"/cases/{case_id}").text

    assert "<script>alert" not in page
    assert "<b onclick" not in page
    shown = re.sub(r"<mark[^>]*>|</mark>", "", words_of(page)[0])
    assert shown == (
        "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; &#39;quotes&#39; "
        "&lt;b onclick=x&gt;{{ 7 * 7 }}{% raw %} RIVER"
    )


def test_what_officers_write_is_text_too(house: House) -> None:
    case_id = a_case(house)
    asha = Browser.of(house, "asha")
    here = f"/cases/{case_id}"
    asha.open(here)

    asha.do(f"{here}/note", text=SCRIPT)
    asha.do(f"{here}/priority", priority="P0", reason=SCRIPT)
    asha.do(f"{here}/assess", indicator="isolation", verdict="added", reason=SCRIPT)
    asha.submit(f"{here}/answer", text=SCRIPT + "x" * 1500)
    asha.open(f"{here}/issues")
    asha.do(f"{here}/issues", **{**PACKET, "description": SCRIPT, "first_steps": SCRIPT})

    for page in asha.seen:
        assert "<script>alert" not in page
        assert "<b onclick" not in page
    assert "&lt;script&gt;" in asha.page


@pytest.mark.parametrize("text", [ARABIC, "আমাদের বেতন দেয় না RIVER", "line one\nline two  RIVER"])
def test_a_workers_words_stand_in_their_own_direction_and_as_written(
    house: House, text: str
) -> None:
    case_id = a_case(house, text=text)

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    opening = re.search(r'<p class="words" dir="auto" lang="([\w-]+)">', page)
    assert opening is not None
    assert re.sub(r"<[^>]*>", "", words_of(page)[0]) == text


def test_evidence_is_marked_in_the_words_and_named(house: House) -> None:
    case_id = a_case(house, text="Boss took our passports. They did not pay us RIVER")

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    marks = re.findall(r'<mark class="evidence" title="([^"]*)">([^<]*)</mark>', page)
    assert any("passports" in text and "identity papers taken" in why for why, text in marks)
    assert '<li class="evidence">identity papers taken</li>' in page


def test_denied_evidence_is_struck_and_said_not_to_be_so(house: House) -> None:
    case_id = a_case(house, text="Nobody is locked in, but boss took our passports RIVER")

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    marks = re.findall(r'<mark class="denied" title="([^"]*)">([^<]*)</mark>', page)
    assert any("locked" in text and why.startswith("Said not to be so: ") for why, text in marks)
    assert '<li class="denied">not so: locked in</li>' in page


def test_media_are_counted_and_not_fetched(house: House) -> None:
    media = (MediaHandle("https://api.example/m/1"), MediaHandle("https://api.example/m/2"))
    house.text(OTHER, REPORT, media=media)
    house.deliver()
    asha = Browser.of(house, "asha")

    case_id = re.search(r'id="case-([\w-]+)"', asha.page)
    assert case_id is not None
    page = asha.open(f"/cases/{case_id[1]}").text

    assert "Medium 1: a file, not fetched yet." in page
    assert "Medium 2: a file, not fetched yet." in page
    assert "api.example" not in page


def test_an_entry_that_was_changed_is_named_and_not_shown(house: House) -> None:
    case_id = a_case(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        change = message_table.update().where(message_table.c.case_id == case_id)
        tx.connection.execute(change.values(direction="out"))

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    assert re.search(r"Entry <code>[\w-]{36}</code> cannot be read", page)
    assert "passports" not in page


def test_facts_that_do_not_open_are_an_answer_in_words(house: House) -> None:
    case_id = a_case(house)
    other = replace(house.console, vault=Vault(b"x" * 32))
    app = create_console_app(process=other, door=house.door, desk=house.desk, secure_cookies=False)
    asha = Browser.at(app)
    asha.sign_in_by(house.token("asha"))

    answer = asha.open(f"/cases/{case_id}")

    assert answer.status_code == 409
    assert "A seal or signature does not hold" in answer.text
    assert str(case_id) not in answer.text


@pytest.mark.parametrize(
    ("form", "fields", "sentence", "kept"),
    [
        ("answer", {"text": " "}, "Write an answer of 1 to 1500 characters.", ""),
        ("answer", {"text": "z" * 1501}, "Write an answer of 1 to 1500", "z" * 1501),
        ("note", {"text": "\n"}, "Write something in the note.", ""),
        ("priority", {"priority": "P4", "reason": ""}, "Say why, in a few words.", 'P4" selected'),
        ("priority", {"priority": "P9", "reason": "no such"}, "Choose a priority", "no such"),
        ("site", {"site": "nowhere"}, "Choose a site from the list.", ""),
        ("assess", {"indicator": "x", "verdict": "added", "reason": "r-e"}, "Choose an ind", "r-e"),
        ("move/close_unconfirmed", {"reason": "hm"}, "This step cannot be made here: it is ", ""),
        ("move/confirm", {"reason": "hm"}, "This step cannot be made here: it is none that", ""),
        ("move/escalate", {}, "This step cannot be made here: there is none like it at the st", ""),
        ("move/set_aside", {"reason": ""}, "Say why, in a few words.", ""),
    ],
)
def test_a_refused_form_comes_back_with_one_sentence_and_what_was_written(
    house: House, form: str, fields: dict[str, str], sentence: str, kept: str
) -> None:
    here = f"/cases/{a_case(house)}"
    asha = Browser.of(house, "asha")
    before = steady(asha.open(here).text)

    answer = asha.post(f"{here}/{form}", fields)

    assert answer.status_code == 409
    assert f"Nothing was done. {sentence}" in answer.text
    assert kept in answer.text
    assert "Traceback" not in answer.text
    assert steady(asha.open(here).text) == before


def test_a_refused_action_keeps_every_field(house: House) -> None:
    scene = a_plan(house)
    nora, here = Browser.of(house, "nora"), f"/disclosures/{scene.disclosures['nora']}"
    nora.open(here)

    answer = nora.submit(f"{here}/actions", **{**ACTION, "due": "2020-01-01", "needs_site": "yes"})

    assert answer.status_code == 409
    assert "Choose a due date from today to two years from now." in answer.text
    for text in (ACTION["description"], ACTION["root_cause"], ACTION["preventive"], "2020-01-01"):
        assert text in answer.text
    assert 'value="yes" checked' in answer.text


def test_a_plan_is_closed_to_buyers_who_have_not_taken_the_issue_up(house: House) -> None:
    scene = a_plan(house)
    paul, here = Browser.of(house, "paul"), f"/disclosures/{scene.disclosures['paul']}"
    paul.open(here)

    proposed = paul.post(f"{here}/actions", dict(ACTION))
    agreed = paul.post(f"{here}/actions/{scene.action}/agree", {})

    assert (proposed.status_code, agreed.status_code) == (409, 409)
    assert "The plan is not open for changes now." in proposed.text
    assert DESCRIPTION not in proposed.text + agreed.text


def test_what_was_typed_into_a_form_that_is_gone_stands_on_the_page(house: House) -> None:
    """Somebody else acted meanwhile, so that the page has no such form any more."""
    scene = a_plan(house)
    asha, paul = Browser.of(house, "asha"), Browser.of(house, "paul")
    issue, theirs = f"/issues/{scene.issue}", f"/disclosures/{scene.disclosures['paul']}"

    answers = [
        asha.post(f"{issue}/edit", {**PACKET, "description": "<Slowly> written"}),
        asha.post(f"{issue}/move/send_back", {"reason": "<Slowly> written"}),
        asha.post(f"{issue}/actions/{scene.action}/verify", {"note": "<Slowly> written"}),
        paul.post(f"{theirs}/actions", {**ACTION, "root_cause": "<Slowly> written"}),
        asha.post(f"/cases/{scene.case}/move/take_up", {"reason": "<Slowly> written"}),
    ]

    for answer in answers:
        assert answer.status_code == 409
        assert PageReader(answer.text).faults == []
        assert answer.text.count("&lt;Slowly&gt; written") == 1
        assert "What you wrote, to copy" in answer.text


def test_what_was_typed_into_a_form_that_is_there_stands_in_it_only(house: House) -> None:
    here = f"/cases/{a_case(house)}"
    asha = Browser.of(house, "asha")
    asha.open(here)

    answer = asha.submit(f"{here}/answer", text="Slowly written. " + "x" * 1500)

    assert answer.text.count("Slowly written.") == 1
    assert "What you wrote, to copy" not in answer.text


@pytest.mark.parametrize("end", ["give_up", "recall"])
def test_an_issue_that_has_come_to_its_end_offers_nothing_to_do(house: House, end: str) -> None:
    scene = a_plan(house)
    for login in ("sam", "maria"):
        disclosing.move(house.console, house.actor(login), scene.issue, end, "Nobody acts")
    nora, ben = Browser.of(house, "nora"), Browser.of(house, "ben")
    theirs, ours = f"/disclosures/{scene.disclosures['nora']}", f"/issues/{scene.issue}"

    pages = [nora.open(theirs).text, ben.open(ours).text]
    answers = [
        nora.post(f"{theirs}/move/decline", {"reason": "Too late"}),
        nora.post(f"{theirs}/actions", dict(ACTION)),
        ben.post(f"{ours}/actions", dict(ACTION)),
        ben.post(f"{ours}/actions/{scene.action}/reject", {"note": "Too late"}),
    ]

    for page in pages:
        assert "/actions" not in page
        assert "decline" not in page
    gone = 404 if end == "recall" else 409
    assert [answer.status_code for answer in answers] == [gone, gone, 409, 409]


def test_a_monitor_sees_no_words_severity_or_site(house: House) -> None:
    scene = a_plan(house)
    house.say(OTHER, "I am 15, the manager beats us, passports taken, HARBOR")

    page = Browser.of(house, "mina").page

    mina = house.actor("mina")
    assert reference(house.console.vault, mina, scene.case) in page
    assert str(scene.case)[:8] not in page
    for hidden in ("Danger", "Serious", "passport", "papers", "River", "Harbour", "Under 18", "P0"):
        assert hidden not in page


def test_the_queue_tells_who_waits_and_refreshes_itself(house: House) -> None:
    case_id = a_case(house)
    house.wait(hours=30)
    asha = Browser.of(house, "asha")
    waiting = asha.page

    asha.open(f"/cases/{case_id}")
    asha.do(f"/cases/{case_id}/answer", text="We are here")
    answered = asha.open("/cases").text

    assert "for us, 30 hours" in re.sub(r"\s+", " ", waiting)
    assert "1 case waits for us. <strong>1 is late.</strong>" in waiting
    assert "for us, " not in answered
    assert "0 cases wait for us." in answered
    assert f'href="/cases/{case_id}"' in answered.partition("<h2>Answered</h2>")[2]
    assert 'hx-get="/cases" hx-trigger="every 15s" hx-select="#queue"' in waiting
    assert waiting.count('id="queue"') == 1


def test_an_urgent_case_that_was_answered_stands_behind_all_that_wait(house: House) -> None:
    urgent = a_case(house, text="They beat us, blood, the door is locked RIVER")
    standard = a_case(house, OTHER, "Boss pays us late RIVER")
    asha = Browser.of(house, "asha")
    before = asha.page
    asha.open(f"/cases/{urgent}")
    asha.do(f"/cases/{urgent}/answer", text="We are here")

    after = asha.open("/cases").text

    parts = [re.split("<h2>(?:Waiting for us|Answered)</h2>", page)[1:] for page in (before, after)]
    shown = [[re.findall(r'id="case-([\w-]+)"', part) for part in page] for page in parts]
    assert shown == [[[str(urgent), str(standard)]], [[str(standard)], [str(urgent)]]]


def test_a_badge_is_never_broken_in_two(shared_house: House) -> None:
    style = Browser.at(app_of(shared_house)).open("/static/console.css").text

    (badge,) = re.findall(r"^\.badge {(.*)}$", style, re.M)

    assert "white-space: nowrap" in badge


def test_a_site_is_named_and_changed_from_the_list(house: House) -> None:
    case_id = a_case(house, text="Boss took our passports")
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    page = asha.open(here).text
    hill = re.search(r'<option value="([\w-]+)">Hillside', page)
    assert hill is not None
    assert UUID(hill[1])

    asha.open(f"{here}/issues")
    unnamed = asha.submit(f"{here}/issues", **PACKET)
    asha.open(here)
    page = asha.do(f"{here}/site", site=hill[1])

    assert unnamed.status_code == 409
    assert "Name the site first" in unnamed.text
    assert DESCRIPTION in unnamed.text
    assert "<bdi>Hillside Electronics</bdi>" in page
    assert "Northwind Apparel" in page


def test_the_demo_says_that_it_is_one(house: House) -> None:
    app = create_console_app(
        process=house.console, door=house.door, desk=house.desk, secure_cookies=False, demo=True
    )

    shown, real = Browser.at(app).open("/login").text, Browser.at(app_of(house)).open("/login").text

    assert "Demonstration" in shown
    assert "Demonstration" not in real


def test_a_fault_of_ours_is_a_plain_page_with_the_same_headers(house: House) -> None:
    broken = replace(house.door, process=replace(house.console, clock=lambda: 1 // 0))  # type: ignore[arg-type, return-value]
    app = create_console_app(
        process=house.console, door=broken, desk=house.desk, secure_cookies=False
    )
    browser = Browser.at(app, hiding_faults=True)
    browser.sign_in_by("A" * 43)

    answer = browser.open("/cases")

    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
