"""A signed form whose names and values were cut elsewhere: the same message, or none."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.contract import LINE, NUMBER, OUTBOX, WORDS
from tests.channels.twilio_signing import ACCOUNT, TOKEN, signed
from workervoice.channels.base import Webhook
from workervoice.channels.twilio import TwilioReceiver
from workervoice.errors import Malformed, Refused
from workervoice.message import Address, AddressKind, DeliveryStatus, Inbound

SID, OTHER_SID = "SM" + "0c" * 16, "MM" + "0d" * 16
IDS = {"MessageSid": SID, "SmsMessageSid": SID, "SmsSid": SID}
OTHER_IDS = dict.fromkeys(IDS, OTHER_SID)
FRAME = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "SmsStatus": "received", **IDS}
SMS = FRAME | {
    "Body": WORDS,
    "From": NUMBER,
    "FromCity": "DHAKA",
    "FromCountry": "BD",
    "FromState": "",
    "NumMedia": "0",
    "NumSegments": "1",
    "To": LINE,
    "ToCity": "",
    "ToCountry": "US",
}
BSUID = "whatsapp:NP.4fT2x9Qa"
WHATSAPP = FRAME | {
    "Body": WORDS,
    "ChannelMetadata": '{"type":"whatsapp"}',
    "ExternalUserId": BSUID,
    "Forwarded": "true",
    "FrequentlyForwarded": "false",
    "From": f"whatsapp:{NUMBER}",
    "MediaContentType0": "image/jpeg",
    "MediaUrl0": "https://api.example/Media/ME1",
    "MessageType": "image",
    "NumMedia": "1",
    "OriginalRepliedMessageSid": OTHER_SID,
    "ProfileName": "Maryam",
    "To": f"whatsapp:{LINE}",
    "WaId": NUMBER[1:],
}
PLACE = FRAME | {"From": BSUID, "Latitude": "23", "Longitude": "90", "NumMedia": "0"}
CUNNING = "x" + "".join(
    name + value for name, value in sorted({"From": "+15550100999", **OTHER_IDS}.items())
)
RECEIVER = TwilioReceiver(ACCOUNT, (TOKEN,))


def swallowed(fields: dict[str, str], names: Iterable[str]) -> dict[str, str]:
    """The form in which each of these is no name, but goes on in the value before it."""
    made: dict[str, str] = {}
    for name in sorted(fields):
        if name in names and made:
            made[next(reversed(made))] += name + fields[name]
        else:
            made[name] = fields[name]
    return made


def with_the_signature_of(fields: dict[str, str], made: dict[str, str]) -> Webhook:
    was = signed(urlencode(fields).encode())
    return Webhook(was.url, was.headers, urlencode(made).encode())


def read(webhook: Webhook) -> Inbound:
    """As the gateway does it."""
    RECEIVER.verify(webhook)
    return RECEIVER.parse(webhook)[0]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (SMS, "NumMedia"),  # into MessageSid
        (SMS, "FromCity"),
        ({**SMS, "From": "MYBANK"}, "FromCity"),
        (SMS, "Body"),  # into ApiVersion: no text
        (SMS, "From"),
        (SMS, "MessageSid"),
        (WHATSAPP, "ChannelMetadata"),  # into Body
        (WHATSAPP, "From"),
        (WHATSAPP, "MediaContentType0"),  # into From
        (WHATSAPP, "MediaUrl0"),
        (WHATSAPP, "MessageSid"),
        (WHATSAPP, "MessageType"),
        (PLACE, "Latitude"),  # into a business-scoped id
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_parameter_that_became_part_of_another_is_refused(
    fields: dict[str, str], name: str
) -> None:
    webhook = with_the_signature_of(fields, swallowed(fields, {name}))

    assert read(signed(urlencode(fields).encode())).external_id == SID
    RECEIVER.verify(webhook)
    with pytest.raises(Malformed):
        RECEIVER.parse(webhook)


def test_a_text_that_names_ids_is_read_and_makes_no_other_message() -> None:
    """Whoever wrote it, and got hold of the signed request, has all names where they belong."""
    fields = {**SMS, "Body": CUNNING + "Z"}
    in_order = "".join(name + fields[name] for name in sorted(fields))
    _, _, rest = in_order.partition(CUNNING + "Z")
    made = {"AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "Body": "x"}
    made |= {"From": "+15550100999", **OTHER_IDS, "Z": rest}
    webhook = with_the_signature_of(fields, made)

    plain = read(signed(urlencode(fields).encode()))

    assert (plain.external_id, plain.text) == (SID, CUNNING + "Z")
    RECEIVER.verify(webhook)
    with pytest.raises(Malformed):
        RECEIVER.parse(webhook)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), fields=st.sampled_from([SMS, WHATSAPP, {**SMS, "Body": CUNNING}]))
def test_no_parameters_that_became_part_of_others_make_another_message(
    data: st.DataObject, fields: dict[str, str]
) -> None:
    names = data.draw(st.sets(st.sampled_from(sorted(fields)), min_size=1, max_size=6))
    whole = read(signed(urlencode(fields).encode()))

    try:
        found = read(with_the_signature_of(fields, swallowed(fields, names)))
    except (Malformed, Refused):
        return

    assert (found.external_id, found.sender, found.text) == (SID, whole.sender, whole.text)


@pytest.mark.parametrize("also", [{}, {"ThreadMessageSid": OTHER_SID, "ZMessageSid": OTHER_SID}])
def test_an_id_of_another_message_under_a_name_of_its_own_does_no_harm(
    also: dict[str, str],
) -> None:
    found = read(signed(urlencode({**WHATSAPP, **also}).encode()))

    assert found.external_id == SID
    assert found.sender == Address(AddressKind.WHATSAPP, NUMBER)


@pytest.mark.parametrize("sid", ["SM" + "AB" * 16, "MM" + "0e" * 16])
def test_an_id_of_twilios_own_form_is_taken(sid: str) -> None:
    fields = {**SMS, **dict.fromkeys(IDS, sid)}

    assert read(signed(urlencode(fields).encode())).external_id == sid


def test_a_report_that_hides_which_sending_it_is_about_is_refused() -> None:
    """It would count a second time, for a text that was sent again since."""
    fields = {**FRAME, "ErrorCode": "63016", "From": LINE, "MessageStatus": "undelivered"}
    webhook = with_the_signature_of(fields, swallowed(fields, {"MessageSid"}))

    (told,) = RECEIVER.parse_status(signed(urlencode(fields).encode()), str(OUTBOX))

    assert (told.status, told.external_id) == (DeliveryStatus.WINDOW_CLOSED, SID)
    RECEIVER.verify(webhook)
    with pytest.raises(Malformed):
        RECEIVER.parse_status(webhook, str(OUTBOX))
