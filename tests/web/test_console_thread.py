"""A case's conversation in plain words: what the worker asked for and agreed to, what we did."""

from __future__ import annotations

import re

import pytest

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import PACKET, WORKER, a_case, a_plan, agree_to_buyers
from workervoice.disclosure.packet import Packet
from workervoice.hotline import disclosing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.references import reference
from workervoice.hotline.registering import change_place
from workervoice.message import Address, AddressKind, Facts, Inbound, MediaHandle, Sent
from workervoice.store.programme import Line
from workervoice.web.console import words
from workervoice.web.console.histories import COMMANDS, DONE
from workervoice.web.console.pages import done
from workervoice.web.console.sentences import MACHINES
from workervoice.workflow.commands import Command
from workervoice.workflow.machine import OFFICERS

CONSENT = r'<h2 id="consent-title">.*?</section>'


def visible(html: str) -> str:
    inline = re.sub(r"</?(?:time|strong|bdi|mark|a|code)\b[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]*>", " ", inline).split())


def entries(page: str) -> list[str]:
    """The visible text of each entry of the thread."""
    return [visible(e) for e in re.findall(r'<li class="entry[^>]*>(.*?)</li>\n', page, re.S)]


def consent_of(page: str) -> str:
    found = re.search(CONSENT, page, re.S)
    assert found is not None
    return visible(found[0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("STOP", "sent STOP: nothing more is sent until they write"),
        ("থামুন", "sent STOP: nothing more is sent until they write"),
        ("help", "sent HELP: asked for help now"),
        ("Status?", "sent STATUS: asked whether a reply waits"),
        ("borrar todo", "sent DELETE: asked to delete everything"),
    ],
)
def test_a_command_is_called_what_it_is(house: House, text: str, told: str) -> None:
    case_id = a_case(house)
    house.say(WORKER, text)

    thread = entries(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    (entry,) = [each for each in thread if text in each]
    assert told in entry
    assert "answers the hotline" not in entry


def test_a_start_after_a_stop_is_called_what_it_is(house: House) -> None:
    case_id = a_case(house)
    house.say(WORKER, "STOP")
    house.say(WORKER, "START")

    thread = entries(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    assert any("sent START: we may write again" in entry for entry in thread)


def test_asking_for_a_reply_is_not_an_answer_to_a_question(house: House) -> None:
    case_id = a_case(house)
    house.desk.answer(house.actor("asha"), case_id, "We are here")
    house.deliver()
    house.say(WORKER, "1")

    thread = entries(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    (asked,) = [entry for entry in thread if "asks for the reply that waits" in entry]
    assert "answers the hotline" not in asked


def test_what_the_hotline_says_by_itself_stands_apart_from_the_workers_words(
    house: House,
) -> None:
    case_id = a_case(house)

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    report, reply = entries(page)
    assert report.startswith("Worker")
    assert reply.startswith("The hotline by itself We have your message.")


def test_the_hours_that_a_worker_was_told_are_shown_though_the_line_has_others_now(
    house: House,
) -> None:
    case_id = a_case(house)
    other = {"reading_hours": "always Asia/Dhaka"}
    change_place(house.console, house.actor("sam"), Line, "demo-sms", other)

    _, reply = entries(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    assert "People read from 8:00 to 20:00." in reply
    assert "..." not in reply


def test_what_became_of_an_issue_is_told_in_words(house: House) -> None:
    scene = a_plan(house)
    case_id, issue_id = scene.case, scene.issue
    disclosing.move(house.console, house.actor("sam"), issue_id, "give_up", "Nobody acts")
    again = Packet(site="Riverside Garments", country="BD", **PACKET)
    disclosing.draft(house.console, house.actor("asha"), case_id, again)

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text
    thread = entries(page)

    told = f"Sensitive issue {reference(house.console.vault, house.actor('asha'), issue_id)}"
    for what in ("Drafted", "Released to buyers", "Proposed: “Record as unresolved”"):
        assert any(what in entry for entry in thread), what
    maria = house.actor("maria")
    disclosing.move(house.console, maria, issue_id, "give_up", "Nobody acts, I agree")
    thread = entries(Browser.of(house, "asha").open(f"/cases/{case_id}").text)
    (ended,) = [entry for entry in thread if "Recorded as unresolved" in entry]
    assert told in ended
    assert "Nobody acts, I agree" in ended
    assert "give_up" not in "".join(thread)


def test_every_move_of_a_person_has_words_for_a_history() -> None:
    for name in ("case", "issue", "action"):
        for move in MACHINES[name].moves:
            if move.roles & (OFFICERS | {"buyer"}):
                assert done(move.name, name) != move.name
        assert set(DONE[name]) - {"draft"} <= set(MACHINES[name].names)
    assert set(COMMANDS) == {str(command) for command in Command}


def test_a_consent_is_shown_with_its_moment_and_what_it_permits(house: House) -> None:
    case_id = a_case(house)
    before = consent_of(Browser.of(house, "asha").open(f"/cases/{case_id}").text)
    house.wait(hours=2)
    agree_to_buyers(house, case_id)

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text
    after = consent_of(page)

    assert "nobody may be told." in before
    assert "Buyers of the site: no. Nothing may be released to them" in before
    assert "The worker agreed to tell buyers. Answered 22 Nov 2026, 11:00 UTC." in after
    assert "Buyers of the site: yes. Two people may release" in after
    assert "The factory: no." in after
    assert "Authorities and others who can help: no." in after
    assert any("answers who may be told: buyers" in entry for entry in entries(page))


def test_an_answer_that_names_nobody_permits_nothing(house: House) -> None:
    case_id = a_case(house)
    while case_page(house.console, house.actor("sam"), case_id).record.facts.consent is None:
        menu = house.phrases.say("consent_menu", "en", line="en", emergency="999")
        house.say(WORKER, "0" if menu in house.phones.texts(WORKER)[-1] else "1")

    told = consent_of(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    assert "The worker said: tell nobody. Answered 22 Nov 2026, 09:00 UTC." in told
    assert ": yes." not in told


def test_a_consent_stands_behind_the_wish_to_delete(house: House) -> None:
    case_id = a_case(house)
    agree_to_buyers(house, case_id)
    house.say(WORKER, "DELETE")
    digit = re.search(r"\d", house.phones.texts(WORKER)[-1])
    assert digit is not None
    house.say(WORKER, digit[0])

    told = consent_of(Browser.of(house, "asha").open(f"/cases/{case_id}").text)

    assert "since asked to delete everything: nothing about this case may leave." in told


def test_every_sum_of_the_menu_says_for_each_audience_what_it_permits() -> None:
    for answer in (None, *range(8)):
        permits = words.permits(answer)

        agreed = sum(1 << place for place, (_, yes, _) in enumerate(permits) if yes)
        assert len(permits) == 3
        assert agreed == (answer or 0)
        assert len({told for _, _, told in permits}) == 3
    assert Facts().consent is None


def test_what_was_sent_besides_words_is_named_and_no_map_is_loaded(house: House) -> None:
    case_id = a_case(house)
    for sent, place in ((Sent.PLACE, "23.81, 90.41"), (Sent.STICKER, "")):
        media = () if place else (MediaHandle("https://api.example/m/1", "image/webp"),)
        sender = Address(AddressKind.PHONE, WORKER)
        inbound = Inbound(f"SM{sent}", sender, "", media, sent=sent, place=place)
        house.reception.receive(Arrival(house.line(), inbound, house.reception.read(inbound)))

    page = Browser.of(house, "asha").open(f"/cases/{case_id}").text

    (*_, a_place, a_sticker) = [each for each in entries(page) if each.startswith("Worker")]
    assert "23.81, 90.41" in a_place
    assert "Sent a place on a map, as north and east in degrees." in a_place
    assert "Sent a sticker." in a_sticker
    assert "Medium 1: a picture, not fetched yet." in a_sticker
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert set(words.SENT) == set(Sent)


def test_shouting_is_not_headed_as_physical_or_sexual_violence(house: House) -> None:
    case_id = a_case(house, WORKER, "boss shouts at us all day")
    asha = Browser.of(house, "asha")

    queue, page = asha.open("/cases").text, asha.open(f"/cases/{case_id}").text

    for shown in (queue, page):
        assert "Violence or abuse" in shown
        assert "exual violence" not in shown
