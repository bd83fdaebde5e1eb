"""One exchange with a provider ends in time, however its answer comes."""

from __future__ import annotations

import time

import pytest

from tests.channels.provider import Behaviour, drips, drips_head, hangs, provider
from workervoice.channels.wire import NoAnswer, exchange

SECONDS = 0.5


@pytest.mark.parametrize("behaviour", [hangs, drips, drips_head])
def test_an_answer_that_does_not_end_is_given_up_in_time(behaviour: Behaviour) -> None:
    with provider(behaviour) as peer:
        begun = time.monotonic()
        with pytest.raises(NoAnswer):
            exchange("GET", peer.url, headers={}, body=None, timeout=SECONDS)
        took = time.monotonic() - begun

    assert took < SECONDS * 3
