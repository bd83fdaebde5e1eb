"""`workervoice db upgrade`: roles and schema, on an external database or on the embedded one; and
the programme that the ceremony founded, if its document lies in the data directory.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from workervoice.app.begun import stop_if_begun
from workervoice.app.external import passwords_of
from workervoice.app.ownership import settle
from workervoice.app.processes import wall_clock
from workervoice.embedded import EmbeddedServer
from workervoice.settings import Settings
from workervoice.store.engine import Database
from workervoice.store.migrate import LOGIN_ROLES, upgrade
from workervoice.store.programme import programmes
from workervoice.store.unfinished import stop_if_unfinished


def upgrade_database(settings: Settings) -> str:
    """Upgrade, and say in one sentence or two what the database is at now."""
    stop_if_begun(settings.data_dir)
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        stop_if_unfinished(url)
        revision = upgrade(url, passwords_of(settings))
        return f"The database is at revision {revision}.{_founded(url, settings, wall_clock())}"
    server = EmbeddedServer(settings.data_dir)
    with server:
        server.ensure_database()
        stop_if_unfinished(server.owner_url())
        passwords = {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
        revision = upgrade(server.owner_url(), passwords)
        founded = _founded(server.owner_url(), settings, wall_clock())
    return f"The embedded database is at revision {revision}.{founded}"


def _founded(url: str, settings: Settings, now: datetime) -> str:
    """Store the ceremony's document in a database that has no programme yet."""
    owner = Database(url, pool_size=1)
    try:
        with owner.begin() as tx:
            if programmes(tx):
                return ""
        founded = settle(owner, settings, now)
        return f" It has the programme {founded} now." if founded else ""
    finally:
        owner.close()
