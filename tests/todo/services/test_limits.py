"""What would take a hundred thousand requests to reach through the API: the published limits."""

import uuid
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from todo.database import Database
from todo.errors import LimitReached
from todo.models import Scope
from todo.services import accounts, lists, tasks, tokens, trash
from todo.services import actor as actors
from todo.services.actor import Actor
from todo.shapes.account import NewAccount
from todo.shapes.index import Limits
from todo.shapes.task import NewTask, TrashFilter
from todo.shapes.task_list import NewList
from todo.shapes.token import NewToken


@pytest.fixture
def actor(database: Database) -> Actor:
    """Somebody who has just signed up."""
    now = datetime.now(UTC)
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="long enough")
    signed_in = database.write(accounts.sign_up, now, new, "no hash", invited=False)
    return database.read(actors.authenticate, str(signed_in.token.secret), now)


def count_as(session: Session, scope_id: UUID, items: int) -> None:
    session.execute(update(Scope).where(Scope.id == scope_id).values(item_count=items))


def test_an_account_has_so_many_lists_and_no_more(database: Database, actor: Actor) -> None:
    database.write(count_as, actor.account_id, Limits().lists_per_account - 1)
    last = database.write(lists.create, actor, NewList(title="the last one"))
    with pytest.raises(LimitReached):
        database.write(lists.create, actor, NewList(title="one too many"))
    database.write(lists.delete, actor, last.id, None)
    database.write(lists.create, actor, NewList(title="room again"))


def test_a_list_has_so_many_tasks_and_no_more_whichever_way_they_come(database: Database, actor: Actor) -> None:
    home = database.write(lists.create, actor, NewList(title="Home"))
    gone = database.write(tasks.create, actor, home.id, NewTask(title="gone"))
    database.write(trash.discard, actor, gone.id, None)
    database.write(count_as, home.id, Limits().tasks_per_list - 1)
    database.write(tasks.create, actor, home.id, NewTask(title="the last one"))
    with pytest.raises(LimitReached):
        database.write(tasks.create, actor, home.id, NewTask(title="one too many"))
    with pytest.raises(LimitReached):
        database.write(trash.restore, actor, gone.id)
    assert len(database.read(trash.contents, actor, TrashFilter()).items) == 1


def test_an_account_has_so_many_tokens_and_no_more(database: Database, actor: Actor) -> None:
    def fill(session: Session) -> None:
        for number in range(Limits().tokens_per_account - 1):
            tokens._issue(
                session,
                actor.account_id,
                actor.now,
                kind="token",
                name=str(number),
                access="read",
                expires_at=None,
            )

    database.write(fill)
    with pytest.raises(LimitReached):
        database.write(tokens.create, actor, NewToken(name="one too many"))
