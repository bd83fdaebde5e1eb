"""`workervoice up`: the database, gateway, courier and console on one machine, kept alive.

Holds the listening sockets, so that a restarted child never refuses a connection, and gives each
child only its own secrets. Role passwords and the sessions' boot secret live in memory only.
"""

from __future__ import annotations

import secrets
import socket
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from workervoice.app import demo
from workervoice.app.begun import stop_if_begun
from workervoice.app.children import STOP_SECONDS, Post, environment_of
from workervoice.app.external import check_external, url_setting
from workervoice.app.keyfiles import has_key_files
from workervoice.app.listening import address_of, listen
from workervoice.app.ops_addresses import forget_addresses, keep_addresses, watched
from workervoice.app.own_lines import own_lines
from workervoice.app.ownership import settle
from workervoice.app.processes import check_keys, wall_clock
from workervoice.app.whose import stop_if_of_another
from workervoice.crypto.slots import STRONG, Cost
from workervoice.embedded import EmbeddedServer
from workervoice.errors import ServerError, SettingsError
from workervoice.settings import Settings
from workervoice.store.engine import Database
from workervoice.store.migrate import LOGIN_ROLES, upgrade
from workervoice.store.programme import Line
from workervoice.store.unfinished import stop_if_unfinished

DATABASE = "workervoice"
READY_SECONDS = 60
_NO_PROGRAMME = (
    "There is no programme here yet: make one with `workervoice init`, or try the demo with "
    "`workervoice up --demo`."
)


class Supervisor:
    """All processes of one machine. `start`, then `watch` now and then, then `stop`."""

    def __init__(
        self,
        settings: Settings,
        *,
        with_demo: bool,
        say: Callable[[str], None],
        on_seeded: Callable[[demo.Seeded], None] = lambda seeded: None,
        cost: Cost = STRONG,
    ) -> None:
        self._settings = settings.with_twilio_login()
        if with_demo:
            demo.check_senders(self._settings)
        self.is_demo = with_demo
        self._say = say
        self._on_seeded = on_seeded
        self._cost = cost
        self._server: EmbeddedServer | None = None
        self._posts: list[Post] = []
        self._sockets: list[socket.socket] = []
        self._ops: dict[str, socket.socket] = {}
        self.seeded: demo.Seeded | None = None
        self.lines: tuple[Line, ...] = ()
        self.gateway_url = self.console_url = self.phones_url = ""

    @property
    def children(self) -> Mapping[str, int]:
        """The running children's process ids, by name."""
        filled = {post.name: post.current for post in self._posts}
        return {name: c.process.pid for name, c in filled.items() if c and c.running}

    def start(self) -> None:
        """Everything up and answering, or a `WorkervoiceError` with nothing left running."""
        try:
            stop_if_of_another(self._settings.data_dir)
            stop_if_begun(self._settings.data_dir)
            settings = self._with_addresses(self._settings)
            settings = self._with_database(settings)
            self._prepare_programme(settings)
            self._start_children(settings)
            keep_addresses(settings.data_dir, {k: address_of(s) for k, s in self._ops.items()})
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def watch(self) -> None:
        """Start again what has ended."""
        if self._server is not None and not self._server.running:
            self._restart_database(self._server)
        for post in self._posts:
            post.watch(self._say)

    def _restart_database(self, server: EmbeddedServer) -> None:
        """A server that cannot start now is tried again at the next look."""
        try:
            if not server.watch():
                server.start()
        except ServerError as exc:
            self._say(f"{exc}; trying again")

    def stop(self) -> None:
        """Children first, then the database."""
        children = [child for post in self._posts for child in post.everybody]
        for child in children:
            child.ask_to_end()
        for each in (*self._sockets, *self._ops.values()):
            each.close()  # whoever comes now is refused, and does not wait in vain
        by = time.monotonic() + STOP_SECONDS
        for child in children:
            child.end(by)
        if self._ops:
            with suppress(OSError):  # why it ends is more important
                forget_addresses(self._settings.data_dir)
        self._posts, self._sockets, self._ops = [], [], {}
        if self._server is not None:
            self._server.stop()
            self._server = None

    def erase(self) -> None:
        """Stop, and remove the embedded database wherever it lies: for a story, which keeps
        nothing."""
        server = self._server
        self.stop()
        if server is not None:
            server.erase()

    def _with_database(self, settings: Settings) -> Settings:
        """An external database as configured, or the embedded one with new role passwords."""
        if settings.database_url is not None:
            stop_if_unfinished(settings.database_url.get_secret_value())
            check_external(settings, settings.database_url.get_secret_value())
            return settings
        if not self.is_demo and not has_key_files(settings.data_dir):
            raise SettingsError(_NO_PROGRAMME)
        self._server = EmbeddedServer(settings.data_dir, say=self._say)
        self._server.start()
        self._server.ensure_database(DATABASE)
        passwords = {role: secrets.token_urlsafe(24) for role in LOGIN_ROLES}
        owner = self._server.owner_url(DATABASE)
        stop_if_unfinished(owner)
        upgrade(owner, passwords)
        urls = {
            url_setting(role): SecretStr(self._server.url(role, password, DATABASE))
            for role, password in passwords.items()
        }
        return settings.model_copy(update={**urls, "database_url": SecretStr(owner)})

    def _prepare_programme(self, settings: Settings) -> None:
        """Find the programme, or make the demo's."""
        if settings.database_url is None:
            raise ServerError("the database has no owner's address")
        owner = Database(settings.database_url.get_secret_value(), pool_size=1)
        try:
            seeded, keys = demo.is_seeded(owner), has_key_files(settings.data_dir)
            if seeded and not keys:
                raise SettingsError(
                    f"WORKERVOICE_DATA_DIR: the database has a programme, but its keys are not in "
                    f"{settings.data_dir}: put back your copy of them"
                )
            if not seeded and not self.is_demo and settle(owner, settings, wall_clock()) is None:
                raise SettingsError(_NO_PROGRAMME)
            if not seeded and self.is_demo:
                _set_aside(settings.data_dir)
                self.seeded = self._seed(owner, settings)
                self._on_seeded(self.seeded)  # before anything else can fail
            for kind in ("gateway", "courier"):
                check_keys(settings, kind, owner, wall_clock())
            self.lines = own_lines(owner, settings, wall_clock())
        finally:
            owner.close()

    def _seed(self, owner: Database, settings: Settings) -> demo.Seeded:
        lines = demo.demo_lines(settings.twilio_sms_from, settings.twilio_whatsapp_from)
        return demo.seed(owner, settings.data_dir, lines, now=wall_clock(), cost=self._cost)

    def _with_addresses(self, settings: Settings) -> Settings:
        """Bind the sockets, and tell the children where everything is."""
        gateway = self._listen(settings.gateway_host, settings.gateway_port, "gateway_port")
        console = self._listen(settings.console_host, settings.console_port, "console_port")
        for name in watched(settings):
            process, _, place = name.partition("-")
            host: str = getattr(settings, f"{process}_ops_host")
            port: int | None = getattr(settings, f"{process}_ops_port")
            wanted = port + int(place or 1) - 1 if port else 0
            self._ops[name] = listen(host, wanted, f"{process}_ops_port")
        self.gateway_url = settings.public_url or address_of(gateway)
        self.console_url = settings.console_url or address_of(console)
        found: dict[str, object] = {
            "public_url": self.gateway_url,
            "console_url": self.console_url,
            "demo": self.is_demo,
            "boot_secret": SecretStr(secrets.token_hex(32)),
        }
        if self.is_demo and not settings.sends_by_twilio():
            phones = self._listen("127.0.0.1", settings.phone_port, "phone_port")
            self.phones_url = address_of(phones)
            found["simulator_url"] = self.phones_url
            found["simulator_secret"] = SecretStr(secrets.token_urlsafe(32))
        return settings.model_copy(update=found)

    def _listen(self, host: str, port: int, name: str) -> socket.socket:
        made = listen(host, port, name)
        self._sockets.append(made)
        return made

    def _start_children(self, settings: Settings) -> None:
        gateway, console, *phones = self._sockets
        wanted: list[tuple[str, socket.socket | None, int]] = [
            *(("gateway", gateway, place + 1) for place in range(settings.gateway_processes)),
            ("courier", None, 1),
            ("console", console, 1),
            *(("phones", each, 1) for each in phones),
        ]
        for process, listening, place in wanted:
            post = Post(process, environment_of(settings, process), listening, place=place)
            post.ops = self._ops.get(post.name)
            self._posts.append(post)
            post.fill()

    def _wait_until_ready(self) -> None:
        ends = time.monotonic() + READY_SECONDS
        waiting = [address_of(each) for each in self._sockets[:2]]
        while waiting or not self._gateways_up():
            waiting = [url for url in waiting if not _answers(url + "/health")]
            dead = [post.name for post in self._posts if not post.running]
            if dead:
                raise ServerError(f"{dead[0]} did not start: see its message above")
            if time.monotonic() > ends:
                whom = waiting[0] if waiting else "all gateways"
                raise ServerError(f"no answer from {whom} within {READY_SECONDS} s")
            time.sleep(0.05)

    def _gateways_up(self) -> bool:
        """Whether each has said so itself: at their common address any of them answers."""
        children = [post.current for post in self._posts if post.process == "gateway"]
        for child in children:
            if child is not None:
                child.hear()
        return all(child is not None and child.up for child in children)


def _set_aside(data: Path) -> None:
    """Keys of a seeding that was interrupted before its programme was stored open nothing."""
    if not has_key_files(data) and not (data / "keys").exists():
        return
    attic = data / f"unused-keys-{secrets.token_hex(4)}"
    attic.mkdir(mode=0o700)
    for name in ("keys", "root.public"):
        if (data / name).exists():
            (data / name).rename(attic / name)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False
