"""One exchange with a provider ends in time, however its answer comes."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest

from tests.channels.provider import Behaviour, drips, drips_head, hangs, provider, says
from workervoice.channels.wire import NoAnswer, NotSent, exchange

SECONDS = 0.5


@pytest.mark.parametrize("behaviour", [hangs, drips, drips_head])
def test_an_answer_that_does_not_end_is_given_up_in_time(behaviour: Behaviour) -> None:
    with provider(behaviour) as peer:
        begun = time.monotonic()
        with pytest.raises(NoAnswer):
            exchange("GET", peer.url, headers={}, body=None, timeout=SECONDS)
        took = time.monotonic() - begun

    assert took < SECONDS * 3


def test_nothing_leaves_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever claimed it may not hold it any more, and somebody else may have sent it."""
    find = socket.getaddrinfo

    def slowly(*args: Any, **kwargs: Any) -> Any:
        time.sleep(SECONDS * 1.2)
        return find(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with provider(says(200, {})) as peer, pytest.raises(NotSent):
        exchange("POST", peer.url, headers={}, body=b"x", timeout=SECONDS)

    assert not peer.seen
