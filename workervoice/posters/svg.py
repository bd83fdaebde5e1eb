"""A page as SVG: outlines only, no font, no script, nothing that is loaded from elsewhere."""

from __future__ import annotations

from html import escape

from workervoice.posters.drawing import Page, Step, number


def svg(page: Page, language: str) -> bytes:
    pieces = page.numbered()
    names = {id(piece): f"piece{at}" for at, piece in enumerate(pieces)}
    size = f"{number(page.width)} {number(page.height)}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{escape(language)}" '
        f'width="{number(page.width)}mm" height="{number(page.height)}mm" viewBox="0 0 {size}">',
        f"<title>{escape(page.title)}</title>",
        "<defs>",
    ]
    for piece in pieces:
        paths = "".join(f'<path fill="{colour}" d="{_path(s)}"/>' for colour, s in piece.shapes)
        parts.append(f'<g id="{names[id(piece)]}">{paths}</g>')
    parts += ["</defs>", '<rect width="100%" height="100%" fill="#ffffff"/>']
    parts += [
        f'<use href="#{names[id(piece)]}" x="{number(x)}" y="{number(y)}"/>'
        for x, y, piece in page.pieces
    ]
    return "\n".join([*parts, "</svg>\n"]).encode()


def _path(steps: list[Step]) -> str:
    return "".join(name + " ".join(map(number, points)) for name, points in steps)
