"""Sites that a worker may have meant, as a case's page offers them."""

from __future__ import annotations

import re

from tests.house import House
from tests.web.console_browser import Browser
from tests.web.console_scenes import WORKER, a_case


def test_a_misspelled_site_is_offered_and_fills_the_form_but_sets_nothing(house: House) -> None:
    case_id = a_case(house, WORKER, "they took our passports at Riversde garment")
    asha, here = Browser.of(house, "asha"), f"/cases/{case_id}"
    page = asha.open(here).text

    (site_id,) = re.findall(r'name="perhaps" value="([0-9a-f-]{36})"', page)
    filled = asha.open(f"{here}?perhaps={site_id}").text

    assert "Name the site: perhaps <bdi>Riverside Garments</bdi> (RIVER)?" in page
    assert f'<option value="{site_id}" selected>' not in page
    assert f'<option value="{site_id}" selected>' in filled
    assert "<dt>Site</dt><dd>Not named yet. <a " in filled
    set_now = asha.do(f"{here}/site", site=site_id)
    assert "perhaps" not in set_now
    assert "<dt>Site</dt><dd><bdi>Riverside Garments</bdi>" in set_now


def test_whatever_stands_in_the_address_is_no_site(house: House) -> None:
    case_id = a_case(house, WORKER, "they took our passports")
    asha = Browser.of(house, "asha")

    page = asha.open(f"/cases/{case_id}?perhaps=<script>").text

    assert "<script>" not in page.partition('id="set-title"')[2]
    assert "perhaps" not in page
