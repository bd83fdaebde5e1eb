"""The gateway's process: webhooks in, on a socket of the supervisor's or its own."""

from __future__ import annotations

from collections.abc import Iterable

from workervoice.app.intake import Intake
from workervoice.app.processes import build_process, public_url
from workervoice.app.programs import Program
from workervoice.app.second_opinion import ModelProcess
from workervoice.app.serving import Seat, listening_socket, ops_of_server, serve, web_server
from workervoice.app.watching import keys_away
from workervoice.channels.registry import lines_by_sender, receivers
from workervoice.channels.setup import Setups
from workervoice.hotline.pacing import Pacing
from workervoice.hotline.receive import Reception
from workervoice.hotline.tick_brought import TakingBrought
from workervoice.hotline.voicing import Voice
from workervoice.journal import Journal
from workervoice.settings import Settings
from workervoice.triage.engine import Engine
from workervoice.triage.opinion import SecondOpinion
from workervoice.web.gateway import Counts, create_gateway_app
from workervoice.workflow.pace import Limits
from workervoice.workflow.phrasebook import PhraseBook
from workervoice.workflow.quieting import Flood
from workervoice.workflow.recordings import load_recordings

_JOURNAL = Journal("workervoice")


def run_gateway(settings: Settings, seat: Seat) -> None:
    second = begun_model(settings)
    reception = build_reception(settings, second)
    setups, counts = Setups.read(settings, "webhook_secrets"), Counts()
    heard, by_sender = receivers(setups), lines_by_sender(setups)
    app = create_gateway_app(reception, heard, public_url(settings), counts, by_sender)
    recycle = settings.recycle_requests if seat.handle is not None else 0
    server = web_server(app, recycle, tied=seat.tied)

    def works() -> Iterable[str]:
        return (
            *keys_away(reception.process.custody, reception.process.vault),
            *app.state.problems(),
        )

    ops = ops_of_server(settings, seat, "gateway", server, works, counts.registry)
    listening = listening_socket(
        seat.handle, settings.gateway_host, settings.gateway_port, "gateway_port"
    )
    brought = TakingBrought(reception, heard, settings.fallback_url or "")
    intake = Intake(reception, brought, app.state.tried)
    intake.start()

    def finish() -> None:
        intake.close()
        app.state.finish()

    try:
        serve(server, listening, ops, finish=finish)
    finally:
        if second is not None:
            second.close()


def build_reception(settings: Settings, second: SecondOpinion | None = None) -> Reception:
    engine = Engine.load(settings.packs_dir, settings.rule)
    if engine.fault:
        _JOURNAL.note("packs_broken")
    process = build_process(settings, "gateway")
    public, phrases = public_url(settings), PhraseBook.load()
    limits = Limits(settings.texts_per_hour, settings.answers_per_hour, settings.answers_per_day)
    pacing = Pacing(limits, Flood(settings.flood_per_minute, settings.flood_per_hour))
    voice = Voice(load_recordings(settings.recordings_dir, phrases), f"{public}/media")
    return Reception(process, engine, phrases, second, f"{public}/notice", pacing, voice)


def begun_model(settings: Settings) -> ModelProcess | None:
    """The program for a second opinion, which starts meanwhile; None if there is none."""
    if settings.second_opinion is None:
        return None
    second = ModelProcess(Program.beside(settings, settings.second_opinion))
    second.begin()
    return second
