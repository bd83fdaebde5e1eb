"""Suggesting: sentences of the phrase book that a handler may put into an answer, with the English
of each beside it, for those who do not read the worker's language.

What was sent keeps its English: an entry of its own in the thread, with the keys and the language,
so that a later phrase book changes nothing of what was once said.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from workervoice.errors import GuardFailed
from workervoice.hotline import drafts
from workervoice.hotline.act import ANSWER_MAX
from workervoice.hotline.opening import OpenCase, open_case
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.workflow.phrasebook import FALLBACK, PhraseBook

PART = "suggestions"
ENGLISH = "english"  # kind of an entry of a thread
ANSWER = "answer"  # the form of a case's page, and its draft


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One sentence, in the worker's language and in English."""

    key: str
    text: str
    english: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """All that may be said in one language; `draft` until a native speaker has signed the file."""

    language: str
    draft: bool
    every: tuple[Suggestion, ...]

    @property
    def translated(self) -> bool:
        return self.language != FALLBACK

    def named(self, key: str) -> Suggestion:
        """Raises `GuardFailed` for one that no page offered."""
        found = next((each for each in self.every if each.key == key), None)
        if found is None:
            raise GuardFailed("choose a sentence from the list")
        return found

    def within(self, text: str) -> tuple[Suggestion, ...]:
        """Those that stand in a text word by word, in its order."""
        found = [(text.find(each.text), each) for each in self.every if each.text in text]
        return tuple(each for _, each in sorted(found, key=lambda one: one[0]))


def suggestions(phrases: PhraseBook, wanted: str, line: str) -> Suggestions:
    """In the language that the hotline would write in: the wanted one, or the line's."""
    language = phrases.language(wanted, line)
    file = phrases.files[language]
    every = tuple(
        Suggestion(
            key, phrases.say(key, language, part=PART), phrases.say(key, FALLBACK, part=PART)
        )
        for key in phrases.files[FALLBACK].parts[PART]
    )
    return Suggestions(language, file.status != "signed", every)


@dataclass(frozen=True, slots=True)
class Suggesting:
    """What the console does with them."""

    process: Process
    phrases: PhraseBook

    def put_in(self, actor: Actor, case_id: UUID, typed: str, key: str) -> None:
        """Add a sentence to the answer that this person is writing, which is kept as their
        draft."""
        with open_case(self.process, actor, case_id) as file:
            chosen = self._of(file).named(key)
        text = f"{typed.rstrip()}\n{chosen.text}".lstrip("\n")
        if len(text) > ANSWER_MAX:
            raise GuardFailed(f"an answer has 1 to {ANSWER_MAX} characters")
        drafts.keep(self.process, actor, case_id, ANSWER, {"text": (text,)})

    def keep_english(self, actor: Actor, case_id: UUID, text: str, once: UUID | None) -> None:
        """Note in the thread what the sentences in an answer mean in English; with the id `once`,
        only once."""
        with open_case(self.process, actor, case_id) as file:
            offered = self._of(file)
            found = offered.within(text) if offered.translated else ()
            if not found or file.has_entry(once):
                return
            words = {
                "kind": ENGLISH,
                "text": "\n".join(each.english for each in found),
                "keys": [each.key for each in found],
                "language": offered.language,
            }
            file.note("note", words, once)
            file.save("noted")

    def _of(self, file: OpenCase) -> Suggestions:
        line, language = file.line_and_language()
        return suggestions(self.phrases, language, line.language)
