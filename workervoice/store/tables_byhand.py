"""The tables of what people write down for workers: see `hotline.handover`, `hotline.entrydrafts`.

`handover` is unlogged: what waits there for the gateway is in no write-ahead log, on no standby and
in no backup, and gone after a crash of the database. Its writer has the draft.
"""

from __future__ import annotations

from sqlalchemy import Column, Date

from workervoice.store.columns import identifier, sealed, table, text

handover = table(
    "handover",
    *(identifier("id"), identifier("officer_id"), Column("day", Date, nullable=False)),
    *(sealed("envelope", nullable=True), sealed("signature"), sealed("outcome", nullable=True)),
)

entry_draft = table(
    "entry_draft",
    *(identifier("officer_id"), text("form"), identifier("id")),
    *(sealed("words"), sealed("signature")),
    key=("officer_id", "form"),
)
