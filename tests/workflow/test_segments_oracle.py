"""What a text costs, by Twilio's own calculator: every phrase in every language, word for word.

Installs nothing: `npm ci --prefix tests/peers` brings the calculator and a node to run it.
"""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.channels.emulator import PEERS, SEARCHED
from tests.workflow.test_phrasebook import BOOK, NUMBERS
from workervoice.workflow.segments import segments

_PROGRAM = """
const {SegmentedMessage} = require('sms-segments-calculator');
const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log(JSON.stringify(texts.map(text => new SegmentedMessage(text).segmentsCount)));
"""


@pytest.fixture(scope="module")
def said() -> list[str]:
    return [
        BOOK.say(key, language, part=part, **NUMBERS)
        for language, file in BOOK.files.items()
        for part in ("phrases", "suggestions")
        for key in file.parts[part]
    ]


def test_every_phrase_costs_what_the_providers_calculator_says(said: list[str]) -> None:
    nodes = [node for pattern in SEARCHED for node in sorted(PEERS.glob(pattern))]
    if not nodes or not (PEERS / "node_modules" / "sms-segments-calculator").exists():
        pytest.skip("npm's calculator is not here: npm ci --prefix tests/peers")

    asked = subprocess.run(
        [nodes[0], "-e", _PROGRAM],
        input=json.dumps(said),
        capture_output=True,
        text=True,
        cwd=PEERS,
        check=True,
        timeout=60,
    )

    theirs = json.loads(asked.stdout)
    assert len(theirs) == len(said) > 1500
    wrong = [
        (text, segments(text), count)
        for text, count in zip(said, theirs, strict=True)
        if segments(text) != count
    ]
    assert wrong == []
