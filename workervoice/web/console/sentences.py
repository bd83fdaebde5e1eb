"""Refusals in words for people. What an exception says inside is looked up here, never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from workervoice.errors import Declined, GuardFailed, IllegalMove, ReasonMissing, WorkflowError
from workervoice.hotline.act import ANSWER_MAX
from workervoice.hotline.evidence import MOST as MOST_FILES
from workervoice.hotline.factors import MOST
from workervoice.hotline.handover import NUMBER_WRONG
from workervoice.hotline.handover import TEXT_MAX as ENTRY_MAX
from workervoice.hotline.planning import TEXT_MAX
from workervoice.web.console import words
from workervoice.workflow import action, case, conversation, disclosed, issue
from workervoice.workflow.guards import meaning
from workervoice.workflow.lending import HOURS_MAX
from workervoice.workflow.machine import Machine
from workervoice.workflow.redaction import REASON_MAX

MACHINES: Mapping[str, Machine] = MappingProxyType(
    {
        module.MACHINE.name: module.MACHINE
        for module in (case, issue, disclosed, action, conversation)
    }
)

STATES: Mapping[str, words.Words] = MappingProxyType(
    {
        "case": words.CASE,
        "issue": words.ISSUE,
        "disclosure": words.DISCLOSURE,
        "action": words.ACTION,
        "conversation": words.CONVERSATION,
    }
)

SAY_WHY = "Say why, in a few words."
LOOK_AGAIN = "This cannot be done as things stand now. Somebody may have changed them: look again."
NOT_HERE = "This step cannot be made here: it is none that your account can make."

# what the hotline says when a form is not complete, word by word
PLAIN: Mapping[str, str] = MappingProxyType(
    {
        f"an answer has 1 to {ANSWER_MAX} characters": (
            f"Write an answer of 1 to {ANSWER_MAX} characters."
        ),
        "choose an indicator and a verdict from the list": "Choose an indicator from the list.",
        "say why, in a few words": SAY_WHY,
        "choose a site from the list": "Choose a site from the list.",
        "choose a line from the list": "Choose a line from the list.",
        "a number leads to its own case": "A number leads to its own case: leave it out here.",
        "say how it came": "Say how it came: told in person, or as a letter.",
        NUMBER_WRONG: (
            "Write the number with its country, such as +880 and the rest; it is not kept here, so "
            "type it again."
        ),
        f"write down what the worker said, in 1 to {ENTRY_MAX} characters": (
            f"Write down what the worker said, in 1 to {ENTRY_MAX} characters."
        ),
        "either nobody may be told, or those who are ticked": (
            "Either nobody may be told, or those who are ticked: not both."
        ),
        "the gateway has no key for entries: a new ceremony gives it one": (
            "Entries cannot be taken: this hotline's keys are older than this version. Tell "
            "whoever looks after the server."
        ),
        "choose a priority from the list": "Choose a priority from the list.",
        "choose a sentence from the list": "Choose a sentence from the list.",
        "an empty note says nothing": "Write something in the note.",
        "say whether the legal hold is set or lifted": (
            "Say whether the legal hold is set or lifted: the form did not tell."
        ),
        "ask the translator first whether they have a tie to the site": (
            "Ask the translator first whether they have a tie to the place, and tick that you did."
        ),
        "choose a translator from the list": "Choose a translator from the list, and the hours.",
        "nothing of this case is lent: it is over, or is to be deleted": (
            "Nothing of this case is lent: it is over, or the worker asked to delete everything."
        ),
        "this translator has this text already": "This translator has this text already.",
        "this translator is tied to the site": (
            "This translator is of an organisation that buys from the site: choose another."
        ),
        "nothing would be lent: leave at least one sentence in": (
            "Nothing would be lent: leave at least one sentence in."
        ),
        f"a text is lent for 1 to {HOURS_MAX} hours": f"Lend it for 1 to {HOURS_MAX} hours.",
        "this loan is over already": "This loan is over already.",
        "nothing may be sent: the conversation is withdrawn": (
            "Nothing may be sent: the worker asked to delete everything."
        ),
        "nothing may be sent: the conversation is frozen": (
            "Nothing may be sent: the worker may be under pressure, so the conversation is frozen."
        ),
        "nothing can be sent: no phone leads to this worker": (
            "Nothing can be sent: no phone leads to this worker. Either there never was one, or "
            "their address was kept long enough and is destroyed."
        ),
        "the passage stands there more than once: copy more of it": (
            "This passage stands there more than once: copy more of it."
        ),
        "the passage does not stand there: copy it exactly": (
            "This passage does not stand there: copy it exactly as it is written."
        ),
        "the reason repeats what is to be removed": (
            "The reason stays, so it must not repeat what is to be removed."
        ),
        f"say why, in 1 to {REASON_MAX} characters without brackets": (
            f"Say why, in 1 to {REASON_MAX} characters without brackets."
        ),
        "say how you know that it is this worker who asks": (
            "Say how you know that it is this worker who asks."
        ),
        "nothing is removed from a case under legal hold": (
            "Nothing is removed from a case under legal hold."
        ),
        "there is no such medium: look again": "There is no such medium: look again.",
        "this answer still waits to be sent: remove the passage afterwards": (
            "This answer still waits to be sent: remove the passage afterwards."
        ),
        "name the site first: it decides which buyers are told": (
            "Name the site first: it decides which buyers are told."
        ),
        "only a draft can be changed: send it back first": (
            "Only a draft can be changed: send it back first."
        ),
        "a release takes the partner organisation's person, and one of your own": (
            "A release takes the partner organisation's person and one of your own: let the other "
            "one of them approve it, or release it."
        ),
        "no buyer is linked to this site: refer the case instead": (
            "No buyer is linked to this site now: refer the case instead."
        ),
        "an override needs a reason, and danger or a child in the report": (
            "An override needs a reason, and danger or a person under 18 in the report."
        ),
        "use the buttons for approval and release": "Use the buttons for approval and release.",
        "say what will be changed": "Say what will be changed.",
        f"each text may have {TEXT_MAX} characters at most": (
            f"Each text may have {TEXT_MAX} characters at most."
        ),
        "choose a due date from today to two years from now": (
            "Choose a due date from today to two years from now."
        ),
        "give the due date as a day, like 2026-11-30": (
            "Give the due date as a day, like 2026-11-30."
        ),
        "say whether the action needs the site": "Say whether the action needs the site.",
        f"a note may have {TEXT_MAX} characters at most": (
            f"A note may have {TEXT_MAX} characters at most."
        ),
        "say what the evidence is and where it can be seen": (
            "Say what the evidence is and where it can be seen."
        ),
        "say what the file shows": "Say what the file shows.",
        "choose a file": "Choose a file.",
        "evidence is added while the action is under way, or to check it": (
            "A file is added by whoever does the action while it is under way, or by whoever "
            "checks it afterwards."
        ),
        f"an action has {MOST_FILES} files at most": (
            f"An action has {MOST_FILES} files at most: put several pages into one PDF."
        ),
        "too many answers wait for this worker": (
            "Too many answers wait for this worker already: they have to ask for those first."
        ),
        "the case is not open for sensitive issues": (
            "Nothing about this case may go to buyers now: it is over, or the worker asked to "
            "delete it."
        ),
        "this case is a test: nothing of it goes to anybody": (
            "This case is a test, so nothing of it goes to anybody. If it is real, say so first."
        ),
        f"there are {MOST} second factors already: remove one first": (
            f"There are {MOST} second factors already: remove one first."
        ),
        "this second factor is gone already": "This second factor is gone already.",
        "your role needs a second factor: set up another one first": (
            "Your role needs a second factor: set up another one first."
        ),
        "the draft is too long": "The draft is too long to be kept.",
        "this session is over already": "This session is over already.",
        "the plan is not open": "The plan is not open for changes now.",
    }
)

# what a move still needs, said to an officer; others are named as in the documentation
NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "actions_closed": "every corrective action has come to its end",
        "case_erased": "the case is being erased",
        "consent_or_override": "the worker agreed to it, or a supervisor recorded an override",
        "had_stopped": "the worker had sent STOP before",
        "has_remedy": "you say what workers got",
        "issue_ended": "the issue was recalled or given up",
        "issue_open": "the issue is still open with its buyers",
        "issue_released": "a sensitive issue about this case was released",
        "may_leave": "the case is open, and its worker has not asked to delete it",
        "no_legal_hold": "no case of this worker is under legal hold",
        "no_phone": "no phone leads to this worker: others are asked by the hotline itself",
        "not_the_doer": "somebody other than the person who did it checks it",
        "not_the_proposer": "somebody other than its proposer agrees",
        "not_zero_tolerance": "no danger, child or violence is reported",
        "packet_clean": "the text is complete and nothing in it points at a person",
        "retention_over": "the case was kept long enough",
        "site_may_know": "it needs nothing from the site, which has not been told",
        "two_people": "a second person agrees",
        "waited_72_hours": "72 hours have passed since the worker asked",
        "was_opened": "it was opened in time",
    }
)

_BY_MACHINE = re.compile(r"(\w+): (\w+) from (\w+) by (\w+)")


def sentence(refusal: WorkflowError) -> str:
    """One sentence that says what to do, whatever the exception says."""
    if isinstance(refusal, ReasonMissing):
        return SAY_WHY
    told = str(refusal)
    match = _BY_MACHINE.fullmatch(told)
    if isinstance(refusal, IllegalMove):
        return _not_here(*match.groups()) if match else LOOK_AGAIN
    if not isinstance(refusal, GuardFailed):
        return LOOK_AGAIN
    if isinstance(refusal, Declined):
        return f"{told[0].upper()}{told[1:]}."
    if told in PLAIN:
        return PLAIN[told]
    return _needed(*match.groups()) if match else LOOK_AGAIN


def _not_here(machine: str, move: str, state: str, role: str) -> str:
    """Nobody need look again for a step that no page offers them, whatever becomes of the case."""
    moves = MACHINES[machine].moves if machine in MACHINES else ()
    if not any(row.name == move and role in row.roles for row in moves):
        return NOT_HERE
    stage = STATES[machine].get(state, state)
    return (
        f"This step cannot be made here: there is none like it at the stage “{stage}”. If a page "
        "offered it, somebody has changed things since: look again."
    )


def _needed(machine: str, move: str, state: str, role: str) -> str:
    """What the rows of this move ask for: all guards of one row, or all of another."""
    rows = [
        row
        for row in (MACHINES[machine].moves if machine in MACHINES else ())
        if row.name == move and state in row.sources and role in row.roles and row.guards
    ]
    ways = ["; ".join(NEEDS.get(g) or meaning(g) for g in row.guards) for row in rows]
    all_of = "all of this holds: " if any(";" in way for way in ways) else ""
    return f"This is possible only if {all_of}{', or if '.join(ways)}." if ways else LOOK_AGAIN
