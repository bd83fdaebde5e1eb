"""The shelf: the language packs that the hotline is made of, and which of them are drafts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from threading import Thread

from workervoice.hotline.spoken import Read
from workervoice.triage import packheads
from workervoice.triage.packheads import Broken, Head
from workervoice.web.console import words

Source = Callable[[], tuple[Head | Broken, ...]]


class Shelf:
    """Packs by name. They are looked at once: whoever changes a pack starts the hotline anew."""

    def __init__(self, source: Source = packheads.heads) -> None:
        self._source = source

    def look_ahead(self) -> None:
        """Look now, beside other work: thirty packs take a second, which no page should wait."""
        Thread(target=lambda: self.packs, name="shelf", daemon=True).start()

    @cached_property
    def packs(self) -> tuple[Head | Broken, ...]:
        """All of them, in the order of their names."""
        return self._source()

    @cached_property
    def _heads(self) -> dict[str, Head]:
        return {head.name: head for head in self.packs if isinstance(head, Head)}

    @property
    def drafts(self) -> int:
        """How many no native speaker has signed as they are now."""
        return sum(not head.reviewed for head in self._heads.values())

    def language(self, pack: str) -> str:
        """The language that a pack is for."""
        head = self._heads.get(pack)
        return words.language(head.language if head else pack)

    def is_draft(self, read: Read) -> bool:
        """True unless a native speaker signed the version that read it."""
        head = self._heads.get(read.pack)
        return head is None or read.version not in {each.of for each in head.signed}

    def draft_languages(self, reads: Iterable[Read]) -> list[str]:
        """The languages of the draft packs that spoke, each once."""
        return sorted({self.language(read.pack) for read in reads if self.is_draft(read)})
