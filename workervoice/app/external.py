"""A database that is not ours to start: whether its addresses lead where they should."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from workervoice.errors import SettingsError, Unavailable
from workervoice.settings import PREFIX, Settings
from workervoice.store.engine import Database
from workervoice.store.migrate import LOGIN_ROLES, current_revision, newest_revision


def passwords_of(settings: Settings) -> dict[str, str]:
    """The three login roles' passwords, out of the addresses that their processes use."""
    found = {}
    for role in LOGIN_ROLES:
        name = url_setting(role)
        url = getattr(settings, name)
        if url is None:
            raise SettingsError(f"{PREFIX}{name.upper()} is missing.")
        parts = urlsplit(url.get_secret_value())
        if parts.username != role or not parts.password:
            raise SettingsError(
                f"{PREFIX}{name.upper()} is malformed: it must log in as {role}, with a password."
            )
        found[role] = unquote(parts.password)
    return found


def check_external(settings: Settings, owner_url: str) -> None:
    """Raises `SettingsError` unless the schema is this version's and every role can log in."""
    passwords_of(settings)
    if current_revision(owner_url) != newest_revision():
        raise SettingsError(
            "The database is not at this version's revision: run `workervoice db upgrade`."
        )
    for role in LOGIN_ROLES:
        name = url_setting(role)
        database = Database(getattr(settings, name).get_secret_value(), pool_size=1)
        try:
            with database.begin():
                pass
        except Unavailable:
            raise SettingsError(
                f"{PREFIX}{name.upper()}: the database does not answer there, or does not let "
                f"{role} in: check the address, and run `workervoice db upgrade`, which sets the "
                "password."
            ) from None
        finally:
            database.close()


def url_setting(role: str) -> str:
    return f"{role.removeprefix('workervoice_')}_database_url"
