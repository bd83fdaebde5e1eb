"""`workervoice db upgrade`: roles and schema, on an external database or on the embedded one."""

from __future__ import annotations

import secrets

from workervoice.app.external import passwords_of
from workervoice.embedded import EmbeddedServer
from workervoice.settings import Settings
from workervoice.store.migrate import LOGIN_ROLES, upgrade


def upgrade_database(settings: Settings) -> str:
    """Upgrade, and say in one sentence what the database is at now."""
    if settings.database_url is not None:
        revision = upgrade(settings.database_url.get_secret_value(), passwords_of(settings))
        return f"The database is at revision {revision}."
    server = EmbeddedServer(settings.data_dir)
    with server:
        server.ensure_database()
        passwords = {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
        revision = upgrade(server.owner_url(), passwords)
    return f"The embedded database is at revision {revision}."
