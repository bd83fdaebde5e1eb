"""The first schema: tables, then roles' rights and row-level security.

Revision ID: 0001
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    here = Path(__file__).parent
    for name in ("v0001_tables.sql", "v0001_access.sql"):
        script = (here / name).read_text(encoding="utf-8")
        whole = {"no_parameters": True}  # so that % is only %
        op.get_bind().exec_driver_sql(script, execution_options=whole)
