"""Time passes: deliver ▸ look up ▸ expire ▸ clocks and ladders ▸ retention ▸ sequence the log, and
remember beside the backups what must not come back with them.

How a text is sent and looked up is told in `tick_delivery`. Beside this, in a hand of its own, the
courier collects what is left at providers (`tick_leftovers`) and reads their lists (`tick_lists`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from workervoice.hotline.casefile import next_hour
from workervoice.hotline.clockwork import Standing, look_at_clock, notify_buyers
from workervoice.hotline.comparing import Comparing
from workervoice.hotline.keeping import Round, keep_no_longer
from workervoice.hotline.metering import Metering
from workervoice.hotline.remembering import Remembering
from workervoice.hotline.restoring import sending_waits
from workervoice.hotline.sequencing import Memory, sequence
from workervoice.hotline.tick_delivery import Delivering
from workervoice.store import backlog, clocks
from workervoice.store.engine import Scope
from workervoice.store.programme import programmes

_NONE = Standing({}, {})


@dataclass(frozen=True, slots=True)
class Courier(Delivering):
    """The courier's part of the hotline.

    One item that fails is counted in `failures` and the others go on; only a database that is
    away, and keys that are not the courier's, stop a round.
    """

    memory: Memory = field(default_factory=Memory, repr=False)
    rounds: dict[UUID, Round] = field(default_factory=dict, repr=False)
    comparing: Comparing = field(default_factory=Comparing)
    metering: Metering = field(default_factory=Metering)
    remembering: Remembering | None = None

    def tick(self) -> int:
        """One round over all programmes; returns how many texts were handled."""
        self.process.custody.refresh()  # a rotation may have brought a key
        with self.process.database.begin() as tx:
            known = programmes(tx)
        handled = 0
        for programme in known:
            scope, now = Scope(programme), self.process.clock()
            with self.process.database.begin(scope) as tx:
                waits = sending_waits(tx, self.process.vault)
            with self.alone("programme", programme):
                handled += self.deliver(scope, now, waits=waits)
            with self.alone("clocks", programme):
                self._look_at_clocks(scope, now, waits=waits)
            if not waits:  # somebody has to look first
                with self.alone("retention", programme):
                    self._keep_no_longer(programme, now)
            with self.alone("meter", programme):
                self.metering.go_on(self.process, programme, now)
            with self.alone("comparison", programme):
                self.comparing.go_on(self.process, programme, now)
            with self.alone("log", programme):
                if self.stopping.is_set():
                    return handled
                sequence(self.process, scope, self.memory)
            if self.remembering is not None:
                with self.alone("list", programme):
                    self.remembering.keep_up(self.process, scope, now)
        self.tally.round_finished()
        return handled

    def count_queue(self) -> None:
        """What waits in all programmes, for whoever watches; that this fails stops nothing."""
        with self.alone("queue", self.process.id):
            with self.process.database.begin() as tx:
                known = programmes(tx)
            found = []
            for programme in known:
                with self.process.database.begin(Scope(programme)) as tx:
                    found.append(backlog.queue(tx, self.process.clock()))
            self.tally.queue = backlog.together(found)

    def _look_at_clocks(self, scope: Scope, now: datetime, *, waits: bool) -> None:
        if self.stopping.is_set():
            return
        if not waits:
            with self.process.database.begin(scope) as tx:
                notify_buyers(tx, self.process, now)
        with self.process.database.begin(scope) as tx:
            standing = Standing.read(tx) if (due := clocks.clocks_to_look_at(tx, now)) else _NONE
            for clock in due:
                with self.alone("clock", clock[0]), tx.attempt():
                    look_at_clock(tx, self.process, standing, clock, now)
                    continue
                clocks.put_off(tx, clock[0], next_hour(now))

    def _keep_no_longer(self, programme: UUID, now: datetime) -> None:
        """Go on with today's round over what is closed, one transaction a conversation."""
        scope, begun = Scope(programme), self.rounds.setdefault(programme, Round())
        with self.process.database.begin(scope) as tx:
            conversations = begun.next(tx, now)
        for conversation in conversations:
            if self.stopping.is_set():
                return
            with self.alone("retention", conversation):
                keep_no_longer(self.process, scope, conversation, now)
