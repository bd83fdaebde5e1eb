"""People, on pages: invited, confirmed, let go; by registrars and nobody else."""

from __future__ import annotations

import re

import pytest
from httpx2 import Response

from tests.hotline.test_new_registrars import a_new_buyer, root_signs
from tests.house import House
from tests.web.console_browser import COOKIE, Browser, app_of
from tests.web.console_scenes import a_case, nothing
from workervoice.crypto.slots import CHEAP
from workervoice.hotline import epochs, restricting, roster, staffing
from workervoice.hotline.enrolling import Enrolled
from workervoice.hotline.staffing import Guest
from workervoice.message import Role
from workervoice.store.engine import Scope
from workervoice.store.tables import cases, invitation
from workervoice.web.console import ROUTES
from workervoice.web.console.routes import ANYONE, HALF, LEAVING

WORDS = "seven quiet lamps on the river"
TOKEN = r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{2,4}){7})</code>"


def path_of(house: House, login: str, by: str = "sam") -> str:
    every = roster.list_people(house.console, house.actor(by))
    return f"/people/{next(person.id for person in every if person.login == login)}"


def state_of(house: House, login: str) -> str:
    every = roster.list_people(house.console, house.actor("sam"))
    return next(person.state for person in every if person.login == login)


def at_people(house: House, login: str = "sam") -> Browser:
    browser = Browser.of(house, login)
    browser.open("/people")
    return browser


def invite(browser: Browser, **given: str) -> Response:
    """Fill in the form; the organisation is the one that the page chose."""
    places = browser.page.partition('name="organisation"')[2]
    chosen = re.search('value="([0-9a-f-]{36})" selected', places)
    chosen = chosen or re.search('value="([0-9a-f-]{36})"', places)
    assert chosen is not None, browser.page
    usual = {"login": "dina", "name": "Dina <D>", "role": "handler", "organisation": chosen[1]}
    return browser.submit("/people/invite", **{**usual, **given})


def invites(browser: Browser, login: str = "dina", role: str = "handler") -> str:
    """The token, as the page shows it."""
    answer = invite(browser, login=login, role=role)
    assert answer.status_code == 200, answer.text
    (token,) = re.findall(TOKEN, answer.text)
    return str(token)


def enrolled(house: House, login: str = "dina", role: Role = Role.HANDLER) -> Enrolled:
    place = house.actor("sam").officer.organisation_id
    guest = Guest(login, "Dina", role, place)
    token = staffing.invite(house.console, house.actor("sam"), guest)
    return staffing.enrol(house.console, token, WORDS, CHEAP)


def comes(house: House, login: str = "dina") -> Browser:
    """Somebody new signs in, and sees whatever they are sent to."""
    browser = Browser.at(app_of(house))
    browser.open("/login")
    answer = browser.submit("/login", login=login, passphrase=WORDS)
    while answer.status_code == 303:
        answer = browser.open(answer.headers["location"])
    return browser


def test_the_list_says_who_is_there_and_how_they_stand(house: House) -> None:
    enrolled(house)
    sam = at_people(house)
    invites(sam, "emil")

    page = sam.open("/people").text

    rows = {login: re.sub(r"\s*<[^>]+>\s*", " ", row) for login, row in rows_of(page).items()}
    assert set(rows) >= {"sam", "asha", "nora", "mina", "dina", "emil"}
    assert "Waits to be confirmed" in rows["dina"]
    assert "Invited" in rows["emil"]
    assert "Supervisor (registrar)" in rows["sam"]
    assert rows["sam"].rstrip().endswith("Yes")
    assert rows["asha"].rstrip().endswith("No")


def rows_of(page: str) -> dict[str, str]:
    rows = re.findall(r'<tr>\s*<th scope="row".*?</tr>', page, flags=re.S)
    return {re.findall(r'<a href="/people/[0-9a-f-]{36}">(.*?)</a>', row)[0]: row for row in rows}


def test_the_token_is_shown_once_and_a_second_try_makes_no_other(house: House) -> None:
    sam = at_people(house)
    token = invites(sam)
    sam.open("/people")

    again = invite(sam)
    person = sam.open(path_of(house, "dina")).text

    assert (again.status_code, "invited already" in again.text) == (409, True)
    assert 'value="dina"' in again.text  # what was typed is kept
    assert token not in again.text + person + sam.open("/people").text
    assert staffing.enrol(house.console, token, WORDS, CHEAP).officer.name == "Dina <D>"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"login": "Ärger"}, "small letters"),
        ({"login": "asha"}, "already"),
        ({"name": " "}, "a name has"),
        ({"role": "buyer"}, "has no buyer"),
        ({"role": "worker"}, "from the list"),
        ({"organisation": "7"}, "from the list"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_in_words(
    house: House, given: dict[str, str], said: str
) -> None:
    sam = at_people(house)

    answer = invite(sam, **given)

    assert (answer.status_code, said.lower() in answer.text.lower()) == (409, True)
    assert house.leaves("officer_invited") == []


def test_whoever_waits_sees_their_fingerprint_and_nothing_else(house: House) -> None:
    case_id, made = a_case(house), enrolled(house)

    dina = comes(house)
    pages = [dina.open(path) for path in ("/cases", f"/cases/{case_id}", "/account", "/")]
    forms = [
        dina.post(path, {"text": "x"}) for path in ("/account/factors", f"/cases/{case_id}/note")
    ]

    assert {page.status_code for page in (*pages, *forms)} == {403}
    assert all(made.fingerprint in page.text for page in (*pages, *forms))
    assert 'href="/cases"' not in dina.page
    assert dina.submit("/logout").status_code == 303
    assert dina.open("/cases").headers["location"] == "/login"


def test_no_route_opens_for_whoever_waits(house: House) -> None:
    made, scene = enrolled(house), nothing()
    dina = comes(house)

    for (method, route), allowed in ROUTES.items():
        if allowed in (ANYONE, HALF) or route in LEAVING:
            continue
        path = scene.path(route)
        answer = dina.post(path, {}) if method == "POST" else dina.open(path)
        assert (answer.status_code, made.fingerprint in answer.text) == (403, True), path


def test_a_supervisor_who_waits_sets_up_no_second_factor_yet(house: House) -> None:
    made = enrolled(house, role=Role.SUPERVISOR)

    dina = comes(house)
    offered = dina.open("/enrol")

    assert (offered.status_code, made.fingerprint in offered.text) == (403, True)
    assert "Set up a second factor" not in offered.text
    assert dina.submit("/second/leave").status_code == 303


def test_the_right_digits_admit_and_others_admit_nobody(house: House) -> None:
    case_id, made, dina = a_case(house), enrolled(house), None
    sam, path = at_people(house), path_of(house, "dina")
    dina = comes(house)
    shown = sam.open(path).text
    heard = made.fingerprint[:-1] + ("0" if made.fingerprint[-1] != "0" else "1")

    wrong = sam.submit(f"{path}/admit", fingerprint=heard)
    before = state_of(house, "dina")
    page = sam.do(f"{path}/admit", fingerprint=f" {made.fingerprint.replace(' ', '')} ")

    assert made.fingerprint not in shown  # it is to be heard, not copied
    assert (wrong.status_code, "fingerprint" in wrong.text, before) == (409, True, "waiting")
    assert heard in wrong.text
    assert "Admitted" in page
    assert dina.open(f"/cases/{case_id}").status_code == 200


def test_somebody_who_does_not_wait_is_not_admitted(house: House) -> None:
    sam = at_people(house)

    answer = sam.post(f"{path_of(house, 'asha')}/admit", {"fingerprint": "1"})

    assert (answer.status_code, "does not wait" in answer.text) == (409, True)


def test_a_removed_persons_open_session_ends_at_once(house: House) -> None:
    case_id = a_case(house)
    ben, sam, path = Browser.of(house, "ben"), at_people(house), path_of(house, "ben")

    asked = sam.open(f"{path}/remove").text
    still = ben.open("/cases").status_code
    answer = sam.submit(f"{path}/remove")

    assert "every case that is not erased" in asked
    assert still == 200
    assert (answer.status_code, "1 case has new keys" in answer.text) == (200, True)
    assert ben.open(f"/cases/{case_id}").headers["location"] == "/login"
    assert state_of(house, "ben") == "left"
    assert "Restricted" not in answer.text


def test_nobody_is_removed_without_the_page_that_says_what_happens(house: House) -> None:
    sam, path = at_people(house), path_of(house, "ben")

    answer = sam.post(f"{path}/remove", {})

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/remove")
    assert state_of(house, "ben") == "admitted"


def test_a_registrar_who_goes_is_ended_by_the_root(house: House) -> None:
    sam, path = at_people(house), path_of(house, "maria")

    asked = sam.open(f"{path}/remove").text
    answer = sam.submit(f"{path}/remove")

    assert "the root" in asked
    assert "officers request maria --end" in answer.text
    assert state_of(house, "maria") == "left"
    assert "signature still counts" in sam.open(path).text
    sam.open(f"{path}/remove")
    assert "officers request maria --end" in sam.submit(f"{path}/remove").text


def test_whom_only_the_leaver_vouched_for_is_listed_and_goes_with_them_if_ticked(
    house: House,
) -> None:
    sam, maria, path = at_people(house), at_people(house, "maria"), path_of(house, "sam", "maria")
    made = staffing.enrol(house.console, invites(sam), WORDS, CHEAP)
    staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)

    asked = maria.open(f"{path}/remove").text
    maria.submit(f"{path}/remove", also="dina")

    assert re.search(
        r'value="dina"> <span>dina, <bdi>Dina &lt;D&gt;</bdi>, Case handler, since 20', asked
    )
    assert re.search(r"sam, <bdi>[^<]+</bdi>. Fingerprint: (\d{5} ?){6}", asked)
    every = roster.list_people(house.console, house.actor("maria"))
    states = {person.login: person.state for person in every}
    assert (states["sam"], states["dina"], states["asha"]) == ("left", "left", "admitted")


def test_who_cannot_be_removed_is_said_before_and_after(house: House) -> None:
    sam, path = at_people(house), path_of(house, "asha")
    case_id = a_case(house)
    restricting.restrict(
        house.console, house.actor("sam"), case_id, {house.actor("asha").id}, "for one"
    )

    pages = [sam.open(f"{path}/remove"), sam.post(f"{path}/remove", {"sure": "yes"})]
    myself = sam.open(f"{path_of(house, 'sam')}/remove")

    assert {page.status_code for page in (*pages, myself)} == {409}
    assert all("only they can read the restricted case" in page.text.lower() for page in pages)
    assert "another registrar" in myself.text
    assert state_of(house, "asha") == "admitted"


def test_restricted_cases_of_whoever_goes_are_counted(house: House) -> None:
    case_id, named = a_case(house), {house.actor(login).id for login in ("sam", "ben")}
    restricting.restrict(house.console, house.actor("sam"), case_id, named, "for two")
    sam, path = at_people(house), path_of(house, "ben")

    asked = sam.open(f"{path}/remove").text
    sam.submit(f"{path}/remove")

    assert "1 restricted case gets new keys" in asked
    assert Browser.of(house, "sam").open(f"/cases/{case_id}").status_code == 200


def test_what_was_interrupted_is_finished_by_asking_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        a_case(house, number=f"+1555010080{number}")
    sam, path = Browser.at(app_of(house), hiding_faults=True), path_of(house, "ben")
    sam.sign_in_by(house.token("sam"))
    sam.open(f"{path}/remove")

    def fails(*given: object) -> None:
        raise RuntimeError("the light went out")

    with monkeypatch.context() as broken:
        broken.setattr(epochs, "renew_for", fails)
        assert sam.submit(f"{path}/remove").status_code == 500
    sam.open(f"{path}/remove")
    finished = sam.submit(f"{path}/remove")

    assert "2 cases have new keys" in finished.text


def test_cases_that_cannot_get_new_keys_are_named(house: House) -> None:
    good, broken = (a_case(house, number=f"+1555010080{number}") for number in range(2))
    with house.owner.begin(Scope(house.programme)) as tx:
        change = cases.update().where(cases.c.id == broken)
        tx.connection.execute(change.values(signature=bytes(64)))
    sam, path = at_people(house), path_of(house, "ben")

    sam.open(f"{path}/remove")
    answer = sam.submit(f"{path}/remove")

    assert "1 case has new keys" in answer.text
    assert "1 case could not get new keys" in answer.text
    assert str(broken) in answer.text
    assert str(good) not in answer.text


def test_a_lost_token_is_void_and_another_can_be_made(house: House) -> None:
    sam = at_people(house)
    token, path = invites(sam), path_of(house, "dina")

    sam.open(f"{path}/remove")
    answer = sam.submit(f"{path}/remove")
    sam.open("/people")

    assert (answer.status_code, "is void" in answer.text) == (200, True)
    assert invites(sam) != token
    assert len(house.leaves("officer_removed")) == 1


def test_a_buyers_registrar_sees_and_invites_only_that_buyers_people(house: House) -> None:
    nora = at_people(house, "nora")
    others = [path_of(house, login) for login in ("sam", "asha", "paul")]
    nowhere = nora.open("/nowhere").text
    foreign = str(house.actor("sam").officer.organisation_id)

    seen = [nora.open(path) for path in others]
    page = nora.open("/people").text
    into = invite(nora, login="evil", role="buyer", organisation=foreign)
    nora.open("/people")
    as_handler = nora.post(
        "/people/invite",
        {"login": "evil", "name": "E", "role": "handler", "organisation": foreign},
    )
    nora.open("/people")
    token = invites(nora, "olga", "buyer")

    assert {(each.status_code, each.text) for each in seen} == {(404, nowhere)}
    assert set(rows_of(page)) == {"nora", "otto"}
    assert "Case handler" not in page
    assert into.status_code == as_handler.status_code == 404
    assert staffing.enrol(house.console, token, WORDS, CHEAP).officer.role is Role.BUYER
    assert set(rows_of(nora.open("/people").text)) == {"nora", "otto", "olga"}
    assert nora.open(f"{path_of(house, 'olga')}").status_code == 200


def test_a_buyers_registrar_lets_a_colleague_go_and_nobody_elses(house: House) -> None:
    nora, otto = at_people(house, "nora"), Browser.of(house, "otto")
    path = path_of(house, "otto", "nora")

    asked = nora.open(f"{path}/remove").text
    answer = nora.submit(f"{path}/remove")
    foreign = nora.post(f"{path_of(house, 'asha')}/remove", {"sure": "yes"})

    assert "Their organisation gets new keys." in asked
    assert (answer.status_code, foreign.status_code) == (200, 404)
    assert otto.open("/disclosures").headers["location"] == "/login"
    assert [state_of(house, login) for login in ("otto", "asha")] == ["left", "admitted"]


def test_whoever_is_no_registrar_has_neither_page_nor_menu_entry(house: House) -> None:
    made = enrolled(house, role=Role.SUPERVISOR)
    staffing.admit(house.console, house.actor("sam"), "dina", made.fingerprint)
    dina = Browser.at(app_of(house))
    dina.open("/login")
    dina.submit("/login", login="dina", passphrase=WORDS)
    dina.open("/enrol")
    dina.do("/enrol", code=dina.code_of_new_app(house, "dina"), name="")
    otto, sam = Browser.of(house, "otto"), Browser.of(house, "sam")

    for browser in (dina, otto, Browser.of(house, "asha"), Browser.of(house, "mina")):
        assert 'href="/people"' not in browser.page
        refused = browser.open("/people")
        assert (refused.status_code, refused.text) == (404, browser.open("/nowhere").text)
    assert 'href="/people"' in sam.page
    assert dina.post("/people/invite", {"login": "emil", "name": "E"}).status_code in {404, 409}
    assert house.leaves("officer_invited")[1:] == []


def test_inviting_admitting_and_removing_ask_again_and_keep_what_was_typed(house: House) -> None:
    made = enrolled(house)
    sam, path, ben = at_people(house), path_of(house, "dina"), path_of(house, "ben")
    house.wait(minutes=6)

    asked = invite(sam, login="emil", name="Emil & Co")
    assert (asked.status_code, "Emil &amp; Co" in asked.text) == (401, True)
    assert state_of(house, "dina") == "waiting"
    done = sam.submit("/people/invite", proof_code=house.code("sam"))
    for page, form, fields in (
        (path, f"{path}/admit", {"fingerprint": made.fingerprint}),
        (f"{ben}/remove", f"{ben}/remove", {}),
    ):
        house.wait(minutes=6)
        sam.open(page)
        assert sam.submit(form, **fields).status_code == 401
        sam.submit(form, proof_code=house.code("sam"))

    assert (done.status_code, "is invited" in done.text) == (200, True)
    assert [state_of(house, login) for login in ("emil", "dina", "ben")] == [
        *("invited", "admitted", "left")
    ]


def test_a_guest_who_is_written_into_the_directory_of_nobody_stays_outside(house: House) -> None:
    """An invitation row that somebody deletes lets nobody in: the signed directory decides."""
    case_id = a_case(house)
    enrolled(house)
    dina = comes(house)
    with house.owner.begin(Scope(house.programme)) as tx:
        tx.connection.execute(invitation.delete().where(invitation.c.login == "dina"))

    answer = dina.open(f"/cases/{case_id}")

    assert answer.status_code == 409
    assert COOKIE in dina.client.cookies


def test_a_buyers_first_registrar_waits_for_the_root_only(root_paper: str, house: House) -> None:
    a_new_buyer(house)
    erin = comes(house, "erin")
    before = erin.open("/people")

    root_signs(house, root_paper, "erin")
    after = erin.open("/people")

    assert (before.status_code, "waits to be confirmed" in before.text) == (403, True)
    assert (after.status_code, set(rows_of(after.text))) == (200, {"erin"})
    assert 'href="/people"' in erin.open("/disclosures").text
