"""Evidence: pictures, papers, sound and film that show what was done, or what a check of it found.

    uploaded ▸ washed ▸ sealed to the plan ▸ named by a step of its action's history

Who brought one stands in that step, sealed and signed. Whoever does the action adds to it while it
is under way; afterwards whoever did not, and checks it. What shows too much of somebody is removed
by two of the hotline's people.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID, uuid4

from workervoice.errors import GuardFailed, IllegalMove, NotFound
from workervoice.hotline.media import Head, washed_head
from workervoice.hotline.planning import TEXT_MAX, ActionView, OpenPlan
from workervoice.hotline.planrows import EntryView
from workervoice.message import Role
from workervoice.store.log import next_versions
from workervoice.store.media import destroy_medium, media_of
from workervoice.store.rows import Row
from workervoice.wash.outcome import Washed

MOST = 20  # files of an action as evidence, and as many of its checks
_STAFF = frozenset({Role.HANDLER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One washed file, and what it shows in words."""

    says: str = field(repr=False)
    file: Washed = field(repr=False)


def may_add(plan: OpenPlan, action_id: UUID, says: str) -> str:
    """What it would be. Raises `NotFound` or, with what to do, `GuardFailed`."""
    plan.only_changeable()
    view = plan.action(action_id)
    if not says.strip():
        raise GuardFailed("say what the file shows")
    if len(says) > TEXT_MAX:
        raise GuardFailed(f"a note may have {TEXT_MAX} characters at most")
    if not view.adds:
        raise GuardFailed("evidence is added while the action is under way, or to check it")
    kept = (e for e in _files(view) if e.shown is not None and not e.shown.gone)
    if sum((e.words or {}).get("kind") == view.adds for e in kept) >= MOST:
        raise GuardFailed(f"an action has {MOST} files at most")
    return view.adds


def add(plan: OpenPlan, action_id: UUID, evidence: Evidence, once: UUID | None = None) -> None:
    """Add it to the history of an action; with the id `once`, only once."""
    if once is not None and once in media_of(plan.tx, [once]):
        return
    kind = may_add(plan, action_id, evidence.says)
    washed = evidence.file
    said = plan.rows.add_medium(once or uuid4(), washed_head(washed), washed.content)
    plan.rows.add_entry(action_id, {"kind": kind, "text": evidence.says, "medium": said})
    plan.pen.log(plan.tx, "evidence_added", action_id, kind)


def medium_of(
    plan: OpenPlan, action_id: UUID, medium_id: UUID, *, whole: bool
) -> tuple[Head, bytes]:
    """Its head, and its content if `whole`: that is in the log.

    Raises `NotFound` for one that no step of this action names (any more), and `CryptoError` for
    one that was changed.
    """
    step = _step(plan.action(action_id), medium_id)
    row = media_of(plan.tx, [medium_id]).get(medium_id)
    if row is None or step.words is None:
        raise NotFound("no such medium")
    medium = plan.rows.medium(row, step.words["medium"]["digest"])
    content = b"".join(medium.content(plan.tx)) if whole else b""
    if whole:
        plan.pen.log_reading(plan.tx, "medium_seen", medium_id)
    return medium.head, content


def remove(plan: OpenPlan, action_id: UUID, medium_id: UUID, reason: str) -> str:
    """Destroy one that should not be there; "removed", or "proposed" until a second of the
    hotline's people asks for the same. The reason stays in its place."""
    if plan.actor.role not in _STAFF:
        raise NotFound("no such move")
    if plan.held:
        raise GuardFailed("nothing is removed from a case under legal hold")
    if not 1 <= len(reason.strip()) <= TEXT_MAX:
        raise GuardFailed("say why, in a few words")
    view = plan.action(action_id)
    step = _step(view, medium_id)
    if step.shown is not None and step.shown.gone:
        raise IllegalMove("it is removed already: look again")
    asked = {e.by for e in view.entries if (e.words or {}).get("remove") == str(medium_id)}
    if not asked - {plan.actor.id}:
        if plan.actor.id not in asked:
            words = {"kind": "removal", "remove": str(medium_id), "text": reason}
            plan.rows.add_entry(action_id, words)
            plan.pen.log(plan.tx, "action_move_proposed", action_id, "remove_evidence")
        return "proposed"
    destroyed = [Row.destroyed(place) for place in destroy_medium(plan.tx, medium_id)]
    plan.tx.stored.extend(next_versions(plan.tx, plan.pen.vault, destroyed))
    words = {"kind": "removed", "removed": str(medium_id), "text": reason}
    plan.rows.add_entry(action_id, words)
    plan.pen.log(plan.tx, "evidence_removed", action_id)
    return "removed"


def _files(view: ActionView) -> list[EntryView]:
    return [entry for entry in view.entries if entry.shown is not None]


def _step(view: ActionView, medium_id: UUID) -> EntryView:
    """The step that brought it."""
    for entry in _files(view):
        if entry.shown is not None and entry.shown.id == medium_id:
            return entry
    raise NotFound("no such medium")
