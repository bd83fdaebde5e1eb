"""Fluency: which languages the people of the hotline read, as they say: whose a case is by it.

A case is for those who read its language, and the queue names them to everybody else. Nobody loses
a case by it: a list in one's own languages leaves out only what a colleague reads and what can wait
for them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from workervoice.errors import Declined, NotFound
from workervoice.hotline import reading
from workervoice.hotline.epochs import Registry, people_of
from workervoice.hotline.overview import STAFF, QueueLine
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.hotline.wording import LANGUAGES
from workervoice.message import Priority
from workervoice.store.fluency import fluencies, put_fluency
from workervoice.store.people import UNKNOWN, names

_UNKNOWN = frozenset({"", "und"})
_LATIN = "-latn"
_EITHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"id-ms": ("id", "ms"), "zh": ("zh-cn", "zh-tw")}
)
CHOICES = tuple(code for code in LANGUAGES if code not in _EITHER)  # what somebody may read


@dataclass(frozen=True, slots=True)
class Fluency:
    """What one officer reads, what anybody on the team does, and by name what each colleague."""

    own: frozenset[str]
    team: frozenset[str]
    colleagues: tuple[tuple[str, frozenset[str]], ...] = ()

    def reads(self, language: str) -> bool:
        """True as well for what nobody has found out yet."""
        return language in _UNKNOWN or not self.own.isdisjoint(_read_as(language))

    def nobody_reads(self, language: str) -> bool:
        """False while nobody has told anything: a mark on every case would say nothing."""
        known = self.team and language not in _UNKNOWN
        return bool(known) and self.team.isdisjoint(_read_as(language))

    def theirs(self, language: str) -> tuple[str, ...]:
        """The colleagues who read what one does not oneself, and whose it is therefore."""
        if self.reads(language):
            return ()
        wanted = _read_as(language)
        return tuple(name for name, read in self.colleagues if not read.isdisjoint(wanted))

    def is_mine(self, line: QueueLine) -> bool:
        """In a language of one's own or of nobody's, or too urgent for anybody to leave out."""
        case = line.record
        urgent = case.priority is Priority.P0 or case.imminent_danger or case.child
        return urgent or self.reads(case.language) or self.nobody_reads(case.language)


def _read_as(language: str) -> tuple[str, ...]:
    """The languages one of which is enough. Who reads one reads it in Latin letters, too."""
    return _EITHER.get(language) or (language.removesuffix(_LATIN),)


def fluency(process: Process, actor: Actor) -> Fluency:
    """Of this officer and of who is on the team now. Raises `NotFound` for anybody else."""
    if actor.role not in STAFF:
        raise NotFound("no such page")
    with process.database.begin(actor.scope()) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        told = fluencies(tx, pen.vault)
        team = {entry.id for entry in people_of(Registry(tx, pen, actor), "team")}
        called = names(tx, pen.vault)
    each = {officer_id: read for officer_id, read in told.items() if officer_id in team}
    others = sorted((called.get(i, UNKNOWN), read) for i, read in each.items() if i != actor.id)
    team_reads = frozenset[str]().union(*each.values())
    return Fluency(told.get(actor.id, frozenset()), team_reads, tuple(others))


def tell(process: Process, actor: Actor, languages: Collection[str]) -> None:
    """Keep which languages this officer reads."""
    if actor.role not in STAFF:
        raise NotFound("no such page")
    if not set(languages) <= set(CHOICES):
        raise Declined("choose from the languages on the page")
    with process.database.begin(actor.scope()) as tx:
        pen = reading.pen_of(tx, process, actor, process.clock())
        put_fluency(tx, pen.vault, actor.id, languages)
        pen.log(tx, "languages_told", actor.id)
