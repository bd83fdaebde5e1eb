"""Whatever phones send in whatever order, and whatever handlers do: each report is in one case.

The texts and what comes between them are drawn by chance, from a seed that a failure names.
"""

from __future__ import annotations

import random  # noqa: TID251  by a seed, to be had again
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.hotline.rotations import problems
from tests.house import House
from tests.looking import cases_of, read_by_a_handler
from workervoice.errors import WorkflowError
from workervoice.hotline import practising, sameworker
from workervoice.hotline.pacing import Pacing
from workervoice.workflow.pace import Limits
from workervoice.workflow.quieting import Flood
from workervoice.workflow.returncodes import found

STEPS = 120
PHONES = [f"+1555018100{number}" for number in range(4)]
WORDS = ["stop", "start", "help", "delete", "status", "code", "new", "language", "safety", "notice"]
ANSWERS = [*"0123456789", "41", "yes", "no", "4826", "7315", "mango", "৪৮২৬", " ", "\u200f", "😀"]
IN_FRONT = ["", "", "4826 ", "7315 ", "1 ", "stop ", "code "]
TELLS = ["they took our passports", "no nos pagan desde mayo", "বেতন দেয় না", "the boss hits us"]
PACINGS = [Pacing(), Pacing(Limits(answers_per_hour=2)), Pacing(flood=Flood(per_minute=3))]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_report_is_in_one_case_whatever_came_before_it(house: House, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  no secret
    practice, _ = practising.begin(house.console, house.actor("sam"), "demo-sms", 24)
    reports, codes = list[str](), [practice]

    for step in range(STEPS):
        text = chance.choice([*WORDS, *ANSWERS, f"{chance.choice(codes)} my code"])
        if chance.random() < 0.5:
            reports.append(f"report{step}x")
            text = f"{chance.choice(IN_FRONT)}{reports[-1]} {chance.choice(TELLS)}"
        said = house.say(chance.choice(PHONES), text)
        codes += [code.digits for code in map(found, said) if code is not None]
        _meanwhile(house, chance)

    kept = (words for case in cases_of(house) for words in read_by_a_handler(house, case))
    assert Counter(re.findall(r"report\d+x", " ".join(kept))) == Counter(reports)
    assert problems(house) == []


def _meanwhile(house: House, chance: random.Random) -> None:
    """Time passes, answers pause or go on, and a handler does something, if it can be done."""
    if chance.random() < 0.1:
        house.wait(minutes=chance.choice([1, 30, 90, 1440]))
    if chance.random() < 0.03:
        house.reception = replace(house.reception, pacing=chance.choice(PACINGS))
    known = sorted(cases_of(house)) if chance.random() < 0.1 else []
    if not known:
        return
    asha, case = house.actor("asha"), chance.choice(known)
    acts = (
        lambda: sameworker.let_in(house.console, asha, case, "sure"),
        lambda: sameworker.refuse(house.console, asha, case, "not sure"),
        lambda: practising.call_real(house.console, asha, case, "they called"),
        lambda: house.desk.answer(asha, case, "We wrote to them"),
        lambda: house.desk.move(asha, case, "take_up", ""),
        lambda: house.desk.move(asha, case, "set_aside", "not about work"),
    )
    with suppress(WorkflowError):
        chance.choice(acts)()
