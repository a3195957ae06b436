"""The column types and keys: the same on both databases."""

from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import Column, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from todo.database import Database
from todo.models import uuid7
from todo.models.base import Moment, sort_key

NOW = datetime(2026, 11, 23, 9, 0, 0, 123_456, tzinfo=UTC)


def test_a_moment_is_read_back_in_utc_to_the_microsecond(database: Database) -> None:
    table = Table(f"moments_{uuid7(NOW).hex}", MetaData(), Column("at", Moment))
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))

    def work(session: Session) -> list[datetime | None]:
        table.create(session.connection())
        session.execute(insert(table), [{"at": elsewhere}, {"at": None}])
        read = list(session.scalars(select(table.c.at)))
        table.drop(session.connection())
        return read

    first, second = database.write(work)
    assert first == NOW
    assert first.tzinfo is UTC
    assert second is None


def test_sort_keys_are_compared_by_code_point_on_both_databases(database: Database) -> None:
    table = Table(f"keys_{uuid7(NOW).hex}", MetaData(), Column("key", sort_key(20)))
    words = ["b", "a", "é", "Z", "z", "ß", "日", "😀", "_", "10", "9", ""]

    def work(session: Session) -> list[str]:
        table.create(session.connection())
        session.execute(insert(table), [{"key": word} for word in words])
        read = list(session.scalars(select(table.c.key).order_by(table.c.key)))
        table.drop(session.connection())
        return read

    assert database.write(work) == sorted(words)


def test_ids_are_uuids_of_version_7_that_sort_by_their_time() -> None:
    moments = [NOW + timedelta(milliseconds=number) for number in range(50)]
    made = [uuid7(moment) for moment in moments]
    assert made == sorted(made)
    assert {(item.version, item.variant) for item in made} == {(7, "specified in RFC 4122")}
    assert len({uuid7(NOW) for _ in range(1000)}) == 1000
