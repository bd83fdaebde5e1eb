"""Links that are sealed under the service key: issue → case, disclosure → issue, with their dates.

They let remedy, withdrawn consent and response times work when nobody is logged in, and keep a
dump from telling which buyers hold one and the same issue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from workervoice.errors import CryptoError
from workervoice.store import remedy
from workervoice.store.engine import Tx
from workervoice.store.vault import Vault

ERASED = str(UUID(int=0))  # in the place of an id that was destroyed


@dataclass(frozen=True, slots=True)
class IssueLink:
    """What an issue is about. Moments are unix seconds.

    Once its case was erased, an issue that had left no longer says which case that was; one that
    had not says nothing any more.
    """

    case_id: str
    site_id: str
    drafted_by: str
    drafted_at: int
    released_at: int | None = None
    resolved_at: int | None = None

    @property
    def is_alone(self) -> bool:
        """True if the case was erased."""
        return self.case_id == ERASED

    @property
    def is_blank(self) -> bool:
        """True if the issue went with its case: there is nothing left to open."""
        return self.site_id == ERASED


BLANK = IssueLink(case_id=ERASED, site_id=ERASED, drafted_by=ERASED, drafted_at=0)


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
    """The issues drafted from a case, oldest first, with their states.

    A link that does not open belongs to nobody knows which case: the list of issues names it.
    """
    mine = []
    for row_id, state, blob in remedy.issue_links(tx):
        try:
            link = open_issue_link(tx, vault, row_id, blob)
        except CryptoError:
            continue
        if link.case_id == str(case_id):
            mine.append((link.drafted_at, row_id, state))
    return [(row_id, state) for _, row_id, state in sorted(mine)]


def disclosure_ids_of(tx: Tx, vault: Vault, issue_id: UUID) -> list[UUID]:
    """The disclosures of an issue, by their links alone, in one order for everybody."""
    mine = []
    for row_id, blob in remedy.disclosures_by_link(tx):
        try:
            link = open_disclosure_link(tx, vault, row_id, blob)
        except CryptoError:
            continue
        if link.issue_id == str(issue_id):
            mine.append(row_id)
    return sorted(mine)


def disclosures_of_issue(tx: Tx, vault: Vault, issue_id: UUID) -> list[tuple[UUID, UUID, str]]:
    """Id, organisation and state of every disclosure of an issue.

    One whose link does not open is passed over: no buyer can open that disclosure either.
    """
    mine = []
    for row_id, organisation_id, state, blob in remedy.disclosure_links(tx):
        try:
            link = open_disclosure_link(tx, vault, row_id, blob)
        except CryptoError:
            continue
        if link.issue_id == str(issue_id):
            mine.append((row_id, organisation_id, state))
    return mine
