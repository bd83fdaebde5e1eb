"""Practice by the commands that an operator types."""

from __future__ import annotations

import re

import pytest

from tests.app.test_commands_people import Terminal
from tests.house import House
from tests.looking import a_worker


@pytest.fixture
def terminal(
    todays_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    return Terminal(todays_house, monkeypatch, capsys)


def test_a_practice_is_begun_listed_and_ended(terminal: Terminal) -> None:
    house, trainee = terminal.house, a_worker(terminal.house)
    code, said = terminal.as_sam("practice", "begin", "demo-sms", "--hours", "2")
    assert code == 0
    (practice_code,) = re.findall(r"^((?:[A-Z][0-9]){3})$", said, flags=re.M)
    assert "The code is not shown again." in said

    trainee.say(f"{practice_code} they took our passports")
    assert trainee.case.record.practice is not None
    listed = terminal.runs("practice", "list")[1]
    assert re.search(r"^[0-9a-f-]{36}\tdemo-sms\t[^\t]+\t[^\t]+\t\tsam\n$", listed)
    assert practice_code not in listed

    house.wait(minutes=1)
    assert terminal.as_sam("practice", "end", "demo-sms")[0] == 0
    house.wait(minutes=1)
    code, said = terminal.as_sam("practice", "end", "demo-sms")
    assert (code, "no practice runs on demo-sms" in said) == (1, True)
    assert not re.search(r"\t\tsam\n$", terminal.runs("practice", "list")[1])


def test_what_cannot_be_begun_is_said(terminal: Terminal) -> None:
    code, said = terminal.as_sam("practice", "begin", "demo-sms", "--hours", "25")
    assert (code, "a practice lasts 1 to 24 hours" in said) == (1, True)
    terminal.house.wait(minutes=1)
    code, said = terminal.as_sam("practice", "begin", "nowhere")
    assert (code, "there is no line nowhere" in said) == (1, True)
