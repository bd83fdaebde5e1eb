"""Files that show what was done: brought by a buyer, washed, sealed, seen by all parties."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI

from tests.house import House
from tests.wash.files import PLANTED, huge_png, picture, recording
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import Scene, a_plan, begun, with_evidence
from workervoice.hotline import buying
from workervoice.hotline.planning import TEXT_MAX
from workervoice.store.engine import Scope
from workervoice.store.tables import medium as medium_table
from workervoice.wash.outcome import MOST_IN
from workervoice.web.console.uploads import UPLOAD_BYTES

NAME = "maria-lopez-locker.jpg"
PHOTO = (NAME, picture("JPEG"), "image/jpeg")
SAYS = "the lockers, and who got a key"
PARTS = {"Content-Type": "multipart/form-data; boundary=b"}


@dataclass
class AtPlan:
    """Somebody in front of a plan: where it stands, and where its action is."""

    browser: Browser
    here: str
    action: str

    def add(self, file: tuple[str, bytes, str] = PHOTO, says: str = SAYS) -> Any:
        self.browser.open(self.here)
        return self.browser.upload(f"{self.action}/evidence", file, note=says)

    def sees(self) -> str:
        return self.browser.open(self.here).text

    def file(self) -> str:
        """Where the one file of this page is."""
        (place,) = set(re.findall(r'(?:src|href)="([^"]+/media/[0-9a-f-]{36})"', self.sees()))
        return str(place)


def at_plan(house: House, scene: Scene, login: str = "nora", app: FastAPI | None = None) -> AtPlan:
    buyer = login in scene.disclosures
    here = f"/disclosures/{scene.disclosures[login]}" if buyer else f"/issues/{scene.issue}"
    browser = Browser.of(house, login, app)
    browser.open(here)
    return AtPlan(browser, here, f"{here}/actions/{scene.action}")


def media_rows(house: House) -> list[Mapping[str, Any]]:
    """Of plans."""
    with house.owner.begin(Scope(house.programme)) as tx:
        query = medium_table.select().where(medium_table.c.holder_kind == "plan")
        return [dict(row) for row in tx.connection.execute(query).mappings()]


@pytest.fixture
def scene(house: House) -> Scene:
    made = a_plan(house)
    begun(house, made)
    return made


def test_what_a_buyer_adds_is_seen_by_the_parties_of_the_plan_without_what_was_planted(
    house: House, scene: Scene
) -> None:
    nora = at_plan(house, scene)

    answer = nora.add()

    assert answer.status_code == 303
    for reader in (nora, at_plan(house, scene, "asha")):
        page, place = reader.sees(), reader.file()
        shown = reader.browser.client.get(place)
        small = reader.browser.client.get(f"{place}/small")
        assert SAYS in page
        assert NAME not in page
        assert {a.headers["content-type"] for a in (shown, small)} == {"image/jpeg"}
        assert PLANTED.encode() not in shown.content + small.content
    assert len(house.leaves("medium_seen")) == 2


def test_no_row_in_clear_tells_who_brought_it(house: House, scene: Scene) -> None:
    at_plan(house, scene).add()

    (row,) = media_rows(house)
    assert (row["signer_id"], bytes(row["signature"])) == (UUID(int=0), b"")


@pytest.mark.parametrize(
    ("content", "claimed", "why"),
    [
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
            "image/svg+xml",
            "PDF",
        ),
        (b"PK\x03\x04 a table of wages", "application/vnd.ms-excel", "only pictures, PDF"),
        (huge_png(60_000), "image/png", "larger than a screen"),
        (picture("JPEG")[:300], "image/jpeg", "broken"),
    ],
    ids=["svg", "office", "huge", "cut"],
)
def test_what_cannot_be_washed_is_refused_in_words_and_nothing_is_stored(
    house: House, scene: Scene, content: bytes, claimed: str, why: str
) -> None:
    answer = at_plan(house, scene).add(("a", content, claimed))

    assert answer.status_code == 409
    assert "The file was not taken: " in answer.text
    assert why in answer.text
    assert SAYS in answer.text  # what was typed stands there again
    assert media_rows(house) == []


def test_without_a_file_or_words_nothing_is_stored(house: House, scene: Scene) -> None:
    nora = at_plan(house, scene)

    no_file = nora.add(("", b"", ""))
    empty = nora.add(("a.jpg", b"", "image/jpeg"))
    no_words = nora.add(says=" ")
    many_words = nora.add(says="x" * (TEXT_MAX + 1))

    assert [a.status_code for a in (no_file, empty, no_words, many_words)] == [409] * 4
    assert "Choose a file." in no_file.text
    assert "there is nothing in it" in empty.text
    assert "Say what the file shows." in no_words.text
    assert media_rows(house) == []


def test_a_form_that_is_sent_twice_adds_once_and_another_file_is_another(
    house: House, scene: Scene
) -> None:
    nora = at_plan(house, scene)
    page = nora.browser.page
    other = ("b.pdf", picture("PDF"), "application/pdf")

    for file in (PHOTO, PHOTO, other):
        nora.browser.page = page
        answer = nora.browser.upload(f"{nora.action}/evidence", file, note=SAYS)
        assert answer.status_code == 303

    assert len(media_rows(house)) == 2
    assert len(house.leaves("evidence_added")) == 2


def test_sound_and_film_are_not_played_by_themselves(house: House, scene: Scene) -> None:
    nora = at_plan(house, scene)

    nora.add(("a.mp4", recording("mp4", "aac", "libx264"), "video/mp4"))
    nora.add(("a.ogg", recording("ogg", "libopus"), "audio/ogg"))

    page = nora.sees()
    assert page.count('preload="none"') == 2
    assert "autoplay" not in page


def test_whoever_did_not_do_it_adds_to_the_check_and_may_still_verify(
    house: House, scene: Scene
) -> None:
    nora = at_plan(house, scene)
    nora.add()
    nora.sees()
    nora.browser.do(f"{nora.action}/submit_evidence", note="see the pictures")
    asha = at_plan(house, scene, "asha")

    added = asha.add(says="what I saw there")
    asha.sees()
    page = asha.browser.do(f"{asha.action}/verify", note="I went there and asked")

    assert added.status_code == 303
    assert "File added to the check" in page
    assert "Verified" in page


def test_whoever_added_evidence_does_not_verify_it(house: House, scene: Scene) -> None:
    for move in ("open", "acknowledge"):
        buying.move(house.console, house.actor("paul"), scene.disclosures["paul"], move, "")
    paul, nora = at_plan(house, scene, "paul"), at_plan(house, scene)
    assert paul.add().status_code == 303
    nora.browser.do(f"{nora.action}/submit_evidence", note="see the pictures")

    page = paul.sees()

    assert f"{paul.action}/verify" not in page
    assert "Somebody who did not do it has to verify it." in page
    assert f"{paul.action}/evidence" not in page


def test_before_it_is_under_way_nothing_is_added(house: House) -> None:
    nora = at_plan(house, a_plan(house))
    assert f"{nora.action}/evidence" not in nora.browser.page

    fields = {"form_token": nora.browser.token, "note": SAYS}
    answer = nora.browser.client.post(f"{nora.action}/evidence", data=fields, files={"file": PHOTO})

    assert answer.status_code == 409
    assert "while it is under way" in answer.text
    assert media_rows(house) == []


def test_the_hotlines_people_add_nothing_to_what_is_under_way(house: House, scene: Scene) -> None:
    asha = at_plan(house, scene, "asha")

    assert f"{asha.action}/evidence" not in asha.browser.page


def added(house: House, scene: Scene) -> Scene:
    nora = at_plan(house, scene)
    nora.add()
    return replace(scene, file=UUID(nora.file().rpartition("/")[2]))


def test_a_buyer_who_has_not_opened_it_gets_no_file(house: House, scene: Scene) -> None:
    made = added(house, scene)
    paul = Browser.of(house, "paul")

    place = f"/disclosures/{made.disclosures['paul']}/actions/{made.action}/media/{made.file}"

    assert paul.client.get(place).status_code == 404
    assert paul.client.get(f"{place}/small").status_code == 404


def test_a_file_of_a_case_is_none_of_a_plan_and_the_other_way_round(
    house: House, scene: Scene
) -> None:
    made = added(house, scene)
    asha = at_plan(house, made, "asha")

    for place in (
        f"{asha.action}/media/{made.medium}",
        f"/cases/{made.case}/media/{made.file}",
        f"{asha.here}/actions/{uuid4()}/media/{made.file}",
        f"{asha.action}/media/{uuid4()}",
    ):
        assert asha.browser.client.get(place).status_code == 404


def test_a_file_that_was_changed_in_the_store_is_not_shown(house: House, scene: Scene) -> None:
    made = added(house, scene)
    with house.owner.begin(Scope(house.programme)) as tx:
        change = medium_table.update().where(medium_table.c.id == made.file)
        tx.connection.execute(change.values(head=b"\x00" * 100))

    asha = at_plan(house, made, "asha")

    assert "it was changed after it was stored" in asha.browser.page
    answer = asha.browser.client.get(f"{asha.action}/media/{made.file}")
    assert answer.status_code == 409


def test_two_of_the_hotlines_people_remove_what_shows_too_much(house: House, scene: Scene) -> None:
    made = added(house, scene)
    asha, sam = at_plan(house, made, "asha"), at_plan(house, made, "sam")
    remove = f"{asha.action}/media/{made.file}/remove"

    first = asha.browser.do(remove, reason="a list of names can be read")
    again = asha.browser.do(remove, reason="a list of names can be read")
    assert len(media_rows(house)) == 1
    last = sam.browser.do(remove, reason="names")

    assert "Proposed: remove a file for good" in first
    assert again.count("Proposed: remove a file for good") == 1
    assert "two people of the hotline removed it" in last
    assert "a list of names can be read" in last
    assert media_rows(house) == []
    assert sam.browser.client.get(f"{asha.action}/media/{made.file}").status_code == 404


def test_nothing_is_removed_from_what_is_under_legal_hold(house: House, scene: Scene) -> None:
    made = added(house, scene)
    house.desk.hold(house.actor("sam"), made.case, held=True, reason="a court asks")
    asha = at_plan(house, made, "asha")

    answer = asha.browser.submit(f"{asha.action}/media/{made.file}/remove", reason="names")

    assert answer.status_code == 409
    assert "under legal hold" in answer.text


def test_a_buyer_removes_nothing(house: House, scene: Scene) -> None:
    made = added(house, scene)
    nora = at_plan(house, made)

    answer = nora.browser.post(f"{nora.action}/media/{made.file}/remove", {"reason": "wrong"})

    assert answer.status_code == 404
    assert "/remove" not in nora.browser.page
    assert len(media_rows(house)) == 1


def test_an_action_has_room_for_so_many_files(
    house: House, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workervoice.hotline.evidence.MOST", 1)
    made = added(house, scene)

    answer = at_plan(house, made).add(("b", picture("PNG"), "image/png"))

    assert answer.status_code == 409
    assert len(media_rows(house)) == 1


def test_no_file_is_read_for_whoever_may_not_send_it(house: House, scene: Scene) -> None:
    """Refused before the first byte of it is asked for."""
    action = at_plan(house, scene).action
    app = app_of(house)
    read: list[int] = []

    def body() -> Iterator[bytes]:
        for number in range(64):
            read.append(number)
            yield b"x" * 1024

    stranger, monitor = Browser.at(app), Browser.of(house, "mina", app)
    answers = [
        who.client.post(f"{action}/evidence", content=body(), headers=PARTS).status_code
        for who in (stranger, monitor)
    ]

    assert answers == [403, 404]


FIELD = b"--b\r\nContent-Disposition: form-data; name=note\r\n\r\nx\r\n"
FILE = b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b",
        FIELD.removesuffix(b"\r\n"),
        FIELD,
        b"--b\r\n" + b"X: y\r\n" * 100 + b"\r\n\r\n--b--",
        FILE * 2 + b"--b--",
        FIELD * 100 + b"--b--",
    ],
    ids=["nothing", "boundary", "cut", "no end", "headers", "two files", "fields"],
)
def test_a_body_that_no_page_of_ours_sends_is_refused(
    house: House, scene: Scene, body: bytes
) -> None:
    nora = at_plan(house, scene)

    answer = nora.browser.client.post(f"{nora.action}/evidence", content=body, headers=PARTS)

    assert answer.status_code == 422
    assert media_rows(house) == []


@pytest.mark.parametrize("boundary", ["x" * 300, "é", "", '"'])
def test_a_boundary_that_no_browser_makes_is_refused(
    house: House, scene: Scene, boundary: str
) -> None:
    nora = at_plan(house, scene)
    head = f"multipart/form-data; boundary={boundary}".encode()

    answer = nora.browser.client.post(
        f"{nora.action}/evidence",
        content=b"--" + boundary.encode() + b"\r\n\r\n",
        headers={b"Content-Type": head},
    )

    assert answer.status_code in {403, 422}  # 403: no form, and so no token


def test_one_that_is_too_large_is_refused(house: House, scene: Scene) -> None:
    nora = at_plan(house, scene)

    file = nora.add(("a", b"x" * (MOST_IN + 1), "image/jpeg"))
    form = nora.browser.client.post(
        f"{nora.action}/evidence", content=b"x" * (UPLOAD_BYTES + 1), headers=PARTS
    )

    assert file.status_code == 409
    assert "it is larger than 16 MB" in file.text
    assert form.status_code == 413


def test_few_files_come_at_once_and_a_refusal_leaves_room(house: House, scene: Scene) -> None:
    app = app_of(house)
    nora = at_plan(house, scene, app=app)
    for _ in range(6):
        assert nora.add(("a", b"rubbish", "image/png")).status_code == 409
    coming: Any = app.state.console.uploads
    assert coming == set()

    coming.add(house.actor("nora").id)
    hers = nora.add()
    coming.clear()
    coming.update(uuid4() for _ in range(6))
    full = nora.add()
    coming.pop()
    after = nora.add()

    assert hers.status_code == 503
    assert (full.status_code, full.headers["Retry-After"]) == (503, "5")
    assert after.status_code == 303


def test_the_scene_with_evidence_has_it(house: House) -> None:
    made = with_evidence(house, a_plan(house))

    assert [row["id"] for row in media_rows(house)] == [made.file]


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-1", 206, slice(0, 2)),
        ("bytes=5-", 206, slice(5, None)),
        ("bytes=0-999999999999", 206, slice(0, None)),
        ("bytes=9-2", 200, slice(0, None)),
        ("bytes=999999999-", 200, slice(0, None)),
        ("bytes=0-1,4-5", 200, slice(0, None)),
        ("bytes=-5", 200, slice(0, None)),
        ("pages=1-2", 200, slice(0, None)),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(
    house: House, scene: Scene, asked: str, status: int, part: slice
) -> None:
    nora = at_plan(house, scene)
    nora.add(("a.ogg", recording("ogg", "libopus"), "audio/ogg"))
    place = nora.file()
    whole = nora.browser.client.get(place)

    answer = nora.browser.client.get(place, headers={"Range": asked})

    assert whole.headers["Accept-Ranges"] == "bytes"
    assert answer.status_code == status
    assert answer.content == whole.content[part]
    if status == 206:
        last = len(whole.content[: part.stop]) - 1
        told = f"bytes {part.start}-{last}/{len(whole.content)}"
        assert answer.headers["Content-Range"] == told
