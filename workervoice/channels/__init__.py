"""Channels: how a worker's words arrive and ours leave. A provider's wire format, nothing of cases.

    base.py        the protocols `Receiver`, `Sender`, `Keeper`, and the `Webhook` that is read
    setup.py       what a provider is, and what it is told of each line
    registry.py    all providers
    wire.py        one HTTP exchange, sent at most once
    fetching.py    a medium from a provider's own hosts, and from nowhere else
    section.py     what the providers' file says of a line, read strictly
    template.py    texts with named holes    msisdn.py    numbers in one form
    record.py      a form or JSON, by names  proof.py     HMAC or a secret word
    twilio*.py     SMS and WhatsApp through Twilio
    http_sms*.py   SMS through an aggregator whose HTTP interface the file describes
    android*.py    SMS through an Android phone with a local SIM
    simulator.py   the demo's and the tests' phone network, over real HTTP

To add a provider: one module here with a `Receiver`, a `Sender`, perhaps a `Keeper`, and its
`PROVIDER`; one line in `registry.py`; and one table of webhooks and answers in `tests/channels/`
that the shared contract (`tests/channels/contract.py`) runs. Nothing else changes.

The halves are separate because two processes hold them: the gateway has the webhook secrets and
cannot send, the courier has the API key and cannot read a webhook.
"""
