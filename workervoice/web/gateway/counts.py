"""What was taken and refused since the start, as numbers only: no words, no addresses."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

NAMES = (
    *("stored", "duplicate", "refused", "malformed", "too_large", "unknown_line", "unknown_path"),
    *("unavailable", "untrusted", "broken", "late"),
    *("status_moved", "status_ignored", "status_unnamed"),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counters by name; every name is there from the start."""

    _numbers: Counter[str] = field(default_factory=Counter)

    def add(self, name: str) -> None:
        """Count one. Raises `ValueError` for a name that is not in `NAMES`."""
        if name not in NAMES:
            raise ValueError(f"no such counter: {name}")
        self._numbers[name] += 1

    def text(self) -> str:
        """All counters in the Prometheus text format."""
        lines = ["# TYPE workervoice_webhooks_total counter"]
        lines += [
            f'workervoice_webhooks_total{{outcome="{name}"}} {self._numbers[name]}'
            for name in NAMES
        ]
        return "\n".join(lines) + "\n"
