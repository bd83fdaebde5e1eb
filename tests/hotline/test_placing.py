"""What may not be registered: a wrong number or code would reach workers unseen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from workervoice.errors import Declined
from workervoice.hotline.placing import Place, check_place
from workervoice.store.programme import Hanging, Line, Organisation, Site, SupplyLink

LINE = Line(
    uuid4(), uuid4(), "main", "sms", "+15550100000", "BD", "bn", "999", "8:00-20:00 Asia/Dhaka"
)
BOT = replace(LINE, channel="telegram", sender="our_plain_bot")
SITE = Site(uuid4(), "RIVER", "Riverside Garments", "BD")
BUYER = Organisation(uuid4(), "buyer", "Northwind Apparel")
LINK = SupplyLink(uuid4(), SITE.id, BUYER.id, date(2026, 1, 1), None, "list of 2026")
POSTER = Hanging(uuid4(), SITE.id, "canteen, left of the door", "bn", date(2026, 1, 2), None)


@pytest.mark.parametrize("place", [LINE, BOT, SITE, BUYER, LINK, POSTER])
def test_what_is_well_formed_passes(place: Place) -> None:
    check_place(place)


@pytest.mark.parametrize("code", ["DOCK", "A7", "7A", "নদী7", "DOCK2"])
def test_codes_that_a_worker_can_type(code: str) -> None:
    check_place(replace(SITE, code=code))


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        *((LINE, {"sender": each}) for each in ("555", "15550100000", "+1555010000a", "+0155501")),
        *((BOT, {"sender": each}) for each in ("+15550100000", "@our_bot", "ours", "a bot")),
        *((LINE, {"country": each}) for each in ("", "bd", "XX", "BGD")),
        *((LINE, {"language": each}) for each in ("", "Bengali", "BN", "b")),
        *((LINE, {"emergency_number": each}) for each in ("", "9", "999 or 112", "police", "99l")),
        *((LINE, {"slug": each}) for each in ("", "Main", "a/b", "a b", "-a", "ä")),
        *(
            (LINE, {"price": each})
            for each in ("0.05", "EUR", "0 EUR", "0,05 EUR", "-1 EUR", "1 eur")
        ),
        *((LINE, {"price": "0.05 EUR", "budget": each}) for each in ("0", "a", "200 EUR", "1.234")),
        (LINE, {"budget": "200"}),
        *((SITE, {"code": each}) for each in ("", "ok", "river", "AB", "12", "STOP", "A B", "A-1")),
        *((SITE, {"country": each}) for each in ("UK", "Bangladesh")),
        *((SITE, {"name": each}) for each in (" ", "two\nlines", "x" * 101)),
        (BUYER, {"name": ""}),
        *((POSTER, {"place": each}) for each in ("", " ", "two\nlines", "x" * 101)),
        (POSTER, {"language": "Bengali"}),
        (POSTER, {"gone": date(2026, 1, 1)}),
        *((LINK, each) for each in ({"until": date(2025, 1, 1)}, {"source": " "})),
    ],
)
def test_what_is_not_is_refused_with_a_sentence(place: Place, changes: dict[str, Any]) -> None:
    with pytest.raises(Declined) as refused:
        check_place(replace(place, **changes))

    assert len(str(refused.value).split()) > 4
