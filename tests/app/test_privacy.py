"""Drafts of what data protection asks for: they follow settings and programme, and say DRAFT."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.app.test_cli import run
from tests.builders import a_case
from tests.house import House
from workervoice.app.privacy import DRAFTS, Programme, programme_facts, write
from workervoice.settings import Settings, load

NOTHING = {"WORKERVOICE_ENV_FILE": ""}
TWILIO = {
    **NOTHING,
    "WORKERVOICE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "WORKERVOICE_TWILIO_WHATSAPP_FROM": "+15550100001",
}
KNOWN = (Programme("Demo hotline", ()),)


def settings(**given: str) -> Settings:
    return load({**NOTHING, **given})


@pytest.mark.parametrize("draft", list(DRAFTS))
def test_a_draft_says_that_it_is_one_and_what_people_have_to_fill_in(draft: str) -> None:
    text = write(draft, settings(), KNOWN)

    assert "> DRAFT" in text
    assert "**FILL IN**" in text
    assert "Demo hotline" in text


@pytest.mark.parametrize("draft", ["record", "dpia"])
def test_a_changed_retention_changes_the_text(draft: str) -> None:
    usual = write(draft, settings(), KNOWN)
    other = write(draft, settings(WORKERVOICE_RETENTION_DAYS="words=61 record=1830"), KNOWN)

    changed = set(other.splitlines()) - set(usual.splitlines())

    assert len(changed) == 2
    assert all(re.search(r"\b(61|1830) days", line) for line in changed)


@pytest.mark.parametrize("draft", ["record", "transfers"])
def test_a_provider_is_named_as_soon_as_one_is_set(draft: str) -> None:
    without, having = write(draft, settings(), KNOWN), write(draft, load(TWILIO), KNOWN)

    assert ("Twilio" in without, "Meta" in without) == (False, False)
    assert ("Twilio" in having, "Meta" in having) == (True, True)


def test_where_the_database_is_stands_in_the_measures() -> None:
    elsewhere = settings(WORKERVOICE_DATABASE_URL="postgresql://owner:secret@db.example/hotline")

    text = write("record", elsewhere, KNOWN)

    assert "another machine or service" in text
    assert "secret" not in text
    assert "the same machine" in write("record", settings(), KNOWN)


@pytest.mark.parametrize("draft", ["record", "transfers"])
def test_what_a_stolen_disk_shows_is_said_by_custody(draft: str) -> None:
    elsewhere = "postgresql://owner:secret@db.example/hotline"
    one_disk = write(draft, settings(), KNOWN)
    two = write(draft, settings(WORKERVOICE_DATABASE_URL=elsewhere), KNOWN)
    sealed = write(draft, settings(WORKERVOICE_CUSTODY="systemd"), KNOWN)

    assert "both lie on one disk" in one_disk
    assert "both have to be taken" in two
    assert ("key files" in sealed, "no number, no fact" in sealed) == (False, True)
    assert not any("nothing readable" in text for text in (one_disk, two, sealed))


@pytest.mark.parametrize("custody", ["file", "systemd", "vault"])
def test_the_measures_say_where_keys_are_and_what_else_there_is(custody: str) -> None:
    vault = {"WORKERVOICE_VAULT_ADDR": "https://vault.example.org:8200"}
    given = {"WORKERVOICE_CUSTODY": custody, **(vault if custody == "vault" else {})}

    text = write("dpia", settings(**given), KNOWN)

    named = {
        "file": "files in the data directory",
        "systemd": "credentials of systemd",
        "vault": "key service",
    }
    assert [each for each, words in named.items() if words in text] == [custody]
    for measure in ("second factor", "epochs", "log verify", "checkpoints"):
        assert measure in text


def test_the_programmes_lines_give_countries_and_channels(house: House) -> None:
    given = {"DATA_DIR": str(house.data), "COURIER_DATABASE_URL": house.urls["courier"]}
    known = programme_facts(settings(**{f"WORKERVOICE_{k}": v for k, v in given.items()}))

    text = write("dpia", settings(), known)

    assert "sms (BD)" in text
    assert "Demo hotline" in text


def test_the_command_prints_a_draft_and_nothing_of_a_case(house: House) -> None:
    case_id = a_case(house)
    given = {"DATA_DIR": str(house.data), "COURIER_DATABASE_URL": house.urls["courier"]}

    done = run("privacy", "transfers", **given)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("# Recipients and transfers")
    assert str(case_id) not in done.stdout
    assert "Riverside" not in done.stdout


def test_a_lines_own_provider_is_a_recipient_too(tmp_path: Path) -> None:
    path = tmp_path / "providers.yaml"
    path.write_text("kh-tg: {provider: telegram}\nbd-sim: {provider: android}\n")

    text = write("record", settings(WORKERVOICE_PROVIDERS_FILE=str(path)), KNOWN)

    assert "| Telegram |" in text
    assert "the phone company of our phone" in text
    assert "none is set" not in text
