"""State machines as tables: who may move what, from where to where, and on which conditions.

A `Machine` is data. Buttons, documentation and tests are read from its moves, and `advance` runs
the same rows through `transitions`. Guards are booleans that the caller has worked out; no callback
has an effect. Knows no database, page or clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from types import MappingProxyType

import transitions

from workervoice.errors import GuardFailed, IllegalMove, ReasonMissing
from workervoice.message import Role

NOTHING_HOLDS: Mapping[str, bool] = MappingProxyType({})

OFFICERS = frozenset({Role.HANDLER, Role.SUPERVISOR})  # the hotline's own people


@dataclass(frozen=True, slots=True)
class Move:
    """One row. Several rows may share a name: the first whose guards all hold is taken."""

    name: str
    sources: tuple[str, ...]
    dest: str
    roles: frozenset[Role]
    guards: tuple[str, ...] = ()
    reason: bool = False
    said: str = ""  # the label of its button, or what happened, for the documentation


@dataclass(frozen=True)
class Machine:
    """A named table of moves over a closed set of states."""

    name: str
    states: tuple[str, ...]
    initial: str
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        """Refuse a table that names an unknown state, or whose rows disagree about a reason."""
        reasons: dict[tuple[str, str, Role], bool] = {}
        for move in self.moves:
            unknown = {*move.sources, move.dest, self.initial} - set(self.states)
            if unknown or not move.sources or not move.roles:
                raise ValueError(f"{self.name}: {move.name}: bad row {sorted(unknown)}")
            for key in (
                (move.name, source, role) for source in move.sources for role in move.roles
            ):
                if reasons.setdefault(key, move.reason) != move.reason:
                    raise ValueError(f"{self.name}: {move.name}: rows disagree about the reason")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all moves, each once, in the order of the table."""
        return _once(self.moves)

    @property
    def finals(self) -> frozenset[str]:
        """States that nothing leaves."""
        return frozenset(self.states) - {source for move in self.moves for source in move.sources}

    def moves_from(self, state: str, role: Role) -> tuple[Move, ...]:
        """The moves open to this role in this state, each name once, whatever guards will say."""
        rows = self.rows_from(state, role)
        return tuple({row.name: row for row in reversed(rows)}[name] for name in _once(rows))

    def rows_from(self, state: str, role: Role) -> tuple[Move, ...]:
        """Every row open to this role in this state: a name twice where either guard will do."""
        return tuple(m for m in self.moves if state in m.sources and role in m.roles)

    def advance(
        self,
        state: str,
        move: str,
        *,
        role: Role,
        holds: Mapping[str, bool] = NOTHING_HOLDS,
        reason: str = "",
    ) -> str:
        """The state after this move; nothing else changes. A guard absent from `holds` is False.

        Raises `IllegalMove` if this role has no such row here, `ReasonMissing` if a person must say
        why and did not, `GuardFailed` if no row's guards all hold.
        """
        rows = [row for row in self.moves_from(state, role) if row.name == move]
        told = f"{self.name}: {self._known(move)} from {self._known(state)} by {role}"
        if not rows:
            raise IllegalMove(told)
        if rows[0].reason and not reason.strip():
            raise ReasonMissing(told)
        cursor = _Cursor(str(state))
        # `transitions` answers False, quietly, when a condition fails
        if not self._engine.events[str(move)].trigger(cursor, role, holds):
            raise GuardFailed(told)
        return cursor.state

    def mermaid(self) -> str:
        """The table as a mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for move in self.moves:
            guards = f" [{', '.join(move.guards)}]" if move.guards else ""
            lines += [f"    {src} --> {move.dest}: {move.name}{guards}" for src in move.sources]
        lines += [f"    {state} --> [*]" for state in self.states if state in self.finals]
        return "\n".join(dict.fromkeys(lines)) + "\n"  # rows by role draw one arrow

    @cached_property
    def _engine(self) -> transitions.Machine:
        """The table in `transitions`, without a model: nothing is registered, nothing is kept."""
        return transitions.Machine(
            model=None,
            states=list(self.states),
            initial=None,
            transitions=[
                {
                    "trigger": move.name,
                    "source": list(move.sources),
                    "dest": move.dest,
                    "conditions": [_condition(move)],
                }
                for move in self.moves
            ],
            auto_transitions=False,
            model_override=True,
        )

    def _known(self, word: str) -> str:
        """A move or state as it may stand in an error: what a form made up stays out of it."""
        return str(word) if word in self.names or word in self.states else "(unknown)"


def _once(rows: Iterable[Move]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.name for row in rows))


@dataclass(slots=True)
class _Cursor:
    """What `transitions` moves: a state for the length of one call."""

    state: str


def _condition(move: Move) -> Callable[[Role, Mapping[str, bool]], bool]:
    return partial(_open, move)


def _open(move: Move, role: Role, holds: Mapping[str, bool]) -> bool:
    return role in move.roles and all(holds.get(guard, False) is True for guard in move.guards)
