"""Exports that a worker would write, for tests that need one to be there."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from todo.database import Database
from todo.services import exports
from todo.services.actor import on_behalf_of
from todo.shapes.exports import ExportQuery


def ask_for_export(database: Database, account_id: str) -> str:
    """The id of an export that an account asked for."""

    def ask(session: Session) -> UUID:
        actor = on_behalf_of(UUID(account_id), datetime.now(UTC))
        return exports.ask(session, actor, ExportQuery(), "todo", ".json").id

    return str(database.write(ask))
