"""What is sent to an aggregator: method, address, headers and body, from the file's templates.

Every value is escaped for where it stands: in a JSON text, a form, a query, a part of a path. What
a worker wrote, and where it goes to, stands in bodies and queries only, never in a path or a
header: a value cannot become another one, and no word of a worker's another field.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from workervoice.channels.msisdn import Numbering
from workervoice.channels.section import Section
from workervoice.channels.template import HIDDEN, Hole, Holes, Template
from workervoice.channels.wire import Answer, exchange
from workervoice.gsm7 import is_gsm7
from workervoice.message import Address, AddressKind, Outbound

FORM = "application/x-www-form-urlencoded"
KEYS = ("url", "plain_http", "method", "headers", "login", "query", "form", "json")
_NEVER = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_PLAIN = frozenset({""})
_OURS: Holes = {  # what an operator or we decide
    "outbox_id": frozenset({"", "hex", "short"}),
    "sender": frozenset({"", "digits"}),
    HIDDEN: _PLAIN,
}
_KNOWN: Holes = {"outbox_id": _OURS["outbox_id"], HIDDEN: _PLAIN, "id": _PLAIN}
_WHERE: Holes = {**_OURS, "to": frozenset({"", "digits", "national"})}
_WHAT: Holes = {
    **_WHERE,
    "text": frozenset({"", "utf16"}),
    "callback": _PLAIN,
    "validity_seconds": frozenset({"", "number"}),
    "validity_minutes": frozenset({"", "number"}),
    "unicode": frozenset({"", "number"}),
}

SEND, LOOK_UP, FOLLOW = "send", "look_up", "follow"
_HOLES: Mapping[str, Holes] = {SEND: _WHAT, LOOK_UP: _WHERE, FOLLOW: _KNOWN}

Fill = Callable[[Hole], str]


@dataclass(frozen=True, slots=True)
class Request:
    """One kind of request, taken apart; `secret` looks one up by its name."""

    method: str
    url: Template
    headers: Mapping[str, Template]
    login: tuple[Template, Template] | None
    query: Mapping[str, Template]
    form: Mapping[str, Template]
    json: Any  # tables and lists with a Template for each text; None: no JSON
    unicode: tuple[str, str]
    numbering: Numbering
    secret: Callable[[str], str] = field(repr=False)

    @classmethod
    def read(
        cls,
        said: Section,
        numbering: Numbering,
        secret: Callable[[str], str],
        use: str = SEND,
    ) -> Request:
        """`use` is one of the three: a look-up has nobody's words, and where only a message is
        asked for there is no number either. Raises `SettingsError`, also for a secret that is
        missing."""
        holes = _HOLES[use]
        usual = "POST" if use == SEND else "GET"
        method = said.choice("method", ("GET", "POST", "PUT"), usual)
        body = [name for name in ("form", "json") if name in said.said]
        if len(body) > 1 or (body and method == "GET"):
            raise said.wrong(body[0], "is too much: one body, and none with GET")
        login = said.maybe("login")
        made = cls(
            method,
            _url(said, _KNOWN if use == FOLLOW else _OURS),
            _headers(said),
            _login(login) if login else None,
            _templates(said, "query", holes),
            _templates(said, "form", holes),
            _read_json(said, "json", said.said.get("json"), holes),
            _unicode(said),
            numbering,
            secret,
        )
        made._check(said)
        return made

    def follow(self, outbox_id: UUID, external_id: str, timeout: float) -> Answer:
        """Ask for a message by their id. Once; raises as `exchange` does."""
        nobody = Address(AddressKind.OTHER, external_id)  # stands in {id} alone
        return self.send(Outbound(outbox_id, "", nobody, ""), timeout)

    def send(self, message: Outbound, timeout: float) -> Answer:
        """Once. Raises as `exchange` does."""
        value = partial(self._value, message)
        headers = {name: each.fill(value) for name, each in self.headers.items()}
        if self.login is not None:
            login = ":".join(each.fill(value) for each in self.login)
            headers["Authorization"] = "Basic " + b64encode(login.encode()).decode("ascii")
        body = self.body(message)
        if body:
            kind = FORM if self.form else "application/json"
            named = {name.lower() for name in headers}
            headers |= {} if "content-type" in named else {"Content-Type": kind}
        url = self.url.fill(value, lambda text: quote(text, safe=""))
        if self.query:
            url += "?" + _encoded(self.query, value)
        return exchange(self.method, url, headers=headers, body=body, timeout=timeout)

    def body(self, message: Outbound) -> bytes | None:
        """None for a request without one."""
        value = partial(self._value, message)
        if self.form:
            return _encoded(self.form, value).encode()
        if self.json is not None:
            return json.dumps(_filled(self.json, value)).encode()
        return b"" if self.method != "GET" else None

    def _value(self, message: Outbound, hole: Hole) -> str:
        """What stands in a hole of this name."""
        if hole.name == HIDDEN:
            return self.secret(hole.option)
        if hole.name == "id":
            return message.to.value
        if hole.name == "to":
            return self._number(hole.option, message)
        if hole.name == "unicode":
            return self.unicode[not is_gsm7(message.text)]
        return _VALUES[hole.name](hole.option, message)

    def _number(self, option: str, message: Outbound) -> str:
        """Where it goes to. What is no number goes back as it came."""
        if not option or message.to.kind is not AddressKind.PHONE:
            return message.to.value
        if option == "national":
            return self.numbering.national(message.to.value)
        return message.to.value.removeprefix("+")

    def _check(self, said: Section) -> None:
        """That every secret is there, and none would spoil a header."""
        everywhere = [self.url, *self.headers.values(), *(self.login or ())]
        everywhere += [*self.query.values(), *self.form.values(), *_inside(self.json)]
        for template in everywhere:
            for hole in template.holes():
                if hole.name == HIDDEN:
                    self.secret(hole.option)
        for name, template in self.headers.items():
            filled = template.fill(
                lambda hole: self.secret(hole.option) if hole.name == HIDDEN else ""
            )
            if not (filled.isascii() and filled.isprintable()):
                raise said.wrong(f"headers.{name}", "would have a letter that no header may have")


def _text(option: str, message: Outbound) -> str:
    return message.text.encode("utf-16-be", "replace").hex() if option else message.text


def _outbox_id(option: str, message: Outbound) -> str:
    """Whole, or where there is no room for all of it as far as it is still one of a kind."""
    if not option:
        return str(message.outbox_id)
    return message.outbox_id.hex if option == "hex" else message.outbox_id.hex[-20:]


def _sender(option: str, message: Outbound) -> str:
    return message.sender.removeprefix("+") if option else message.sender


def _seconds(_option: str, message: Outbound) -> str:
    return str(max(int(message.validity.total_seconds()), 1))


def _minutes(_option: str, message: Outbound) -> str:
    return str(max(int(message.validity.total_seconds() // 60), 1))


_VALUES: Mapping[str, Callable[[str, Outbound], str]] = {
    "text": _text,
    "outbox_id": _outbox_id,
    "sender": _sender,
    "callback": lambda _option, message: message.status_callback or "",
    "validity_seconds": _seconds,
    "validity_minutes": _minutes,
}


def _url(said: Section, holes: Holes) -> Template:
    template = Template.read(said, "url", said.text("url"), holes)
    path = template.fill(lambda _hole: "x")
    plain = said.flag("plain_http")
    said.url("url", plain=plain, text=path)
    host = "".join(p if isinstance(p, str) else "{" for p in template.pieces).split("/")[:3]
    if any("{" in part for part in host):
        raise said.wrong("url", "cannot have a value before its path")
    return template


def _headers(said: Section) -> dict[str, Template]:
    found = _templates(said, "headers", _OURS)
    for name in found:
        usable = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not usable or name.lower() in _NEVER:
            raise said.wrong(f"headers.{name}", "is no header that can be given")
    return found


def _login(said: Section) -> tuple[Template, Template]:
    said.only("user", "password")
    user, password = said.text("user"), said.text("password")
    return Template.read(said, "user", user, _OURS), Template.read(
        said, "password", password, _OURS
    )


def _unicode(said: Section) -> tuple[str, str]:
    """What an aggregator wants to hear of a text in the SMS alphabet, and of any other."""
    table = said.maybe("unicode")
    if table is None:
        return "0", "1"
    table.only("plain", "other")
    (plain,), (other,) = table.words("plain"), table.words("other")
    return plain, other


def _templates(said: Section, name: str, holes: Holes) -> dict[str, Template]:
    table = said.maybe(name)
    if table is None:
        return {}
    return {
        key: Template.read(table, key, str(value) if type(value) is int else value, holes)
        for key, value in table.items()
    }


def _encoded(fields: Mapping[str, Template], value: Fill) -> str:
    return urlencode({name: each.fill(value) for name, each in fields.items()}, errors="replace")


def _read_json(said: Section, name: str, written: object, holes: Holes) -> Any:
    """Raises `SettingsError`."""
    if isinstance(written, Mapping):
        table = Section(f"{said.place}{name}.", written)
        return {key: _read_json(table, key, value, holes) for key, value in table.items()}
    if isinstance(written, list):
        return [_read_json(said, f"{name}.{n}", v, holes) for n, v in enumerate(written)]
    if written is None or isinstance(written, bool | int | float):
        return written
    template = Template.read(said, name, written, holes)
    if len(template.pieces) > 1 and any(hole.option == "number" for hole in template.holes()):
        raise said.wrong(name, "has a number beside a text: a number stands alone")
    return template


def _filled(made: Any, value: Fill) -> Any:
    if isinstance(made, dict):
        return {name: _filled(each, value) for name, each in made.items()}
    if isinstance(made, list):
        return [_filled(each, value) for each in made]
    if not isinstance(made, Template):
        return made
    text = made.fill(value)
    is_number = any(hole.option == "number" for hole in made.holes())
    return int(text) if is_number and text.isdecimal() else text


def _inside(made: Any) -> list[Template]:
    """All templates of what is to be JSON."""
    if isinstance(made, Template):
        return [made]
    below = made.values() if isinstance(made, dict) else made if isinstance(made, list) else ()
    return [template for each in below for template in _inside(each)]
