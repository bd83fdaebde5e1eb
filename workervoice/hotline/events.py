"""Events: every name that a leaf of the log may carry, and what it means.

A move of a state machine is an event of its own, named after the machine and the move. After a
sensitive one the log signs a checkpoint at once. One that erases says that rows about its object
may be gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.workflow import action, case, disclosed, issue
from workervoice.workflow.machine import Machine


@dataclass(frozen=True, slots=True)
class Kind:
    """What an event means; its object is named in brackets."""

    meaning: str
    sensitive: bool = False
    erases: bool = False


_PLAIN: Mapping[str, Kind] = {
    # a worker writes
    "message_received": Kind("a worker's text was taken (case, or conversation without one)"),
    "case_opened": Kind("a first report opened a case (case)"),
    "complaint_unguarded": Kind(
        "a complaint about the hotline is for its team: no supervisor was ever vouched for (case)",
        sensitive=True,
    ),
    "handed_over": Kind(
        "an officer wrote something down for a worker; the detail is how it came (entry)"
    ),
    "entered_by_hand": Kind(
        "what an officer wrote down was filed; the detail is how it came (case)"
    ),
    "delivery": Kind("a text to a worker moved on; the detail is its state (outbox row)"),
    "line_quieted": Kind(
        "automatic answers to strangers pause; the detail is why (line)", sensitive=True
    ),
    "line_resumed": Kind("a person let automatic answers go on (line)", sensitive=True),
    "budget_alarm": Kind("so many hundredths of the month's budget are spent (line)"),
    # an officer reads or is refused
    "login": Kind("an officer signed in; the detail “command” is the command line (officer)"),
    "login_failed": Kind(
        "a passphrase, or what the detail says, was wrong, at least once in this hour (officer, or "
        "nobody)"
    ),
    "case_read": Kind("an officer read a case, at least once in this hour (case)"),
    "issue_read": Kind("an officer read an issue, at least once in this hour (issue)"),
    "disclosure_read": Kind("a buyer read a disclosure, at least once in this hour (disclosure)"),
    "open_refused": Kind(
        "no key or signature led to what was asked for, in this hour (what was asked for)"
    ),
    "medium_seen": Kind("a person looked at or heard a medium, in this hour (medium)"),
    "medium_stored": Kind(
        "a medium was fetched, or could not be had; the detail says which (case)"
    ),
    "row_refused": Kind("a row was not as logged, or an old one; the detail names it (what for)"),
    # an officer acts
    "answered": Kind("an answer to the worker was written (case)"),
    "assessed": Kind("an indicator was confirmed, overruled or added (case)"),
    "priority_set": Kind("a person set the priority (case)"),
    "site_set": Kind("a person named the site (case)"),
    "noted": Kind("a note was left (case)"),
    "practice_test": Kind("a person said that a practice case is a test (case)"),
    "practice_real": Kind("a person said that a practice case is a real one (case)"),
    "translated": Kind("a person wrote what an entry means (case)"),
    "machine_text_kept": Kind("what a program on this machine made of an entry was kept (case)"),
    "text_lent": Kind("a text of it was lent to a translator from outside (case)", sensitive=True),
    "lent_read": Kind("a translator read what is lent to them, in this hour (loan)"),
    "lent_returned": Kind("a translator wrote what it means; nothing of it is lent now (loan)"),
    "lent_taken_back": Kind("a loan was ended before its time (case)"),
    "lent_over": Kind(
        "the time of a loan, or its case, was over, and its words are destroyed (loan)"
    ),
    "translation_came": Kind("what a translator wrote was put beside the original (case)"),
    "proposed": Kind("a move was proposed to a second person (case)"),
    "conversation_frozen": Kind("a person froze the conversation of it (case)"),
    "conversation_thawed": Kind("a person thawed the conversation of it (case)", sensitive=True),
    "conversation_begun": Kind("a second conversation began on a phone (conversation)"),
    "code_given": Kind("a worker asked for a return code (conversation)"),
    "code_used": Kind("a return code came from another phone (case)", sensitive=True),
    "case_parted": Kind("a person began another case with texts of it (case)"),
    "phone_let_in": Kind("a person let another phone into the conversation (case)", sensitive=True),
    "phone_refused": Kind("a person refused a phone that sent a return code (case)"),
    "phone_left": Kind("a person took further phones out of the conversation (case)"),
    "protection_forgotten": Kind(
        "a person removed what the worker of it had set for their own safety (case)", sensitive=True
    ),
    "redacted": Kind("a passage or medium was taken out of an entry for good (case)"),
    "access_given": Kind("a worker was told what is stored about them (case)", sensitive=True),
    "case_noted": Kind("an issue was drafted from it (case)"),
    "issue_drafted": Kind("a packet was drafted (issue)"),
    "issue_redrafted": Kind("a new version of the packet was stored (issue)"),
    "approval_signed": Kind("a person signed this version of the packet (issue)"),
    "issue_proposed": Kind("a move was proposed to a second person (issue)"),
    "issue_noted": Kind("the reason of a move was noted (issue)"),
    "issue_unlinked": Kind("its case was erased; what had left lives on alone (issue)"),
    "disclosed": Kind("a packet was sealed to a buyer (disclosure)", sensitive=True),
    "action_proposed": Kind("a corrective action was promised (action)"),
    "action_move_proposed": Kind("a move was proposed to a second person (action)"),
    "evidence_added": Kind("a file was added; the detail is evidence or check (action)"),
    "evidence_removed": Kind("two people removed a file of it for good (action)", sensitive=True),
    "contact_erased": Kind(
        "addresses and what was owed were destroyed (conversation)", erases=True
    ),
    # time passes
    "words_destroyed": Kind(
        "texts and judgements were kept long enough, or had gone before a restore, and are "
        "destroyed (case)"
    ),
    "erasure_due": Kind("the record was kept long enough: a person is reminded (case)"),
    "buyer_notified": Kind("a disclosure is on its buyer's list (disclosure)"),
    "clock_ran_out": Kind("a promise is late; the detail is the rung (clock)"),
    # people, their accounts and the places
    "officer_invited": Kind("somebody may make an account; the detail is the role (officer)"),
    "officer_admitted": Kind("a registrar vouched for a new person (officer)", sensitive=True),
    "enrolled": Kind("an account or a way in was made (officer)"),
    "officer_removed": Kind("somebody was let go (officer)", sensitive=True),
    "passphrase_changed": Kind("somebody took another passphrase (officer)"),
    "recovery_changed": Kind("somebody took a new recovery code (officer)"),
    "recovered": Kind("somebody came in by a recovery code (officer)", sensitive=True),
    "factor_added": Kind("somebody set up a second factor; the detail is its kind (officer)"),
    "languages_told": Kind("somebody told which languages they read (officer)"),
    "factor_removed": Kind("somebody removed a second factor (officer)"),
    "many_cases_opened": Kind("far more cases than usual were opened in an hour (officer)", True),
    "registered": Kind(
        "a line, site, organisation, supply link, poster that hangs or practice was signed (row)"
    ),
    # who may read, and the log itself
    "directory_entry": Kind("whose key is whose was said by a signature (entry)", sensitive=True),
    "reader_added": Kind("a key was made or wrapped to a reader (holder)", sensitive=True),
    "recipient_changed": Kind(
        "a team, organisation or case got a new key or reader (team, organisation, case)", True
    ),
    "case_restricted": Kind("only named people read it from now on (case)", sensitive=True),
    "case_unrestricted": Kind("the whole team reads it again (case)", sensitive=True),
    "rotation": Kind(
        "a process's own key was begun to be changed, or was; the detail says which (programme)",
        sensitive=True,
    ),
    "contacts_renewed": Kind(
        "addresses were indexed or sealed anew, without a change in them (programme)"
    ),
    "owed_resealed": Kind("what is owed was sealed anew, without a change in it (programme)"),
    "records_resealed": Kind(
        "records were sealed under a new service key, without a change in them (programme)"
    ),
    "restored": Kind(
        "the database was put back from a backup: restore, backup, entries it had, and the log's "
        "signature over them (programme)",
        sensitive=True,
    ),
    "ways_closed": Kind(
        "a restore brought back somebody who had been let go, who cannot sign in (officer)", True
    ),
    "silenced_again": Kind(
        "a restore brought back a conversation that had been paused; the detail is its state "
        "(conversation)"
    ),
    "sending_resumed": Kind(
        "a supervisor let the courier send again after a restore (programme)", sensitive=True
    ),
    "checkpoint_kept": Kind("a monitor took the newest checkpoint, in this hour (programme)"),
}

_SENSITIVE = frozenset({"issue_release", "issue_recall", "case_erase"})
_ERASING = frozenset({"case_erase", "issue_drop"})


def _moves(name: str, machine: Machine) -> Iterable[tuple[str, Kind]]:
    for move in sorted(machine.names):
        event = f"{name}_{move}"
        meaning = f"the move “{move.replace('_', ' ')}” was made; the detail is the state ({name})"
        yield event, Kind(meaning, event in _SENSITIVE, event in _ERASING)


EVENTS: Mapping[str, Kind] = MappingProxyType(
    {
        **_PLAIN,
        **dict(_moves("case", case.MACHINE)),
        **dict(_moves("issue", issue.MACHINE)),
        **dict(_moves("disclosure", disclosed.MACHINE)),
        **dict(_moves("action", action.MACHINE)),
    }
)


def is_sensitive(event: str) -> bool:
    """True if the log has to be signed at once; unknown names are."""
    kind = EVENTS.get(event)
    return kind is None or kind.sensitive


def erases(event: str) -> bool:
    """True if rows about its object may be gone after it."""
    kind = EVENTS.get(event)
    return kind is not None and kind.erases
