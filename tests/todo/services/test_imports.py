"""Imports: what goes in, what does not and why, twice, taken back, cancelled."""

import io
import uuid
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from clients import Person, ServerDoor
from clocks import MovableClock
from importing import Importing, numbered, our_json, titles
from sqlalchemy import make_url

from todo.errors import Conflict, NotFound
from todo.jobs import imports as job
from todo.services import import_work, imports


@pytest.fixture
def people(database_url: str, clock: MovableClock) -> Any:
    with ServerDoor(make_url(database_url), clock) as door:
        yield door


@pytest.fixture
def ann(people: ServerDoor) -> Person:
    return people.sign_up(f"{uuid.uuid4()}@example.org", time_zone="Europe/Madrid")


@pytest.fixture
def importing(people: ServerDoor, tmp_path: Path, clock: MovableClock) -> Importing:
    return Importing(people.database, tmp_path, clock)


def tasks_of(person: Person, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = person.get("/v1/tasks", limit=500, **query)
    return found


def test_all_that_a_file_says_goes_in(ann: Person, importing: Importing) -> None:
    task = {
        "title": "Pay the rent",
        "notes": "Before noon",
        "priority": 3,
        "due": {"date": "2999-12-01", "recurrence": "FREQ=MONTHLY"},
        "labels": ["home", "Work"],
        "reminders": [{"before": "P1D"}],
        "created_at": "2020-01-01T00:00:00Z",
    }
    ended = importing.done(ann.id, our_json(task))
    assert (ended.state, ended.rows, ended.rows_done, ended.tasks, ended.problems) == ("done", 1, 1, 1, ())
    (made,) = tasks_of(ann)
    assert {name: made[name] for name in ("title", "notes", "priority", "labels", "reminders")} == {
        name: task[name] for name in ("title", "notes", "priority", "labels", "reminders")
    }
    assert made["due"]["date"] == "2999-12-01"
    assert made["created_at"].startswith("2020-01-01")
    assert [each["name"] for each in ann.get("/v1/labels")] == ["home", "Work"]
    assert titles(ann.get("/v1/lists")) == ["Home"]
    assert importing.told[-1].state == "done"


def test_the_same_file_twice_changes_nothing(ann: Person, importing: Importing) -> None:
    content = numbered(700)
    assert importing.done(ann.id, content).tasks == 700
    (home,) = ann.get("/v1/lists")
    before = ann.get(f"{home['url']}/activity")
    again = importing.done(ann.id, content)
    assert (again.state, again.tasks, again.unchanged) == ("done", 0, 700)
    assert ann.get(f"{home['url']}/activity") == before
    assert len(ann.get("/v1/lists")) == 1


def test_again_makes_everything_anew(ann: Person, importing: Importing) -> None:
    content = numbered(3)
    importing.done(ann.id, content)
    assert importing.done(ann.id, content, again=True).tasks == 3
    assert titles(ann.get("/v1/lists")) == ["Home", "Home"]


def test_what_is_in_the_trash_is_made_anew(ann: Person, importing: Importing) -> None:
    content = numbered(2)
    importing.done(ann.id, content)
    assert ann.ask("DELETE", tasks_of(ann)[0]["url"]).status == 204
    ended = importing.done(ann.id, content)
    assert (ended.tasks, ended.unchanged) == (1, 1)
    assert len(tasks_of(ann)) == 2


def test_an_import_says_which_lists_its_tasks_are_in(ann: Person, importing: Importing) -> None:
    rows = [f"{'Home' if number % 3 else 'Work'},Task {number}" for number in range(1200)]
    content = "\r\n".join(["list,title", *rows]).encode()
    ended = importing.done(ann.id, content, name="tasks.csv")
    assert [(each.title, each.tasks) for each in ended.lists] == [("Work", 400), ("Home", 800)]
    lists = {each["title"]: each["id"] for each in ann.get("/v1/lists")}
    assert {each.title: str(each.id) for each in ended.lists} == lists
    again = importing.done(ann.id, content, name="tasks.csv")
    assert [(each.title, each.tasks) for each in again.lists] == [("Work", 0), ("Home", 0)]
    latest, first = ann.get("/v1/imports")
    assert [each["tasks"] for each in latest["lists"]] == [0, 0]
    assert [each["tasks"] for each in first["lists"]] == [400, 800]
    ann.ask("PATCH", f"/v1/lists/{lists['Home']}", {"title": "House"})
    ann.ask("DELETE", f"/v1/lists/{lists['Work']}")
    assert [each.title for each in importing.get(ann.id, ended.id).lists] == ["House"]


def test_a_backup_of_todoist_goes_in_project_by_project_and_once(ann: Person, importing: Importing) -> None:
    head = "TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG\r\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for project in range(3):
            rows = "".join(f"task,Task {number},4,{number % 2 + 1},,en\r\n" for number in range(400))
            archive.writestr(f"Project {project} [61{project}].csv", head + rows)
    ended = importing.done(ann.id, held.getvalue(), name="2026-11-27.zip")
    assert (ended.state, ended.format, ended.tasks, ended.problem_count) == ("done", "todoist", 1200, 0)
    assert [(each.title, each.tasks) for each in ended.lists] == [(f"Project {number}", 400) for number in range(3)]
    parents = [
        task["parent_id"] for each in ann.get("/v1/lists") for task in ann.get(f"{each['url']}/tasks", limit=500)
    ]
    assert len(set(parents) - {None}) == 600
    assert importing.done(ann.id, held.getvalue(), name="again.zip").unchanged == 1200


def test_an_import_names_at_most_a_hundred_lists(ann: Person, importing: Importing) -> None:
    rows = [f"List {number % 150},Task {number}" for number in range(700)]
    ended = importing.done(ann.id, "\r\n".join(["list,title", *rows]).encode(), name="tasks.csv")
    assert (ended.tasks, len(ended.lists)) == (700, 100)
    assert [each.tasks for each in ended.lists] == [5] * 100


def test_everything_goes_into_the_list_that_is_named(ann: Person, importing: Importing) -> None:
    home = ann.make_list("Here")
    importing.done(ann.id, numbered(2), list=uuid.UUID(home["id"]))
    assert titles(ann.get("/v1/lists")) == ["Here"]
    assert len(ann.get(f"{home['url']}/tasks")) == 2


def test_our_own_tasks_are_those_that_are_there(ann: Person, importing: Importing) -> None:
    home = ann.make_list()
    there = ann.add(home, "There")
    content = our_json({"id": there["id"], "title": "There"}, {"title": "New"}, list_id=home["id"])
    ended = importing.done(ann.id, content)
    assert (ended.tasks, ended.unchanged) == (1, 1)
    assert sorted(titles(ann.get(f"{home['url']}/tasks"))) == ["New", "There"]


def test_somebody_elses_tasks_are_made_anew(people: ServerDoor, ann: Person, importing: Importing) -> None:
    bob = people.sign_up(f"{uuid.uuid4()}@example.org")
    content = our_json({"id": ann.add(ann.make_list(), "Mine")["id"], "title": "Mine"})
    assert importing.done(bob.id, content).tasks == 1
    assert len(tasks_of(ann)) == len(tasks_of(bob)) == 1


def test_a_parent_may_come_later_than_its_children(ann: Person, importing: Importing) -> None:
    top, middle, leaf = (str(uuid.uuid4()) for _ in range(3))
    content = our_json(
        {"id": leaf, "title": "Leaf", "parent_id": middle},
        {"id": middle, "title": "Middle", "parent_id": top},
        {"id": top, "title": "Top"},
    )
    ended = importing.done(ann.id, content)
    assert (ended.state, ended.problems) == ("done", ())
    made = {task["title"]: task for task in tasks_of(ann)}
    assert made["Leaf"]["parent_id"] == made["Middle"]["id"]
    assert made["Middle"]["parent_id"] == made["Top"]["id"]
    assert made["Top"]["parent_id"] is None


def test_a_cycle_of_parents_is_cut_and_told(ann: Person, importing: Importing) -> None:
    one, two = str(uuid.uuid4()), str(uuid.uuid4())
    content = our_json({"id": one, "title": "One", "parent_id": two}, {"id": two, "title": "Two", "parent_id": one})
    ended = importing.done(ann.id, content)
    assert ended.state == "done"
    assert ended.problem_count == 1
    assert "below the task itself" in ended.problems[0].detail


def test_too_many_levels_are_cut_and_told(ann: Person, importing: Importing) -> None:
    ids = [str(uuid.uuid4()) for _ in range(30)]
    chain = [
        {"id": own, "title": f"Level {level}", "parent_id": ids[level - 1] if level else None}
        for level, own in enumerate(ids)
    ]
    for order in (chain, chain[::-1]):
        ended = importing.done(ann.id, our_json(*order), again=True)
        assert ended.state == "done"
        assert 1 <= ended.problem_count < 30
        assert "at most 20 levels" in ended.problems[0].detail


def test_one_bad_row_is_told_and_the_others_go_in(ann: Person, importing: Importing) -> None:
    tasks = [{"title": f"Task {number}"} for number in range(1200)]
    tasks[700]["title"] = "   "
    ended = importing.done(ann.id, our_json(*tasks))
    assert (ended.state, ended.tasks, ended.problem_count) == ("done", 1199, 1)
    assert (ended.problems[0].level, ended.problems[0].row) == ("error", 701)


def test_all_or_nothing_is_nothing_where_a_row_is_bad(ann: Person, importing: Importing) -> None:
    ended = importing.done(ann.id, our_json({"title": "Good"}, {"title": ""}), all_or_nothing=True)
    assert (ended.state, ended.tasks) == ("failed", 0)
    assert "nothing went in" in ended.error
    assert tasks_of(ann) == []


def test_who_saw_the_preview_may_wish_for_something_else(ann: Person, importing: Importing) -> None:
    content = b"Name;Notes\r\nPay rent;Before noon\r\n;Nothing\r\n"
    import_id = importing.send(ann.id, content, name="tasks.csv", dry_run=True, separator=",")
    start = partial(importing.start, ann.id, import_id)
    with pytest.raises(Conflict, match="is waiting"):
        start()
    importing.work()
    seen = importing.get(ann.id, import_id)
    assert seen.state == "checked"
    assert "Pay rent;Before noon" in [each.task.title for each in seen.preview.tasks]
    anew: dict[str, Any] = {"separator": None, "mapping": {"title": "Notes"}, "dry_run": True, "all_or_nothing": True}
    for _ in range(2):
        assert start(**anew).state == "waiting"
    importing.work()
    seen = importing.get(ann.id, import_id)
    assert (seen.state, [each.task.title for each in seen.preview.tasks]) == ("checked", ["Before noon", "Nothing"])
    # With these columns a row cannot go in: that is decided when it is let in, and not when it is looked at.
    start(mapping={"title": "Name", "notes": "Notes"}, dry_run=True)
    importing.work()
    assert (seen := importing.get(ann.id, import_id)).state == "checked"
    assert (seen.problem_count, seen.preview.problem_count) == (1, 1)
    start(all_or_nothing=False)
    with pytest.raises(Conflict, match="is waiting"):
        start(dry_run=True)
    importing.work()
    ended = importing.get(ann.id, import_id)
    assert (ended.state, ended.tasks, ended.problem_count) == ("done", 1, 1)
    assert start() == ended
    assert [(task["title"], task["notes"]) for task in tasks_of(ann)] == [("Pay rent", "Before noon")]


def test_again_and_the_format_may_be_wished_for_after_the_preview(ann: Person, importing: Importing) -> None:
    content = b"title\r\nPay rent\r\n"
    importing.done(ann.id, content, name="tasks.csv")
    import_id = importing.send(ann.id, content, name="tasks.csv", dry_run=True, format="tsv")
    importing.work()
    importing.start(ann.id, import_id, format=None, again=True)
    importing.work()
    ended = importing.get(ann.id, import_id)
    assert (ended.format, ended.tasks, ended.unchanged) == ("csv", 1, 0)


def test_times_are_those_of_the_account_when_it_was_started(ann: Person, importing: Importing) -> None:
    import_id = importing.send(ann.id, b"title,due\r\nCall,2999-01-01 09:00\r\n", name="tasks.csv", dry_run=True)
    importing.work()
    assert importing.get(ann.id, import_id).preview.tasks[0].task.due.time_zone == "Europe/Madrid"
    importing.start(ann.id, import_id, time_zone="Asia/Tokyo")
    ann.ask("PATCH", "/v1/me", {"time_zone": "Europe/Paris"})
    importing.work()
    (task,) = tasks_of(ann)
    assert task["due"]["time_zone"] == "Asia/Tokyo"


def test_a_field_that_cannot_be_is_left_out_and_told(ann: Person, importing: Importing) -> None:
    content = our_json({"title": "x" * 600, "priority": 9, "labels": ["a" * 70]})
    ended = importing.done(ann.id, content)
    assert ended.tasks == 1
    assert {each.level for each in ended.problems} == {"loss"}
    (made,) = tasks_of(ann)
    assert made["id"] == str(ended.problems[0].task_id)
    assert made["notes"].startswith("x" * 600)
    assert (made["priority"], len(made["labels"][0])) == (0, 60)


def test_a_whole_import_is_taken_back_at_once(ann: Person, importing: Importing) -> None:
    kept = ann.make_list("Kept")
    ann.add(kept, "Kept")
    top = str(uuid.uuid4())
    tasks = [{"title": f"Task {number}", "parent_id": top} for number in range(1100)]
    ended = importing.done(ann.id, our_json(*tasks, {"id": top, "title": "Top"}))
    assert ended.tasks == 1101
    undone = ann.ask("POST", f"/v1/operations/{ended.operation_id}/undo")
    assert undone.status == 200, undone.body
    assert titles(tasks_of(ann)) == ["Kept"]
    assert titles(ann.get("/v1/lists")) == ["Kept"]
    again = ann.ask("POST", f"/v1/operations/{undone.json['operation_id']}/undo")
    assert again.status == 200, again.body
    assert len(ann.get("/v1/tasks", limit=500, q="Task")) == 500


def test_what_was_changed_since_stands_in_the_way_of_undo(ann: Person, importing: Importing) -> None:
    ended = importing.done(ann.id, numbered(3))
    changed, deleted, _ = tasks_of(ann)
    assert ann.ask("DELETE", deleted["url"]).status == 204
    assert ann.ask("PATCH", changed["url"], {"priority": 4}).status == 200
    refused = ann.ask("POST", f"/v1/operations/{ended.operation_id}/undo")
    assert (refused.status, refused.json["code"]) == (409, "undo_blocked")
    assert refused.json["errors"][0]["pointer"] == f"/tasks/{changed['id']}"


def test_activity_says_that_tasks_were_imported(ann: Person, importing: Importing) -> None:
    importing.done(ann.id, numbered(2))
    (home,) = ann.get("/v1/lists")
    latest = ann.get(f"{home['url']}/activity")[0]
    assert (latest["kind"], latest["many"], latest["changes"]) == (
        "tasks.imported",
        True,
        {"tasks": {"before": None, "after": 2}},
    )
    (task, _) = tasks_of(ann)
    assert ann.get(f"{task['url']}/activity")[0]["kind"] == "tasks.imported"


def test_a_cancelled_import_stops_where_it_is(ann: Person, importing: Importing) -> None:
    import_id = importing.send(ann.id, numbered(1200))
    work = job._Slice.run

    def stop_after_one_unit(slice_: Any) -> None:
        while (found := importing.backend.database.read(import_work.find_work, import_id)) is not None:
            if found.phase == "tasks" and found.rows_done > 400:
                break
            slice_._step(found)
        importing.backend.database.write(imports.cancel, importing.actor(ann.id), import_id)
        work(slice_)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(job._Slice, "run", stop_after_one_unit)
        importing.work()
    ended = importing.get(ann.id, import_id)
    assert (ended.state, ended.tasks) == ("cancelled", 499)
    importing.backend.database.write(imports.cancel, importing.actor(ann.id), import_id)
    assert ann.ask("POST", f"/v1/operations/{ended.operation_id}/undo").status == 200
    assert tasks_of(ann) == []


def test_an_import_that_goes_on_is_not_undone(ann: Person, importing: Importing) -> None:
    import_id = importing.send(ann.id, numbered(1))
    with pytest.raises(NotFound):
        importing.backend.database.read(imports.get, importing.actor(str(uuid.uuid4())), import_id)
    operation_id = importing.get(ann.id, import_id).operation_id
    assert ann.ask("POST", f"/v1/operations/{operation_id}/undo").status == 404


def test_a_list_that_is_deleted_meanwhile_ends_the_import(ann: Person, importing: Importing) -> None:
    home = ann.make_list()
    import_id = importing.send(ann.id, numbered(3), list=uuid.UUID(home["id"]))
    assert ann.ask("DELETE", home["url"]).status == 204
    importing.work()
    ended = importing.get(ann.id, import_id)
    assert (ended.state, ended.tasks) == ("failed", 0)
    assert "There is no such list" in ended.error


def test_a_list_is_not_filled_beyond_its_limit(ann: Person, importing: Importing) -> None:
    home = ann.make_list()

    def fill(session: Any) -> None:
        from todo.models import Scope

        session.get(Scope, uuid.UUID(home["id"])).item_count = 99_999

    importing.backend.database.write(fill)
    ended = importing.done(ann.id, numbered(3), list=uuid.UUID(home["id"]))
    assert (ended.state, ended.tasks, ended.problem_count) == ("done", 1, 2)
    assert "100,000" in ended.problems[0].detail
    assert ended.problems[0].level == "error"


def test_an_id_that_comes_twice_is_told(ann: Person, importing: Importing) -> None:
    same = str(uuid.uuid4())
    filler = [{"title": f"Task {number}"} for number in range(600)]
    content = our_json(
        {"id": same, "title": "One"}, {"id": same, "title": "Two"}, *filler, {"id": same, "title": "Three"}
    )
    ended = importing.done(ann.id, content)
    assert ended.tasks == 601
    assert [each.item for each in ended.problems] == ["Two", "Three"]


def test_what_is_over_is_removed_after_a_month(ann: Person, importing: Importing, clock: MovableClock) -> None:
    from todo.jobs import housekeeping

    importing.done(ann.id, our_json({"title": ""}))
    clock.forward(days=29)
    housekeeping.run(importing.backend)
    assert len(importing.backend.database.read(imports.mine, importing.actor(ann.id), _filter()).items) == 1
    clock.forward(days=2)
    housekeeping.run(importing.backend)
    assert importing.backend.database.read(imports.mine, importing.actor(ann.id), _filter()).items == ()


def test_who_leaves_takes_the_imports_along(ann: Person, importing: Importing) -> None:
    importing.done(ann.id, our_json({"title": ""}))
    importing.send(ann.id, numbered(3))
    assert ann.ask("DELETE", "/v1/me").status == 204
    assert importing.work() == ["file-removal done"]


def _filter() -> Any:
    from todo.shapes.imports import ImportFilter

    return ImportFilter()
