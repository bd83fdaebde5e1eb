"""One file, taken apart. To be called behind a wall only: see `workervoice.app.wash_child`."""

from __future__ import annotations

from workervoice.wash import documents, images, recordings
from workervoice.wash.kinds import CONTAINERS, IMAGES, kind_of
from workervoice.wash.outcome import MOST_IN, NotWashed, Reason, Unwashed, Washed

_HURT = (  # what the libraries raise for what is not as it should be
    *(OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, AttributeError),
    *(ArithmeticError, RuntimeError, NotImplementedError, recordings.Errors),
)


def loaded() -> None:
    """After this nothing is read from a file."""
    images.loaded()
    recordings.loaded()


def washed(content: bytes, to_wav: bool = False) -> Washed | Unwashed:
    try:
        return _taken_apart(content, to_wav)
    except NotWashed as exc:
        return Unwashed(exc.reason)
    except MemoryError:
        return Unwashed(Reason.TOO_LARGE)
    except _HURT:
        return Unwashed(Reason.BROKEN)


def _taken_apart(content: bytes, to_wav: bool) -> Washed:
    if len(content) > MOST_IN:
        raise NotWashed(Reason.TOO_LARGE)
    was = kind_of(content)
    if to_wav:
        if was not in CONTAINERS:
            raise NotWashed(Reason.UNKNOWN_TYPE)
        return recordings.wav(content, was)
    if was in IMAGES:
        return images.washed_image(content, was)
    if was in CONTAINERS:
        return recordings.washed_recording(content, was)
    return documents.washed_document(content)
