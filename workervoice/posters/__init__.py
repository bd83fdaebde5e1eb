"""Posters and cards that tell workers of the hotline: words in, printable pages out.

Pure: what stands on a poster is given, nothing is read but the fonts that come along. Read
`poster.py` first (what stands where), then `setting.py` (a text becomes lines of letters),
`links.py` (what the QR codes hold), and `svg.py` and `pdf.py` (drawings become files). All letters
are drawn as outlines, so that a printer or a phone needs no font.
"""
