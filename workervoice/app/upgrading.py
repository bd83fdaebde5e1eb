"""`workervoice db upgrade`: roles and schema, on an external database or on the embedded one."""

from __future__ import annotations

import secrets
from urllib.parse import unquote, urlsplit

from workervoice.embedded import EmbeddedServer
from workervoice.errors import SettingsError
from workervoice.settings import PREFIX, Settings
from workervoice.store.migrate import LOGIN_ROLES, upgrade


def upgrade_database(settings: Settings) -> str:
    """Upgrade, and say in one sentence what the database is at now."""
    if settings.database_url is not None:
        revision = upgrade(settings.database_url.get_secret_value(), _passwords(settings))
        return f"The database is at revision {revision}."
    server = EmbeddedServer(settings.data_dir)
    with server:
        server.ensure_database()
        passwords = {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
        revision = upgrade(server.owner_url(), passwords)
    return f"The embedded database is at revision {revision}."


def _passwords(settings: Settings) -> dict[str, str]:
    """The three login roles' passwords, out of the addresses that their processes use."""
    found = {}
    for role in LOGIN_ROLES:
        name = f"{role.removeprefix('workervoice_')}_database_url"
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
