"""Histories: what was done, in words, where a button says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# what was done by a move, for a history; a move that is not here is called as on its button
DONE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "case": {
            "take_up": "Taken up",
            "set_aside": "Set aside as out of scope",
            "refer": "Referred to someone else",
            "take_back": "Taken back: buyers or referral did not help",
            "report_remedy": "Remedy reported, the worker is asked",
            "doubt_remedy": "The remedy does not stand",
            "confirm_in_person": "The worker said in person that it is fixed",
            "close": "Closed",
            "close_unconfirmed": "Closed without the worker's word",
            "reopen": "Reopened",
        },
        "issue": {
            "draft": "Drafted",
            "approve": "Approved",
            "send_back": "Sent back to be changed",
            "release": "Released to buyers",
            "reject": "Rejected",
            "recall": "Recalled from the buyers",
            "find_lacking": "Not enough was done: buyers act further",
            "resolve": "Resolved",
            "give_up": "Recorded as unresolved",
            "take_up_again": "Taken up again with the buyers",
        },
        "action": {
            "agree": "Agreed",
            "reject": "Rejected",
            "start": "Started",
            "submit_evidence": "Evidence submitted",
            "verify": "Verified",
            "find_lacking": "The evidence was not enough",
            "close": "Closed",
            "dispute": "Disputed",
            "settle": "Dispute settled: the action stands",
        },
    }
)

# what a worker asked of the line itself, after "Worker"
COMMANDS: Mapping[str, str] = MappingProxyType(
    {
        "stop": "sent STOP: nothing more is sent until they write",
        "start": "sent START: we may write again",
        "help": "sent HELP: asked for help now",
        "delete": "sent DELETE: asked to delete everything",
        "status": "sent STATUS: asked whether a reply waits",
        "code": "sent CODE: asked for a code to go on from another phone",
        "new": "sent NEW: asked for a conversation of its own",
        "language": "sent LANGUAGE: asked for another language",
        "safety": "sent SAFETY: sets who may read and when we may write",
        "notice": "asked who reads this",
    }
)
