"""What an accused person is answered, and a check that the answer gives nothing away. Pure.

The answer is the same whether anybody reported anything or not: it neither confirms nor denies, and
it is made without opening a case. Somebody may add to it; then the check reads it again. It errs
towards refusal, and does not see what only people know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from workervoice.disclosure.reidentify import Finding, findings

LETTER = """\
{operator}
{month}

Your request for access to personal data

You asked us whether we process data about you, and for a copy of it.

We run a channel through which people may speak about their work in confidence. The law protects
those who use it. For that reason we answer every request like yours in the same words, whether or
not anything concerns the person who asks: we neither confirm nor deny that somebody has spoken to
us, and we give no copy of what anybody said.

We rely on Article 15(4) of the General Data Protection Regulation, under which the right to a copy
must not harm the rights and freedoms of others, on Article 16 of Directive (EU) 2019/1937, which
forbids us to disclose who spoke to us, and on Article 14(5)(b) of the Regulation where telling you
would make our work impossible. Please read neither a yes nor a no from this answer.

Where we process data about anybody, these rules hold: it is done to follow up on what concerns the
rights of people at work; it is kept sealed, read by few, and for limited times; it is not used for
automated decisions. You may ask for wrong data to be put right, object, and complain to the data
protection authority, which may check our answer in your stead.

If you take part in a procedure in which you have to defend yourself, you will learn there what is
held against you.

{contact}
"""

_FORBIDDEN = (
    ("an id", r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){0,3}(?:-[0-9a-f]{12})?\b(?<=[0-9a-f]{8})"),
    ("a quotation", r"[\"“”„«»]|(?<!\w)['‘](?=\w)[^'’\n]{3,}['’]"),
    ("somebody who reported", r"\b(?:reporter|complainant|whistle-?blower|informant|victim)s?\b"),
    ("a report or a case", r"\b(?:report|complaint|case|grievance|allegation|accusation)s?\b"),
    ("workers of a place", r"\b(?:workers?|employees?|colleagues?)\b"),
    (
        "that there is something",
        r"\b(?:we (?:have|hold|received|opened|closed)|there (?:is|was|are|were))"
        r" (?:an? |some |the )?(?:data|message|text|matter|file|information|investigation)",
    ),
    (
        "that there is nothing",
        r"\b(?:we (?:have|hold|process|store) (?:no|nothing|not any)"
        r"|there (?:is|was) (?:no|nothing)|nobody (?:has )?(?:spoke|wrote|reported))",
    ),
    ("what was reported", r"\b(?:passport|wage|salary|threat|violence|overtime|debt|dormitor)\w*"),
)
_PATTERNS = tuple((why, re.compile(pattern, re.IGNORECASE)) for why, pattern in _FORBIDDEN)
_YEAR = re.compile(r"(?:19|20)\d\d")


def letter(*, operator: str, month: str, contact: str) -> str:
    """The answer, with the operator's name, the month and an address in it."""
    return LETTER.format(operator=operator, month=month, contact=contact)


def doubts(text: str) -> list[Finding]:
    """Every passage that may confirm, deny, or point at somebody, in order of place. The last
    line may be an address of the hotline's own."""
    last = text.rstrip().rfind("\n")
    seen = [each for each in findings(text, ()) if not _YEAR.fullmatch(each.passage)]
    found = [each for each in seen if each.start <= last or "internet" not in each.why]
    return sorted([*found, *_forbidden(text)], key=lambda finding: (finding.start, finding.end))


def _forbidden(text: str) -> Iterator[Finding]:
    for why, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Finding(why, match.start(), match.end(), match.group())
