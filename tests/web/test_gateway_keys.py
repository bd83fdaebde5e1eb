"""A gateway that may not read a new key: texts stay with the provider, and everybody is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from secrets import token_bytes

import pytest

from tests.embedded.servers import a_directory
from tests.hotline.rotations import begun_pepper, keys_of
from tests.house import House, build_house
from tests.users import GATEWAY, acting_as, give_away, lock_up, unlock
from tests.web.gateways import REPORT, form, running
from workervoice.app.keyfiles import load_key_files, write_service
from workervoice.app.processes import wall_clock
from workervoice.app.watching import keys_away
from workervoice.embedded import EmbeddedServer
from workervoice.errors import KeysAway
from workervoice.triage.engine import Engine

NUMBER = "+15550102901"


@pytest.fixture
def house(server: EmbeddedServer, engine: Engine) -> Iterator[House]:
    """One whose gateway's keys are of a user of their own."""
    with a_directory() as place:
        built = build_house(server, place / "data", engine, wall_clock())
        for path in (built.data, built.data / "keys"):
            path.chmod(0o711)
        give_away(keys_of(built, "gateway"), GATEWAY)
        yield built
        built.close()


def new_pepper(house: House) -> Path:
    begun_pepper(house)
    house.gateway.custody._forget("pepper-2")  # type: ignore[attr-defined]  # noqa: SLF001
    return keys_of(house, "gateway") / "pepper-2.key"


def new_service_key(house: House) -> Path:
    held = load_key_files(house.data, "gateway")
    keys = held.service.with_next(token_bytes(32)).sealing_newest()
    write_service(house.data, "gateway", held.custody.public("own"), keys)
    return keys_of(house, "gateway") / "service.sealed"


@pytest.mark.parametrize("made", [new_pepper, new_service_key])
def test_a_key_that_may_not_be_read_is_503_and_not_ready_until_it_may(
    house: House, made: object
) -> None:
    with running(house) as gateway:
        before = gateway.post(form(REPORT, NUMBER))
        path: Path = made(house)  # type: ignore[operator]
        lock_up(path)
        house.gateway.vault._looked -= 5  # noqa: SLF001 - as after five seconds
        with acting_as(GATEWAY):
            meanwhile = gateway.post(form(REPORT, "+15550102902"))
            (told,) = keys_away(house.gateway.custody, house.gateway.vault)
        counted = gateway.counts()["keys_away"]
        unlock(path, GATEWAY)
        with acting_as(GATEWAY):
            ready = list(keys_away(house.gateway.custody, house.gateway.vault))
            after = gateway.post(form(REPORT, "+15550102902"))

    assert (before[0], meanwhile, after[0]) == (204, (503, b""), 204)
    assert (counted, ready) == (1, [])
    assert "may not read" in told
    assert str(path) in told


def test_a_running_process_notices_by_itself_that_it_lost_a_key(house: House) -> None:
    path = new_pepper(house)
    lock_up(path)

    with acting_as(GATEWAY):
        (told,) = keys_away(house.gateway.custody, house.gateway.vault)
        with pytest.raises(KeysAway):
            house.gateway.custody.refresh()

    assert str(path) in told
