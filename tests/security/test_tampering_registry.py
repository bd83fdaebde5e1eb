"""Writing to the database is not enough to change an emergency number, or who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from tests.builders import a_case, an_approved_issue
from tests.house import House
from tests.security.thief import Thief
from workervoice.crypto.seal import generate_signing
from workervoice.errors import Contradicted, NotTrusted
from workervoice.hotline.casepage import case_page
from workervoice.hotline.process import Pen, Signer
from workervoice.hotline.registering import change_place, end_link
from workervoice.hotline.registry import buyers_of, register, sites
from workervoice.hotline.releasing import release
from workervoice.hotline.verifying import verify_log
from workervoice.store.engine import Scope, Tx
from workervoice.store.programme import Line, Site, SupplyLink, add_registered, rows_of

TODAY = date(2026, 11, 22)


def buyers(house: House, site_id: UUID) -> list[str]:
    with house.owner.begin(Scope(house.programme)) as tx:
        return [buyer.name for buyer in buyers_of(tx, pen(house, tx), site_id, TODAY)]


def pen(house: House, tx: Tx) -> Pen:
    sam = house.actor("sam")
    return Pen(house.console.vault, sam.signer, house.gateway.directory(tx, house.now), house.now)


def site_of(house: House, code: str) -> Site:
    with house.owner.begin(Scope(house.programme)) as tx:
        return next(site for site in rows_of(tx, Site) if site.code == code)


def test_a_line_whose_emergency_number_was_changed_takes_no_text(
    house: House, thief_of_own: Thief
) -> None:
    before = house.line()

    thief_of_own.change("UPDATE line SET emergency_number = '666' WHERE slug = 'demo-sms'")

    with pytest.raises(NotTrusted) as refused:
        house.line()
    assert str(refused.value) == f"line {before.id}"
    thief_of_own.change("UPDATE line SET emergency_number = '999' WHERE slug = 'demo-sms'")
    assert house.line() == before


def put_back(thief: Thief, was: Line | Site, columns: str) -> None:
    """Write an older version of a row over the newest one, whole and rightly signed."""
    table = type(was).__name__.lower()
    names = [*columns.split(), "version", "signer_id", "signature"]
    sets = ", ".join(f"{name} = %({name})s" for name in names)
    values = {name: getattr(was, name) for name in names}
    thief.change(f"UPDATE {table} SET {sets} WHERE id = %(id)s", id=was.id, **values)  # noqa: S608


def test_an_emergency_number_that_was_corrected_is_not_put_back(
    house: House, thief_of_own: Thief
) -> None:
    before, sam = house.line(), house.actor("sam")
    change_place(house.console, sam, Line, "demo-sms", {"emergency_number": "112"})
    after = house.line()

    put_back(thief_of_own, before, "emergency_number")

    assert (after.emergency_number, after.version) == ("112", 2)
    with pytest.raises(NotTrusted) as refused:
        house.line()
    assert str(refused.value) == f"line {before.id}"


def test_a_site_whose_name_was_corrected_is_not_shown_under_the_old_one(
    house: House, thief_of_own: Thief
) -> None:
    house.text("+15550100777", "They keep our passports. We work at RIVER")
    (case_id,) = (row.id for row in thief_of_own.rows("SELECT id FROM cases"))
    before = site_of(house, "RIVER")
    change_place(house.console, house.actor("sam"), Site, "RIVER", {"name": "Riverbank"})
    shown = case_page(house.console, house.actor("asha"), case_id)

    put_back(thief_of_own, before, "name")

    assert shown.site is not None
    assert shown.site.name == "Riverbank"
    assert case_page(house.console, house.actor("asha"), case_id).site is None


@pytest.mark.parametrize("signer", ["nobody", "a stranger", "a handler", "a buyer's registrar"])
def test_a_supply_link_that_no_registrar_of_the_operator_signed_tells_nobody(
    house: House, thief_of_own: Thief, signer: str
) -> None:
    harbour = site_of(house, "HARBOR")
    assert buyers(house, harbour.id) == ["Southgate Retail"]
    north = thief_of_own.one("SELECT id FROM organisation WHERE name = 'Northwind Apparel'").id
    link = SupplyLink(uuid4(), harbour.id, north, date(2026, 1, 1), None, "forged")
    if signer == "a stranger":
        key = generate_signing()
        link = register(house.programme, link, Signer(uuid4(), key.sign))
    elif signer != "nobody":
        login = "asha" if signer == "a handler" else "nora"
        link = register(house.programme, link, house.actor(login).signer)

    thief_of_own.change(
        "INSERT INTO supply_link VALUES (%(p)s, %(id)s, %(site)s, %(o)s, '2026-01-01', NULL,"
        " 'forged', 1, %(signer)s, %(signature)s)",
        p=house.programme,
        id=link.id,
        site=link.site_id,
        o=link.organisation_id,
        signer=link.signer_id,
        signature=link.signature,
    )

    assert buyers(house, harbour.id) == ["Southgate Retail"]


def test_a_supply_link_that_a_supervisor_registered_counts(house: House) -> None:
    """The control of the test above: the same row, rightly signed."""
    harbour = site_of(house, "HARBOR")
    with house.owner.begin(Scope(house.programme)) as tx:
        (known,) = [link for link in rows_of(tx, SupplyLink) if link.site_id == harbour.id]
        before = buyers_of(tx, pen(house, tx), harbour.id, TODAY)
        river = next(
            site
            for site in sites(tx, house.console.vault, pen(house, tx).directory)
            if site.code == "RIVER"
        )
        from_river = {b.id: b for b in buyers_of(tx, pen(house, tx), river.id, TODAY)}

    other = next(b for b in from_river.values() if b not in before)
    link = replace(known, id=uuid4(), organisation_id=other.id)
    signed = register(house.programme, link, house.actor("sam").signer)

    with house.owner.begin(Scope(house.programme)) as tx:
        add_registered(tx, signed)
        pen(house, tx).log(tx, "registered", signed.id)

    assert buyers(house, harbour.id) == ["Northwind Apparel", "Southgate Retail"]


def test_a_site_that_was_renamed_in_the_database_is_not_shown(
    house: House, thief_of_own: Thief
) -> None:
    house.text("+15550100777", "They keep our passports. We work at RIVER")
    (case_id,) = (row.id for row in thief_of_own.rows("SELECT id FROM cases"))
    shown = case_page(house.console, house.actor("asha"), case_id)
    assert shown.site is not None

    thief_of_own.change("UPDATE site SET name = 'Somewhere else' WHERE code = 'RIVER'")

    assert case_page(house.console, house.actor("asha"), case_id).site is None


def test_a_supply_link_that_has_ended_is_not_brought_back_by_its_old_row(
    house: House, thief_of_own: Thief
) -> None:
    case_id = a_case(house)
    issue_id = an_approved_issue(house, case_id)
    river = site_of(house, "RIVER")
    before = thief_of_own.rows("SELECT * FROM supply_link WHERE site_id = %(s)s", s=river.id)
    for link in before:
        end_link(house.console, house.actor("sam"), link.id, date(2026, 11, 1))
    ended = buyers(house, river.id)
    for link in before:
        thief_of_own.change(
            "UPDATE supply_link SET until = NULL, version = %(v)s, signature = %(s)s,"
            " signer_id = %(by)s WHERE id = %(id)s",
            v=link.version,
            s=link.signature,
            by=link.signer_id,
            id=link.id,
        )

    with pytest.raises(Contradicted) as refused:
        release(house.console, house.actor("sam"), issue_id)

    assert ended == []
    assert "supply_link" in str(refused.value)
    assert not thief_of_own.rows("SELECT id FROM disclosure")
    assert case_page(house.console, house.actor("asha"), case_id).buyers == ()
    with house.owner.begin(Scope(house.programme)) as tx:
        report = verify_log(tx, house.console.vault, house.console.trust.root_public)
    assert sum("supply_link" in problem for problem in report.problems) == len(before)


def test_a_line_that_a_registrar_signed_past_the_log_takes_no_text(
    house: House, thief_of_own: Thief
) -> None:
    """As one who has left could, with the old key and a way into the database."""
    line = replace(house.line(), emergency_number="666", version=2)
    signed = register(house.programme, line, house.actor("sam").signer)

    thief_of_own.change(
        "UPDATE line SET emergency_number = '666', version = 2, signature = %(s)s,"
        " signer_id = %(by)s WHERE id = %(id)s",
        s=signed.signature,
        by=signed.signer_id,
        id=line.id,
    )

    with pytest.raises(NotTrusted):
        house.line()
