"""Sites that a worker may have meant: suggestions for a handler, in several scripts."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.house import House
from tests.looking import a_worker
from workervoice.hotline.resembling import MOST, resembling
from workervoice.hotline.soundalike import skeleton
from workervoice.store.programme import Site

SITES = [
    Site(UUID(int=number), code, name, country)
    for number, (code, name, country) in enumerate(
        [
            ("RIVER", "Riverside Garments", "BD"),
            ("GZ12", "Golden Thread Apparel Ltd", "BD"),
            ("HLTX4", "Hilltop Textiles", "IN"),
            ("PADMA", "পদ্মা গার্মেন্টস", "BD"),
            ("NSM7", "النسيم للملابس", "JO"),
            ("TH88", "โรงงานแสงทอง", "TH"),
            ("VINA", "Công ty May Phương Đông", "VN"),
            ("KAM3", "Камелия Текстиль", "KG"),
        ],
        start=1,
    )
]


def codes(*texts: str) -> list[str]:
    return [site.code for site in resembling(texts, SITES)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("we work in Riverside garmets", "RIVER"),
        ("i am at rivreside", "RIVER"),
        ("riverside", "RIVER"),
        ("Golden Tread, floor 3", "GZ12"),
        ("goldenthread", "GZ12"),
        ("they call it Hiltop textile", "HLTX4"),
        ("we are at RIEVR", "RIVER"),
        ("RIVRE", "RIVER"),
        ("the code is hltx 4", "HLTX4"),
        ("HLXT4", "HLTX4"),
        ("code HLTX-5", "HLTX4"),
        ("আমরা পদ্দা গার্মেন্টসে কাজ করি", "PADMA"),
        ("পদমা গার্মেনস", "PADMA"),
        ("نعمل في النصيم للملابس", "NSM7"),
        ("انا في نسيم", "NSM7"),
        ("ทำงานที่โรงงานแสงทองค่ะ", "TH88"),
        ("cong ty may phuong dong", "VINA"),
        ("tôi làm ở phuơng đongg", "VINA"),
        ("работаю в камелии текстил", "KAM3"),
    ],
)
def test_a_misspelled_name_or_code_is_recognised(text: str, code: str) -> None:
    assert codes(text)[:1] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "রিভারসাইড গার্মেন্টসে কাজ করি",
        "हम रिवरसाइड में काम करते हैं",
        "اعمل في ريفرسايد",
        "работаю в риверсайд",
    ],
)
def test_a_name_in_another_script_is_recognised_by_its_sound(text: str) -> None:
    assert codes(text)[:1] == ["RIVER"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "they took our passports and do not pay",
        "we drink from the rivers and get sick",
        "the garments factory is big",
        "গার্মেন্টসে কাজ করি",
        "12 hours every day, 4 months no pay",
        "শ্রমিকরা বেতন পায় না",
        "لا يدفعون لنا الراتب",
    ],
)
def test_ordinary_words_suggest_nothing(text: str) -> None:
    assert codes(text) == []


def test_no_more_than_three_are_shown_and_none_where_all_are_as_likely() -> None:
    many = [Site(UUID(int=n), f"SUN{n}", f"Sunrise Unit {n}", "BD") for n in range(1, 9)]
    few = many[:2]

    assert resembling(["we are at sunrice"], many) == ()
    assert 0 < len(resembling(["we are at sunrice"], few)) <= MOST


def test_a_long_case_and_many_sites_are_compared_soon() -> None:
    many = [Site(UUID(int=n), f"C{n}X", f"Factory Mill{n}er Weavers", "BD") for n in range(300)]

    assert resembling([" ".join(f"word{n}x{m}" for m in range(40)) for n in range(40)], many) == ()


def test_skeletons_are_alike_across_scripts() -> None:
    assert skeleton("riverside") == skeleton("রিভারসাইড") == skeleton("ريفرسايد") == "61623"


def test_a_suggestion_is_on_the_page_and_is_no_site_of_the_case(
    emptied_house: House,
) -> None:
    worker = a_worker(emptied_house)

    said = worker.say("they took our passports. I am at Riversid garmets")
    page = worker.case

    assert [site.code for site in page.perhaps] == ["RIVER"]
    assert page.site is None
    assert "River" not in "".join(said)
    emptied_house.desk.set_site(emptied_house.actor("asha"), page.id, page.perhaps[0].id)
    assert worker.case.perhaps == ()
