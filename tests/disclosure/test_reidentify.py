"""What the check of a packet finds, what it lets pass, and that it does not grow slow."""

from __future__ import annotations

import time
import unicodedata
from itertools import cycle, islice

import pytest

from workervoice.disclosure.reidentify import OWN_WORDS, Finding, findings

NUMBER = "a number that may be somebody's"
PLACE = "a place or a thing with its number"
DATE = "a date finer than a month"
NEAR = "a day that can be counted back to"
TIME = "a time of day"
ONLINE = "an address or a name on the internet"

POINTS = (  # a text, why it is doubtful, and the passage
    ("Call 4512 for papers", NUMBER, "4512"),
    ("Number +1 555 010 0123.", NUMBER, "1 555 010 0123"),
    ("নম্বর ০১৭১১২২৩৩ ছিল", NUMBER, "০১৭১১২২৩৩"),
    ("In November 2026 4512 left", NUMBER, "4512"),
    ("Seen on 3 May there", DATE, "3 May"),
    ("Seen on 3rd of May", DATE, "3rd of May"),
    ("Seen on May 3rd, 2026", DATE, "May 3rd"),
    ("On 14 November 2026 they", DATE, "14 November"),
    ("the twelfth of November", DATE, "twelfth of November"),
    ("the twenty-first of May", DATE, "twenty-first of May"),
    ("November the twelfth", DATE, "November the twelfth"),
    ("wages came on the 12th.", DATE, "on the 12th"),
    ("on 12/5 and later", DATE, "12/5"),
    ("on 2026-11-14 there", DATE, "2026-11-14"),
    ("el 5 de mayo hubo", DATE, "5 de mayo"),
    ("el 14 de noviembre", DATE, "14 de noviembre"),
    ("el cinco de mayo", DATE, "cinco de mayo"),
    ("el treinta y uno de marzo", DATE, "treinta y uno de marzo"),
    ("el 1º de mayo", DATE, "1º de mayo"),
    ("el día 14 hubo", DATE, "día 14"),
    ("৫ মে তারা", DATE, "৫ মে"),
    ("৫ই মে তারা", DATE, "৫ই মে"),
    ("14 নভেম্বর তারা", DATE, "14 নভেম্বর"),
    ("১৪ নভেম্বরে তারা", DATE, "১৪ নভেম্বরে"),
    ("নভেম্বর ১৪ তারা", DATE, "নভেম্বর ১৪"),
    ("পহেলা মে তারা", DATE, "পহেলা মে"),
    ("১২ ফেব্রুয়ারি তারা", DATE, "১২ ফেব্রুয়ারি"),
    ("on 3 novembre and", DATE, "3 novembre"),
    ("在5月3日发生", DATE, "5月3"),
    ("১২ তারিখ থেকে", DATE, "১২ তারিখ"),
    ("paid yesterday", NEAR, "yesterday"),
    ("beaten last Tuesday", NEAR, "last Tuesday"),
    ("beaten this friday", NEAR, "this friday"),
    ("beaten Tuesday night", NEAR, "Tuesday night"),
    ("beaten three days ago", NEAR, "three days ago"),
    ("beaten 3 days ago", NEAR, "3 days ago"),
    ("since last week", NEAR, "last week"),
    ("el martes pasado hubo", NEAR, "martes pasado"),
    ("el pasado miércoles hubo", NEAR, "el pasado miércoles"),
    ("este miercoles hubo", NEAR, "este miercoles"),
    ("anoche hubo", NEAR, "anoche"),
    ("hace 3 días hubo", NEAR, "hace 3 días"),
    ("গত মঙ্গলবার তারা", NEAR, "গত মঙ্গলবার"),
    ("গতকাল তারা", NEAR, "গতকাল"),
    ("২ দিন আগে তারা", NEAR, "২ দিন আগে"),
    ("beaten at 12:30", TIME, "12:30"),
    ("beaten at 9pm", TIME, "9pm"),
    ("beaten at ９ＰＭ", TIME, "９ＰＭ"),
    ("beaten at 9 a.m. there", TIME, "9 a.m"),
    ("beaten at 9.30 pm there", TIME, "9.30 pm"),
    ("beaten at nine o'clock", TIME, "nine o'clock"),
    ("beaten at nine o’clock", TIME, "nine o’clock"),
    ("at half past nine", TIME, "half past nine"),
    ("hubo golpes a las nueve.", TIME, "a las nueve"),
    ("a las 9 de la noche", TIME, "9 de la noche"),
    ("রাত ৯টা পর্যন্ত", TIME, "রাত ৯টা"),
    ("৯টায় তারা", TIME, "৯টায়"),
    ("said worker A123", PLACE, "worker A123"),
    ("said worker no. 7", PLACE, "worker no. 7"),
    ("la trabajadora nº 7", PLACE, "trabajadora nº 7"),
    ("badge B-17 was", PLACE, "badge B-17"),
    ("only B-17 was", PLACE, "B-17"),
    ("only 17B was", PLACE, "17B"),
    ("those of room 12 are", PLACE, "room 12"),
    ("those of room 12B are", PLACE, "room 12B"),
    ("those of line 4 are", PLACE, "line 4"),
    ("those of line B are", PLACE, "line B"),
    ("those of floor number 3", PLACE, "floor number 3"),
    ("those of the third floor", PLACE, "third floor"),
    ("bus 9, locker 7", PLACE, "bus 9"),
    ("ID 55 and", PLACE, "ID 55"),
    ("ID: 55 and", PLACE, "ID: 55"),
    ("bed #3 and", PLACE, "bed #3"),
    ("en la habitacion 7", PLACE, "habitacion 7"),
    ("en la línea 4", PLACE, "línea 4"),
    ("৪ নম্বর লাইন থেকে", PLACE, "৪ নম্বর লাইন"),
    ("রুম ১২ থেকে", PLACE, "রুম ১২"),
    ("চতুর্থ তলা থেকে", PLACE, "চতুর্থ তলা"),
    ("write to asha.k@example.org now", ONLINE, "asha.k@example.org"),
    ("she is @asha_k there", ONLINE, "@asha_k"),
    ("see https://example.org/a?b=1 there", ONLINE, "https://example.org/a?b=1"),
    ("see www.example.test there", ONLINE, "www.example.test"),
    ("see example.com/asha there", ONLINE, "example.com/asha"),
    ("see t.me/asha there", ONLINE, "t.me/asha"),
)

ORDINARY = (
    "About 40 workers, 12 of them women, were told so in November 2026.",
    "Between May 2026 and December 2026 wages were late by 3 months.",
    "The period is 2026-11.",
    "Some 40% (or 12.5 per cent) are paid below the minimum; overtime is 10-12 hours a day.",
    "Article 12 of the law, section 27, clause 5.1 and Convention C190 forbid it.",
    "About 12 may be under 18. Buyers may first ask every site; March on.",
    "No rest on Sundays; night shifts follow. In one room 12 workers sleep.",
    "A machine 12 hours a day, a bed for two, in line with the law.",
    "The first of many steps: a second person reads it. 3 junior clerks, 12 separate payslips.",
    "Workers keep their papers.In the plan, each site has a date.It may take 2 years.",
    "Unos 40 trabajadores lo dicen en noviembre de 2026; el 30 % cobra menos.",
    "Hoy en día a las 9 trabajadoras se les niega. Cada cuarto 8 personas. Los domingos trabajan.",
    "প্রায় ৪০ জন শ্রমিক নভেম্বর ২০২৬ থেকে বেতন পান না। ৫ মেয়ে, ৫ মেশিন, ৩টি রুম।",
    "২৭ নং ধারা অনুযায়ী ১০ ঘণ্টা কাজ, ৩০% কম বেতন, মে মাসে।",
    "约有40名工人表示，雇主扣留身份证件。",
)


def shown(found: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.why, finding.passage) for finding in found]


@pytest.mark.parametrize(("text", "why", "passage"), POINTS)
def test_what_points_at_a_person_is_found_where_it_stands(
    text: str, why: str, passage: str
) -> None:
    found = findings(text, [])

    assert (why, passage) in shown(found)
    assert all(text[finding.start : finding.end] == finding.passage for finding in found)


@pytest.mark.parametrize(("text", "why", "passage"), POINTS)
def test_it_is_found_in_capitals_and_in_either_writing_of_accents(
    text: str, why: str, passage: str
) -> None:
    for form in ("NFC", "NFD"):
        assert why in {w for w, _ in shown(findings(unicodedata.normalize(form, text), []))}
    assert why in {w for w, _ in shown(findings(text.upper(), []))}


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_packet_passes(text: str) -> None:
    assert shown(findings(text, [])) == []


# What the worker wrote, what the packet says, and whether that is a quotation.
SPOKEN = (
    ("Boss took our passports and", "They say: boss TOOK our passports, and kept", True),
    ("Boss took our passports", "Boss took our passports", False),
    ("he keeps_all our own papers", "he keeps all our own papers", True),
    ("মালিক আমাদের পাসপোর্ট নিয়ে গেছে", "যে মালিক আমাদের পাসপোর্ট নিয়ে গেছে", True),
    ("আমার পাসপোর্ট নাই", "শ্রমিকদের পাসপোর্ট রাখা হয়", False),
    ("老板拿走了我们的护照，不还", "据称：老板拿走了我们的护照不还给工人", True),
    ("老板拿走护照", "老板拿走护照", False),
    ("社長は私たちのパスポートを返さない", "社長は私たちのパスポートを返さない", True),
    ("หัวหน้ายึดหนังสือเดินทางของพวกเราไป", "ว่าหัวหน้ายึดหนังสือเดินทางของพวกเราไปแล้ว", True),
    ("เขายึดหนังสือเดินทาง", "นายจ้างเก็บหนังสือเดินทางไว้", False),
    ("ຫົວໜ້າຍຶດໜັງສືຜ່ານແດນຂອງພວກເຮົາໄປ", "ຫົວໜ້າຍຶດໜັງສືຜ່ານແດນຂອງພວກເຮົາໄປ", True),
    ("ថៅកែដកលិខិតឆ្លងដែនរបស់យើងទៅ", "ថៅកែដកលិខិតឆ្លងដែនរបស់យើងទៅ", True),
    ("သူဌေးကကျွန်တော်တို့ရဲ့နိုင်ငံကူးလက်မှတ်ကိုယူသွားတယ်", "သူဌေးကကျွန်တော်တို့ရဲ့နိုင်ငံကူးလက်မှတ်ကိုယူသွားတယ်", True),
)


@pytest.mark.parametrize(("spoken", "text", "quotes"), SPOKEN)
def test_the_workers_own_words_are_found_in_every_script(
    spoken: str, text: str, quotes: bool
) -> None:
    found = findings(text, ["something else", spoken])

    assert (OWN_WORDS in {finding.why for finding in found}) is quotes


def test_a_quotation_is_marked_from_its_first_letter_to_its_last_mark() -> None:
    spoken = "หัวหน้ายึดหนังสือเดินทางของพวกเราที่นี่"

    (found,) = findings(f"คือ {spoken}. ก", [spoken])

    assert found.passage == spoken


def test_two_quotations_apart_are_two_findings() -> None:
    spoken = "one two three four five six seven"

    found = findings(f"{spoken} x y z x y z {spoken}", [spoken])

    assert shown(found) == [(OWN_WORDS, spoken)] * 2


def test_a_finding_shows_no_passage_in_its_repr() -> None:
    (found,) = findings("write to asha@example.org", [])

    assert "asha" not in repr(found)


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "1",
        "1 ",
        "1.",
        "a.",
        "@",
        "a-",
        "a1",
        " ",
        "12 may ",
        "twenty ",
        "last ",
        "room ",
        "n.º ",
        "www.",
        "http://",
        "Boss took our ",
        "পাসপোর্ট ",
        "护照",
        "หนังสือ",
    ],
)
def test_a_long_packet_against_a_long_thread_takes_a_blink(unit: str) -> None:
    text = "".join(islice(cycle(unit), 20_000))
    thread = [f"{number}{text[:4000]}" for number in range(50)]
    findings("warm", [])

    began = time.process_time()
    findings(text, thread)

    assert time.process_time() - began < 3  # usually a tenth of that; a square would be minutes
