"""How many examples are tried: a few in `make test`, as many as asked for by `--fuzz`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_ASKED = [0]


def ask_for(examples: int) -> None:
    """Before the test modules are loaded; 0: the usual number of each."""
    _ASKED[0] = examples


def many(usual: int) -> settings:
    """The settings of one test."""
    return settings(
        max_examples=_ASKED[0] or usual,
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,  # one hotline for all examples of a test
        ],
    )
