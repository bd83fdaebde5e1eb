"""The tables of who wrote: see `store.intake`, `store.codes`."""

from __future__ import annotations

from sqlalchemy import Column, Date, UniqueConstraint

from workervoice.store.columns import identifier, number, refers, sealed, signed, table, text

seen = table("seen", sealed("mac"), Column("day", Date, nullable=False), key=("mac",))

conversation = table(
    "conversation", identifier("id"), text("state"), number("version"), sealed("record")
)

contact = table(
    "contact",
    *(identifier("id"), identifier("conversation_id"), number("version"), number("index_version")),
    *(sealed("index"), sealed("address"), *signed()),
    UniqueConstraint("programme_id", "index_version", "index"),
    refers("conversation_id", "conversation"),
)

return_code = table(
    "return_code",
    *(sealed("mark"), identifier("conversation_id"), Column("until", Date, nullable=False)),
    *(sealed("proof"), refers("conversation_id", "conversation")),
    key=("mark",),
)
