"""The drill: lost and put back, everything opens again, and nothing comes back that must not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import WORKER, a_case, an_erased_case
from tests.drills import Drill
from tests.house import House
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.casepage import case_page
from workervoice.hotline.overview import queue


@pytest.fixture
def drill(house: House, server: EmbeddedServer, tmp_path: Path) -> Iterator[Drill]:
    made = Drill(house, server, tmp_path)
    yield made
    made.close()


def test_everything_opens_again_for_its_readers(drill: Drill) -> None:
    case_id = a_case(drill.house)
    before = case_page(drill.house.console, drill.house.actor("asha"), case_id)

    back, _ = drill.restore(drill.back_up())

    after = case_page(back.console, back.actor("asha"), case_id)
    assert [entry.words for entry in after.thread] == [entry.words for entry in before.thread]
    assert [line.id for line in queue(back.console, back.actor("sam"))] == [case_id]


def test_a_case_that_was_erased_after_the_backup_stays_erased(drill: Drill) -> None:
    case_id = a_case(drill.house)
    backup = drill.back_up()
    an_erased_case(drill.house, case_id, WORKER)
    drill.house.deliver()

    back, outcome = drill.restore(backup)

    assert outcome.done.erased == [case_id]
