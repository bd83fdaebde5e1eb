"""WhatsApp's templates: made of our phrases, and compared with them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from workervoice.channels.notices import LANGUAGES, NOTICES
from workervoice.channels.twilio import login_of
from workervoice.channels.twilio_content import APPROVED, UNSUBMITTED, Template, TwilioContent
from workervoice.channels.twilio_templates import content_sids
from workervoice.errors import ChannelError, SettingsError
from workervoice.settings import Settings
from workervoice.workflow.phrasebook import PhraseBook

# WhatsApp's own rule for a template that nobody sees us in: small letters, digits, underscores
_NAME = "wv_{key}_{language}"


@dataclass
class Registration:
    """What is made by now: printed whatever happens, for it is there. `sids` by our names."""

    sids: dict[str, str]
    stopped: str = ""
    no_language: list[str] = field(default_factory=list)

    def setting(self) -> str:
        """As the setting has it."""
        found: dict[str, dict[str, str]] = {}
        for name, sid in sorted(self.sids.items()):
            key, _, language = name.partition(":")
            found.setdefault(key, {})[language] = sid
        return json.dumps(found, separators=(",", ":"))


def register(settings: Settings, book: PhraseBook, languages: Collection[str]) -> Registration:
    """Make what the setting does not name yet, and hand it in. Raises `SettingsError` before
    anything is made; what fails later stops there, and what was made before is told."""
    unknown = sorted(set(languages) - set(book.files))
    if unknown:
        raise SettingsError(f"--languages: {unknown[0]} is none of: {', '.join(book.files)}")
    content = TwilioContent(login_of(settings))
    done = Registration(dict(content_sids(settings)))
    for language in languages or book.files:
        if language not in LANGUAGES:
            done.no_language.append(language)
            continue
        for key in NOTICES:
            name = f"{key}:{language}"
            called = _NAME.format(key=key, language=language.replace("-", "_"))
            try:
                if name not in done.sids:
                    text = book.say(key, language)
                    done.sids[name] = content.create(called, LANGUAGES[language], text)
                elif content.template(done.sids[name]).status != UNSUBMITTED:
                    continue
                content.submit(done.sids[name], called)
            except ChannelError as exc:
                done.stopped = f"{name}: {exc}"
                return done
    return done


def examined(settings: Settings, book: PhraseBook) -> Iterator[tuple[str, str]]:
    """Each template by our name, and what is wrong with it; "" if nothing is. Raises
    `SettingsError`, `ChannelError`."""
    sids = content_sids(settings)
    if not sids:
        return
    content = TwilioContent(login_of(settings))
    for name, sid in sorted(sids.items()):
        yield name, _wrong(name, content.template(sid), book)


def missing(settings: Settings, book: PhraseBook) -> list[str]:
    """Languages that WhatsApp has templates in, and of which the setting names not all."""
    sids = content_sids(settings)
    return [
        language
        for language in book.files
        if language in LANGUAGES and not all(f"{key}:{language}" in sids for key in NOTICES)
    ]


def _wrong(name: str, there: Template, book: PhraseBook) -> str:
    key, _, language = name.partition(":")
    if language not in book.files or there.text.strip() != book.say(key, language).strip():
        return "it does not say what our phrase says: take it out of the setting and register anew"
    if there.status != APPROVED:
        return f"WhatsApp says: {there.status}" if there.status.isalpha() else "no word of WhatsApp"
    return ""
