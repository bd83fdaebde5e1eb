"""What the QR codes hold: our own number and a plain greeting, with nobody in between.

No shortener and no redirect: such a service would see who scanned what, and could be taken over.
The greeting names no site and no matter: it stays on the phone, as every text that was sent.
"""

from __future__ import annotations

from urllib.parse import quote

import segno

from workervoice.posters.drawing import Step, rectangle

QUIET = 4  # modules of white that a reader needs around


def sms_link(number: str, greeting: str) -> str:
    """What the cameras of phones take for a text to be sent; the words are not encoded in it."""
    return f"SMSTO:{number}:{greeting}"


def whatsapp_link(number: str, greeting: str) -> str:
    """WhatsApp's own address for a chat; it takes the number without its plus."""
    return f"https://wa.me/{number.removeprefix('+')}?text={quote(greeting, safe='')}"


def telegram_link(bot: str, _greeting: str) -> str:
    """Telegram's own address for a chat with a bot, which begins by pressing "Start"."""
    return f"https://t.me/{bot.removeprefix('@')}"


def modules(content: str) -> list[str]:
    """The rows of the code, a 1 for each dark module; a quarter of it may be torn off."""
    code = segno.make_qr(content, error="q", boost_error=False)
    return ["".join(str(int(module > 0)) for module in row) for row in code.matrix]


def code_shape(content: str, x: float, y: float, side: float) -> list[Step]:
    """The dark modules of a code in a square with its white border."""
    rows = modules(content)
    one = side / (len(rows) + 2 * QUIET)
    steps: list[Step] = []
    for down, row in enumerate(rows):
        at = 0
        while (at := row.find("1", at)) >= 0:
            end = (row + "0").find("0", at)
            left, top = x + (at + QUIET) * one, y + (down + QUIET) * one
            steps += rectangle(left, top, (end - at) * one, one)
            at = end
    return steps
