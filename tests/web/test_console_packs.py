"""Which packs spoke in a case, and all packs of the hotline: what a draft is called, to whom."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import REPORT, WORKER, a_case
from workervoice.hotline.casepage import case_page
from workervoice.triage import packheads
from workervoice.triage.lexicon import Signature
from workervoice.triage.packheads import Broken, Head
from workervoice.web.console.shelf import Shelf, Source

DRAFT = "Draft pack: not yet reviewed by a native speaker"
MIXED = "Boss took our passports RIVER. amar beton dey na"


shipped = cache(packheads.heads)


def bare(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def drafts_in(page: str) -> set[str]:
    """The languages that a page calls drafts first."""
    named = re.search(rf"{DRAFT} \(([^<>]*)\)\.", page)
    return set(named[1].split(", ")) if named else set()


def signed(*of: int, name: str = "en", status: str = "reviewed", version: int = 1) -> Source:
    """The shipped packs, one of them signed in these versions."""
    who = tuple(Signature("Dr. A. Example", "2026-11-20", each) for each in of)

    def heads() -> tuple[Head | Broken, ...]:
        return tuple(
            replace(head, signed=who, status=status, version=f"{version}:0123456789ab")
            if isinstance(head, Head) and head.name == name
            else head
            for head in shipped()
        )

    return heads


def visit(house: House, login: str, path: str, source: Source = shipped) -> str:
    app = app_of(house)
    app.state.console = replace(app.state.console, shelf=Shelf(source))
    return Browser.of(house, login, app).open(path).text


def test_a_text_names_the_rules_that_read_it(house: House) -> None:
    case_id = a_case(house)

    page = visit(house, "asha", f"/cases/{case_id}")

    assert re.search(r"identity papers taken: en/P_documents#\d+", bare(page))
    assert "How this was read: with a draft pack" in page


def test_of_very_many_rules_the_first_are_named(house: House) -> None:
    families = (Path(__file__).parents[1] / "triage" / "families_en.txt").read_text("utf-8")
    case_id = a_case(house, text=f"{REPORT}. {families[:12_000]}")

    page = visit(house, "asha", f"/cases/{case_id}")

    listed = page.partition("How this was read")[2].partition("</ul>")[0]
    assert listed.count("<li>") == 41
    assert re.search(r"<li>and \d+ more</li>", listed)


def test_a_case_names_the_languages_of_the_draft_packs_that_spoke(house: House) -> None:
    case_id = a_case(house, text=MIXED)

    page = visit(house, "asha", f"/cases/{case_id}")

    assert {"Bangla in Latin letters", "English"} <= drafts_in(
        page.partition('id="judged-title"')[2]
    )
    assert "Spanish" not in bare(page)


def test_a_pack_that_was_signed_is_not_called_a_draft(house: House) -> None:
    case_id = a_case(house, text=MIXED)

    page = visit(house, "asha", f"/cases/{case_id}", signed(1))

    assert "Bangla in Latin letters" in drafts_in(page)
    assert "English" not in drafts_in(page)


@pytest.mark.parametrize(
    ("of", "version", "called"),
    [((1,), 2, False), ((2,), 2, True), ((), 2, True)],
    ids=["signed when it read", "signed since", "never signed"],
)
def test_a_signature_is_about_the_version_that_read_the_text(
    house: House, of: tuple[int, ...], version: int, called: bool
) -> None:
    case_id = a_case(house)
    status = "reviewed" if version in of else "draft"

    page = visit(house, "asha", f"/cases/{case_id}", signed(*of, status=status, version=version))

    assert ("English" in drafts_in(page)) is called


def test_a_pack_that_is_no_longer_there_counts_as_a_draft(house: House) -> None:
    case_id = a_case(house)

    page = visit(house, "asha", f"/cases/{case_id}", lambda: (Broken("en", "en.yaml:1: not YAML"),))

    assert DRAFT in page


def test_what_the_dialogue_understood_has_no_pack(house: House) -> None:
    house.say(WORKER, "HELP")

    page = visit(house, "asha", house_case(house))

    assert "How this was read" not in page
    assert DRAFT not in page


def house_case(house: House) -> str:
    queue = Browser.of(house, "asha").page
    found = re.search(r'id="case-([\w-]+)"', queue)
    assert found is not None
    return f"/cases/{found[1]}"


def test_the_versions_of_the_packs_that_spoke_are_kept_with_the_text(house: House) -> None:
    case_id = a_case(house, text=MIXED)

    (read,) = {
        (each.pack, each.version)
        for each in case_page(house.console, house.actor("asha"), case_id).reads()
        if each.pack == "bn-latn"
    }

    assert read == ("bn-latn", 1)


@pytest.mark.parametrize("login", ["sam", "mina"])
def test_supervisors_and_monitors_see_every_pack_with_its_status(
    shared_house: House, login: str
) -> None:
    page = visit(shared_house, login, "/packs", signed(1, name="es"))

    told, heads = bare(page), shipped()
    for head in heads:
        assert isinstance(head, Head)
        assert f" {head.phrases:,} " in told
        assert head.file in told
    assert "Spanish Reviewed 1" in told
    assert "Dr. A. Example , version 1, 20 Nov 2026" in told
    assert "Bangla Draft 2" in told
    drafts, packs = len(heads) - 1, len(heads)
    assert f"{drafts} of {packs}: draft pack, not yet reviewed by a native speaker." in told
    assert '<a href="/packs" aria-current="page">' in page


def test_packs_are_looked_at_once_and_before_a_page_asks() -> None:
    looked = Event()
    times: list[int] = []

    def source() -> tuple[Head | Broken, ...]:
        times.append(1)
        looked.set()
        return ()

    shelf = Shelf(source)
    shelf.look_ahead()
    assert looked.wait(10)

    while "packs" not in vars(shelf):
        sleep(0.001)
    assert shelf.packs == ()
    assert len(times) == 1


def test_a_pack_that_cannot_be_read_is_named_with_its_place(shared_house: House) -> None:
    page = visit(shared_house, "sam", "/packs", lambda: (Broken("en", "en.yaml:7: not YAML: <b>"),))

    assert "en.yaml:7: not YAML: &lt;b&gt;" in page
    assert "Cannot be read" in page


@pytest.mark.parametrize(("login", "sees"), [("sam", True), ("mina", True), ("asha", False)])
def test_the_way_to_the_packs_is_shown_to_those_who_may_go(
    shared_house: House, login: str, sees: bool
) -> None:
    page = Browser.of(shared_house, login).page

    assert ('href="/packs"' in page) is sees
