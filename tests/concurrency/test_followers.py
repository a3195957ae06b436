"""Many writers, and those who follow them: nobody misses a change, hears of one twice, or of two in the wrong order."""

import os
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import msgspec
import pytest
from postgresql import new_database
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from todo.database import Database, build_database
from todo.errors import InvalidInput, NotFound
from todo.migrations.run import migrate
from todo.models import Change, Scope, Task, TaskList
from todo.services import accounts, actor, lists, live, sync, task_update, tasks, trash
from todo.services.actor import Actor
from todo.services.task_shape import shape
from todo.shapes.account import NewAccount
from todo.shapes.live import Wanted
from todo.shapes.sync import SyncReply, SyncRequest
from todo.shapes.task import NewTask, TaskPatch
from todo.shapes.task_list import NewList

SECONDS = 60.0 if os.environ.get("PROVE") else 6.0
WRITERS, FOLLOWERS, LISTENERS, LISTS = 16, 8, 2, 5


@pytest.fixture
def busy(postgresql_server: str) -> Iterator[Database]:
    """A database of this test's own, for as many at once as it has."""
    url = new_database(postgresql_server)
    database = build_database(url, "server", pool_size=WRITERS + FOLLOWERS + LISTENERS + 1)
    migrate(database.engine)
    yield database
    database.close()


def sign_up(session: Session) -> Actor:
    now = datetime.now(UTC)
    new = NewAccount(email=f"{uuid.uuid4()}@example.org", password="correct horse battery", name="Ann")
    signed_in = accounts.sign_up(session, now, new, "$argon2id$", invited=False)
    return actor.on_behalf_of(signed_in.account.id, now)


def acting(person: Actor) -> Actor:
    """The same person in another operation."""
    return actor.on_behalf_of(person.id, datetime.now(UTC))


class Bell:
    """Rings with each write, for those who would otherwise ask again and again and leave nobody else the time."""

    def __init__(self) -> None:
        self._rung = 0
        self._condition = threading.Condition()

    def ring(self) -> None:
        with self._condition:
            self._rung += 1
            self._condition.notify_all()

    def wait(self, times: int, seconds: float) -> None:
        """Until it rang so often; or until there is no time left."""
        with self._condition:
            wanted = self._rung + times
            self._condition.wait_for(lambda: self._rung >= wanted, max(0.0, seconds))


@dataclass
class Writer:
    """Somebody who makes, changes, moves, deletes and restores tasks, anybody's, as fast as they can."""

    database: Database
    person: Actor
    bell: Bell
    list_ids: list[UUID]
    dice: random.Random
    known: list[UUID] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def write_until(self, give_up: float) -> None:
        while time.monotonic() < give_up:
            what = self.dice.choices(("create", "update", "move", "delete", "restore"), (4, 5, 3, 2, 2))[0]
            try:
                self.database.write(getattr(self, what))
                self.did[what] += 1
                self.bell.ring()
            except NotFound:
                # Somebody else was faster: it is in the trash, or out of it, already.
                self.did["refused"] += 1

    def create(self, session: Session) -> None:
        parent = self.dice.choice(self.known) if self.known and self.dice.random() < 0.2 else None
        list_id = self.dice.choice(self.list_ids)
        if parent is not None:
            found = session.get(Task, parent)
            if found is None or found.trashed or found.parent_id is not None:
                parent = None
            else:
                list_id = found.list_id
        task_id = uuid.uuid4()
        try:
            tasks.create(session, acting(self.person), list_id, NewTask(title="new", id=task_id, parent_id=parent))
        except InvalidInput as refusal:
            raise NotFound("The parent is elsewhere by now.") from refusal
        self.known.append(task_id)

    def update(self, session: Session) -> None:
        self._change(session, TaskPatch(title=f"{self.dice.random()}"))

    def move(self, session: Session) -> None:
        self._change(session, TaskPatch(list_id=self.dice.choice(self.list_ids)))

    def delete(self, session: Session) -> None:
        trash.discard(session, acting(self.person), self._one(), None)

    def restore(self, session: Session) -> None:
        trash.restore(session, acting(self.person), self._one())

    def _change(self, session: Session, patch: TaskPatch) -> None:
        task_update.change(session, acting(self.person), self._one(), patch, None, repeatable=False)

    def _one(self) -> UUID:
        return self.dice.choice(self.known) if self.known else uuid.uuid4()


@dataclass
class Follower:
    """Somebody who asks for what changed, a page of any size at a time, and keeps what a client would keep."""

    database: Database
    person: Actor
    bell: Bell
    dice: random.Random
    token: str | None = None
    held: dict[UUID, Any] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    pages: int = 0
    back: int = 0

    def page(self) -> SyncReply:
        request = SyncRequest(token=self.token, limit=self.dice.choice((1, 2, 3, 7, 20, 100, 500)))
        reply = self.database.read(sync.changes, acting(self.person), request)
        assert not reply.reset
        assert not reply.removed_lists
        for removed in reply.removed_tasks:
            if removed.id in self.held and self.held[removed.id].list_id == removed.list_id:
                del self.held[removed.id]
        for task in reply.tasks:
            # Nobody is told what was before what they know.
            self.back += task.version < self.versions.get(task.id, 0)
            self.versions[task.id] = task.version
            self.held[task.id] = task
        self.token = reply.token
        self.pages += 1
        return reply

    def follow_until(self, give_up: float) -> None:
        while time.monotonic() < give_up:
            if not self.page().more:
                self.bell.wait(self.dice.randrange(20), give_up - time.monotonic())

    def finish(self) -> None:
        while self.page().more:
            pass


@dataclass
class Listener:
    """Somebody who is told of each change of each list, as live updates are: from the feed, behind a position."""

    database: Database
    person: Actor
    bell: Bell
    list_ids: list[UUID]
    heard: dict[UUID, list[int]] = field(default_factory=dict)

    def follow_until(self, give_up: float) -> None:
        while time.monotonic() < give_up:
            self.listen()
            self.bell.wait(1, give_up - time.monotonic())

    def listen(self) -> int:
        """What is new since the last time, by what `subscribe` answers. Returns how much that was."""
        wanted = [Wanted(id=list_id, since=self._position(list_id)) for list_id in self.list_ids]
        joined, refused, missed = self.database.read(live.join, acting(self.person), wanted)
        assert not refused
        assert not [each for each in joined if each.sync]
        for change in missed:
            self.heard.setdefault(change.list_id, []).append(change.revision)
        return len(missed)

    def _position(self, list_id: UUID) -> int:
        heard = self.heard.get(list_id)
        return heard[-1] if heard else 1  # the list's own creation


def all_at_once(work: list[Callable[[float], None]]) -> None:
    """Run each `work(give_up)` on a thread of its own, started together; what one raises is raised at the end."""
    gate = threading.Barrier(len(work), timeout=60)

    def one(each: Callable[[float], None]) -> None:
        gate.wait()
        each(time.monotonic() + SECONDS)

    with ThreadPoolExecutor(len(work)) as pool:
        for running in [pool.submit(one, each) for each in work]:
            running.result(SECONDS + 60)


def truth(database: Database, list_ids: list[UUID]) -> tuple[dict[UUID, Any], dict[UUID, list[int]], dict[UUID, int]]:
    """The tasks that there are, the revisions that the feed has of each list, and where each list stands."""

    def look(session: Session) -> Any:
        rows = session.scalars(select(Task).where(Task.list_id.in_(list_ids), Task.trashed.is_(False)))
        feed: dict[UUID, list[int]] = {list_id: [] for list_id in list_ids}
        changes = select(Change.scope_id, Change.revision).where(Change.scope_id.in_(list_ids))
        for scope_id, revision in session.execute(changes.order_by(Change.revision)):
            feed[scope_id].append(revision)
        scopes = session.scalars(select(Scope).where(Scope.id.in_(list_ids)))
        stands = {scope.id: scope.revision for scope in scopes}
        counted = session.execute(
            select(Scope.item_count, func.count(Task.id))
            .join(TaskList, TaskList.id == Scope.id)
            .outerjoin(Task, (Task.list_id == Scope.id) & Task.trashed.is_(False))
            .where(Scope.id.in_(list_ids))
            .group_by(Scope.id, Scope.item_count)
        )
        assert all(count == found for count, found in counted)
        return {row.id: shape(row) for row in rows}, feed, stands

    found: tuple[dict[UUID, Any], dict[UUID, list[int]], dict[UUID, int]] = database.read(look)
    return found


def test_followers_of_sixteen_writers_miss_nothing(busy: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(busy.engine.pool, QueuePool)
    person, bell = busy.write(sign_up), Bell()
    list_ids = [busy.write(lists.create, acting(person), NewList(title=f"{number}")).id for number in range(LISTS)]
    writers = [Writer(busy, person, bell, list_ids, random.Random(number)) for number in range(WRITERS)]
    shared: list[UUID] = []
    for writer in writers:
        writer.known = shared  # so that they meet
    followers = [Follower(busy, person, bell, random.Random(100 + number)) for number in range(FOLLOWERS)]
    listeners = [Listener(busy, person, bell, list_ids) for _ in range(LISTENERS)]

    all_at_once(
        [
            *(writer.write_until for writer in writers),
            *(follower.follow_until for follower in followers),
            *(listener.follow_until for listener in listeners),
        ]
    )
    for follower in followers:
        follower.finish()
    for listener in listeners:
        while listener.listen():
            pass

    held, feed, stands = truth(busy, list_ids)
    told = {list_id: revisions[1:] for list_id, revisions in feed.items()}
    missed = doubled = disordered = 0
    for listener in listeners:
        for list_id, revisions in told.items():
            heard = listener.heard.get(list_id, [])
            missed += len(set(revisions) - set(heard))
            doubled += len(heard) - len(set(heard))
            disordered += sum(after < before for before, after in pairwise(heard))
    differing = sum(
        msgspec.json.encode(follower.held.get(task_id)) != msgspec.json.encode(held.get(task_id))
        for follower in followers
        for task_id in {*held, *follower.held}
    )
    did = sum((writer.did for writer in writers), Counter())
    with capsys.disabled():
        print(  # noqa: T201 - the numbers are what this is for
            f"\n{did.total() - did['refused']:,} writes ({dict(did)}) in {len(list_ids)} lists in {SECONDS:.0f} s, "
            f"{sum(each.pages for each in followers):,} pages to {FOLLOWERS} followers, "
            f"{sum(len(each) for one in listeners for each in one.heard.values()):,} changes to {LISTENERS} listeners: "
            f"{missed} missed, {disordered} out of order, {doubled} doubled; "
            f"{len(held)} tasks at the end, {differing} known otherwise, "
            f"{sum(each.back for each in followers)} told backwards"
        )
    assert all(revisions == list(range(1, stands[list_id] + 1)) for list_id, revisions in feed.items())
    assert (missed, doubled, disordered, differing) == (0, 0, 0, 0)
    assert [each.back for each in followers] == [0] * FOLLOWERS
    # Whoever joins now is told the same.
    newcomer = Follower(busy, person, bell, random.Random(0))
    newcomer.finish()
    assert newcomer.held == held
    assert did["create"] > 50
