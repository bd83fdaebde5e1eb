"""How many forms one session may send, and that nobody else waits for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi import FastAPI

from tests.house import House
from tests.web.console_browser import Browser, app_of
from tests.web.console_scenes import a_case
from workervoice.web.console import pace as pace_module
from workervoice.web.console.pace import Pace


def with_pace(house: House, pace: Pace) -> FastAPI:
    app = app_of(house)
    app.state.console = replace(app.state.console, pace=pace)
    return app


def test_a_session_that_sends_too_many_forms_waits_and_nobody_else_does(house: House) -> None:
    clock = [0.0]
    case, app = a_case(house), with_pace(house, Pace(3, 0.5, lambda: clock[0]))
    ben, asha = Browser.of(house, "ben", app), Browser.of(house, "asha", app)
    clock[0] = 100.0  # what the signing in took is there again
    note = f"/cases/{case}/note"

    answers = [ben.post(note, {"text": f"note {n}"}) for n in range(5)]
    others = asha.post(note, {"text": "of somebody else"})
    listing, looking = ben.open("/cases"), ben.open(f"/cases/{case}")
    clock[0] += 4
    later, thread = ben.post(note, {"text": "after a while"}), ben.open(f"/cases/{case}")

    assert [answer.status_code for answer in answers] == [303, 303, 303, 429, 429]
    assert answers[3].headers["retry-after"] == "2"
    assert (others.status_code, listing.status_code, looking.status_code) == (303, 200, 429)
    assert (later.status_code, thread.status_code) == (303, 200)
    assert "note 2" in thread.text
    assert "note 3" not in thread.text


def test_what_was_typed_too_soon_is_shown_to_be_copied(house: House) -> None:
    case, app = a_case(house), with_pace(house, Pace(1, 0.001))
    ben = Browser.of(house, "ben", app)
    ben.client.headers["Sec-Fetch-Site"] = "same-origin"

    answers = [ben.post(f"/cases/{case}/note", {"text": "a long thought"}) for _ in range(2)]

    assert answers[-1].status_code == 429
    assert "a long thought" in answers[-1].text


def test_the_longest_quiet_session_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "SESSIONS_KEPT", 2)
    pace = Pace(1, 0.01, lambda: 0.0)

    waits = [pace.take(each) for each in (b"a", b"b", b"b", b"c", b"b", b"a")]

    assert waits == [0, 0, 100, 0, 100, 0]
