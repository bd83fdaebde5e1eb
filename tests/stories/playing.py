"""Plays a conversation written as a transcript on a real hotline, and writes down what happened.

What people do is read from the transcript; what the hotline says and knows is written anew. So a
story holds if what comes out is what went in. The form of a line is told in README.md.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from tests.house import House
from tests.looking import cases_of
from workervoice.errors import GuardFailed, IllegalMove
from workervoice.hotline import guarding, practising, sameworker
from workervoice.hotline.casepage import CasePage, case_page
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.process import Process
from workervoice.hotline.reading import Actor
from workervoice.message import Address, AddressKind, Inbound, MediaHandle, Priority, Rejected, Sent
from workervoice.workflow.returncodes import found

WIDTH = 96
_LINE = re.compile(r"^(?P<who>[a-z]+) +(?P<mark>[>:=<!]) (?P<text>.*)$")
_WRITTEN_ANEW = {"<", "!"}
_MEDIA = {"(photo)": "image/jpeg", "(voice note)": "audio/ogg"}
_SENT = {f"({each})": each for each in Sent}
_PLACE = "23.81, 90.41"
_NOTHING = "(nothing)"  # a text without a character


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a transcript, joined with those that continue it."""

    who: str
    mark: str
    text: str


def read(transcript: str) -> Iterator[Line | str]:
    """Lines, and between them what is only for the reader: comments and empty lines."""
    joined: list[str] = []
    for line in transcript.splitlines():
        if line.startswith(" ") and joined:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    for line in joined:
        if not line or line.startswith("#"):
            yield line
            continue
        found = _LINE.match(line)
        if found is None:
            raise ValueError(f"not a line of a story: {line}")
        yield Line(*found.group("who", "mark", "text"))


def write(who: str, mark: str, text: str) -> str:
    """A line of a transcript; long ones go on below."""
    head = f"{who:<8} {mark} "
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )


@dataclass
class Phone:
    """Somebody with a phone of their own."""

    address: Address
    line: str
    case_id: UUID | None = None
    written: int = 0


@dataclass
class Stage:
    """One story in one hotline. `last` is the phone that wrote last."""

    house: House
    phones: dict[str, Phone] = field(default_factory=dict)
    last: str = "worker"
    digit: str = ""
    code: str = ""  # of the practice that runs, or given to a worker
    told: list[str] = field(default_factory=list)

    def play(self, transcript: str) -> str:
        """The transcript as it really went."""
        for line in read(transcript):
            if isinstance(line, str):
                self.told.append(line)
            elif line.mark not in _WRITTEN_ANEW:
                self._do(line)
        return "\n".join(self.told) + "\n"

    def _do(self, line: Line) -> None:
        text, before = line.text, len(self.house.phones.received)
        refused = False
        if line.mark == ">":
            self._writes(line.who, text)
        elif line.mark == ":":
            refused = not self._acts(line.who, text)
        else:
            text = _SETTINGS[line.who](self, text)
        self.told.append(write(line.who, line.mark, text))
        if refused:
            self.told.append(write("hotline", "!", "refuses"))
        self.house.deliver()
        for message in self.house.phones.received[before:]:
            (name,) = (n for n, phone in self.phones.items() if phone.address == message.to)
            to = "" if name == self.last else f"(to {name}) "
            self.told.append(write("hotline", "<", to + self._shown(message.text)))

    def phone(self, name: str, kind: str = "SMS") -> Phone:
        """This person's phone; one that was not described is a phone with SMS."""
        number = f"+1555019{len(self.phones):04}"
        addresses = {
            "SMS": (Address(AddressKind.PHONE, number), "demo-sms"),
            "WhatsApp": (Address(AddressKind.WHATSAPP, number), "demo-whatsapp"),
            "WhatsApp without a number": (
                Address(AddressKind.WHATSAPP_ID, f"BD.{len(self.phones)}aBcDe"),
                "demo-whatsapp",
            ),
        }
        return self.phones.setdefault(name, Phone(*addresses[kind]))

    def _writes(self, name: str, text: str) -> None:
        phone, known = self.phone(name), cases_of(self.house)
        media = (MediaHandle("https://api.example/m/1", _MEDIA[text]),) if text in _MEDIA else ()
        sent = _SENT.get(text)
        place = _PLACE if sent is Sent.PLACE else ""
        words = "" if media or sent or text == _NOTHING else self._filled(text)
        inbound = Inbound(f"SM{uuid4().hex}", phone.address, words, media, (), sent, place)
        reception = self.house.reception
        arrival = Arrival(self.house.line(phone.line), inbound, reception.read(inbound))
        reception.receive(arrival)
        phone.written += 1
        phone.case_id = next(iter(cases_of(self.house) - known), phone.case_id)
        self.last = name

    def _filled(self, text: str) -> str:
        return text.replace("{digit}", self.digit).replace("{code}", self.code)

    def _acts(self, login: str, text: str) -> bool:
        """An officer acts on the case of who wrote last; False if it is refused."""
        actor, (verb, _, rest) = self.house.actor(login), text.partition(" ")
        if verb == sameworker.LET_IN:  # from now on that phone is this worker's, too
            name, _, rest = rest.partition(" ")
            self.phones[self.last].case_id = self.phones[name].case_id
        case_id = self.case_id
        try:
            if verb == "answers":
                self.house.desk.answer(actor, case_id, rest)
            elif verb == "priority":
                priority, _, reason = rest.partition(" ")
                self.house.desk.set_priority(actor, case_id, Priority(priority), reason)
            elif verb in {guarding.FREEZE, guarding.THAW}:
                guarding.move(self.house.console, actor, case_id, verb, rest)
            elif verb in _DECISIONS:
                _DECISIONS[verb](self.house.console, actor, case_id, rest)
            else:
                self.house.desk.move(actor, case_id, verb, rest)
        except (GuardFailed, IllegalMove):
            return False
        return True

    @property
    def case_id(self) -> UUID:
        case_id = self.phones[self.last].case_id
        if case_id is None:
            raise ValueError(f"{self.last} has no case yet")
        return case_id

    def _shown(self, text: str) -> str:
        """The text on one line, with a random digit as `{digit}`."""
        for digit in "456789":
            for key in ("delete_confirm_left", "delete_confirm_nothing_left", "confirm_digit"):
                for language in self.house.phrases.files:
                    if text == self.house.phrases.say(key, language, digit=digit):
                        self.digit = digit
                        text = self.house.phrases.say(key, language, digit="{digit}")
        code = found(text)
        if code is not None:
            self.code = code.digits
            text = text[: code.start] + "{code}" + text[code.end :]
        return text.replace("\n", " / ")

    def passes(self, text: str) -> str:
        """Time: "3 days", "5 hours", "20 minutes"."""
        number, unit = text.split()
        self.house.now += timedelta(**{unit.removesuffix("s") + "s": int(number)})
        return text

    def provider(self, text: str) -> str:
        down = Rejected("unreachable", permanent=False)
        self.house.phones.answer = {"down": lambda message: down, "back": None}[text]
        return text

    def practice(self, text: str) -> str:
        """A practice on the line with SMS, which a registrar begins or ends."""
        sam, console = self.house.actor("sam"), self.house.console
        if text == "begins":
            self.code, _ = practising.begin(console, sam, "demo-sms", practising.HOURS)
        else:
            practising.end(console, sam, "demo-sms")
        return text

    def describe(self, text: str) -> str:
        name, _, kind = text.partition(", ")
        self.phone(name, kind)
        return text

    def known(self, text: str) -> str:
        """What a handler sees of the case: each fact that is named, as it is."""
        if self.phones[self.last].case_id is None:
            return "none"
        page = case_page(self.house.console, self.house.actor("asha"), self.case_id)
        names = [part.split()[0] for part in text.split(", ")]
        return ", ".join(f"{name} {_FACTS[name](page)}" for name in names)

    def paid(self, _text: str) -> str:
        """How many messages each phone has sent."""
        return ", ".join(f"{name} {phone.written}" for name, phone in self.phones.items())


_SETTINGS: Mapping[str, Callable[[Stage, str], str]] = {
    "time": Stage.passes,
    "provider": Stage.provider,
    "phone": Stage.describe,
    "practice": Stage.practice,
    "case": Stage.known,
    "paid": Stage.paid,
}


# what an officer decides about a case, with a reason
_DECISIONS: Mapping[str, Callable[[Process, Actor, UUID, str], None]] = {
    guarding.FORGET: guarding.forget,
    sameworker.LET_IN: sameworker.let_in,
    "real": practising.call_real,
}


def _yes(answer: bool | None) -> str:
    return "unknown" if answer is None else "yes" if answer else "no"


def _evidence(page: CasePage) -> str:
    """What was read in the last text, by the names of the ILO table."""
    last = [said for said in page.thread if said.direction == "in"][-1]
    return "+".join(item for _, item, _ in last.passages if item) or "none"


_FACTS: Mapping[str, Callable[[CasePage], object]] = {
    "state": lambda page: page.state,
    "conversation": lambda page: page.conversation,
    "priority": lambda page: page.record.priority,
    "danger": lambda page: _yes(page.record.facts.imminent_danger),
    "safe": lambda page: _yes(page.record.facts.safe_to_talk),
    "site": lambda page: page.site.code if page.site else "none",
    "consent": lambda page: (
        "none" if page.record.facts.consent is None else page.record.facts.consent
    ),
    "language": lambda page: page.record.language,
    "evidence": _evidence,
    "sent": lambda page: (
        [said.sent for said in page.thread if said.direction == "in"][-1] or "none"
    ),
    "test": lambda page: _yes(page.record.practice is not None),
    "texts": lambda page: sum(said.direction == "in" for said in page.thread),
}
