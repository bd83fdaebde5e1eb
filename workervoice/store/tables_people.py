"""The tables of how people come in, and what is counted of them: see `store.people`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, UniqueConstraint

from workervoice.store.columns import (
    identifier,
    moment,
    number,
    refers,
    sealed,
    signed,
    table,
    text,
)

slot = table(
    "slot",
    *(identifier("officer_id"), text("kind"), number("version"), sealed("salt"), text("cost")),
    *(sealed("auth_hash"), sealed("wrapped_umk"), Column("tried", Boolean, nullable=False)),
    refers("officer_id", "officer"),
    key=("officer_id", "kind"),
)

invitation = table(
    "invitation",
    *(identifier("id"), identifier("organisation_id"), text("login"), text("name"), text("role")),
    *(sealed("token_hash"), moment("expires_at"), *signed(), sealed("keys", nullable=True)),
    *(UniqueConstraint("login"), refers("organisation_id", "organisation")),
)

session = table(
    "session",
    *(sealed("id"), identifier("officer_id"), text("stage"), sealed("box"), moment("started_at")),
    *(moment("seen_at"), sealed("proof"), sealed("challenge", nullable=True)),
    refers("officer_id", "officer"),
)

second_factor = table(
    "second_factor",
    *(identifier("id"), identifier("officer_id"), text("kind"), number("ordinal"), sealed("fixed")),
    *(number("version"), sealed("used"), sealed("signature"), refers("officer_id", "officer")),
)

lane = table("lane", sealed("mac"), number("tries"), moment("tried_at"), key=("mac",))

watched = table(
    "watched",
    *(
        identifier("id"),
        Column("day", Date, nullable=False),
        Column("raised", Boolean, nullable=False),
    ),
    *(number("version"), sealed("record")),
)

fluency = table("fluency", identifier("id"), number("version"), sealed("record"))
