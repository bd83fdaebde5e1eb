"""Releasing: the moment at which something leaves. Two people, the worker's consent or a recorded
override, and a packet that points at nobody stand before it; every buyer gets its own sealed copy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from workervoice.crypto import keyring
from workervoice.crypto.keyring import Holder
from workervoice.errors import GuardFailed
from workervoice.hotline import reading
from workervoice.hotline.clockwork import promise
from workervoice.hotline.disclosing import OpenIssue, open_issue
from workervoice.hotline.links import (
    DisclosureLink,
    seal_disclosure_link,
    seal_issue_link,
)
from workervoice.hotline.opening import OpenCase
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.registry import buyers_of, organisations
from workervoice.store import remedy
from workervoice.store.programme import PARTNER, Organisation
from workervoice.store.remedy import DisclosureRow
from workervoice.store.tables import issue as issue_table
from workervoice.workflow.clocks import ClockKind
from workervoice.workflow.consent import Override


def release(
    process: Process, actor: Actor, issue_id: UUID, override: Override | None = None
) -> list[Organisation]:
    """The second person releases: one disclosure to each buyer that is linked to the site today.

    An override stands only by a supervisor and only where danger or a child was reported.
    """
    with open_issue(process, actor, issue_id) as issue:
        case = issue.living_case()
        case.check_override(override)
        now = issue.pen.now
        buyers = buyers_of(issue.tx, issue.pen, UUID(issue.link.site_id), now.date())
        if not buyers:
            raise GuardFailed("no buyer is linked to this site: refer the case instead")
        _with_the_partner(issue, actor)
        issue.advance("release", override=override)
        holder = Holder("plan", issue_id, issue.row.epoch)
        kek = reading.kek_of(issue.tx, actor, issue.pen.directory, holder)
        for buyer in buyers:
            disclosure_id = _disclose(issue, actor, buyer, kek)
            kind = ClockKind.DISCLOSURE_ACKNOWLEDGEMENT
            promise(issue.tx, issue.pen, kind, disclosure_id, case.record.priority)
        link = replace(issue.link, released_at=int(now.timestamp()))
        sealed = seal_issue_link(issue.tx, process.vault, issue_id, link)
        state = issue.row.state
        also = {"link": sealed}
        remedy.save(issue.tx, issue_table, issue_id, source=state, dest=state, also=also)
        _escalate(case, issue_id, override)
        remedy.shuffle_disclosures(issue.tx)
        return buyers


def _with_the_partner(issue: OpenIssue, actor: Actor) -> None:
    """A programme that has a partner organisation releases with its person and with one of its
    own: nobody can be made to release alone, and no single house can."""
    directory = issue.pen.directory
    known = organisations(issue.tx, issue.pen.vault, directory).values()
    partners = {each.id for each in known if each.kind == PARTNER}
    people = {actor.id, *issue.approvers()}
    theirs = {directory.trusted(each).organisation_id in partners for each in people}
    if partners and theirs != {True, False}:
        raise GuardFailed("a release takes the partner organisation's person, and one of your own")


def _escalate(case: OpenCase, issue_id: UUID, override: Override | None) -> None:
    """The case follows its issue, and remembers that something has left."""
    case.__dict__.pop("issues", None)  # the issue's state has changed since it was read
    if case.state in {"in_progress", "referred"}:
        case.advance("escalate", "")
    case.record = replace(case.record, disclosed=True)
    words: dict[str, Any] = {"kind": "issue", "issue": str(issue_id), "move": "release"}
    if override is not None:
        words["override"] = {"ground": override.ground, "reason": override.reason}
    case.note("note", words)
    case.save("case_escalate")


def _disclose(issue: OpenIssue, actor: Actor, buyer: Organisation, kek: bytes) -> UUID:
    """Seal the packet and the plan's key to one organisation; returns the disclosure's id."""
    tx, pen, vault = issue.tx, issue.pen, issue.pen.vault
    entry = pen.directory.trusted(buyer.id, "organisation")
    disclosure_id = uuid4()
    holder = Holder("organisation", buyer.id, entry.epoch)
    plan = {"issue": str(issue.row.id), "epoch": issue.row.epoch, "kek": kek.hex()}
    words: Mapping[str, Any] = {"packet": issue.packet.to_json(), "plan": plan}
    sealed = keyring.seal_words(
        entry.kem_public,
        json.dumps(words).encode(),
        holder=holder,
        message_id=disclosure_id,
        direction="disclosure",
    )
    now = int(pen.now.timestamp())
    link = DisclosureLink(str(issue.row.id), issue.row.epoch, now)
    row = DisclosureRow(
        id=disclosure_id,
        organisation_id=buyer.id,
        epoch=entry.epoch,
        state="sealed",
        version=1,
        link=seal_disclosure_link(tx, vault, disclosure_id, link),
        packet=sealed,
        signer_id=actor.id,
        signature=b"",
    )
    signature = actor.signer.sign(remedy.disclosure_place(tx.programme, row))
    remedy.add_disclosure(tx, replace(row, signature=signature))
    pen.log(tx, "disclosed", disclosure_id)
    return disclosure_id
