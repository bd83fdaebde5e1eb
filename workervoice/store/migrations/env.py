"""Alembic's entry: the caller passes a connection; there is no offline mode and no ini file."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
