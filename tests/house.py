"""A whole hotline for tests: the embedded database, the demo's programme, and people who act in it.

Real parts throughout: PostgreSQL with the real roles, real keys, the real receivers and senders;
only the phones are a list in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from tests.leaves import read_leaves
from workervoice.app import demo
from workervoice.app.keyfiles import load_key_files, pinned_root
from workervoice.crypto.slots import CHEAP
from workervoice.crypto.totp import code_at, step_of
from workervoice.embedded import EmbeddedServer
from workervoice.hotline.act import Desk
from workervoice.hotline.byhand import ByHand
from workervoice.hotline.doors import Door
from workervoice.hotline.dossier import Arrival
from workervoice.hotline.factors import USED_STEP
from workervoice.hotline.media import AS_IT_CAME, WASHED, Head
from workervoice.hotline.process import Process, Trust
from workervoice.hotline.reaching import Ways
from workervoice.hotline.reading import Actor
from workervoice.hotline.receive import Reception, Taken, line_of
from workervoice.hotline.tick import Courier
from workervoice.hotline.tick_brought import TakingBrought
from workervoice.hotline.tick_leftovers import Collecting
from workervoice.hotline.tick_lists import Lists
from workervoice.message import (
    Accepted,
    Address,
    AddressKind,
    DeliveryReport,
    Fetched,
    FetchOutcome,
    Gone,
    Inbound,
    Later,
    Listed,
    MediaHandle,
    Missing,
    Outbound,
    PurgeOutcome,
    Rejected,
    SendOutcome,
)
from workervoice.store import people
from workervoice.store.engine import Database, Scope
from workervoice.store.factors import factors_of, note_use
from workervoice.store.inventory import stored_rows
from workervoice.store.log import Event, once_tag, record_event, tag_of
from workervoice.store.migrate import LOGIN_ROLES, upgrade
from workervoice.store.programme import Line
from workervoice.store.tables import log_tag
from workervoice.triage.engine import Engine
from workervoice.workflow.phrasebook import PhraseBook

ROLE_PASSWORD = "only-for-tests"
BOOT_SECRET = b"b" * 32
START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Phones:
    """Every phone of the world, and a switch for what the provider answers."""

    received: list[Outbound] = field(default_factory=list)
    answer: Callable[[Outbound], SendOutcome | None] | None = None
    max_text: int = 1600

    def send(self, message: Outbound) -> SendOutcome:
        if self.answer is not None and (said := self.answer(message)) is not None:
            return said
        self.received.append(message)
        return Accepted(f"SIM{message.outbox_id.hex}")

    def find(self, message: Outbound, since: datetime) -> SendOutcome:
        for each in self.received:
            if each.outbox_id == message.outbox_id:
                return Accepted(f"SIM{message.outbox_id.hex}")
        return Rejected("absent", permanent=False)

    def texts(self, number: str) -> list[str]:
        return [m.text for m in self.received if m.to.value == number]


@dataclass
class Shelf:
    """What the provider keeps: media by their address, and every message until it is deleted.
    `refuse` says why it does not delete now, and `list` what it says that came."""

    media: dict[str, Fetched] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    refuse: str = ""
    down: bool = False
    says: DeliveryReport | None = None
    came: list[Listed] | None = None

    def fetch(self, handle: MediaHandle) -> FetchOutcome:
        if self.down:
            return Later("no answer")
        self.fetched.append(handle.url)
        return self.media.get(handle.url, Missing("404"))

    def purge(self, external_id: str) -> PurgeOutcome:
        if self.refuse or self.down:
            return Later(self.refuse or "no answer")
        self.deleted.append(external_id)
        return Gone()

    def look(self, external_id: str, outbox_id: UUID) -> DeliveryReport | None:
        return self.says

    def listed(self, sender: str, since: datetime, until: datetime) -> tuple[Listed, ...] | None:
        if self.came is None:
            return None
        return tuple(each for each in self.came if since <= each.at < until)


def taken_apart(fetched: Fetched) -> tuple[Head, bytes]:
    """In the place of the child that takes media apart: pictures pass, the rest is as it came."""
    size = len(fetched.content)
    if fetched.claimed == "image/jpeg":
        return Head(WASHED, "image/jpeg", size, thumbnail=fetched.content[:64]), fetched.content
    return Head(AS_IT_CAME, fetched.claimed, size, "unknown_type"), fetched.content


@dataclass
class House:
    """One seeded hotline. `now` is its clock: move it with `wait`."""

    owner: Database
    data: Path
    seeded: demo.Seeded
    urls: dict[str, str]
    engine: Engine
    phrases: PhraseBook
    owner_url: str = field(default="", repr=False)
    now: datetime = START
    phones: Phones = field(default_factory=Phones)
    shelf: Shelf = field(default_factory=Shelf)
    templates: frozenset[str] = frozenset()  # of WhatsApp, by our names

    def __post_init__(self) -> None:
        self.gateway = self._process("gateway")
        self.courier_process = self._process("courier")
        self.console = self._process("console")
        self.reception = Reception(
            self.gateway, self.engine, self.phrases, notice_url="https://hotline.test/notice"
        )
        self.by_hand = ByHand(self.reception)
        self.courier = Courier(
            self.courier_process,
            lambda line: self.phones,
            Ways(
                lambda line, outbox_id: (
                    f"http://gateway.test/status/simulator/{line.slug}?m={outbox_id}"
                ),
                lambda line: self.templates,
            ),
        )
        self.lists = Lists(self.courier_process, lambda line: self.shelf)
        self.taking = TakingBrought(self.reception, {})
        self.collecting = Collecting(self.courier_process, lambda line: self.shelf, taken_apart)
        self.door = Door(self.console, BOOT_SECRET, CHEAP)
        self.desk = Desk(self.console, self.phrases)
        self.apps: dict[str, bytes] = dict(self.seeded.totp)
        self._tokens: dict[str, str] = {}

    def _process(self, kind: str) -> Process:
        files = load_key_files(self.data, kind)
        return Process(
            id=files.process_id,
            database=Database(self.urls[kind], pool_size=2),
            custody=files.custody,
            vault=files.vault(),
            trust=Trust(pinned_root(self.data, None)),
            clock=lambda: self.now,
            shared_clock=lambda tx: self.now,
        )

    @property
    def programme(self) -> UUID:
        return self.seeded.programme_id

    def line(self, slug: str = "demo-sms") -> Line:
        return line_of(self.gateway, slug)

    def text(
        self,
        number: str,
        text: str,
        *,
        line: str = "demo-sms",
        external_id: str | None = None,
        media: tuple[MediaHandle, ...] = (),
    ) -> Taken:
        """A worker writes from this number."""
        kind = AddressKind.WHATSAPP if line.endswith("whatsapp") else AddressKind.PHONE
        inbound = Inbound(external_id or f"SM{uuid4().hex}", Address(kind, number), text, media)
        reading = self.reception.read(inbound)
        return self.reception.receive(Arrival(self.line(line), inbound, reading))

    def deliver(self) -> int:
        """Let the courier work until nothing is due."""
        total = 0
        while handled := self.courier.tick():
            total += handled
        return total

    def forget_tries(self) -> None:
        """As if nobody had tried to sign in wrongly: the next one is held up by nothing."""
        with self.owner.begin() as tx:
            tx.connection.exec_driver_sql("DELETE FROM lane")

    def wait(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def say(self, number: str, text: str, *, line: str = "demo-sms") -> list[str]:
        """A worker writes, the courier works; returns what arrives on that phone."""
        before = len(self.phones.texts(number))
        self.text(number, text, line=line)
        self.deliver()
        return self.phones.texts(number)[before:]

    def leaves(self, event: str) -> list[dict[str, str]]:
        """What the log says of one kind of event, opened with the service key."""
        with self.owner.begin(Scope(self.programme)) as tx:
            bodies = read_leaves(tx, self.console.vault)
        return [body for body in bodies if body["event"] == event]

    def token(self, login: str) -> str:
        if login not in self._tokens:
            token = self.door.enter(login, self.seeded.passphrases[login])
            if login in self.apps:
                token = self.door.pass_code(token, self.code(login))
            self._tokens[login] = token
        return self._tokens[login]

    def code(self, login: str) -> str:
        """What this person's app shows now, as if it had not been used yet: our clock stands still,
        and a code is good only once."""
        with self.owner.begin(Scope(self.programme)) as tx:
            officer = next(o for o in people.officers(tx).values() if o.login == login)
            (row,) = factors_of(tx, officer)
            version = row.version + 1
            place = ("second-factor-used", self.programme, row.id, version)
            note_use(tx, officer, row.id, version, self.console.vault.seal(*place, {"step": 0}))
            step = step_of(int(self.now.timestamp()))
            tag = once_tag(self.console.vault, USED_STEP, row.id, step)
            tx.connection.execute(log_tag.delete().where(log_tag.c.tag == tag))
        return code_at(self.apps[login], step)

    def actor(self, login: str) -> Actor:
        """This person, logged in."""
        try:
            return self.door.recognise(self.token(login))
        except Exception:
            del self._tokens[login]
            return self.door.recognise(self.token(login))

    def believe(self) -> None:
        """Let the log know accounts and ways in as they are now, though a test changed them."""
        with self.owner.begin(Scope(self.programme)) as tx:
            known = [r for r in stored_rows(tx) if r.place.kind in {"officer", "slot"}]
            tags = [tag_of(self.console.vault, row.place) for row in known]
            tx.connection.execute(log_tag.delete().where(log_tag.c.tag.in_(tags)))
            tx.stored.extend(known)
            event = Event("enrolled", self.programme, self.programme)
            record_event(tx, self.console.vault, event, self.now)

    def close(self) -> None:
        for database in (
            self.owner,
            self.gateway.database,
            self.courier_process.database,
            self.console.database,
        ):
            database.close()


@contextmanager
def a_server(*, durable: bool = False) -> Iterator[EmbeddedServer]:
    """A PostgreSQL of its own for as long as this lasts."""
    with TemporaryDirectory(prefix="wv-") as made:
        Path(made).chmod(0o711)  # started as root, the server runs as somebody else
        started = EmbeddedServer(Path(made) / "data", durable=durable)
        started.start()
        yield started
        started.erase()


def role_urls(server: EmbeddedServer, database: str) -> dict[str, str]:
    """The three processes' addresses on a test server."""
    return {
        role.removeprefix("workervoice_"): server.url(role, ROLE_PASSWORD, database)
        for role in LOGIN_ROLES
    }


def build_house(server: EmbeddedServer, data: Path, engine: Engine, now: datetime = START) -> House:
    """A new database with the demo's programme in it."""
    name = f"house_{uuid4().hex}"
    server.ensure_database(name)
    upgrade(server.owner_url(name), dict.fromkeys(LOGIN_ROLES, ROLE_PASSWORD))
    owner = Database(server.owner_url(name), pool_size=1)
    lines = demo.demo_lines(None, None)
    seeded = demo.seed(owner, data, lines, now=now, cost=CHEAP)
    return House(
        owner,
        data,
        seeded,
        role_urls(server, name),
        engine,
        PhraseBook.load(),
        server.owner_url(name),
        now,
    )
