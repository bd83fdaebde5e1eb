"""Recordings on the gateway: those that can be sent, by the hash of their content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.house import House
from tests.web.gateways import BOTH_TOKENS, PUBLIC, tokens
from tests.workflow.test_recordings import a_recording, opus
from workervoice.hotline.voicing import Voice
from workervoice.web.gateway.app import create_gateway_app
from workervoice.workflow.recordings import load_recordings


@pytest.fixture
def served(shared_house: House, tmp_path: Path) -> tuple[TestClient, str, Path]:
    """A gateway with one recording, its address, and its file."""
    path = a_recording(tmp_path)
    recordings = load_recordings(tmp_path, shared_house.phrases)
    reception = replace(shared_house.reception, voice=Voice(recordings, f"{PUBLIC}/media"))
    app = create_gateway_app(reception, tokens(*BOTH_TOKENS), PUBLIC)
    (recording,) = recordings.spoken.values()
    return TestClient(app), f"/media/{recording.name}.ogg", path


def test_a_provider_fetches_a_recording(served: tuple[TestClient, str, Path]) -> None:
    client, address, _ = served

    got, headed = client.get(address), client.head(address)

    assert got.content == opus()
    assert headed.content == b""
    for answer in (got, headed):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "audio/ogg; codecs=opus"
        assert answer.headers["content-length"] == str(len(opus()))
        assert "max-age" in answer.headers["cache-control"]
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        *("/media", "/media/", "/media/thanks.ogg", "/media/" + "0" * 64 + ".ogg"),
        *("/media/bn/thanks.ogg", "/media/..%2fthanks.ogg", "/media/" + "0" * 64),
    ],
)
def test_nothing_else_is_there(served: tuple[TestClient, str, Path], path: str) -> None:
    answer = served[0].get(path)

    assert (answer.status_code, answer.content) == (404, b"")


def test_a_file_that_was_changed_since_is_not_served(served: tuple[TestClient, str, Path]) -> None:
    client, address, path = served

    path.write_bytes(opus(4))

    assert client.get(address).status_code == 404
