"""Reminders of tasks: what is said comes back, is replaced whole, and is refused by name; who hears of a change."""

import logging
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from clients import PASSWORD, Door, LambdaDoor, Person, ServerDoor
from clocks import MovableClock
from doors import ONE_DOOR_EACH
from sqlalchemy import make_url

DUE = {"at": "2999-12-01T09:00:00", "time_zone": "Europe/Madrid"}
Task = dict[str, Any]


def patched(person: Person, task: Task, **fields: Any) -> Task:
    reply = person.ask("PATCH", task["url"], fields, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert reply.status == 200, reply.body
    changed: Task = reply.json
    return changed


def test_they_come_back_in_one_form_each_once_and_with_the_task(ann: Person) -> None:
    home = ann.make_list()
    ann.ask("PATCH", "/v1/me", {"time_zone": "Asia/Kathmandu"})
    told = [
        {"before": "PT90M"},
        {"at": "2999-11-30T09:00:00"},
        {"at": "2999-11-30T09:00:00.5+05:45", "before": None},
        {"before": "-PT0S"},
        {"before": "P7D"},
        {"before": "P1W"},
    ]
    task = ann.add(home, due=DUE, reminders=told)
    expected = [{"before": "PT1H30M"}, {"at": "2999-11-30T03:15:00Z"}, {"before": "PT0S"}, {"before": "P1W"}]
    assert task["reminders"] == expected
    assert ann.get(task["url"]) == task
    assert ann.get(f"{home['url']}/tasks") == [task]
    assert ann.get("/v1/tasks") == [task]
    assert ann.add(home)["reminders"] == []


def test_they_are_replaced_whole_and_what_is_not_named_stays(ann: Person) -> None:
    task = ann.add(ann.make_list(), due=DUE, reminders=[{"before": "PT1H"}, {"before": "P1D"}])
    assert patched(ann, task, title="Rent!")["reminders"] == task["reminders"]
    changed = patched(ann, task, reminders=[{"before": "PT2H"}])
    assert (changed["reminders"], changed["version"]) == ([{"before": "PT2H"}], 3)
    assert patched(ann, task, reminders=[{"before": "PT120M"}])["version"] == 3, "it says the same"
    assert patched(ann, task, reminders=[])["reminders"] == []
    latest = ann.get(task["url"] + "/activity")[0]
    assert latest["kind"] == "task.updated"
    assert latest["changes"] == {"reminders": {"before": [{"before": "PT2H"}], "after": []}}


def test_activity_says_with_which_a_task_was_made(ann: Person) -> None:
    task = ann.add(ann.make_list(), reminders=[{"at": "2999-11-30T09:00:00Z"}])
    made = ann.get(task["url"] + "/activity")[0]
    assert made["changes"]["reminders"] == {"before": None, "after": [{"at": "2999-11-30T09:00:00Z"}]}


def test_they_survive_the_trash_a_move_and_completion(ann: Person) -> None:
    task = ann.add(ann.make_list(), due=DUE, reminders=[{"before": "PT1H"}])
    assert patched(ann, task, list_id=ann.make_list("Work")["id"])["reminders"] == [{"before": "PT1H"}]
    assert patched(ann, task, completed=True)["reminders"] == [{"before": "PT1H"}]
    ann.ask("DELETE", task["url"])
    assert ann.get("/v1/trash")[0]["reminders"] == [{"before": "PT1H"}]
    assert ann.ask("POST", task["url"] + "/restore").json["reminders"] == [{"before": "PT1H"}]


def test_a_recurring_task_keeps_them_for_the_next_time(ann: Person) -> None:
    task = ann.add(ann.make_list(), due={**DUE, "recurrence": "FREQ=DAILY"}, reminders=[{"before": "PT1H"}])
    after = patched(ann, task, completed=True)
    assert (after["due"]["at"], after["reminders"]) == ("2999-12-02T09:00:00+01:00", [{"before": "PT1H"}])


@ONE_DOOR_EACH
def test_without_a_due_relative_ones_are_refused_and_sleep_where_they_are_already(ann: Person) -> None:
    home = ann.make_list()
    told = [{"at": "2999-11-30T09:00:00Z"}, {"before": "PT1H"}]
    refused = ann.ask("POST", home["url"] + "/tasks", {"title": "Rent", "reminders": told})
    assert (refused.status, [fault["pointer"] for fault in refused.json["errors"]]) == (422, ["/reminders/1/before"])
    task = ann.add(home, due=DUE, reminders=told)
    for together in ({"due": None, "reminders": told}, {"due": None, "reminders": told[1:]}):
        assert ann.ask("PATCH", task["url"], together).status == 422
    asleep = patched(ann, task, due=None)
    assert (asleep["due"], asleep["reminders"]) == (None, told)
    assert ann.ask("PATCH", task["url"], {"reminders": told}).status == 422
    assert patched(ann, task, due={"date": "2999-12-01"}, reminders=told[1:])["reminders"] == told[1:]


@pytest.mark.parametrize(
    ("told", "pointers"),
    [
        (None, {"/reminders"}),
        ("PT1H", {"/reminders"}),
        (["PT1H", None, 5], {"/reminders/0", "/reminders/1", "/reminders/2"}),
        ([{"before": "PT1H"}] * 21, {"/reminders"}),
        ([5] * 21, {"/reminders"}),
        ([{}, {"at": None, "before": None}], {"/reminders/0", "/reminders/1"}),
        ([{"before": "PT1H", "at": "2999-11-30T09:00:00Z"}], {"/reminders/0"}),
        ([{"before": "soon"}, {"before": "1H"}, {"before": ""}, {"before": 5}, {"before": "PT1H\n"}], {
            f"/reminders/{number}/before" for number in range(5)
        }),
        ([{"before": "P1M"}, {"before": "P1Y"}, {"before": "P1WT1H"}, {"before": "P"}, {"before": "PT"}], {
            f"/reminders/{number}/before" for number in range(5)
        }),
        ([{"before": "P367D"}, {"before": "-P366DT1S"}, {"before": "PT9999H"}, {"before": "P99W"}], {
            f"/reminders/{number}/before" for number in range(4)
        }),
        ([{"before": "PT" + "9" * 40 + "S"}], {"/reminders/0/before"}),
        ([{"before": "PT１H"}], {"/reminders/0/before"}),
        ([{"at": "noon"}, {"at": 1}, {"at": "2026-11-30"}], {f"/reminders/{number}/at" for number in range(3)}),
        ([{"at": "1972-12-31T00:00:00Z"}, {"at": "3000-01-01T00:00:00Z"}], {"/reminders/0/at", "/reminders/1/at"}),
        ([{"at": "0001-01-01T00:00:00+14:00"}, {"at": "9999-12-31T23:59:59-14:00"}], {
            "/reminders/0/at", "/reminders/1/at",
        }),
        ([{"before": "PT1H", "channel": "sms"}], {"/reminders/0/channel"}),
        ([{"before": "soon", "at": "noon"}], {"/reminders/0/before", "/reminders/0/at"}),
    ],
    ids=lambda value: "" if isinstance(value, set) else str(value)[:40],
)  # fmt: skip
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-postgresql"], indirect=True)
def test_each_bad_one_is_named_and_nothing_is_stored(ann: Person, told: Any, pointers: set[str]) -> None:
    home = ann.make_list()
    task = ann.add(home, due=DUE)
    for method, path in (("POST", f"{home['url']}/tasks"), ("PATCH", task["url"])):
        reply = ann.ask(method, path, {"title": "Rent", "due": DUE, "reminders": told})
        assert reply.status == 422
        assert {fault["pointer"] for fault in reply.json["errors"]} == pointers
    assert ann.get(f"{home['url']}/tasks") == [task]


def test_there_are_at_most_as_many_as_the_limits_say(ann: Person) -> None:
    most = ann.get("/v1")["limits"]["reminders_per_task"]
    told = [{"before": f"PT{minutes}M"} for minutes in range(1, most + 1)]
    assert ann.add(ann.make_list(), due=DUE, reminders=told)["reminders"] == told


# -- forms ------------------------------------------------------------------------------------------------------------


def sent_as_form(person: Person, body: str) -> Any:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return person.ask("POST", f"{person.make_list()['url']}/tasks", body=body.encode(), headers=headers)


@ONE_DOOR_EACH
def test_in_a_form_each_has_a_dotted_name(ann: Person) -> None:
    reply = sent_as_form(
        ann, "title=x&due.date=2999-12-01&reminders.before=P1D&reminders.before=-PT9H&reminders.at=2999-11-01T09:00:00Z"
    )
    assert reply.status == 201, reply.body
    assert reply.json["reminders"] == [{"before": "P1D"}, {"before": "-PT9H"}, {"at": "2999-11-01T09:00:00Z"}]


@ONE_DOOR_EACH
def test_each_bad_one_of_a_form_is_named(ann: Person) -> None:
    reply = sent_as_form(ann, "title=x&reminders.at=5&reminders.at=2999-11-01T09:00:00Z&reminders.before=soon")
    assert {fault["pointer"] for fault in reply.json["errors"]} == {"/reminders/0/at", "/reminders/2/before"}
    reply = sent_as_form(ann, "title=x&reminders=P1D")
    assert {fault["pointer"] for fault in reply.json["errors"]} == {"/reminders/0"}
    for both in ("reminders.before=P1D&reminders=P1D", "reminders=P1D&reminders.before=P1D"):
        assert sent_as_form(ann, f"title=x&due.date=2999-12-01&{both}").status == 422


# -- who hears of a change --------------------------------------------------------------------------------------------

Open = Callable[..., Door]


@pytest.fixture(params=[LambdaDoor, ServerDoor])
def open_door(request: pytest.FixtureRequest, sqlite_url: str, clock: MovableClock) -> Iterator[Open]:
    """Open a door whose schedule is told of reminders by what it is given."""
    opened: list[Any] = []

    def open_it(reminders_changed: Callable[[], None]) -> Door:
        opened.append(request.param(make_url(sqlite_url), clock, reminders_changed=reminders_changed).__enter__())
        door: Door = opened[-1]
        return door

    yield open_it
    for door in opened:
        door.__exit__(None, None, None)


@pytest.mark.usefixtures("fresh_counters")
@pytest.mark.parametrize("session_door", ["lambda-sqlite"], indirect=True)
def test_the_schedule_hears_of_what_may_be_next_after_it_is_stored(open_door: Open) -> None:
    heard: list[int] = []
    door = open_door(lambda: heard.append(1))

    def count() -> int:
        found, heard[:] = len(heard), []
        return found

    ann = door.sign_up(f"{uuid.uuid4()}@example.org")
    home = ann.make_list()
    task = ann.add(home, due=DUE)
    patched(ann, task, title="Rent!")
    ann.ask("PATCH", "/v1/me", {"name": "Ann"})
    assert count() == 0
    patched(ann, task, reminders=[{"before": "PT1H"}])
    ann.add(home, due=DUE, reminders=[{"before": "PT1H"}])
    assert count() == 2
    ann.ask("DELETE", task["url"])
    assert count() == 0
    ann.ask("POST", task["url"] + "/restore")
    ann.ask("PATCH", "/v1/me", {"digest": True})
    door.sign_up(f"{uuid.uuid4()}@example.org", digest=True)
    assert count() == 3
    ann.ask("PATCH", task["url"], {"title": ""})
    assert count() == 0


@pytest.mark.usefixtures("fresh_counters")
@pytest.mark.parametrize("session_door", ["lambda-sqlite"], indirect=True)
def test_a_schedule_that_hears_nothing_is_a_warning_and_the_reply_stays(
    open_door: Open, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OSError(PASSWORD)

    door = open_door(fail)
    ann = door.sign_up(f"{uuid.uuid4()}@example.org", digest=True)
    with caplog.at_level(logging.WARNING):
        task = ann.add(ann.make_list(), due=DUE, reminders=[{"before": "PT1H"}])
    assert ann.get(task["url"]) == task
    warned = [(record.getMessage(), record.exc_info) for record in caplog.records if record.levelname == "WARNING"]
    assert warned == [("nobody could be told that reminders changed: OSError", None)] * 2
