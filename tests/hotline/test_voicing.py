"""Voice notes of phrases: to whom they go, before which text, and what happens if they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.house import House
from tests.looking import Worker, a_worker, asked
from tests.workflow.test_recordings import a_recording, opus
from workervoice.hotline.voicing import Voice
from workervoice.message import Outbound, Rejected, SendOutcome
from workervoice.workflow.recordings import load_recordings, speakable

MEDIA = "https://hotline.test/media"


@pytest.fixture
def house(emptied_house: House, tmp_path: Path) -> Iterator[House]:
    """A hotline with recordings of everything in English that can be recorded."""
    for key in speakable(emptied_house.phrases, "en"):
        a_recording(tmp_path, key, "en", opus(3 + len(key)))
    before = emptied_house.reception
    voice = Voice(load_recordings(tmp_path, emptied_house.phrases), MEDIA)
    emptied_house.reception = replace(before, voice=voice)
    emptied_house.phones.answer = None
    yield emptied_house
    emptied_house.phones.answer = None
    emptied_house.reception = before


def a_listener(house: House, line: str = "demo-whatsapp") -> Worker:
    """Somebody who reported, and then said that voice messages are all right."""
    worker = a_worker(house, line)
    worker.say("They took our passports")
    for text in ("1", "0", "0", "SAFETY", "8"):
        worker.say(text)
    return worker


def arrived(house: House, worker: Worker) -> list[Outbound]:
    return [each for each in house.phones.received if each.to.value == worker.number]


def test_a_voice_note_goes_before_the_text_that_says_the_same(house: House) -> None:
    worker = a_listener(house)
    before = len(arrived(house, worker))

    worker.say("STATUS")
    note, text = arrived(house, worker)[before:]

    recording = house.reception.voice.recordings.spoken["en", "nothing_waits"]
    assert (note.text, note.media) == ("", f"{MEDIA}/{recording.name}.ogg")
    assert (text.text, text.media) == (house.phrases.say("nothing_waits", "en"), "")
    assert note.outbox_id != text.outbox_id


def test_before_the_worker_said_so_and_by_sms_no_note_goes_out(house: House) -> None:
    quiet = a_worker(house, "demo-whatsapp")
    quiet.say("They took our passports")
    by_sms = a_listener(house, "demo-sms")
    for worker in (quiet, by_sms):
        worker.say("STATUS")

    assert not any(each.media for each in [*arrived(house, quiet), *arrived(house, by_sms)])


def test_a_note_that_is_refused_leaves_its_text(house: House) -> None:
    worker = a_listener(house)
    before = len(arrived(house, worker))

    def no_media(message: Outbound) -> SendOutcome:
        if message.media:
            return Rejected("63019", permanent=True)
        house.phones.answer = None
        return house.phones.send(message)

    house.phones.answer = no_media
    worker.say("STATUS")

    assert [each.media for each in arrived(house, worker)[before:]] == [""]


def test_two_listeners_in_the_same_state_are_sent_the_same(house: House) -> None:
    one, two = a_listener(house), a_listener(house)

    for worker in (one, two):
        worker.say("STATUS")

    said = [[(e.text, e.media) for e in arrived(house, worker)] for worker in (one, two)]
    assert said[0] == said[1]


def test_a_stopped_listener_is_sent_no_note(house: House) -> None:
    worker = a_listener(house)
    before = len(arrived(house, worker))

    worker.say("STOP")

    assert [each.media for each in arrived(house, worker)[before:]] == [""]


def test_which_recording_was_sent_lies_sealed(house: House) -> None:
    worker = a_listener(house)
    worker.say("STATUS")

    names = [each.name for each in house.reception.voice.recordings.spoken.values()]
    stored = "".join(str(tuple(row)) for row in asked(house, "SELECT * FROM outbox"))
    assert not any(name in stored for name in names)
