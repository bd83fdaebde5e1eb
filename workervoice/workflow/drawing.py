"""`docs/lifecycle.md`, drawn from the tables: a diagram, every move, and what the guards ask.

Write the file anew with `python -m workervoice.workflow.drawing > docs/lifecycle.md`; a test keeps
the two equal.
"""

from __future__ import annotations

import sys
from types import ModuleType

from workervoice.workflow import action, case, conversation, delivery, disclosed, issue
from workervoice.workflow.guards import GUARDS
from workervoice.workflow.machine import Machine, Move

MODULES: tuple[ModuleType, ...] = (conversation, case, issue, disclosed, action, delivery)
MACHINES: tuple[Machine, ...] = tuple(module.MACHINE for module in MODULES)

_HEAD = """\
# Lifecycles

Drawn from the tables in `workervoice/workflow/` by `workervoice/workflow/drawing.py`; do not edit.
A move that is not in its table is refused, and so is one whose guard does not hold, whose reason is
missing, or whose role is another; a refused move changes nothing. Where several rows share a name,
the first whose guards hold is taken. `worker`, `provider` and `system` are facts that arrive, not
people with accounts.
"""


def lifecycle_markdown() -> str:
    """The whole document."""
    chapters = [_chapter(module) for module in MODULES]
    return "\n".join([_HEAD, *chapters, _guards()])


def _chapter(module: ModuleType) -> str:
    machine: Machine = module.MACHINE
    finals = ", ".join(f"`{state}`" for state in machine.states if state in machine.finals)
    rows = "\n".join(_row(move) for move in machine.moves)
    return (
        f"## {machine.name.capitalize()}\n\n{(module.__doc__ or '').strip()}\n\n"
        f"First state: `{machine.initial}`. States that nothing leaves: {finals or 'none'}.\n\n"
        f"```mermaid\n{machine.mermaid()}```\n\n"
        "| move | from | to | who | guards | reason | in words |\n"
        "| --- | --- | --- | --- | --- | --- | --- |\n"
        f"{rows}\n"
    )


def _row(move: Move) -> str:
    cells = (
        f"`{move.name}`",
        ", ".join(move.sources),
        move.dest,
        ", ".join(sorted(move.roles)),
        ", ".join(f"`{guard}`" for guard in move.guards),
        "yes" if move.reason else "",
        move.said,
    )
    return f"| {' | '.join(cells)} |"


def _guards() -> str:
    rows = "\n".join(f"| `{guard}` | {sentence} |" for guard, sentence in sorted(GUARDS.items()))
    return f"## Guards\n\n| guard | holds when |\n| --- | --- |\n{rows}\n"


if __name__ == "__main__":
    sys.stdout.write(lifecycle_markdown())
