"""The console's words are complete: every state, item, guard and refusal has a plain one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from workervoice import errors, hotline
from workervoice.disclosure.packet import LIKELIHOODS
from workervoice.disclosure.reidentify import findings
from workervoice.errors import GuardFailed, IllegalMove, ReasonMissing, WorkflowError
from workervoice.hotline import items
from workervoice.message import INDICATORS, Consent, Grade, Priority, Role
from workervoice.triage.ilo import ITEMS
from workervoice.web.console import words
from workervoice.web.console.forms import Form, parse_form
from workervoice.web.console.issues import marked
from workervoice.web.console.pages import day, moment, month, move_label, span, tag
from workervoice.web.console.sentences import (
    LOOK_AGAIN,
    MACHINES,
    NEEDS,
    NOT_HERE,
    PLAIN,
    sentence,
)
from workervoice.web.errors import STATUS, Busy, status_of
from workervoice.workflow import conversation, delivery
from workervoice.workflow.machine import Machine

OFFICERS = frozenset({Role.HANDLER, Role.SUPERVISOR, Role.BUYER})
HOTLINE = sorted(Path(hotline.__path__[0]).glob("*.py"))
LISTS = [
    (words.CASE, MACHINES["case"].states),
    (words.ISSUE, MACHINES["issue"].states),
    (words.DISCLOSURE, MACHINES["disclosure"].states),
    (words.ACTION, MACHINES["action"].states),
    (words.DELIVERY, delivery.MACHINE.states),
    (words.CONVERSATION, conversation.MACHINE.states),
    (words.GRADES, tuple(Grade)),
    (words.PRIORITIES, tuple(Priority)),
    (words.INDICATORS, INDICATORS),
    (words.LIKELIHOODS, LIKELIHOODS),
    (items.ITEMS, tuple(ITEMS)),
]


@pytest.mark.parametrize(("said", "codes"), LISTS)
def test_every_code_has_a_word_and_no_word_is_left_over(
    said: words.Words, codes: tuple[str, ...]
) -> None:
    assert set(said) == set(codes)
    assert all(word and word == word.strip() for word in said.values())


def test_no_word_calls_a_report_a_finding() -> None:
    spoken = [word.lower() for said, _ in LISTS for word in said.values()]

    assert not any("forced labour" in word for word in spoken)
    assert all("reported" in words.GRADES[grade] for grade in Grade)


def test_consent_says_whom_the_worker_agreed_to_tell() -> None:
    both = Consent.BUYERS | Consent.AUTHORITIES

    assert words.consent(None).endswith("nobody may be told")
    assert words.consent(0) == "The worker said: tell nobody"
    assert words.consent(both) == "The worker agreed to tell buyers and the authorities"
    assert words.consent(7).endswith("buyers, the factory and the authorities")


def test_a_language_is_named_with_its_letters() -> None:
    named = [words.language(code) for code in ("bn", "hi-latn", "zh-tw", "und", "xx")]

    assert named == ["Bangla", "Hindi in Latin letters", "Chinese (traditional)", "not known", "xx"]
    assert [tag(code) for code in ("hi-latn", "zh-tw", "bn", "")] == [
        "hi-Latn",
        "zh-TW",
        "bn",
        "und",
    ]


def _refusals() -> Iterator[tuple[str, str]]:
    """Every text that the hotline gives a GuardFailed, as a pattern, with its place."""
    for path in HOTLINE:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "GuardFailed":
                text = node.args[0]
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                pattern = "".join(
                    re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in parts
                )
                yield f"{path.name}:{node.lineno}", pattern


@pytest.mark.parametrize(("place", "pattern"), list(_refusals()), ids=lambda each: each[:40])
def test_every_refusal_of_the_hotline_has_a_sentence(place: str, pattern: str) -> None:
    assert any(re.fullmatch(pattern, told) for told in PLAIN), place


@pytest.mark.parametrize("machine", MACHINES.values(), ids=list(MACHINES))
def test_every_guard_that_an_officer_meets_has_a_sentence(machine: Machine) -> None:
    met = {g for row in machine.moves if row.roles & OFFICERS for g in row.guards}

    assert met - {"acknowledged", "action_agreed", "evidence_submitted"} <= set(NEEDS)


def test_a_sentence_tells_what_is_missing_and_nothing_inside() -> None:
    told = {
        sentence(GuardFailed("issue: release from approved by supervisor")),
        sentence(GuardFailed("case: set_aside from received by handler")),
        sentence(GuardFailed("action: verify from evidence_submitted by buyer")),
        sentence(ReasonMissing("case: close from confirmed by handler")),
        sentence(IllegalMove("issue: approve from resolved by handler")),
        sentence(IllegalMove("case: withdraw from received by handler")),
        sentence(IllegalMove("case 123 was changed meanwhile: look again")),
        sentence(GuardFailed("row 17 of table x: secret")),
        sentence(GuardFailed("nothing: at from all by anyone")),
        sentence(WorkflowError("internal")),
    }

    assert told == {
        "This is possible only if all of this holds: a second person agrees; the worker agreed to "
        "it, or a supervisor recorded an override; the text is complete and nothing in it points "
        "at a person; the case is open, and its worker has not asked to delete it.",
        "This is possible only if no danger, child or violence is reported, or if a second person "
        "agrees.",
        "This is possible only if somebody other than the person who did it checks it.",
        "Say why, in a few words.",
        "This step cannot be made here: there is none like it at the stage “Resolved”. If a page "
        "offered it, somebody has changed things since: look again.",
        NOT_HERE,
        LOOK_AGAIN,
    }


def test_every_error_has_a_status_and_the_nearest_class_counts() -> None:
    known = [each for each in vars(errors).values() if isinstance(each, type)]

    statuses = {status_of(each("x")) for each in known}

    assert statuses <= set(STATUS.values())
    assert status_of(IllegalMove("x")) == 409
    assert status_of(errors.SealBroken("x")) == 409
    assert status_of(errors.Forbidden("x")) == status_of(errors.NotFound("x")) == 404
    assert status_of(Busy("x")) == 503


def test_moments_and_spans_are_for_people() -> None:
    at = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)

    assert moment(at) == moment(int(at.timestamp())) == "2 Mar 2026, 09:05 UTC"
    assert day("2026-12-20") == "20 Dec 2026"
    assert [span(timedelta(hours=h)) for h in (0.9, 1, 47, 48, 240)] == [
        "less than an hour",
        "1 hour",
        "47 hours",
        "2 days",
        "10 days",
    ]


def test_a_month_is_for_people_and_anything_else_stays_as_it_is() -> None:
    assert [month(of) for of in ("2026-11", "2026-13", "3 May", "", "2026-1")] == [
        "Nov 2026",
        "2026-13",
        "3 May",
        "",
        "2026-1",
    ]


def test_a_move_is_labelled_as_on_its_button() -> None:
    assert move_label("take_up") == "Take up"
    assert move_label("issue 7c5b1f1e-0000-4000-8000-000000000000 reject") == "Reject"
    assert move_label("unheard of") == "unheard of"


def test_a_finding_is_marked_in_the_field_where_it_stands() -> None:
    description, first_steps = "Seen on 3 May there", "Call 4512 at 12:30"
    found = findings(f"{description}\n{first_steps}", [])

    first = marked(description, 0, found)
    second = marked(first_steps, len(description) + 1, found)

    assert [text for text, why in first if why] == ["3 May"]
    assert [text for text, why in second if why] == ["4512", "12:30"]
    assert "".join(text for text, _ in first) == description
    assert "".join(text for text, _ in second) == first_steps
    assert marked("", 0, found) == []


def test_a_form_keeps_the_order_of_lists_and_drops_nul_and_carriage_returns() -> None:
    form = parse_form(b"a=1&a=2&b=x%0D%0Ay%00z&c=%F0%9F%98%80&d=%E0%A6")

    assert form.all("a") == ("1", "2")
    assert form.one("b") == "x\nyz"
    assert form.one("c") == "😀"
    assert form.one("d") == "\ufffd"
    assert form.one("e") == ""
    assert "secret" not in repr(Form({"text": ("secret",)}))
