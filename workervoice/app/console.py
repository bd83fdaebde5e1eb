"""The console's process: the officers' pages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from pydantic import SecretStr

from workervoice.app.processes import build_process
from workervoice.app.programs import Program
from workervoice.app.serving import Seat, listening_socket, ops_of_server, serve, web_server
from workervoice.app.translation import TranslationProgram
from workervoice.app.washing import Washer
from workervoice.app.watching import keys_away
from workervoice.crypto.passkeys import Relying
from workervoice.errors import SettingsError
from workervoice.hotline.act import Desk
from workervoice.hotline.doors import Door
from workervoice.hotline.process import Process
from workervoice.hotline.prompting import Prompter
from workervoice.hotline.throttle import Rules
from workervoice.settings import PREFIX, Settings
from workervoice.triage import packheads
from workervoice.triage.engine import Engine
from workervoice.web.console import create_console_app
from workervoice.web.console.shelf import Shelf
from workervoice.workflow.phrasebook import PhraseBook


def run_console(settings: Settings, seat: Seat) -> None:
    # recycled only where somebody else holds the socket, and the secret that sessions hang on
    kept = seat.handle is not None and settings.boot_secret is not None
    if settings.boot_secret is None:
        drawn = SecretStr(secrets.token_hex(32))
        settings = settings.model_copy(update={"boot_secret": drawn})
    process, door, desk = build_console(settings)
    secure = (settings.console_url or "").startswith("https://")
    app = create_console_app(
        process=process,
        door=door,
        desk=desk,
        secure_cookies=secure,
        demo=settings.demo,
        rules=Rules(settings.console_behind_proxy, settings.login_delay_seconds),
    )
    shelf = Shelf(partial(packheads.heads, settings.packs_dir))
    shelf.look_ahead()
    load = partial(Engine.load, settings.packs_dir, settings.rule)
    prompter = Prompter(load, desk.phrases)
    command = settings.translate_command
    machine = None
    if command is not None:
        machine = TranslationProgram(Program.beside(settings, command))
    apart = {"machine": machine, "wash": Washer().wash}
    app.state.console = replace(app.state.console, shelf=shelf, prompter=prompter, **apart)
    server = web_server(app, settings.recycle_requests if kept else 0, tied=seat.tied)
    registry = app.state.console.counts.registry

    def works() -> Iterable[str]:
        return keys_away(process.custody, process.vault)

    ops = ops_of_server(settings, seat, "console", server, works, registry)
    listening = listening_socket(
        seat.handle, settings.console_host, settings.console_port, "console_port"
    )
    serve(server, listening, ops)


def build_console(settings: Settings) -> tuple[Process, Door, Desk]:
    if settings.boot_secret is None:
        raise SettingsError(f"{PREFIX}BOOT_SECRET is missing.")
    process = build_process(settings, "console")
    boot_secret = bytes.fromhex(settings.boot_secret.get_secret_value())
    relying = Relying((settings.console_url or "").rstrip("/"))
    return process, Door(process, boot_secret, relying=relying), Desk(process, PhraseBook.load())
