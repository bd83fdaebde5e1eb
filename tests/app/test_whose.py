"""Commands that are run by the wrong user say so in one sentence, and change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.embedded.servers import STRANGER, a_directory, as_root
from tests.users import GATEWAY, acting_as, give_away
from workervoice.app.supervisor import Supervisor
from workervoice.app.whose import stop_if_of_another, stop_if_unreadable
from workervoice.cli import main
from workervoice.errors import ServerError, SettingsError
from workervoice.settings import load


@as_root
def test_up_of_another_user_is_refused_in_one_sentence() -> None:
    with a_directory() as machine:
        data = machine / "data"
        data.mkdir(mode=0o700)
        give_away(data, GATEWAY)
        settings = load({"WORKERVOICE_ENV_FILE": "", "WORKERVOICE_DATA_DIR": str(data)})

        with acting_as(STRANGER), pytest.raises(SettingsError) as refused:
            Supervisor(settings, with_demo=True, say=print).start()
        left = list(data.iterdir())

    assert left == []
    assert str(refused.value).startswith(
        f"{data} belongs to {GATEWAY}, and user {STRANGER} may not write into it: run this as "
    )


@as_root
def test_what_cannot_be_cleaned_up_does_not_hide_why_it_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workervoice.app.supervisor.stop_if_of_another", lambda data: None)
    with a_directory() as machine:
        data = machine / "data"
        data.mkdir(mode=0o755)
        settings = load(
            {
                "WORKERVOICE_ENV_FILE": "",
                "WORKERVOICE_DATA_DIR": str(data),
                **{f"WORKERVOICE_{n}_PORT": "0" for n in ("GATEWAY", "CONSOLE", "PHONE")},
            }
        )

        with acting_as(STRANGER), pytest.raises(ServerError, match="Permission denied"):
            Supervisor(settings, with_demo=True, say=print).start()


@as_root
def test_root_does_not_restore_into_the_directory_of_somebody_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with a_directory() as machine:
        data = machine / "data"
        data.mkdir()
        give_away(data, GATEWAY)

        with pytest.raises(SystemExit) as ended:
            main(["restore", "--data", str(data), "--sealed", str(machine / "x")])
        left = list(data.iterdir())

    assert (ended.value.code, left) == (1, [])
    assert f"run this as {GATEWAY} (runuser -u {GATEWAY} -- …)" in capsys.readouterr().err


def test_ones_own_directory_and_one_that_can_be_made_will_do(tmp_path: Path) -> None:
    stop_if_of_another(tmp_path, also_root=True)
    stop_if_of_another(tmp_path / "new" / "data", also_root=True)


@as_root
def test_a_directory_that_cannot_be_made_is_told_with_what_makes_it() -> None:
    with a_directory() as machine, acting_as(GATEWAY), pytest.raises(SettingsError) as refused:
        stop_if_of_another(machine / "data")

    assert f"install -d -m 0700 -o {GATEWAY} {machine}/data" in str(refused.value)


@as_root
def test_a_file_that_may_not_be_read_is_named() -> None:
    with a_directory() as machine:
        backup = machine / "one.backup"
        backup.touch(mode=0o600)

        with (
            acting_as(GATEWAY),
            pytest.raises(SettingsError, match=r"one\.backup, which"),
        ):
            stop_if_unreadable(backup)
        stop_if_unreadable(machine / "none")
