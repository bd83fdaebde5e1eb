"""Many conversations at once: rows of one real report, multiplied inside the database.

Every row has its keys and indexes as a real one; what is sealed in it is shortened, so that a
million conversations fit on a small disk. A message finds its own rows by their keys, so the length
of others' sealed parts costs it nothing but cache.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from benchmarks.intake.site import Site
from workervoice.store.engine import Scope, Tx

BATCH = 20_000
_ID = "md5('{name}' || n)::uuid"
_KEYED = "substr(sha256(('{name} ' || n)::bytea), 1, {size})"
_SEALED = "sha256(('{name}.' || n)::bytea)"


def fill(site: Site, already: int, up_to: int) -> None:
    """Make conversations number `already` to `up_to`, each with a case, a message, an assessment, a
    sent text and its leaves and tags."""
    for first in range(already, up_to, BATCH):
        with site.house.owner.begin(Scope(site.house.programme)) as tx:
            _fill(tx, site.house.gateway.id, first, min(first + BATCH, up_to))
    with site.house.owner.begin() as tx:
        tx.connection.execute(text("SET LOCAL statement_timeout = 0"))
        tx.connection.execute(text("ANALYZE"))


def _fill(tx: Tx, signer: UUID, first: int, last: int) -> None:
    tx.connection.execute(text("SET LOCAL statement_timeout = 0"))
    asked = {"programme": tx.programme, "signer": signer, "first": first, "last": last - 1}
    for sql in _INSERTS:
        tx.connection.execute(text(sql), asked)


def _insert(table: str, columns: dict[str, str], each: int = 1) -> str:
    """SQL for `each` rows of a conversation; `n` numbers them."""
    number = "g" if each == 1 else "(g::text || '.' || k)"
    source = "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS g"
    if each > 1:
        source += f", generate_series(1, {each}) AS k"
    names, values = ", ".join(f'"{name}"' for name in columns), ", ".join(columns.values())
    return (
        f"INSERT INTO {table} (programme_id, {names})"  # noqa: S608 - our own names
        f" SELECT CAST(:programme AS uuid), {values}"
        f" FROM (SELECT {number} AS n, g FROM {source}) AS numbered"
    )


def _id(name: str) -> str:
    return _ID.format(name=name)


def _keyed(name: str, size: int = 32) -> str:
    return _KEYED.format(name=name, size=size)


def _sealed(name: str) -> str:
    return _SEALED.format(name=name)


_SIGNER = "CAST(:signer AS uuid)"
_TALK, _CASE = "md5('talk' || g)::uuid", "md5('case' || g)::uuid"
_INSERTS = (
    _insert("seen", {"mac": _keyed("seen"), "day": "current_date"}),
    _insert(
        "conversation",
        {"id": _TALK, "state": "'resting'", "version": "1", "record": _sealed("record")},
    ),
    _insert(
        "contact",
        {
            "id": _id("contact"),
            "conversation_id": _TALK,
            "version": "1",
            "index_version": "1",
            "index": _keyed("index"),
            "address": _sealed("address"),
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
        },
    ),
    _insert(
        "cases",
        {
            "id": _CASE,
            "conversation_id": _TALK,
            "team_id": _id("team"),
            "epoch": "1",
            "state": "'closed'",
            "version": "1",
            "queue": _sealed("queue"),
            "facts": _sealed("facts"),
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
            "next_look_at": "now() + interval '1 year'",
        },
    ),
    _insert(
        "key_pair",
        {
            "holder_kind": "'case'",
            "holder_id": _CASE,
            "epoch": "1",
            "public": _sealed("public"),
            "box": _sealed("box"),
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
        },
    ),
    _insert(
        "key_wrap",
        {
            "holder_kind": "'case'",
            "holder_id": _CASE,
            "epoch": "1",
            "reader_id": _id("team"),
            "reader_epoch": "1",
            "wrap": _sealed("wrap"),
        },
    ),
    _insert(
        "message",
        {
            "id": _id("message"),
            "case_id": _CASE,
            "epoch": "1",
            "ordinal": "1",
            "direction": "'in'",
            "size": "1",
            "words": _sealed("words"),
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
        },
    ),
    _insert(
        "assessment",
        {
            "id": _id("assessment"),
            "case_id": _CASE,
            "epoch": "1",
            "version": "1",
            "judge": "'machine'",
            "words": _sealed("judged"),
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
        },
    ),
    _insert(
        "outbox",
        {
            "id": _id("outbox"),
            "conversation_id": _TALK,
            "state": "'delivered'",
            "payload": "''::bytea",
            "signer_id": _SIGNER,
            "signature": _sealed("signed"),
            "run_at": "now() - interval '1 day'",
            "expires_at": "now() + interval '1 year'",
            "attempts": "1",
            "dedupe_key": "md5('outbox' || n)",
        },
    ),
    _insert(
        "log_leaf",
        {"id": _id("leaf"), "leaf_hash": _sealed("leaf"), "body": _sealed("body")},
        each=2,
    ),
    _insert("log_tag", {"tag": _keyed("tag", 16), "mark": _keyed("mark", 16)}, each=9),
)
