"""Posters by the commands that an operator types."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.test_commands_people import Terminal
from tests.house import House
from tests.posters.printed import codes_on
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope

MAKE = ("posters", "make", "RIVER")


@pytest.fixture
def terminal(
    todays_house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    for kind in ("gateway", "courier"):
        monkeypatch.setenv(f"WORKERVOICE_{kind.upper()}_DATABASE_URL", todays_house.urls[kind])
    return Terminal(todays_house, monkeypatch, capsys)


def test_posters_of_a_site_are_made_and_can_be_scanned(terminal: Terminal, tmp_path: Path) -> None:
    out = tmp_path / "to print"
    languages = ("--language", "bn", "--language", "ar")

    code, said = terminal.runs(*MAKE, *languages, "--verify", "0800 1", "--out", str(out))

    assert code == 0
    made = {path.name for path in out.iterdir()}
    for language in ("bn", "ar"):
        base = f"RIVER-{language}"
        assert {f"{base}-a4.pdf", f"{base}-a4.svg", f"{base}-a5.pdf", f"{base}-a5.svg"} <= made
        assert {f"{base}-cards.pdf", f"{base}-cards-1.svg", f"{base}-cards-2.svg"} <= made
    assert str(out / "RIVER-bn-a4.pdf") in said
    assert "No native speaker has signed: bn, ar." in said
    ((by_sms, by_whatsapp),) = codes_on((out / "RIVER-bn-a4.pdf").read_bytes())
    assert by_sms.startswith("SMSTO:+15550100000:")
    assert by_whatsapp.startswith("https://wa.me/15550100001?text=")


def test_only_what_is_asked_for_is_made(terminal: Terminal, tmp_path: Path) -> None:
    asked = ("--language", "en", "--size", "cards", "--form", "pdf", "--line", "demo-sms")

    code, said = terminal.runs(*MAKE, *asked, "--out", str(tmp_path / "out"))

    assert code == 0
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["RIVER-en-cards.pdf"]
    assert "Without --verify nobody can tell this poster from a forged one." in said
    printed = (tmp_path / "out" / "RIVER-en-cards.pdf").read_bytes()
    assert {text[:6] for text in codes_on(printed, 3.0)[0]} == {"SMSTO:"}


def test_a_line_of_another_country_needs_the_sites_emergency_number(
    terminal: Terminal, tmp_path: Path
) -> None:
    asked = ("HARBOR", "--language", "th", "--line", "demo-sms", "--emergency", "191")

    code, _ = terminal.runs("posters", "make", *asked, "--out", str(tmp_path))

    assert code == 0
    assert (tmp_path / "HARBOR-th-a4.pdf").exists()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("NOWHERE", "--language", "en"), "there is no site NOWHERE"),
        (("RIVER", "--language", "xx"), "there are no phrases in xx"),
        (
            ("HARBOR", "--language", "th", "--line", "demo-sms"),
            "is a line in BD, and HARBOR is in TH",
        ),
        (
            ("RIVER", "--language", "en", "--emergency", "call us"),
            "no number that a worker in danger",
        ),
        (("RIVER", "--language", "en", "--line", "none"), "there is no line none"),
        (("RIVER", "--language", "en", "--verify", "a\nb"), "--verify is one line"),
        (("RIVER", "--language", "en", "--verify", "see Ꭰ"), "no font that comes along has Ꭰ"),
        (
            ("RIVER", "--language", "en", "--line", "demo-sms", "--line", "demo-sms"),
            "there are several lines on sms",
        ),
    ],
)
def test_what_cannot_be_printed_is_said_and_nothing_is_written(
    terminal: Terminal, tmp_path: Path, asked: tuple[str, ...], told: str
) -> None:
    out = tmp_path / "out"

    code, said = terminal.runs("posters", "make", *asked, "--out", str(out))

    assert code == 1
    assert told in said
    assert not out.exists()


def test_a_line_that_nobody_vouched_for_is_not_printed(terminal: Terminal, tmp_path: Path) -> None:
    with terminal.house.owner.begin() as tx:
        tx.connection.exec_driver_sql(
            "UPDATE line SET sender = '+15550999999' WHERE slug = 'demo-sms'"
        )

    asked = ("--language", "en", "--line", "demo-sms", "--out", str(tmp_path / "out"))
    code, said = terminal.runs(*MAKE, *asked)

    assert code == 1
    assert "there is no line demo-sms that somebody vouched for" in said


HANG = ("posters", "hang", "RIVER", "--place", "canteen, left of the door", "--language", "bn")


def test_where_posters_hang_is_registered_and_noted_when_they_are_gone(terminal: Terminal) -> None:
    code, said = terminal.as_sam(*HANG, "--on", "2026-01-31")
    poster = said.split()[-1]
    assert code == 0

    listed = f"{poster}\tRIVER\tcanteen, left of the door\tbn\t2026-01-31\t\tsam\n"
    assert terminal.runs("posters", "list") == (0, listed)

    later(terminal)
    assert terminal.as_sam("posters", "gone", poster, "--on", "2026-02-01")[0] == 0
    assert "\t2026-01-31\t2026-02-01\tsam" in terminal.runs("posters", "list")[1]
    later(terminal)
    code, said = terminal.as_sam("posters", "gone", poster)
    assert (code, "this poster is gone since 2026-02-01" in said) == (1, True)
    assert "0 problems" in problems(terminal)


def test_a_poster_that_somebody_wrote_into_the_database_is_marked(terminal: Terminal) -> None:
    assert terminal.as_sam(*HANG)[0] == 0
    with terminal.house.owner.begin() as tx:
        tx.connection.exec_driver_sql("UPDATE hanging SET place = 'nowhere'")

    code, said = terminal.runs("posters", "list")

    assert code == 0
    assert "nowhere" in said
    assert "NOT VOUCHED FOR" in said
    assert "hanging" in problems(terminal)


def test_what_cannot_be_registered_is_said(terminal: Terminal) -> None:
    somewhere = ("--place", "gate", "--language", "bn")
    code, said = terminal.as_sam("posters", "hang", "NOWHERE", *somewhere)
    assert (code, "there is no site NOWHERE" in said) == (1, True)
    later(terminal)
    code, said = terminal.as_sam("posters", "gone", "canteen")
    assert (code, "give the poster's id" in said) == (1, True)
    assert terminal.runs("posters", "list") == (0, "")


def later(terminal: Terminal) -> None:
    """A code of the app is taken once."""
    terminal.house.wait(minutes=1)


def problems(terminal: Terminal) -> str:
    house = terminal.house
    with house.owner.begin(Scope(house.programme)) as tx:
        report = verify_log(tx, house.console.vault, house.console.trust.root_public)
    return f"{len(report.problems)} problems: {report.problems}"
