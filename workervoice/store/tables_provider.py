"""The tables about providers: what is left with them of our messages, media that came from there,
what was brought to the gateway by another way than a webhook, and how the courier goes on with a
line. See `hotline.leftovers`, `hotline.tick_leftovers`, `hotline.media`, `hotline.bringing`.

`medium` tells of a case that it has media, and how large these are.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Identity, Index

from workervoice.store.columns import (
    identifier,
    moment,
    number,
    sealed,
    signed,
    table,
    text,
)

leftover = table(
    "leftover",
    *(identifier("id"), sealed("payload"), *signed()),
    Column("place", BigInteger, Identity()),
    *(moment("since"), moment("run_at"), number("attempts"), text("code", nullable=True)),
    *(moment("lease_until", nullable=True), identifier("lease_token", nullable=True)),
)
Index("leftover_run_ix", leftover.c.run_at)

medium = table(
    "medium",
    *(identifier("id"), text("holder_kind"), identifier("holder_id"), number("epoch")),
    *(number("chunks"), sealed("key"), sealed("head"), *signed()),
)
Index("medium_holder_ix", medium.c.programme_id, medium.c.holder_id)

medium_chunk = table(
    "medium_chunk",
    *(identifier("medium_id"), number("ordinal"), sealed("box")),
    key=("medium_id", "ordinal"),
)

brought = table(
    "brought",
    *(identifier("id"), Column("place", BigInteger, Identity()), sealed("envelope")),
    *(moment("since"), text("code", nullable=True)),
)
Index("brought_place_ix", brought.c.programme_id, brought.c.place)

line_run = table(
    "line_run",
    *(identifier("id"), moment("free_at"), moment("listed_until", nullable=True)),
    *(Column("heard_on", Date), Column("reached_on", Date)),
)
