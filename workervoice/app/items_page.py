"""The table of items in `docs/packs.md`, written from the rule's own table.

Print it anew with `python -m workervoice.app.items_page`; a test keeps the two equal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from workervoice.hotline.items import item
from workervoice.hotline.wording import INDICATORS
from workervoice.triage.ilo import ITEMS
from workervoice.triage.packproof import BY_DIALOGUE


def items_markdown() -> str:
    """The table: every item that a pack may report."""
    return "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    yield "| item | what a worker tells | indicator | |"
    yield "| --- | --- | --- | --- |"
    for code, row in ITEMS.items():
        if code not in BY_DIALOGUE:
            indicator = INDICATORS[row.indicator] if row.indicator else "none"
            marks = [*(["grave"] if row.protected else []), *(["danger"] if row.danger else [])]
            yield f"| `{code}` | {item(code)} | {indicator} | {', '.join(marks)} |"


if __name__ == "__main__":
    sys.stdout.write(items_markdown())
