"""Synchronisation: what changed since a client's token, in pages, and the next token.

One statement reads the revisions of all that the actor sees: that is the cut. State is read after it and limited to
it, so that whatever is missed by one page has a later revision, and comes with the next. Within a list, items come in
the order of their revisions; every page's token is good, whether there is more or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from todo.models import Account, Member, Scope, Task, TaskList, Tombstone
from todo.services import accounts, lists, roles, sync_token
from todo.services.actor import Actor
from todo.services.sync_token import Followed, Position
from todo.services.task_shape import shape
from todo.shapes import sync as shapes
from todo.shapes import task as task_shapes

# Tombstones are kept for 90 days, and clocks may differ.
OLDEST = timedelta(days=89)
_LISTS_AT_ONCE = 40
_MOST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Pending:
    """A list that the client does not have as it is: what comes after `since`, up to the cut at `until`.

    `behind` is the item where the last page ended, at the revision `since`.
    """

    id: UUID
    since: int
    until: int
    behind: UUID | None
    whole: bool


@dataclass(frozen=True, slots=True)
class _Item:
    """A task, or the place where one was (`task` is None), at the revision that it came to be so."""

    list_id: UUID
    revision: int
    id: UUID
    task: Task | None


class _Page:
    """The page that is being filled: at most `limit` lists, tasks and removals, and 4 MiB."""

    def __init__(self, limit: int) -> None:
        self.room = limit
        self._bytes = _MOST_BYTES
        self.lists: list[shapes.SyncedList] = []
        self.removed: list[shapes.RemovedTask] = []
        self.tasks: list[task_shapes.Task] = []
        self.revisions: dict[str, int] = {}

    @property
    def is_full(self) -> bool:
        """Whether nothing more fits."""
        return self.room <= 0 or self._bytes <= 0

    def add_list(self, synced: shapes.SyncedList) -> None:
        """Add a list."""
        self.room -= 1
        self._bytes -= len(msgspec.json.encode(synced))
        self.lists.append(synced)

    def add(self, item: _Item) -> None:
        """Add a task, or its removal."""
        self.room -= 1
        if item.task is None or item.task.trashed:
            self.removed.append(shapes.RemovedTask(id=item.id, list_id=item.list_id))
            return
        task = shape(item.task)
        self._bytes -= len(msgspec.json.encode(task))
        self.tasks.append(task)


def changes(session: Session, actor: Actor, request: shapes.SyncRequest) -> shapes.SyncReply:
    """A page of what changed since the request's token. Writes nothing. Raises InvalidInput for a token not ours."""
    cut = _cut(session, actor)
    followed, reset = _followed(actor, request.token, cut)
    visible = {scope_id for scope_id in cut if scope_id != actor.id}
    lost = _forget_lost(actor, followed, visible)
    account = None
    if actor.id in cut and followed.revisions.get(actor.id) != cut[actor.id]:
        account = accounts.get_me(session, actor)
        followed.revisions[actor.id] = cut[actor.id]
    page = _Page(request.limit)
    more = _fill(session, actor, page, followed, _pending(followed, cut, visible))
    # Where a list was on the way to an earlier cut, what came to it since is another page.
    more = more or any(followed.revisions.get(list_id, 0) < cut[list_id] for list_id in visible)
    if not more:
        followed.position = followed.last = None
        followed.at = actor.now
    return shapes.SyncReply(
        token=sync_token.encode(actor.id, followed),
        more=more,
        reset=reset,
        account=account,
        removed_lists=lost,
        lists=tuple(page.lists),
        removed_tasks=tuple(page.removed),
        tasks=tuple(page.tasks),
        revisions=page.revisions,
    )


def _cut(session: Session, actor: Actor) -> dict[UUID, int]:
    """Every scope that the actor sees, with its revision, read by one statement."""
    held = roles.access(actor)
    visible = select(held.c.list_id).join(TaskList, TaskList.id == held.c.list_id).where(TaskList.deleted_at.is_(None))
    rows = session.execute(select(Scope.id, Scope.revision).where(or_(Scope.id.in_(visible), Scope.id == actor.id)))
    return {row.id: row.revision for row in rows}


def _followed(actor: Actor, token: str | None, cut: dict[UUID, int]) -> tuple[Followed, bool]:
    """What the client has, and whether it has to forget it: the token is too old, or ahead of a restored database."""
    if token is None:
        return Followed(at=actor.now), False
    followed = sync_token.decode(token, actor.id)
    told = list(followed.revisions.items())
    if followed.position is not None:
        told += [
            (followed.position.list_id, followed.position.revision),
            (followed.position.list_id, followed.position.until),
        ]
    is_ahead = any(revision > cut.get(scope_id, revision) for scope_id, revision in told)
    if is_ahead or followed.at < actor.now - OLDEST:
        return Followed(at=actor.now), True
    return followed, False


def _forget_lost(actor: Actor, followed: Followed, visible: set[UUID]) -> tuple[UUID, ...]:
    """The lists that the client has, whole or in part, and may not see any more."""
    known = dict.fromkeys(followed.revisions)
    if followed.position is not None:
        known[followed.position.list_id] = None
        if followed.position.list_id not in visible:
            followed.position = None
    lost = tuple(list_id for list_id in known if list_id not in visible and list_id != actor.id)
    for list_id in lost:
        followed.revisions.pop(list_id, None)
    return lost


def _pending(followed: Followed, cut: dict[UUID, int], visible: set[UUID]) -> list[list[_Pending]]:
    """The lists to look at, in the order of their ids from where the last page ended, and round: in two rows.

    A list in whose middle it ended comes first, and only as far as it was on the way to: a list that grows faster than
    it is read keeps no other away.
    """
    found: list[_Pending] = []
    position = followed.position
    for list_id in sorted(visible):
        since, until, behind = followed.revisions.get(list_id), cut[list_id], None
        if position is not None and position.list_id == list_id:
            since, until, behind = position.revision, position.until, position.item_id
        if since is None or behind is not None or since < until:
            found.append(_Pending(list_id, since or 0, until, behind, whole=since is None))
    last = followed.last
    if last is None:
        return [found]
    ahead = [each for each in found if each.id > last or each.behind is not None]
    return [ahead, [each for each in found if each.id <= last and each.behind is None]]


def _fill(session: Session, actor: Actor, page: _Page, followed: Followed, rows: Iterable[Sequence[_Pending]]) -> bool:
    """Fill the page, noting how far the client is then. Whether there is more."""
    for row in rows:
        for start in range(0, len(row), _LISTS_AT_ONCE):
            some = row[start : start + _LISTS_AT_ONCE]
            # One more than fits, and one that is let in behind a list's own row, so that each page gets on.
            items = _items(session, some, max(0, page.room) + 2)
            synced = _synced(session, actor, some)
            for pending in some:
                if page.is_full:
                    return True
                if not _take(page, followed, pending, synced.get(pending.id), items.get(pending.id, ())):
                    return True
    return False


def _take(
    page: _Page, followed: Followed, pending: _Pending, synced: shapes.SyncedList | None, items: Sequence[_Item]
) -> bool:
    """Put a list and its items on the page. False where the page ended before they did."""
    if synced is not None:
        page.add_list(synced)
    followed.last = pending.id
    for number, item in enumerate(items, start=1):
        page.add(item)
        if page.is_full and number < len(items):
            followed.position = Position(pending.id, item.revision, pending.until, item.id)
            return False
    followed.revisions[pending.id] = page.revisions[str(pending.id)] = pending.until
    if followed.position is not None and followed.position.list_id == pending.id:
        followed.position = None
    return True


def _items(session: Session, some: Sequence[_Pending], limit: int) -> dict[UUID, list[_Item]]:
    """The first items of these lists, in their order, by list."""
    place = {pending.id: number for number, pending in enumerate(some)}
    # Tasks first: what is deleted for good between the two statements is in the second at the same revision.
    tasks = session.scalars(
        select(Task)
        .where(or_(*(_since(each, Task.list_id, Task.changed_revision, Task.id) for each in some)))
        .where(or_(Task.trashed.is_(False), Task.list_id.in_([each.id for each in some if not each.whole])))
        .order_by(Task.list_id, Task.changed_revision, Task.id)
        .limit(limit)
    )
    found = [_Item(task.list_id, task.changed_revision, task.id, task) for task in tasks]
    known = [each for each in some if not each.whole]
    if known:
        graves = session.scalars(
            select(Tombstone)
            .where(Tombstone.kind == "task")
            .where(or_(*(_since(each, Tombstone.scope_id, Tombstone.revision, Tombstone.item_id) for each in known)))
            .order_by(Tombstone.scope_id, Tombstone.revision, Tombstone.item_id)
            .limit(limit)
        )
        found += [_Item(grave.scope_id, grave.revision, grave.item_id, None) for grave in graves]
    found.sort(key=lambda item: (place[item.list_id], item.revision, item.id))
    items: dict[UUID, list[_Item]] = {}
    for item in found[:limit]:
        items.setdefault(item.list_id, []).append(item)
    return items


def _since(pending: _Pending, scope_id: Any, revision: Any, item_id: Any) -> Any:
    """The condition for what the client does not have of a list."""
    later = revision > pending.since
    if pending.behind is not None:
        later = or_(later, and_(revision == pending.since, item_id > pending.behind))
    return and_(scope_id == pending.id, later, revision <= pending.until)


def _synced(session: Session, actor: Actor, some: Sequence[_Pending]) -> dict[UUID, shapes.SyncedList]:
    """The lists themselves, with their members, where the client does not have them as they are."""
    pending = {each.id: each for each in some}
    rows = [
        (row, role)
        for row, role in session.execute(lists.visible(actor).where(TaskList.id.in_(pending)))
        if pending[row.id].whole or row.changed_revision > pending[row.id].since
    ]
    members: dict[UUID, list[shapes.ListMember]] = {row.id: [] for row, _ in rows}
    if members:
        found = session.execute(
            select(Member.list_id, Member.account_id, Account.name, Member.role)
            .join(Account, Account.id == Member.account_id)
            .where(Member.list_id.in_(members))
            .order_by(Member.list_id, Member.account_id)
        )
        for each in found:
            members[each.list_id].append(shapes.ListMember(account_id=each.account_id, name=each.name, role=each.role))
    return {
        row.id: shapes.SyncedList(
            **msgspec.structs.asdict(lists.shape(row, role)),
            whole=pending[row.id].whole,
            members=tuple(members[row.id]),
        )
        for row, role in rows
    }
