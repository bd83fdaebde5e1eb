"""The story that `make demo STORY=1` plays, from the first text to the confirmed remedy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_the_story_plays_to_its_end_and_leaves_nothing_behind(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    environment = {"PATH": os.getenv("PATH", os.defpath), "HOME": str(tmp_path)}

    played = subprocess.run(
        [sys.executable, "-m", "workervoice.app.story"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert played.returncode == 0, played.stdout + played.stderr
    told = played.stdout
    order = [
        "| is what a page shows",
        "asha: handler, Open Line",
        "worker > Agent promised",
        "hotline < We have your message",
        "asha : answers",
        "sam : as the second person",
        "nora : acknowledges",
        "ben : for the hotline, verifies",
        "hotline < We were told that it is fixed",
        "asha : closes the case",
        "mina | Stage: Closed",
        "The case is closed: the worker confirmed the remedy.",
    ]
    places = [told.find(each) for each in order]
    assert -1 not in places, told
    assert places == sorted(places)
    assert not list(tmp_path.iterdir())
