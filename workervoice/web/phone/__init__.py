"""The simulated phone network of the demo: phones in a page, real signed HTTP to the hotline.

network.py    lines, phones and messages, in memory only
segments.py   how many SMS a text becomes
app.py        the page, its small API, and the provider's side of `channels/simulator.py`
"""

from workervoice.web.phone.app import create_phone_app
from workervoice.web.phone.network import PhoneLine

__all__ = ["PhoneLine", "create_phone_app"]
