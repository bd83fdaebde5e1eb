"""One story, from the first text to the confirmed remedy, played through the running processes.

    python -m workervoice.app.story

Its own programme, in a temporary directory, on free ports; everything it prints was seen on a
phone or on a page. Ends by itself: 0 if the story came to its end, 1 with a sentence if not.
"""

from __future__ import annotations

import re
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from workervoice.app.actors import Cast, Officer, Worker, say, scene
from workervoice.app.browsing import Phone, StoryStuck
from workervoice.app.demo import ORGANISATIONS, PEOPLE
from workervoice.app.processes import wall_clock
from workervoice.app.supervisor import Supervisor
from workervoice.errors import WorkervoiceError
from workervoice.settings import load

NUMBER = "+15550100042"

# on free ports, with nothing of the caller's own settings: no .env file, no provider
_QUIET = {
    "WORKERVOICE_ENV_FILE": "",
    "WORKERVOICE_GATEWAY_PORT": "0",
    "WORKERVOICE_CONSOLE_PORT": "0",
    "WORKERVOICE_PHONE_PORT": "0",
    "WORKERVOICE_COURIER_POLL_SECONDS": "0.1",
    "WORKERVOICE_LOG_LEVEL": "warning",
}

REPORT = (
    "Agent promised hotel job, now we sew 14 hours. Boss took our passports and not give back. "
    "If we complain he will call police. We are at RIVER"
)


def introduce() -> None:
    """How to read what follows, and who is in it."""
    say(
        "One story, played through the running processes. > is a text that the worker sends, < one "
        "that arrives; | is what a page shows to a person, : what that person does on it."
    )
    cast = ("asha", "ben", "sam", "nora", "paul", "mina")
    roles = ((login, PEOPLE[login][1], ORGANISATIONS[PEOPLE[login][0]][1]) for login in cast)
    say("; ".join(f"{login}: {role}, {of}" for login, role, of in roles) + ".")


def report(cast: Cast) -> None:
    scene("1. A worker writes: one report, three short answers")
    cast.worker.writes(REPORT)
    cast.worker.writes("1")
    cast.worker.writes("no. he cuts our pay if we refuse overtime")
    cast.worker.writes("1")


def answer(cast: Cast) -> str:
    scene("2. A handler reads and answers")
    asha = cast.officer("asha")
    case = asha.finds("/cases", "/cases/")
    asha.sees(
        case,
        [r"^Agent promised", r"^Found in this text", r"^As reported", r"^Consent:", r"^Site:"],
    )
    asha.does(
        f"{case}/answer",
        "answers “Thank you. We will speak with the companies that buy from there…”",
        {
            "text": "Thank you. We will speak with the companies that buy from there. They will "
            "not hear who wrote. Write any time."
        },
    )
    cast.worker.reads()
    cast.worker.writes("1")
    asha.does(
        f"{case}/assess",
        "confirms “retention of identity documents”, and says why",
        {
            "indicator": "retention_of_identity_documents",
            "verdict": "confirmed",
            "reason": "told in plain words, refused on request",
        },
    )
    return case


def disclose(cast: Cast, case: str) -> str:
    scene("3. A sensitive issue goes to the site's buyers: two people, and the worker's yes")
    asha, sam = cast.officer("asha"), cast.officer("sam")
    today = wall_clock().date()
    asha.does(
        f"{case}/issues",
        "drafts a sensitive issue without a name, a number, a day, or the worker's words",
        {
            "indicators": ["retention_of_identity_documents", "deception"],
            "likelihood": "strong",
            "eti_clause": "1 Employment is freely chosen",
            "period": f"{today:%Y-%m}",
            "description": "Management keeps identity documents of workers and does not return "
            "them on request. Terms at recruitment differ from the work done.",
            "first_steps": "Ask all suppliers for their document policy in one round. Do not "
            "name this site.",
            "earliest_contact": f"{today + timedelta(days=31):%Y-%m}",
        },
    )
    issue = asha.finds("/issues", "/issues/")
    asha.does(f"{issue}/approve", "approves it", {})
    sam.does(f"{issue}/release", "as the second person, releases it to the buyers of the site", {})
    sam.sees(issue, [r"Northwind.*Not opened yet", r"Southgate.*Not opened yet"])
    return issue


def remedy(cast: Cast, issue: str) -> None:
    scene("4. The buyers act; whoever acted does not verify it")
    nora, paul, ben = cast.officer("nora"), cast.officer("paul"), cast.officer("ben")
    mine, theirs = (who.finds("/disclosures", "/disclosures/") for who in (nora, paul))
    nora.does(f"{mine}/move/open", "opens the disclosure", {})
    nora.sees(mine, [r"Management keeps"])
    nora.does(f"{mine}/move/acknowledge", "acknowledges it", {})
    due = wall_clock().date() + timedelta(days=30)
    nora.does(
        f"{mine}/actions",
        "promises a corrective action",
        {
            "description": "All suppliers return identity documents to all workers.",
            "root_cause": "Documents were collected at hiring.",
            "preventive": "Locked personal storage; checked at every visit.",
            "due": due.isoformat(),
            "needs_site": "no",
        },
    )
    paul.does(f"{theirs}/move/open", "opens the disclosure to the other buyer", {})
    paul.does(f"{theirs}/move/acknowledge", "acknowledges it", {})
    action = _action_of(paul, theirs)
    paul.does(f"{theirs}/actions/{action}/agree", "agrees to the action", {})
    nora.does(f"{mine}/actions/{action}/start", "starts it", {})
    evidence = {"note": "Hand-over lists of all suppliers, signed by workers."}
    nora.does(
        f"{mine}/actions/{action}/submit_evidence", "submits evidence that it was done", evidence
    )
    checked = {"note": "Workers asked at random have their documents."}
    ben.does(f"{issue}/actions/{action}/verify", "for the hotline, verifies it", checked)
    ben.does(f"{issue}/actions/{action}/close", "closes the action", {"note": "Done for all."})
    ben.does(f"{issue}/move/resolve", "resolves the issue", {"reason": "All actions closed."})


def _action_of(officer: Officer, disclosure: str) -> str:
    page = officer.sees(disclosure, [r"return identity documents"])
    found = re.search(r"/actions/([0-9a-f-]{36})/", page.html)
    if found is None:
        raise StoryStuck("the action is not on the page")
    return found.group(1)


def confirm(cast: Cast, case: str) -> None:
    scene("5. The worker says whether it is fixed")
    asha = cast.officer("asha")
    asha.does(
        f"{case}/move/report_remedy",
        "reports the remedy and asks the worker",
        {"reason": "Documents returned to all workers of the site."},
    )
    cast.worker.reads()
    cast.worker.writes("1")
    cast.worker.writes("4")
    asha.sees(case, [r"Worker says it is fixed"])
    asha.does(f"{case}/move/close", "closes the case", {"reason": "The worker confirmed."})


def watch(cast: Cast) -> None:
    scene("6. A monitor saw it move, and read nothing of it")
    cast.officer("mina").sees(
        "/monitor", [r"^Stage: ", r"^Sensitive issue: ", r"^Buyer answered: "]
    )


def play(supervisor: Supervisor) -> None:
    """All scenes, in order."""
    if supervisor.seeded is None:
        raise StoryStuck("the story needs a programme of its own")
    seeded, known = supervisor.seeded, {}

    def officer(login: str) -> Officer:
        if login not in known:
            app = seeded.totp.get(login)
            known[login] = Officer(login, seeded.passphrases[login], supervisor.console_url, app)
        return known[login]

    introduce()
    cast = Cast(Worker(Phone(supervisor.phones_url, NUMBER, "demo-sms")), officer)
    report(cast)
    case = answer(cast)
    issue = disclose(cast, case)
    remedy(cast, issue)
    confirm(cast, case)
    watch(cast)
    scene("The case is closed: the worker confirmed the remedy.")


def main() -> int:
    """Start everything, play, stop everything."""
    with tempfile.TemporaryDirectory(prefix="workervoice-story-") as made:
        Path(made).chmod(0o711)  # started as root, the database server runs as somebody else
        settings = load({**_QUIET, "WORKERVOICE_DATA_DIR": str(Path(made) / "data")})
        supervisor = Supervisor(settings, with_demo=True, say=say)
        try:
            supervisor.start()
            play(supervisor)
        except WorkervoiceError as stuck:
            sys.stderr.write(f"story: {stuck}\n")
            return 1
        finally:
            supervisor.erase()
    return 0


if __name__ == "__main__":
    sys.exit(main())
