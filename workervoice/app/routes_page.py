"""`docs/routes.md`, written from the inventories: every route, who may ask, how much and how often.

Write the file anew with `python -m workervoice.app.routes_page > docs/routes.md`; a test keeps the
two equal.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from workervoice.app import ops
from workervoice.web.console import limits
from workervoice.web.fallback import routes as fallback
from workervoice.web.gateway import routes as gateway
from workervoice.web.inventory import Rules
from workervoice.web.phone import routes as phones

INVENTORIES: Mapping[str, Rules] = MappingProxyType(
    {
        "Gateway": gateway.ROUTES,
        "Fallback receiver": fallback.ROUTES,
        "Console": limits.rules(),
        "Operations addresses": ops.ROUTES,
        "Simulated phones": phones.ROUTES,
    }
)

_HEAD = """\
# Routes

Written from the inventories in the code by `workervoice/app/routes_page.py`; do not edit.

Every route of every process. What is not in its inventory is not served: a route without a line, or
a line without a route, stops the start. A body that is longer than *body* is refused with 413; when
its head says so, before a byte of it is read. *Writes* says whether the route may change
anything of the programme. What is limited besides, and what is not, stands in the
[threat model](threat-model.md#hostile-input).
"""


def routes_markdown() -> str:
    """The whole page."""
    parts = (part for name, rules in INVENTORIES.items() for part in _table(name, rules))
    return "\n".join([_HEAD, *parts]) + "\n"


def _table(name: str, rules: Rules) -> Iterator[str]:
    yield f"## {name}\n"
    yield "| route | who may | body | rate | writes |"
    yield "| --- | --- | --- | --- | --- |"
    for (method, path), rule in rules.items():
        writes = "yes" if rule.writes else "no"
        yield f"| `{method} {path}` | {rule.who} | {_size(rule.body)} | {rule.rate} | {writes} |"
    yield ""


def _size(count: int) -> str:
    if not count:
        return "none"
    return f"{count >> 20} MB" if count >= 1 << 20 else f"{count >> 10} kB"


if __name__ == "__main__":
    sys.stdout.write(routes_markdown().rstrip("\n") + "\n")
