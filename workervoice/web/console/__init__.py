"""The officers' pages: server-rendered, usable without JavaScript, one gate before all of them.

app          the application and its answers to refusals
routes       the inventory: who may ask for what
limits, pace how much and how often
gate         form token, session, role
login, second, account, joining, people    the pages, by subject
cases, practising, restricting, issues, disclosures, monitor
plans        corrective actions, under an issue or a disclosure
acting       do it, and show the page again if it was refused
forms        what a page sent, turned into field words
pages, words, histories, sentences            how things look and are said
counts       what happened at the door, for the process log
headers      what every answer carries
"""

from workervoice.web.console.app import create_console_app
from workervoice.web.console.routes import ROUTES

__all__ = ["ROUTES", "create_console_app"]
