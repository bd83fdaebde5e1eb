"""The tables of what is counted, and of what follows from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date

from workervoice.store.columns import identifier, number, sealed, table, text

comparison = table("comparison", number("version"), sealed("record"), key=())

counter = table(
    "counter",
    *(sealed("mac"), text("kind"), Column("day", Date, nullable=False)),
    *(Column(name, BigInteger, nullable=False) for name in ("amount", "cost")),
    key=("mac",),
)

line_state = table("line_state", identifier("id"), number("version"), sealed("record"))
