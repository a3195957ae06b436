"""The feed has one row for each revision of a list or an account, and says of each whatever it changed."""

from typing import Any
from uuid import UUID

from clients import Door, Person
from doors import ONE_DOOR_EACH
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.models import Change, ChangedItem, Scope
from todo.services import live


def kinds(door: Door, scope_id: str) -> list[str]:
    """What the feed has of a scope, in order, after a look that no revision is without a row."""

    def look(session: Session) -> tuple[int | None, list[tuple[int, str]]]:
        rows = select(Change.revision, Change.kind).where(Change.scope_id == UUID(scope_id)).order_by(Change.revision)
        revision = session.scalar(select(Scope.revision).where(Scope.id == UUID(scope_id)))
        return revision, [(row.revision, row.kind) for row in session.execute(rows)]

    revision, rows = door.database.read(look)
    # An account begins at revision 1, which no row tells of.
    first = rows[0][0] if rows else 2
    assert first in (1, 2)
    assert [number for number, _ in rows] == list(range(first, (revision or 0) + 1))
    return [kind for _, kind in rows]


@ONE_DOOR_EACH
def test_what_changes_nothing_takes_no_revision(door: Door, ann: Person) -> None:
    home = ann.make_list("Home")
    task = ann.add(home, "Rent", labels=["money"])
    for method, path, body in (
        ("PATCH", home["url"], {"title": "Home"}),
        ("PATCH", task["url"], {"title": "Rent", "completed": False}),
        ("PATCH", "/v1/labels/money", {"name": "money"}),
        ("DELETE", home["url"] + "/tasks?completed=true", None),
        ("PATCH", "/v1/me", {"name": "Ann"}),
    ):
        assert ann.ask(method, path, body).status == 200, path
        assert kinds(door, home["id"]) == ["list.created", "task.created"]
        assert kinds(door, ann.id) == ["list.created"]
    operations = [
        {"do": "update_task", "id": task["id"], "changes": {"title": title}}
        for title in ("Rent", "New", "New", "Newer")
    ]
    assert ann.ask("POST", "/v1/batch", {"operations": operations}).status == 200
    assert kinds(door, home["id"]) == ["list.created", "task.created", "task.updated", "task.updated"]


def crowded(ann: Person, home: dict[str, Any]) -> dict[str, Any]:
    """A task with no room behind it: the next that is put there has all numbered anew."""
    ann.add(home, "first", order=1.0)
    ann.add(home, "second", order=1.0000001)
    first: dict[str, Any] = ann.get(home["url"] + "/tasks")[0]
    return first


@ONE_DOOR_EACH
def test_numbering_anew_is_a_revision_of_its_own_and_leaves_none_out(door: Door, ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    ann.add(home, "new", after=crowded(ann, home)["id"])
    assert kinds(door, home["id"])[-2:] == ["tasks.renumbered", "task.created"]
    other = ann.add(home, "other")
    crowd = crowded(ann, work)
    assert ann.ask("PATCH", other["url"], {"list_id": work["id"], "after": crowd["id"]}).status == 200
    assert kinds(door, work["id"])[-2:] == ["tasks.renumbered", "task.moved_in"]
    assert kinds(door, home["id"])[-1] == "task.moved_out"
    assert [task["title"] for task in ann.get(work["url"] + "/tasks")] == ["first", "other", "second"]


@ONE_DOOR_EACH
def test_what_is_below_a_task_that_moves_is_noted_though_all_are_numbered_anew(door: Door, ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    top = ann.add(home, "top")
    below = ann.add(home, "below", parent_id=top["id"])
    crowd = crowded(ann, work)
    assert ann.ask("PATCH", top["url"], {"list_id": work["id"], "after": crowd["id"]}).status == 200

    def noted(session: Session) -> set[UUID]:
        moved = select(Change).where(Change.scope_id == UUID(work["id"]), Change.kind == "task.moved_in")
        row = session.scalars(moved).one()
        items = select(ChangedItem.item_id).where(ChangedItem.revision == row.revision)
        return set(session.scalars(items.where(ChangedItem.scope_id == row.scope_id)))

    assert door.database.read(noted) == {UUID(top["id"]), UUID(below["id"])}


@ONE_DOOR_EACH
def test_nobody_learns_of_a_task_by_asking_to_be_put_behind_it(ann: Person, bob: Person) -> None:
    hidden = bob.make_list("Hidden")
    anchor = bob.add(hidden, "anchor")
    task = ann.add(ann.make_list())
    for after in (anchor["id"], task["id"]):
        assert ann.ask("PATCH", task["url"], {"list_id": hidden["id"], "after": after}).status == 404


@ONE_DOOR_EACH
def test_who_listens_is_told_where_a_change_is_more_than_its_task(door: Door, ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    top, alone = ann.add(home, "top"), ann.add(home, "alone")
    ann.add(home, "below", parent_id=top["id"])
    seen = 4

    def told(where: dict[str, Any], after: int) -> list[tuple[str, bool]]:
        found = door.database.read(live.changes, UUID(where["id"]), after)
        return [(each.kind, each.complete) for each in found]

    for task, complete in ((alone, True), (top, False)):
        ann.ask("DELETE", task["url"])
        ann.ask("POST", task["url"] + "/restore")
        assert told(home, seen) == [("task.trashed", complete), ("task.restored", complete)]
        seen += 2
    for task, complete in ((alone, True), (top, False)):
        ann.ask("PATCH", task["url"], {"list_id": work["id"]})
        assert told(home, seen)[-1] == ("task.moved_out", complete)
        assert told(work, 1)[-1] == ("task.moved_in", complete)
    ann.ask("DELETE", work["url"] + "/tasks")
    assert told(work, 1)[-1] == ("tasks.trashed", False)
