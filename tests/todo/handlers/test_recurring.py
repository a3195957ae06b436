"""Recurring tasks: completing one moves its due on, and never by accident twice."""

from typing import Any

import pytest
from clients import Person, Reply
from doors import ONE_DOOR_EACH

Task = dict[str, Any]


def add(person: Person, rule: str, **due: str) -> Task:
    return person.add(person.make_list(), "Water the plants", due={**due, "recurrence": rule})


def complete(person: Person, task: Task) -> Task:
    """Complete an occurrence, saying which."""
    reply = person.ask("PATCH", task["url"], {"completed": True, "due": task["due"]})
    assert reply.status == 200, reply.body
    changed: Task = reply.json
    return changed


def test_completing_it_moves_the_due_on_and_logs_it(ann: Person) -> None:
    task = add(ann, "FREQ=WEEKLY;BYDAY=MO,TH", date="2026-11-23")
    after = complete(ann, task)
    assert (after["completed"], after["completed_at"], after["due"]["date"]) == (False, None, "2026-11-26")
    assert after["version"] == 2
    assert ann.get(task["url"]) == after
    entry = ann.get(task["url"] + "/activity")[0]
    assert (entry["kind"], list(entry["changes"])) == ("task.completed", ["due"])
    assert entry["changes"]["due"]["before"]["date"] == "2026-11-23"
    assert entry["changes"]["due"]["after"]["date"] == "2026-11-26"


def test_without_a_precondition_it_is_428_and_nothing_happens(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    reply = ann.ask("PATCH", task["url"], {"completed": True})
    assert (reply.status, reply.json["code"]) == (428, "precondition_required")
    assert ann.get(task["url"]) == task


def test_other_changes_need_no_precondition(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    assert ann.ask("PATCH", task["url"], {"title": "Water them"}).status == 200
    assert ann.ask("PATCH", task["url"], {"completed": False}).status == 200
    moved = ann.ask("PATCH", task["url"], {"due": {**task["due"], "date": "2026-11-30"}})
    assert moved.json["due"]["date"] == "2026-11-30"


def refused_as_changed(reply: Reply, current: Task) -> None:
    assert (reply.status, reply.json["code"], reply.json["current"]) == (412, "version_mismatch", current)


def test_if_match_lets_it_happen_once(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    tag = ann.ask("GET", task["url"]).headers["etag"]
    after = ann.ask("PATCH", task["url"], {"completed": True}, headers={"If-Match": tag})
    assert (after.status, after.json["due"]["date"]) == (200, "2026-11-24")
    refused_as_changed(ann.ask("PATCH", task["url"], {"completed": True}, headers={"If-Match": tag}), after.json)


def test_an_idempotency_key_lets_it_happen_once(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    first, second = (
        ann.ask("PATCH", task["url"], {"completed": True}, headers={"Idempotency-Key": "today"}) for _ in range(2)
    )
    assert (first.status, first.json["due"]["date"]) == (200, "2026-11-24")
    assert (second.status, second.body, second.headers["etag"]) == (200, first.body, first.headers["etag"])
    assert ann.get(task["url"]) == first.json


def test_the_due_that_was_seen_lets_it_happen_once(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    after = complete(ann, task)
    refused_as_changed(ann.ask("PATCH", task["url"], {"completed": True, "due": task["due"]}), after)
    refused_as_changed(ann.ask("PATCH", task["url"], {"completed": True, "due": None}), after)


def test_the_due_that_was_seen_may_be_written_in_another_way(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", at="2026-11-23T09:00:00", time_zone="Europe/Madrid")
    seen = {"at": "2026-11-23T08:00:00Z", "recurrence": "rrule:freq=daily;interval=1"}
    reply = ann.ask("PATCH", task["url"], {"completed": True, "due": seen})
    assert (reply.status, reply.json["due"]["at"]) == (200, "2026-11-24T09:00:00+01:00")


def test_the_completion_can_change_other_things_too(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    reply = ann.ask("PATCH", task["url"], {"completed": True, "due": task["due"], "notes": "two litres"})
    assert (reply.json["due"]["date"], reply.json["notes"]) == ("2026-11-24", "two litres")


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20261125"])
@pytest.mark.parametrize("moment", [False, True])
@ONE_DOOR_EACH
def test_count_and_until_end_the_series_with_a_completed_task(ann: Person, rule: str, moment: bool) -> None:
    first = {"at": "2026-11-23T09:00:00", "time_zone": "Europe/Madrid"} if moment else {"date": "2026-11-23"}
    task = add(ann, rule, **first)
    days = [(task["due"]["at"] or task["due"]["date"])[:10]]
    while not task["completed"]:
        task = complete(ann, task)
        days.append((task["due"]["at"] or task["due"]["date"])[:10])
    assert days == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-25"]
    assert task["completed_at"] is not None
    assert ann.ask("PATCH", task["url"], {"completed": True}).json == task


@ONE_DOOR_EACH
def test_nine_o_clock_stays_nine_o_clock_when_the_clocks_change(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", at="2026-10-24T09:00:00", time_zone="Europe/Berlin")
    shown = [task["due"]["at"]]
    for _ in range(2):
        task = complete(ann, task)
        shown.append(task["due"]["at"])
    assert shown == ["2026-10-24T09:00:00+02:00", "2026-10-25T09:00:00+01:00", "2026-10-26T09:00:00+01:00"]


@ONE_DOOR_EACH
def test_a_time_that_the_clock_skips_comes_back_the_day_after(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", at="2027-03-27T02:30:00", time_zone="Europe/Berlin")
    skipped = complete(ann, task)
    assert skipped["due"]["at"] == "2027-03-28T03:30:00+02:00"
    # Whoever sends the due back as it was seen, with another change or by completing, changes nothing of that.
    named = ann.ask("PATCH", task["url"], {"due": skipped["due"], "title": "Water"}).json
    assert complete(ann, named)["due"]["at"] == "2027-03-29T02:30:00+02:00"


@ONE_DOOR_EACH
def test_moving_the_due_by_hand_begins_the_series_anew_from_there(ann: Person) -> None:
    task = add(ann, "FREQ=MONTHLY", date="2026-11-23")
    moved = ann.ask("PATCH", task["url"], {"due": {**task["due"], "date": "2026-11-25"}}).json
    assert complete(ann, moved)["due"]["date"] == "2026-12-25"


def test_the_rule_is_kept_in_its_canonical_form(ann: Person) -> None:
    assert add(ann, "RRULE:interval=1;byday=we,mo;freq=weekly", date="2026-11-23")["due"]["recurrence"] == (
        "FREQ=WEEKLY;BYDAY=MO,WE"
    )


def test_a_task_that_stops_recurring_is_completed_like_any_other(ann: Person) -> None:
    task = add(ann, "FREQ=DAILY", date="2026-11-23")
    ann.ask("PATCH", task["url"], {"due": {"date": "2026-11-23"}})
    done = ann.ask("PATCH", task["url"], {"completed": True}).json
    assert (done["completed"], done["due"]["date"]) == (True, "2026-11-23")
