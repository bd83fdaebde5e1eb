"""Links that are sealed under the service key: issue → case, disclosure → issue, with their dates.

They let remedy, withdrawn consent and response times work when nobody is logged in, and keep a
dump from telling which buyers hold one and the same issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from workervoice.store import remedy
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault


@dataclass(frozen=True, slots=True)
class IssueLink:
    """What an issue is about. Moments are unix seconds."""

    case_id: str
    site_id: str
    drafted_by: str
    drafted_at: int
    released_at: int | None = None
    resolved_at: int | None = None


@dataclass(frozen=True, slots=True)
class DisclosureLink:
    """Which issue a disclosure carries, and when its buyer did what."""

    issue_id: str
    plan_epoch: int
    released_at: int
    opened_at: int | None = None
    acknowledged_at: int | None = None


def seal_issue_link(tx: Tx, vault: Vault, issue_id: UUID, link: IssueLink) -> bytes:
    return vault.seal("issue-link", tx.programme, issue_id, 1, asdict(link))


def open_issue_link(tx: Tx, vault: Vault, issue_id: UUID, blob: bytes) -> IssueLink:
    record: Mapping[str, Any] = vault.open("issue-link", tx.programme, issue_id, 1, blob)
    return IssueLink(**record)


def seal_disclosure_link(tx: Tx, vault: Vault, disclosure_id: UUID, link: DisclosureLink) -> bytes:
    return vault.seal("disclosure-link", tx.programme, disclosure_id, 1, asdict(link))


def open_disclosure_link(tx: Tx, vault: Vault, disclosure_id: UUID, blob: bytes) -> DisclosureLink:
    record: Mapping[str, Any] = vault.open("disclosure-link", tx.programme, disclosure_id, 1, blob)
    return DisclosureLink(**record)


def issues_of_case(tx: Tx, vault: Vault, case_id: UUID) -> list[tuple[UUID, str]]:
    """The issues drafted from a case, oldest first, with their states."""
    opened = [
        (open_issue_link(tx, vault, row_id, blob), row_id, state)
        for row_id, state, blob in remedy.issue_links(tx)
    ]
    mine = [entry for entry in opened if entry[0].case_id == str(case_id)]
    return [(row_id, state) for _, row_id, state in sorted(mine, key=lambda e: e[0].drafted_at)]
