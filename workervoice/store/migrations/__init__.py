"""Alembic migrations: run by `workervoice db upgrade`, under an advisory lock."""
