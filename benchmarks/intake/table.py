"""The table of what was measured, and which figures are over their limits."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

_HEAD = "| what | figure | unit | limit | more |\n| --- | ---: | --- | --- | --- |"


@dataclass
class Table:
    """Lines of the table, shown as they come, and what missed its limit."""

    missed: list[str] = field(default_factory=list)

    def begin(self, title: str) -> None:
        show(f"\n**{title}**\n\n{_HEAD}")

    def add(self, what: str, figure: float, unit: str, limit: str = "", *, more: str = "") -> None:
        """A line; a `limit` such as "<= 60" or ">= 400" is checked."""
        show(f"| {what} | {figure:.4g} | {unit} | {limit} | {more} |")
        sign, _, number = limit.partition(" ")
        if limit and not (figure <= float(number) if sign == "<=" else figure >= float(number)):
            self.missed.append(f"{what}: {figure:.4g} {unit}, not {limit}")


def show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
