"""Every story goes as it is written: what is said, to whom, what it costs, and what a handler sees.

After a phrase was changed, `REWRITE_STORIES=1 pytest tests/stories` writes the stories anew; read
what it changed before you keep it.
"""

from __future__ import annotations

import os
import re
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.house import House
from tests.stories.playing import Line, Stage, read
from workervoice.hotline.wording import LANGUAGES
from workervoice.triage.normalise import script_of

STORIES = sorted(Path(__file__).parent.glob("*.txt"))


def texts_of(story: Path) -> list[Line]:
    return [line for line in read(story.read_text(encoding="utf-8")) if isinstance(line, Line)]


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_goes_as_it_is_written(emptied_house: House, story: Path) -> None:
    written = story.read_text(encoding="utf-8")

    played = Stage(emptied_house).play(written)

    if os.getenv("REWRITE_STORIES"):
        story.write_text(played, encoding="utf-8")
    else:
        changed = unified_diff(written.splitlines(), played.splitlines(), "written", "played")
        assert not list(changed), story.name


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_every_story_ends_with_what_the_worker_paid(story: Path) -> None:
    assert texts_of(story)[-1].who == "paid"


def test_there_are_stories_in_every_language() -> None:
    heads = [story.read_text(encoding="utf-8").partition("\n\n")[0] for story in STORIES]

    told = {name: sum(name in head for head in heads) for name in ("English", "Spanish", "Bangla")}

    assert min(told.values()) >= 4, told


def test_workers_write_in_many_languages_and_scripts() -> None:
    heads = " ".join(story.read_text(encoding="utf-8").partition("\n\n")[0] for story in STORIES)
    written = {
        script_of(letter)
        for story in STORIES
        for line in texts_of(story)
        if line.mark == ">"
        for letter in line.text
    } - {""}

    languages = {name for name in LANGUAGES.values() if re.search(rf"\b{name}\b", heads)}

    assert len(languages) >= 20, languages
    assert len(written) >= 12, written


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hotline  < ", "hotline  < Hello. "),
        ("paid     = worker 6", "paid     = worker 5"),
        ("consent 5", "consent 7"),
        ("worker   > 5", "worker   > 4"),
    ],
)
def test_a_story_that_does_not_go_as_it_is_written_is_found(
    emptied_house: House, old: str, new: str
) -> None:
    story = (Path(__file__).parent / "first_report.txt").read_text(encoding="utf-8")
    assert old in story

    played = Stage(emptied_house).play(story.replace(old, new, 1))

    assert played != story.replace(old, new, 1)
