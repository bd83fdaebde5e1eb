"""The text of an automatic answer: what the dialogue says, in the language of worker or line."""

from __future__ import annotations

from workervoice.store.programme import Line
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.turn import Turn


def worded(phrases: PhraseBook, notice_url: str, line: Line, turn: Turn) -> str:
    """All that a turn says, as one text."""
    language = turn.progress.language or line.language
    spoken = phrases.language(language, line.language)
    url = f"{notice_url}/{line.slug}/{spoken}"
    params = {"emergency": line.emergency_number, "url": url}
    said = [
        phrases.say(say.key, language, line=line.language, **params, **say.params)
        for say in turn.says
    ]
    return "\n".join(said)
