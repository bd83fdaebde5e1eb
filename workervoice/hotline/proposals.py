"""Proposals: what takes two people is proposed by one, and done when another asks for the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from workervoice.hotline.reading import Opened


def ends_proposals(words: Mapping[str, Any], move: str) -> bool:
    """True for an entry after which earlier proposals of this move no longer count."""
    if move.startswith("issue "):
        return words.get("kind") == "issue" and move.startswith(f"issue {words.get('issue')} ")
    return words.get("kind") == "move"


def proposers(entries: Sequence[Opened], move: str) -> set[UUID]:
    """Who proposed this move since the last move that was made."""
    found: set[UUID] = set()
    for entry in reversed(entries):
        words = entry.words
        if words is None or ends_proposals(words, move):
            break  # what cannot be read may have ended it
        if words.get("kind") == "proposal" and words.get("move") == move:
            found.add(entry.signer_id)
    return found
