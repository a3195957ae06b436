"""Every field of every body and query, bad in every way that its type allows, is refused by name; nothing is stored."""

import msgspec
import pytest
from bad_input.matrix import OPERATIONS, bad_bodies, bad_queries, example, named, new_world, problem
from clients import Door, Person
from tables import rows

WITH_BODY = [case for case in OPERATIONS if case.described.body is not None]
WITH_QUERY = [case for case in OPERATIONS if case.described.query is not None]


def test_every_bad_field_of_a_body_is_named_at_once_and_nothing_is_stored(door: Door, ann: Person) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in WITH_BODY:
        assert case.described.body is not None
        for body in bad_bodies(case.described.body):
            found = problem(world.ask(case, json=body), 422)
            assert found["code"] == "invalid_input"
            places = {f"/{place.split('/')[1]}" for place in named(found)}
            assert places == {f"/{name}" for name in body}, (str(case), body, found["errors"])
    assert rows(door) == before


def test_every_unknown_field_is_named(door: Door, ann: Person) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in WITH_BODY:
        body = example(case) | {"colour": 1, "a/b~c": 2, "x" * 5000: 3}
        assert named(problem(world.ask(case, json=body), 422)) == {"/colour", "/a~1b~0c", "/" + "x" * 80}
    assert rows(door) == before


def test_every_missing_field_is_named(door: Door, ann: Person) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in WITH_BODY:
        assert case.described.body is not None
        needed = {f"/{field.encode_name}" for field in msgspec.structs.fields(case.described.body) if field.required}
        if needed:
            assert named(problem(world.ask(case, json={}), 422)) == needed
        elif case.method == "patch":
            assert world.ask(case, json={}).status == 200, "a change of nothing"
    assert rows(door) == before


def test_every_bad_parameter_of_a_query_is_named_at_once(door: Door, ann: Person) -> None:
    world = new_world(ann)
    before = rows(door)
    for case in WITH_QUERY:
        assert case.described.query is not None
        for query in bad_queries(case.described.query):
            reply = world.ask(case, query=query)
            found = problem(reply, 422)
            # A field without a bad way of its own in this turn was given a good value.
            assert named(found) <= query.keys(), found
            assert named(found), found
    assert rows(door) == before


@pytest.mark.parametrize(
    "query", ["limit=1&limit=2", "limit=%ff", "%ff=1", "no_such=1", "limit=", "limit", "&&&limit=0"]
)
def test_a_query_that_is_odd_as_a_whole_is_refused(ann: Person, query: str) -> None:
    for case in WITH_QUERY:
        if "{" not in case.path and case.method == "get":
            found = problem(ann.ask("GET", f"{case.path}?{query}"), 422)
            assert len(named(found)) == 1


def test_null_in_a_query_is_never_taken_for_a_condition_that_was_left_out(ann: Person) -> None:
    """Else `?completed=null` would empty a list that `?completed=true` was meant to tidy."""
    task_list = ann.make_list()
    ann.add(task_list)
    reply = ann.ask("DELETE", f"{task_list['url']}/tasks?completed=null")
    assert named(problem(reply, 422)) == {"completed"}
    assert len(ann.get(f"{task_list['url']}/tasks")) == 1


NUMBERS = ["1e999", "-1e999", "1" * 5000, "-" + "9" * 5000, "1e308", "0." + "1" * 400 + "e500"]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: f"{number[:6]}-{len(number)}")
def test_a_number_beyond_all_limits_is_named_as_any_bad_field(door: Door, ann: Person, number: str) -> None:
    task_list = ann.make_list()
    before = rows(door)
    body = f'{{"title": "x", "priority": {number}, "order": {number}, "due": {{"date": {number}}}}}'.encode()
    found = problem(ann.ask("POST", f"{task_list['url']}/tasks", body=body), 422)
    assert named(found) == {"/priority", "/order", "/due/date"}
    assert rows(door) == before


@pytest.mark.parametrize(
    ("due", "place"),
    [
        ({"date": "0001-01-01"}, "/due/date"),
        ({"date": "9999-12-31"}, "/due/date"),
        ({"at": "9999-12-31T23:59:59-23:59"}, "/due/at"),
        ({"at": "0001-01-01T00:00:00+23:59"}, "/due/at"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "../../etc/passwd"}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "/etc/passwd"}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "A" * 64}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "Europe"}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "Europe/Madrid\0"}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "time_zone": "Мадрид"}, "/due/time_zone"),
        ({"at": "2026-11-23T09:00:00", "date": "2026-11-23"}, "/due"),
        ({"time_zone": "UTC"}, "/due"),
        ({}, "/due"),
        ({"date": "2026-11-23", "time_zone": "UTC"}, "/due/time_zone"),
        ({"date": "2026-11-23", "recurrence": "every day"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=SECONDLY"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=DAILY;INTERVAL=" + "9" * 400}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=DAILY;COUNT=0"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=DAILY;UNTIL=99999999"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=YEARLY;BYWEEKNO=99"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "\0"}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": ";" * 400}, "/due/recurrence"),
        ({"date": "2026-11-23", "recurrence": "FREQ=DAILY;FREQ=DAILY"}, "/due/recurrence"),
    ],
    ids=str,
)
def test_a_due_that_makes_no_sense_is_refused_at_its_field(
    door: Door, ann: Person, due: dict[str, str], place: str
) -> None:
    task_list = ann.make_list()
    task = ann.add(task_list)
    before = rows(door)
    for method, path in (("POST", f"{task_list['url']}/tasks"), ("PATCH", task["url"])):
        found = problem(ann.ask(method, path, {"title": "Pay rent", "due": due}), 422)
        assert named(found) == {place}
    assert rows(door) == before


def test_moments_at_the_ends_of_the_calendar_are_refused_or_kept(ann: Person) -> None:
    for moment in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z"):
        found = problem(ann.ask("POST", "/v1/tokens", {"name": "t", "expires_at": moment}), 422)
        assert named(found) == {"/expires_at"}
    for moment in ("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"):
        assert named(problem(ann.ask("GET", "/v1/tasks", query={"updated_since": moment}), 422)) == {"updated_since"}
    assert ann.ask("POST", "/v1/tokens", {"name": "t", "expires_at": "9999-12-31T23:59:59Z"}).status == 201


def test_an_address_that_is_too_long_to_compare_is_refused(door: Door) -> None:
    before = rows(door)
    reply = door.ask("POST", "/v1/accounts", {"email": "ΐ" * 250 + "@x", "password": "a long password"})
    assert named(problem(reply, 422)) == {"/email"}
    counted = {"throttles"}  # an attempt is one whatever became of it
    assert {k: v for k, v in rows(door).items() if k not in counted} == {
        k: v for k, v in before.items() if k not in counted
    }
