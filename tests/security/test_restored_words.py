"""An attack: an erased case, the backup from before put back, and every key that there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import a_case, an_erased_case
from tests.drills import Drill
from tests.house import House
from tests.security.test_expired_backup import PLANTED, REPORT, STAYING, words_for
from tests.security.thief import Thief
from workervoice.embedded import EmbeddedServer


@pytest.fixture
def drill(house: House, server: EmbeddedServer, tmp_path: Path) -> Iterator[Drill]:
    made = Drill(house, server, tmp_path)
    yield made
    made.close()


def test_what_was_erased_after_the_backup_opens_by_no_key_once_it_was_put_back(
    drill: Drill, server: EmbeddedServer
) -> None:
    case_id = a_case(drill.house, report=REPORT)
    a_case(drill.house, number="+15550100889", report=f"Boss keeps our passports {STAYING}. RIVER")
    backup = drill.back_up()
    an_erased_case(drill.house, case_id)
    drill.house.deliver()

    restored, _ = drill.restore(backup)
    careless, _ = drill.restore(backup, listed=False)

    with Thief.of(server, restored) as thief:
        opened = words_for(thief, restored, "asha", "sam", "nora")
    with Thief.of(server, careless) as control:
        without_list = words_for(control, careless, "asha", "sam", "nora")
    assert PLANTED.encode() not in opened
    assert STAYING.encode() in opened
    assert PLANTED.encode() in without_list
