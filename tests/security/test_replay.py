"""A text that went out goes out once, whatever a writer to the database puts back."""

from __future__ import annotations

from sqlalchemy import text

from tests.house import House

WORKER = "+15550100888"


def test_a_copied_row_that_is_put_back_is_not_sent_again(house: House) -> None:
    house.text(WORKER, "They took our passports")
    with house.owner.begin() as tx:
        row = tx.connection.execute(text("SELECT id, payload FROM outbox")).one()
    house.deliver()
    house.say(WORKER, "STOP")
    before = len(house.phones.texts(WORKER))
    with house.owner.begin() as tx:
        tx.connection.execute(
            text(
                "UPDATE outbox SET state = 'owed', payload = :payload, lease_token = NULL,"
                " lease_until = NULL WHERE id = :id"
            ),
            {"payload": row.payload, "id": row.id},
        )

    house.deliver()

    assert len(house.phones.texts(WORKER)) == before
    with house.owner.begin() as tx:
        query = text("SELECT state, code FROM outbox WHERE id = :id")
        assert tuple(tx.connection.execute(query, {"id": row.id}).one()) == ("failed", "untrusted")
