"""Channels: how a worker's words arrive and ours leave. A provider's wire format, nothing of cases.

    base.py        the two protocols, `Receiver` and `Sender`, and the `Webhook` they read
    wire.py        one HTTP exchange, sent at most once
    twilio.py      SMS and WhatsApp through Twilio
    simulator.py   the demo's and the tests' phone network, over real HTTP

To add a channel: one module here with a `Receiver` and a `Sender`, one line in `app.py` that
builds each, and one table of webhooks and answers in `tests/channels/` that the shared contract
(`tests/channels/contract.py`) runs. Nothing else changes.

The halves are separate because two processes hold them: the gateway has the webhook secrets and
cannot send, the courier has the API key and cannot read a webhook.
"""
