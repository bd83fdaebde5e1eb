"""docs/lifecycle.md is drawn from the tables and nothing else."""

from __future__ import annotations

from pathlib import Path

from workervoice.workflow.drawing import MACHINES, lifecycle_markdown

DOCUMENT = Path(__file__).parents[2] / "docs" / "lifecycle.md"


def test_the_document_is_what_the_tables_draw() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")

    assert written == lifecycle_markdown(), (
        "draw it anew: python -m workervoice.workflow.drawing > docs/lifecycle.md"
    )


def test_the_document_names_every_state_and_move() -> None:
    drawn = lifecycle_markdown()

    for machine in MACHINES:
        assert machine.mermaid() in drawn
        for move in machine.moves:
            assert f"| `{move.name}` | {', '.join(move.sources)} | {move.dest} |" in drawn
