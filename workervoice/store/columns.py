"""Columns of the kinds that our tables have, and the one way to make a table of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.schema import SchemaItem

metadata = MetaData(
    naming_convention={"pk": "%(table_name)s_pk", "uq": "%(table_name)s_%(column_0_N_name)s_uq"}
)


def identifier(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Uuid, nullable=nullable)


def sealed(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def number(name: str) -> Column[Any]:
    return Column(name, Integer, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def signed() -> tuple[Column[Any], Column[Any]]:
    """Who stored the row, and their signature over its place and content."""
    return identifier("signer_id"), sealed("signature")


def registered() -> tuple[Column[Any], ...]:
    """Which version of the row, who registered it, and their signature over all it says."""
    return number("version"), *signed()


def table(
    name: str, *columns: SchemaItem, key: tuple[str, ...] = ("id",), wide: bool = False
) -> Table:
    """A table whose key begins with the programme. One that is `wide` keeps its sealed parts, which
    nothing can compress, in the row up to a page: elsewhere they are written in three places."""
    first, last = identifier("programme_id"), PrimaryKeyConstraint("programme_id", *key)
    kept: dict[str, Any] = {"postgresql_with": {"toast_tuple_target": "8160"}} if wide else {}
    return Table(name, metadata, first, *columns, last, **kept)


def refers(column: str, target: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["programme_id", column],
        [f"{target}.programme_id", f"{target}.id"],
        name=f"{column}_{target}_fk",
    )
