"""What the processes log: events and places in one line each, and nothing that anybody said."""

from __future__ import annotations

import ast
import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest

from tests.app.loud import NUMBER, OFFICER, TOKEN, WORDS
from tests.house import House
from tests.security.needles import Search, needles
from workervoice import journal
from workervoice.app.logging_setup import Format
from workervoice.journal import EVENTS, FIELDS, KINDS, Journal, fields_of, of_error, short

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "workervoice").rglob("*.py"))
_OF_COURIER = {"tick.py", "tick_delivery.py"}
# those of twilio only silence and name its library's
MAY_LOG = {"journal.py", "logging_setup.py", "twilio.py", "twilio_rest.py"}


@pytest.fixture(scope="module", params=get_args(Format))
def loud(request: pytest.FixtureRequest) -> tuple[str, list[str]]:
    """Everything that a process says in which everything fails, by format."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.app.loud", request.param],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    return request.param, done.stderr.splitlines()


def test_nothing_that_anybody_said_is_in_a_line(loud: tuple[str, list[str]]) -> None:
    said = "\n".join(loud[1]).encode()
    search = Search(needles((WORDS, "zebracrossing", TOKEN), (NUMBER,)))

    assert search.found_in(said) == set()
    assert search.found_in(said + WORDS.encode()) != set()


def test_every_line_is_a_whole_event_with_a_place(loud: tuple[str, list[str]]) -> None:
    form, lines = loud

    if form == "json":
        for line in map(json.loads, lines):
            assert line["event"] in {*EVENTS, "library"}
            assert line.keys() <= {
                *("time", "level", "process", "event", "message", "logger", "at"),
                *("error", "raised_at", "ours_at", "because", *FIELDS),
            }
    else:
        shape = re.compile(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 gateway (INFO|WARNING|ERROR) \w+: .*"
        )
        assert [line for line in lines if not shape.fullmatch(line)] == []
    assert len(lines) > 30


def test_a_failure_is_named_by_type_and_place_with_what_it_came_from(
    loud: tuple[str, list[str]],
) -> None:
    form, lines = loud

    named = [line for line in lines if "SealBroken" in line]

    assert len(named) >= 9  # five libraries, a thread, a task, a server, the main thread
    for line in named:
        told = json.loads(line) if form == "json" else dict(re.findall(r"(\w+)=(\S+)", line))
        assert told["error"] == "workervoice.errors.SealBroken"
        assert re.fullmatch(r"loud\.py:\d+", told["raised_at"])
        assert told["because"] == "KeyError"
    assert any("Exception in ASGI application" in line for line in lines)
    assert any("Invalid HTTP request received." in line for line in lines)
    assert any("ValueError" in line for line in lines)  # while an object was removed


def test_an_event_of_ours_has_its_fields(loud: tuple[str, list[str]]) -> None:
    form, lines = loud

    signed_in, withheld = (line for line in lines if "signed in" in line)

    assert f"signed in: officer {OFFICER} (1 since the start)" in signed_in
    assert "signed in: officer withheld (withheld since the start)" in withheld
    if form == "json":
        told = json.loads(signed_in)
        assert (told["event"], told["officer"], told["count"]) == ("signed_in", str(OFFICER), 1)
        assert (told["process"], told["level"]) == ("gateway", "INFO")


@pytest.mark.parametrize(
    ("event", "fields"),
    [("unheard_of", {}), ("signed_in", {"login": "asha"}), ("signed_in", {"message": 1})],
)
def test_an_event_or_field_that_is_not_listed_is_a_fault(event: str, fields: Any) -> None:
    with pytest.raises(ValueError, match="in the journal"):
        Journal("workervoice.test").note(event, **fields)


def test_only_the_journal_logs() -> None:
    """No module has a logger of its own, whose lines would be anybody's text."""
    found = [
        path.name
        for path in MODULES
        if re.search(r"logging\.(getLogger|debug|info|warning|error)", path.read_text())
    ]

    assert set(found) == MAY_LOG


def test_every_event_and_kind_that_is_noted_is_listed() -> None:
    events: set[str] = set()
    kinds: set[str] = set()
    for path in MODULES:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            name, first = ast.unparse(call.func), call.args[0]
            if isinstance(first, ast.Constant):
                if name == "_JOURNAL.note":
                    events.add(str(first.value))
                    kinds |= {
                        str(given.value.value)
                        for given in call.keywords
                        if given.arg == "kind" and isinstance(given.value, ast.Constant)
                    }
                elif (
                    name in {"self.alone", "self._count"} and path.name in _OF_COURIER
                ) or name.endswith(".if_broken"):
                    kinds.add(str(first.value))

    assert events <= set(EVENTS)
    assert kinds == KINDS


def test_a_courier_whose_sender_quotes_the_text_logs_nothing_of_it(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(message: object) -> Any:
        raise RuntimeError(f"{WORDS} {NUMBER} {message!r}")

    house.phones.answer = fail
    house.text(NUMBER, WORDS)
    with caplog.at_level(logging.DEBUG, "workervoice"):
        house.deliver()

    (record,) = [r for r in caplog.records if r.name.startswith("workervoice")]
    event, sentence, fields = fields_of(record)
    assert event == "item_failed"
    assert (fields["kind"], fields["what"]) == ("send", "RuntimeError")
    search = Search(needles((WORDS,), (NUMBER,)))
    assert search.found_in(repr((sentence, fields)).encode()) == set()


def test_a_chain_of_causes_ends_somewhere() -> None:
    one, other = ValueError(WORDS), KeyError(WORDS)
    one.__cause__, other.__cause__ = other, one

    told = of_error(one)

    assert str(told["because"]).count("ValueError") <= journal._DEEPEST  # noqa: SLF001


def test_a_class_with_a_telling_name_is_not_named() -> None:
    told = of_error(type(WORDS, (ValueError,), {})(WORDS))

    assert told["error"] == "unnamed"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/opt/x/.venv/lib/python3.11/site-packages/psycopg/cursor.py", "psycopg/cursor.py"),
        ("/usr/lib/python3.12/asyncio/tasks.py", "asyncio/tasks.py"),
        ("/opt/workervoice/workervoice/store/engine.py", "workervoice/store/engine.py"),
        ("/home/asha/secret place/tool.py", "tool.py"),
        ("<string>", "<string>"),
    ],
)
def test_a_place_is_told_without_the_machine_it_is_on(path: str, shown: str) -> None:
    assert short(path) == shown


def test_the_same_id_is_said_in_every_field_that_takes_ids(
    caplog: pytest.LogCaptureFixture,
) -> None:
    id_ = uuid4()
    with caplog.at_level(logging.INFO, "workervoice"):
        Journal("workervoice.test").note("leaf_refused", id=id_)

    assert caplog.records[-1].getMessage().startswith(f"log leaf {id_} is not what it says")
