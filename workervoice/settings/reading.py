"""Reading the settings: from the environment, then from a `.env` file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from workervoice.envfile import check_env_file
from workervoice.errors import SettingsError
from workervoice.settings.knobs import PREFIX, Settings
from workervoice.values import (
    in_plain_words,
    missing_at_twilio,
    problem_of_directory,
    problem_of_path,
    problem_of_text,
)


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read all settings. `WORKERVOICE_ENV_FILE` names another file than `.env`; empty means none.

    Raises `SettingsError` with one sentence that names the first wrong setting, never its value.
    """
    variables = os.environ if environment is None else environment  # noqa: TID251
    file = variables.get(PREFIX + "ENV_FILE", ".env")
    named = {
        key[len(PREFIX) :].lower(): value
        for key, value in variables.items()
        if key.startswith(PREFIX) and value != ""
    }
    if directory := variables.get("CREDENTIALS_DIRECTORY"):  # systemd's name, not ours
        named.setdefault("credentials_directory", directory)
    try:
        if PREFIX + "ENV_FILE" in variables and file and not Path(file).is_file():
            raise SettingsError(f"{PREFIX}ENV_FILE names a file that is not there.")
        check_env_file(Path(file or "none"), PREFIX)
        given: Any = {**named, "_env_file": file or None}
        settings = _Explicit(**given)
    except (OSError, UnicodeError):
        raise SettingsError(f"{PREFIX}ENV_FILE names a file that cannot be read.") from None
    except ValidationError as exc:
        problem = exc.errors(include_input=False, include_url=False)[0]
        name = PREFIX + ".".join(str(part) for part in problem["loc"]).upper()
        what = in_plain_words(problem["type"], problem["msg"], problem.get("ctx", {}))
        raise SettingsError(f"{name} is malformed: {what}.") from None
    _check_together(settings)
    return settings


class _Explicit(Settings):
    """Takes variables as arguments first, then the file: tests pass their own environment."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, dotenv_settings


def _check_together(settings: Settings) -> None:
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        wrong = problem_of_text(name, text) if isinstance(text, str) else ""
        if name == "data_dir":
            wrong = problem_of_directory(settings.data_dir)
        elif isinstance(value, Path):
            wrong = problem_of_path(value)
        if wrong:
            raise SettingsError(f"{PREFIX}{name.upper()} is malformed: {wrong}.")
    key, secret, tokens = settings.twilio_api_key, settings.twilio_api_secret, settings.tokens()
    if missing := missing_at_twilio(key, secret, tokens, settings.twilio_account_sid):
        raise SettingsError(f"{PREFIX}TWILIO_{missing}")
