"""Tells one whole story, from a signed webhook to the closed case, with marked words everywhere.

Every mark is a word (or a number) that stands nowhere else, so that whatever finds it has found
what this person said.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from urllib.parse import urlencode
from uuid import UUID, uuid4

from starlette.testclient import TestClient

from tests.builders import a_packet, a_verified_plan
from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from tests.house import House
from workervoice.channels.twilio import TwilioReceiver
from workervoice.errors import GuardFailed, WrongPassphrase
from workervoice.hotline import disclosing, releasing
from workervoice.hotline.casepage import case_page
from workervoice.hotline.entrydrafts import keep_entry
from workervoice.hotline.handover import Entry, became, hand_over
from workervoice.hotline.issuepage import issue_page
from workervoice.hotline.overview import monitor_lines, queue
from workervoice.message import Accepted, Fetched, Outbound, Priority, SendOutcome
from workervoice.web.gateway import create_gateway_app

PUBLIC = "https://hotline.example"
NUMBER = "+15550100842"
OTHER_NUMBER = "+15550100843"
CALLER = "+15550100844"
BSUID = "US.13491208655302741918"

REPORT = "zephyrmangold"
DETAIL = "পাসপোর্টচিহ্নশব্দ"
MEDIA = "quillfeatherfen"
PROFILE = "brindlethwaite"
ANSWER = "ospreylantern"
NOTE = "vellumharrow"
REASON = "tamariskbuckle"
OLD_PACKET = "plovercandleford"
PACKET = "marrowdunlin"
ACTION = "sorrelgauntlet"
EVIDENCE = "fescuependulum"
REMEDY = "wickerjunipertop"
BY_HAND = "larkspurtinder"
REFUSED = "halyardcinnabar"
PROVIDER_ID = "SM" + "5eed0fa11ad7c0de" * 2
WORDS = (
    *(REPORT, DETAIL, MEDIA, PROFILE, ANSWER, NOTE, REASON, OLD_PACKET, PACKET, ACTION),
    *(EVIDENCE, REMEDY, BY_HAND, REFUSED, PROVIDER_ID),
)
NUMBERS = (NUMBER, OTHER_NUMBER, CALLER, BSUID)


class Teller:
    """A worker, officers and buyers in one story; `sids` are the provider's ids of its texts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.sids: list[str] = []
        receivers = {"twilio": TwilioReceiver(ACCOUNT, (TOKEN,))}
        app = create_gateway_app(house.reception, receivers, PUBLIC)
        self.gateway = TestClient(app, base_url=PUBLIC, raise_server_exceptions=False)
        house.phones.answer = self._send

    def _send(self, message: Outbound) -> SendOutcome:
        self.house.phones.received.append(message)
        return Accepted(f"{PROVIDER_ID}{message.outbox_id.hex}")

    def post(self, path: str, fields: dict[str, str], *, token: str = TOKEN) -> int:
        """A webhook as Twilio would send it; returns the status."""
        body = urlencode({"AccountSid": ACCOUNT, **fields}).encode()
        webhook = signed(body, token=token, url=PUBLIC + path)
        answer = self.gateway.post(path, content=body, headers=dict(webhook.headers))
        return int(answer.status_code)

    def write(self, sender: str, text: str, line: str = "demo-sms", **more: str) -> int:
        """One text of a worker, with all that Twilio tells about the sender."""
        self.sids.append(f"SM{secrets.token_hex(16)}")
        number = sender.removeprefix("whatsapp:")
        told = {"WaId": number, "ProfileName": PROFILE, "FromCity": PROFILE}
        fields = {"MessageSid": self.sids[-1], "From": sender, "Body": text, **told, **more}
        status = self.post(f"/in/twilio/{line}", fields)
        self.house.deliver()
        return status


def tell(teller: Teller) -> UUID:
    """From the first text to the closed case; returns the case."""
    house = teller.house
    _on_whatsapp(teller)
    _knocks_that_are_refused(teller)
    _on_the_telephone(teller)
    case_id = _report(teller)
    _at_the_desk(house, case_id)
    assert teller.write(NUMBER, "1") == 204
    _report_of_delivery(teller)
    issue_id = _with_the_buyers(house, case_id)
    disclosing.move(house.console, house.actor("ben"), issue_id, "resolve", f"all {REMEDY}")
    house.desk.move(house.actor("asha"), case_id, "report_remedy", f"returned {REMEDY}")
    house.deliver()
    for text in ("1", "4"):
        assert teller.write(NUMBER, text) == 204
    assert house.desk.move(house.actor("asha"), case_id, "close", f"confirmed {REMEDY}") == "closed"
    return case_id


def _on_whatsapp(teller: Teller) -> None:
    """Two more workers: one with a number and an id, and a picture; one with an id alone."""
    picture = {"NumMedia": "1", "MediaContentType0": "image/jpeg"}
    picture["MediaUrl0"] = f"https://api.example/{PROFILE}/{NUMBER.lstrip('+')}"
    content = f"a picture of a gate, {MEDIA}".encode() * 20_000
    teller.house.shelf.media[picture["MediaUrl0"]] = Fetched(content, f"image/{MEDIA}")
    more = {"ExternalUserId": f"US.{OTHER_NUMBER.lstrip('+')}", **picture}
    text = f"our passports are with the boss {REPORT}"
    known = f"whatsapp:{OTHER_NUMBER}"
    assert teller.write(known, text, line="demo-whatsapp", **more) == 204
    assert teller.write(f"whatsapp:{BSUID}", text, line="demo-whatsapp") == 204
    teller.house.collecting.go_round()


def _knocks_that_are_refused(teller: Teller) -> None:
    """Whatever is not taken leaves nothing behind, either."""
    told = {"MessageSid": PROVIDER_ID, "From": NUMBER, "Body": REFUSED, "ProfileName": REFUSED}
    broken = {**told, "From": f"{REFUSED}\n"}

    assert teller.post("/in/twilio/demo-sms", told, token="of somebody else") == 403
    assert teller.post(f"/in/twilio/{REFUSED}?Body={REFUSED}", told) == 404
    assert teller.post("/in/twilio/demo-sms", broken) == 400
    with suppress(WrongPassphrase):
        teller.house.door.enter("asha", f"{REFUSED}-{NUMBER}")


def _on_the_telephone(teller: Teller) -> None:
    """A handler types while a worker calls: a draft, a wrong number, and the right one."""
    house = teller.house
    asha, line_id = house.actor("asha"), house.line().id
    said, entry_id = f"they hold our wages {BY_HAND}", uuid4()
    keep_entry(house.console, asha, "call", {"text": (said,), "number": (CALLER,)})
    with suppress(GuardFailed):
        Entry("call", said, line_id, number=f"{CALLER} or so")
    hand_over(house.console, asha, Entry("call", said, line_id, number=CALLER), entry_id)
    keep_entry(house.console, asha, "call", {"text": (said,)}, sent=entry_id)
    assert house.by_hand.take_waiting() == 1
    assert became(house.console, asha, entry_id)["became"] == "filed"


def _report(teller: Teller) -> UUID:
    """The first text, and the answers to three questions; returns the case."""
    house = teller.house
    known = {line.id for line in queue(house.console, house.actor("asha"))}
    first = f"Boss took our passports {REPORT} and not give back. RIVER"
    for text in (first, "1", f"they cut pay if we ask {DETAIL}", "1"):
        assert teller.write(NUMBER, text) == 204
    (case_id,) = {line.id for line in queue(house.console, house.actor("asha"))} - known
    return case_id


def _at_the_desk(house: House, case_id: UUID) -> None:
    asha = house.actor("asha")
    indicator = "retention_of_identity_documents"
    house.desk.answer(asha, case_id, f"We can help {ANSWER}. Are you safe tonight?")
    house.desk.note(asha, case_id, f"spoke to {NOTE}")
    house.desk.assess(asha, case_id, indicator, "confirmed", f"because {REASON}")
    house.desk.set_priority(asha, case_id, Priority.P2, f"lower, {REASON}")
    for move in ("set_aside", "reopen"):
        house.desk.move(asha, case_id, move, f"perhaps {REASON}")
    case_page(house.console, asha, case_id)
    house.deliver()


def _report_of_delivery(teller: Teller) -> None:
    """The provider says that the answer arrived, with the number in the form."""
    (sent,) = [m for m in teller.house.phones.received if ANSWER in m.text]
    fields = {"MessageSid": PROVIDER_ID, "MessageStatus": "delivered", "To": NUMBER}
    assert teller.post(f"/status/twilio/demo-sms?m={sent.outbox_id}", fields) == 204


def _with_the_buyers(house: House, case_id: UUID) -> UUID:
    """Refused once for quoting the worker, redrafted, released, acted upon; returns the issue."""
    asha = house.actor("asha")
    quoting = a_packet(f"{OLD_PACKET}. Boss took our passports {REPORT} and not give back")
    issue_id = disclosing.draft(house.console, asha, case_id, quoting)
    with suppress(GuardFailed):
        disclosing.approve(house.console, asha, issue_id)
    clean = a_packet(f"Identity documents are kept {PACKET} by management.")
    disclosing.redraft(house.console, asha, issue_id, clean)
    disclosing.approve(house.console, asha, issue_id)
    releasing.release(house.console, house.actor("sam"), issue_id)
    house.deliver()
    a_verified_plan(house, issue_id, description=f"Return {ACTION}", evidence=f"lists {EVIDENCE}")
    page = issue_page(house.console, asha, issue_id)
    assert [entry.words for entry in page.actions[0].entries]
    monitor_lines(house.console, house.actor("mina"))
    return issue_id
