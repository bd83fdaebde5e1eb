"""How often one session may send a form, or look at what notes that it was looked at: more than a
person ever does, less than a program would.

Counted in this process only, by the session and not by where it comes from: an office shares one
address. Tries of passphrases and codes have their lanes besides, see `throttling`.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

FORMS_AT_ONCE = 600
FORMS_A_SECOND = 5.0
SESSIONS_KEPT = 10_000  # the longest quiet are forgotten first


@dataclass(slots=True)
class Pace:
    """Forms that each session has left; one that is forgotten has all of them."""

    at_once: int = FORMS_AT_ONCE
    a_second: float = FORMS_A_SECOND
    now: Callable[[], float] = time.monotonic
    _left: OrderedDict[bytes, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, session: bytes) -> int:
        """0 to go ahead; else the seconds to wait, and nothing is counted."""
        now = self.now()
        left, since = self._left.pop(session, (float(self.at_once), now))
        left = min(self.at_once, left + (now - since) * self.a_second)
        going = left >= 1
        self._left[session] = (left - 1 if going else left, now)
        if len(self._left) > SESSIONS_KEPT:
            self._left.popitem(last=False)
        return 0 if going else math.ceil((1 - left) / self.a_second)
