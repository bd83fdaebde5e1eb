"""The command line: its stable interfaces, and one clear sentence for what cannot be done."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.getenv("PATH", os.defpath),
        "WORKERVOICE_ENV_FILE": "",
        **{f"WORKERVOICE_{name}": value for name, value in settings.items()},
    }
    return subprocess.run(
        [sys.executable, "-m", "workervoice", *arguments],
        input=given,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_triage_answers_each_line_with_exactly_the_named_fields() -> None:
    text = "They took our passports 😀 and will not give back"
    done = run("triage", "--json", given=json.dumps({"id": "a", "text": text}) + "\n")

    answer = json.loads(done.stdout)
    assert done.returncode == 0
    assert list(answer) == [
        *("id", "language", "indicators", "items", "child", "imminent_danger"),
        *("grade", "priority", "evidence"),
    ]
    assert answer["indicators"] == ["retention_of_identity_documents"]
    assert "P_documents" in answer["items"]
    assert (answer["grade"], answer["priority"]) == ("FL_ONE_SIDED_STRONG", "P2")
    for hit in answer["evidence"]:
        assert set(hit) == {"item", "start", "end", "rule", "denied"}
        assert 0 <= hit["start"] < hit["end"] <= len(text)


def test_language_answers_with_code_and_step() -> None:
    given = '{"id": 1, "text": "boss not giv salary 3 mnth pls hlp"}\n{"id": 2, "text": ""}\n'

    done = run("language", "--json", given=given)

    first, second = map(json.loads, done.stdout.splitlines())
    assert first["language"] == "en"
    assert second == {"id": 2, "language": "und", "step": "none"}


def test_a_malformed_line_is_named_by_its_number_and_never_quoted() -> None:
    given = '{"id": "a", "text": "hello"}\nsecret words of a worker\n{"id": "b", "text": 5}\n'

    done = run("triage", "--json", given=given)

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert "line 2" in done.stderr
    assert "line 3" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "settings", "named"),
    [
        (("gateway",), {}, "WORKERVOICE_GATEWAY_DATABASE_URL"),
        (("courier",), {"PUBLIC_URL": "http://127.0.0.1:1"}, "WORKERVOICE_COURIER_DATABASE_URL"),
        (("console",), {}, "WORKERVOICE_CONSOLE_DATABASE_URL"),
        (("up",), {"GATEWAY_PORT": "high"}, "WORKERVOICE_GATEWAY_PORT"),
        (("up",), {"PUBLIC_URL": "hotline"}, "WORKERVOICE_PUBLIC_URL"),
        (("up",), {"PUBLIC_URL": "https://x.example/path"}, "WORKERVOICE_PUBLIC_URL"),
        (("up",), {"TWILIO_SMS_FROM": "hotline"}, "WORKERVOICE_TWILIO_SMS_FROM"),
        (
            ("up",),
            {"TWILIO_AUTH_TOKENS": ",", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32},
            "WORKERVOICE_TWILIO_AUTH_TOKENS",
        ),
        (("up",), {"TWILIO_API_KEY": "SK" + "1" * 32}, "WORKERVOICE_TWILIO_API_SECRET"),
        (("up",), {"GATEWAY_HOST": "203.0.113.1"}, "WORKERVOICE_GATEWAY_HOST"),
        (("up",), {"CONSOLE_HOST": "no..where"}, "WORKERVOICE_CONSOLE_HOST"),
        (("up",), {"DATABASE_URL": "postgres://me"}, "WORKERVOICE_DATABASE_URL"),
        (
            ("db", "upgrade"),
            {"DATABASE_URL": "postgresql://owner@/x"},
            "WORKERVOICE_GATEWAY_DATABASE_URL",
        ),
    ],
)
def test_a_missing_or_malformed_setting_is_named_in_one_sentence(
    command: tuple[str, ...], settings: dict[str, str], named: str, tmp_path: Path
) -> None:
    free = {"GATEWAY_PORT": "0", "CONSOLE_PORT": "0"}  # the usual ones may be in use
    done = run(*command, DATA_DIR=str(tmp_path / "none"), **{**free, **settings})

    assert done.returncode == 1
    assert named in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "none").exists()


def test_doctor_says_what_to_do_and_exits_1_without_a_programme(tmp_path: Path) -> None:
    done = run("doctor", DATA_DIR=str(tmp_path / "none"))

    assert done.returncode == 1
    assert "up --demo" in done.stdout
    assert not (tmp_path / "none").exists()


def test_packs_check_proves_the_shipped_packs() -> None:
    done = run("packs", "check")

    assert done.returncode == 0, done.stdout
    assert "en.yaml: " in done.stdout
