"""What an aggregator's answer means, as the providers' file says it; what it does not say is
unknown.

Only a few statuses speak for themselves: who is not let in, asks at the wrong place or too often
was surely not served. Of any other an aggregator may mean anything: a 200 with an error, a 500
after the message went out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from workervoice.channels.record import Condition, Fates, Record, of_json
from workervoice.channels.section import Section
from workervoice.channels.wire import Answer
from workervoice.errors import Malformed
from workervoice.message import (
    Accepted,
    DeliveryReport,
    Outbound,
    Rejected,
    SendOutcome,
    Unknown,
)

_NOT_TAKEN = frozenset({401, 403, 404, 405, 413, 415, 429})
_READ = 64 * 1024  # characters that a regular expression sees
_ID = re.compile(r"[!-~]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of answer: all that is said of it has to be so."""

    statuses: frozenset[int]  # none: whatever it is
    where: Condition
    match: re.Pattern[str] | None
    code: str = ""

    KEYS = ("status", "where", "match")

    @classmethod
    def read(cls, said: Section, usual: frozenset[int] = frozenset()) -> Rule:
        """Raises `SettingsError`."""
        if "status" in said.said:
            usual = frozenset(_status(said, word) for word in said.words("status"))
        where, match = Condition.read(said, "where"), said.pattern("match")
        return cls(usual, where, match, said.text("code", ""))

    def holds(self, answer: Answer, record: Record) -> bool:
        if self.statuses and answer.status not in self.statuses:
            return False
        return self.where.holds(record) and (
            self.match is None or self.match.search(_text(answer)) is not None
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer that means they have it, and where their own id stands in it."""

    rule: Rule
    id_at: str  # "": it has none, and ours stands for it
    id_match: re.Pattern[str] | None

    @classmethod
    def read(cls, said: Section) -> Taken:
        """Raises `SettingsError`."""
        said.only(*Rule.KEYS, "id", "id_match")
        if ("id" in said.said) == ("id_match" in said.said):
            raise said.wrong("id", "or id_match says where their id is (id: none for none)")
        _says_something(said)
        found = said.pattern("id_match")
        if found is not None and found.groups != 1:
            raise said.wrong("id_match", "needs one pair of brackets, around the id")
        id_at = said.text("id") if "id" in said.said else ""
        rule = Rule.read(said, frozenset({200, 201, 202}))
        return cls(rule, "" if id_at == "none" else id_at, found)

    def judge(self, answer: Answer, record: Record, message: Outbound) -> SendOutcome | None:
        """None for another answer."""
        if not self.rule.holds(answer, record):
            return None
        if self.id_match is not None:
            found = self.id_match.search(_text(answer))
            external_id = found[1] if found else None
        elif self.id_at:
            external_id = record.get(self.id_at)
        else:
            external_id = str(message.outbox_id)
        usable = external_id is not None and _ID.fullmatch(external_id)
        return Accepted(str(external_id)) if usable else Unknown("unreadable")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What answers to a sending mean. `refused` is for good, `wait` is not now."""

    taken: Taken
    refused: tuple[Rule, ...]
    wait: tuple[Rule, ...]

    @classmethod
    def read(cls, said: Section) -> Verdict:
        """Raises `SettingsError`."""
        said.only("accepted", "refused", "wait")
        taken = Taken.read(said.table("accepted"))
        return cls(taken, _rules(said, "refused"), _rules(said, "wait"))

    def judge(self, answer: Answer, message: Outbound) -> SendOutcome:
        """Never raises; carries nothing of the answer but an id and a code."""
        record = _record(answer)
        for rules, permanent in ((self.refused, True), (self.wait, False)):
            for rule in rules:
                if rule.holds(answer, record):
                    code = record.code(rule.code) or str(answer.status)
                    return Rejected(code, permanent)
        found = self.taken.judge(answer, record, message)
        if found is not None:
            return found
        if answer.status in _NOT_TAKEN:
            return Rejected(str(answer.status), permanent=False)
        return Unknown(str(answer.status))


@dataclass(frozen=True, slots=True)
class Finding:
    """What answers to a look-up mean: they have it, or surely not."""

    there: Taken
    absent: tuple[Rule, ...]

    @classmethod
    def read(cls, said: Section) -> Finding:
        """Raises `SettingsError`."""
        said.only("there", "absent")
        return cls(Taken.read(said.table("there")), _rules(said, "absent"))

    def judge(self, answer: Answer, message: Outbound) -> SendOutcome:
        """Never raises."""
        record = _record(answer)
        if any(rule.holds(answer, record) for rule in self.absent):
            return Rejected("absent", permanent=False)
        found = self.there.judge(answer, record, message)
        return found if isinstance(found, Accepted) else Unknown("lookup failed")


@dataclass(frozen=True, slots=True)
class Following:
    """What answers mean when they are asked what became of a message."""

    fates: Fates
    code_at: str

    @classmethod
    def read(cls, said: Section) -> Following:
        """Raises `SettingsError`."""
        said.only(*Fates.KEYS, "code")
        return cls(Fates.read(said), said.text("code", ""))

    def judge(self, answer: Answer, outbox_id: UUID, external_id: str) -> DeliveryReport | None:
        """None: not to be told. Never raises."""
        record = _record(answer)
        status = self.fates.of(record) if 200 <= answer.status < 300 else None
        if status is None:
            return None
        return DeliveryReport(outbox_id, status, record.code(self.code_at), external_id)


def _rules(said: Section, name: str) -> tuple[Rule, ...]:
    found = []
    for each in said.each(name):
        each.only(*Rule.KEYS, "code")
        _says_something(each)
        found.append(Rule.read(each))
    return tuple(found)


def _says_something(said: Section) -> None:
    if not set(Rule.KEYS) & set(said.said):
        raise said.wrong("status", "where or match has to say what answer this is")


def _status(said: Section, word: str) -> int:
    if not re.fullmatch(r"[1-5][0-9]{2}", word, re.ASCII):
        raise said.wrong("status", "has to be a status of HTTP, or a list of them")
    return int(word)


def _record(answer: Answer) -> Record:
    """Of an answer that is no JSON nothing can be asked by name."""
    try:
        return of_json(answer.body)
    except Malformed:
        return Record(None)


def _text(answer: Answer) -> str:
    return answer.body.decode("utf-8", "replace")[:_READ]
