"""The tables. `programme_id` leads every key; what is sealed is `LargeBinary`.

In clear: states, random ids, directions, size buckets, who may read a case, the hour of a next
look. Everything else is sealed: to a case, plan or organisation key (words), to the courier
(addresses and what is owed), or under the service key (facts, links, clocks).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Index,
    UniqueConstraint,
)

from workervoice.store.columns import identifier as _id
from workervoice.store.columns import metadata
from workervoice.store.columns import moment as _moment
from workervoice.store.columns import number as _number
from workervoice.store.columns import refers as _refers
from workervoice.store.columns import registered as _registered
from workervoice.store.columns import sealed as _sealed
from workervoice.store.columns import signed as _signed
from workervoice.store.columns import table as _table
from workervoice.store.columns import text as _text
from workervoice.store.counted import comparison, counter, line_state
from workervoice.store.tables_byhand import entry_draft, handover
from workervoice.store.tables_conversation import contact, conversation, return_code, seen
from workervoice.store.tables_people import (
    fluency,
    invitation,
    lane,
    second_factor,
    session,
    slot,
    watched,
)
from workervoice.store.tables_provider import (
    brought,
    leftover,
    line_run,
    medium,
    medium_chunk,
)

__all__ = [
    "brought",
    "comparison",
    "contact",
    "conversation",
    "counter",
    "entry_draft",
    "fluency",
    "handover",
    "invitation",
    "lane",
    "leftover",
    "line_run",
    "line_state",
    "medium",
    "medium_chunk",
    "metadata",
    "return_code",
    "second_factor",
    "seen",
    "session",
    "slot",
    "watched",
]

# --- the programme, and who and what it is about -------------------------------------------------

programme = _table("programme", _text("name"), key=())

line = _table(
    "line",
    *(_id("id"), _text("slug"), _text("channel"), _text("sender"), _text("country")),
    *(
        _text("language"),
        _text("emergency_number"),
        _text("reading_hours"),
        *(_text("price"), _text("budget")),
        *(_text("display_name"), _text("photo"), _text("website"), _text("looked_on")),
        _text("standby_for"),
        *_registered(),
        UniqueConstraint("slug"),
    ),
)

site = _table("site", _id("id"), _text("code"), _text("name"), _text("country"), *_registered())

organisation = _table("organisation", _id("id"), _text("kind"), _text("name"), *_registered())

supply_link = _table(
    "supply_link",
    *(_id("id"), _id("site_id"), _id("organisation_id")),
    *(Column("since", Date, nullable=False), Column("until", Date), _text("source")),
    *_registered(),
    *(_refers("site_id", "site"), _refers("organisation_id", "organisation")),
)

hanging = _table(
    "hanging",
    *(_id("id"), _id("site_id"), _text("place"), _text("language")),
    *(Column("hung", Date, nullable=False), Column("gone", Date), *_registered()),
    _refers("site_id", "site"),
)

practice = _table(
    "practice",
    *(_id("id"), _id("line_id"), _sealed("mark"), _moment("begun"), _moment("until")),
    *(_moment("ended", nullable=True), *_registered(), _refers("line_id", "line")),
)

# --- people and their keys -----------------------------------------------------------------------

directory = _table(
    "directory",
    *(_id("id"), _number("version"), _text("kind"), _id("organisation_id", nullable=True)),
    *(_sealed("body"), _id("signer_id", nullable=True), _sealed("signature")),
    key=("id", "version"),
)

officer = _table(
    "officer",
    *(_id("id"), _id("organisation_id"), _text("login"), _text("name"), _text("role")),
    *(_sealed("bundle"), UniqueConstraint("login")),
    _refers("organisation_id", "organisation"),
)

key_pair = _table(
    "key_pair",
    *(_text("holder_kind"), _id("holder_id"), _number("epoch"), _sealed("public")),
    *(_sealed("box"), *_signed()),
    key=("holder_kind", "holder_id", "epoch"),
)

key_wrap = _table(
    "key_wrap",
    *(_text("holder_kind"), _id("holder_id"), _number("epoch"), _id("reader_id")),
    *(_number("reader_epoch"), _sealed("wrap")),
    key=("holder_kind", "holder_id", "epoch", "reader_id"),
)

# --- a worker writes -----------------------------------------------------------------------------

cases = _table(
    "cases",
    *(_id("id"), _id("conversation_id"), _id("team_id"), _number("epoch"), _text("state")),
    *(_number("version"), _sealed("queue"), _sealed("facts"), *_signed()),
    *(_moment("next_look_at"), _refers("conversation_id", "conversation")),
    Index("cases_conversation_ix", "programme_id", "conversation_id"),
)

case_reader = _table(
    "case_reader",
    *(_id("case_id"), _id("officer_id"), _id("conversation_id")),
    Column("since", Date, nullable=False),
    *(_refers("case_id", "cases"), _refers("officer_id", "officer")),
    key=("case_id", "officer_id"),
)

message = _table(
    "message",
    *(_id("id"), _id("case_id"), _number("epoch"), _number("ordinal"), _text("direction")),
    *(_number("size"), _sealed("words"), *_signed()),
    *(UniqueConstraint("programme_id", "case_id", "ordinal"), _refers("case_id", "cases")),
    wide=True,
)

assessment = _table(
    "assessment",
    *(_id("id"), _id("case_id"), _number("epoch"), _number("version"), _text("judge")),
    *(_sealed("words"), *_signed()),
    *(UniqueConstraint("programme_id", "case_id", "version"), _refers("case_id", "cases")),
    wide=True,
)

draft = _table(
    "draft",
    *(_id("id"), _id("case_id"), _id("officer_id"), _number("epoch"), _text("form")),
    *(_sealed("words"), _sealed("signature"), _refers("case_id", "cases")),
    key=("officer_id", "case_id", "form"),
)

lent = _table(
    "lent",
    *(_id("id"), _id("case_id"), _id("message_id"), _id("officer_id"), _number("epoch")),
    *(_moment("until"), Column("returned", Boolean, nullable=False), _sealed("words"), *_signed()),
    *(_sealed("back"), _sealed("back_signature"), _refers("case_id", "cases")),
)

# --- what is owed --------------------------------------------------------------------------------

outbox = _table(
    "outbox",
    *(_id("id"), _id("conversation_id"), _text("state"), _sealed("payload"), *_signed()),
    Column("place", BigInteger, Identity()),
    *(_id("release_id", nullable=True), _id("release_signer_id", nullable=True)),
    *(_sealed("release_signature", nullable=True), _moment("run_at"), _moment("expires_at")),
    *(_number("attempts"), _moment("lease_until", nullable=True)),
    *(_id("lease_token", nullable=True), _sealed("provider_ref", nullable=True)),
    *(_text("code", nullable=True), _text("dedupe_key"), _sealed("first_digest", nullable=True)),
    *(_id("reseal_signer_id", nullable=True), _sealed("reseal_signature", nullable=True)),
    *(UniqueConstraint("programme_id", "dedupe_key"), _refers("conversation_id", "conversation")),
)
Index("outbox_owed_ix", outbox.c.run_at, postgresql_where=outbox.c.state.in_(["owed", "unknown"]))
Index("outbox_lease_ix", outbox.c.lease_until, postgresql_where=outbox.c.state == "claimed")
Index("outbox_conversation_ix", outbox.c.programme_id, outbox.c.conversation_id)

clock = _table(
    "clock",
    *(_id("id"), _sealed("record"), _moment("next_look_at")),
    Index("clock_look_ix", "next_look_at"),
)

# --- to the buyers and back ----------------------------------------------------------------------

issue = _table(
    "issue",
    *(_id("id"), _id("team_id"), _number("epoch"), _text("state"), _number("version")),
    *(_sealed("link"), _sealed("packet"), *_signed()),
)

approval = _table(
    "approval",
    *(_id("issue_id"), _id("officer_id"), _number("packet_version"), _sealed("signature")),
    _refers("issue_id", "issue"),
    key=("issue_id", "officer_id", "packet_version"),
)

issue_note = _table(
    "issue_note",
    *(_id("id"), _id("issue_id"), _id("team_id"), _number("epoch"), _number("ordinal")),
    *(_sealed("words"), *_signed()),
    *(UniqueConstraint("programme_id", "issue_id", "ordinal"), _refers("issue_id", "issue")),
)

disclosure = _table(
    "disclosure",
    *(_id("id"), _id("organisation_id"), _number("epoch"), _text("state"), _number("version")),
    *(_sealed("link"), _sealed("packet"), *_signed(), _refers("organisation_id", "organisation")),
)

action = _table(
    "action",
    *(_id("id"), _id("issue_id"), _number("epoch"), _text("state"), _number("version")),
    *(_sealed("words"), _refers("issue_id", "issue")),
)

action_entry = _table(
    "action_entry",
    *(_id("id"), _id("action_id"), _number("epoch"), _number("ordinal"), _sealed("words")),
    *(UniqueConstraint("programme_id", "action_id", "ordinal"), _refers("action_id", "action")),
)

# --- the log -------------------------------------------------------------------------------------

log_leaf = _table(
    "log_leaf",
    *(_id("id"), _sealed("leaf_hash"), _sealed("body"), Column("position", BigInteger)),
    UniqueConstraint("programme_id", "position"),
)
Index("log_leaf_new_ix", log_leaf.c.programme_id, postgresql_where=log_leaf.c.position.is_(None))

log_tag = _table("log_tag", _sealed("tag"), _sealed("mark"), key=("tag",))

log_head = _table("log_head", _number("version"), _sealed("record"), key=())

log_checkpoint = _table(
    "log_checkpoint", Column("size", BigInteger, nullable=False), _text("note"), key=("size",)
)

# --- after a restore -----------------------------------------------------------------------------

restored = _table(
    "restored",
    *(_number("number"), _id("id"), _id("backup_id"), _moment("at")),
    Column("entries", BigInteger, nullable=False),
    *(Column("waits", Boolean, nullable=False), _sealed("signature")),
    key=("number",),
)

keyed_list = _table(
    "keyed_list",
    *(Column("position", BigInteger, nullable=False), Column("lines", BigInteger, nullable=False)),
    *(_sealed("last"), _sealed("mac")),
    key=(),
)
