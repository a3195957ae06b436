"""Idempotency-Key: a command that is repeated is carried out once."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from clients import PASSWORD, LambdaDoor, Person, Reply
from clocks import MovableClock
from doors import ONE_DOOR_EACH

from todo.services import idempotency


def ask(person: Person, key: str, method: str, path: str, body: Any = None, **headers: str) -> Reply:
    return person.ask(method, path, body, headers={"Idempotency-Key": key, **headers})


def same(first: Reply, second: Reply) -> None:
    names = ("location", "etag", "content-type", "x-operation-id")
    assert (first.status, first.body) == (second.status, second.body)
    assert [first.headers.get(name) for name in names] == [second.headers.get(name) for name in names]


def test_a_repeated_command_replays_status_headers_and_body(ann: Person) -> None:
    home = ann.make_list()
    new = {"title": "Rent", "due": {"at": "2026-12-01T09:00:00", "time_zone": "Asia/Kathmandu"}, "labels": ["ä"]}
    first, second = (ask(ann, "k", "POST", home["url"] + "/tasks", new) for _ in range(2))
    assert first.status == 201
    same(first, second)
    assert len(ann.get(home["url"] + "/tasks")) == 1


def test_every_kind_of_command_can_be_repeated(ann: Person) -> None:
    made = [ask(ann, "make", "POST", "/v1/lists", {"title": "Home"}) for _ in range(2)]
    home = made[0].json
    task = ann.add(home, labels=["a"])
    commands: list[tuple[str, str, Any]] = [
        ("PATCH", home["url"], {"title": "House"}),
        ("PATCH", task["url"], {"completed": True}),
        ("PATCH", "/v1/labels/a", {"name": "b"}),
        ("DELETE", "/v1/labels/b", None),
        ("PATCH", "/v1/me", {"name": "Anna"}),
        ("DELETE", task["url"], None),
        ("POST", task["url"] + "/restore", None),
        ("DELETE", home["url"] + "/tasks", None),
        ("DELETE", home["url"], None),
    ]
    same(*made)
    for number, command in enumerate(commands):
        first, second = (ask(ann, f"key-{number}", *command) for _ in range(2))
        assert first.status in (200, 204), first.body
        same(first, second)
    assert len(ann.get("/v1/lists")) == 0


def test_the_replay_is_what_was_said_then_whatever_happened_since(ann: Person) -> None:
    home = ann.make_list()
    first = ask(ann, "k", "POST", home["url"] + "/tasks", {"title": "Rent"})
    ann.ask("PATCH", first.json["url"], {"title": "Pay rent"})
    ann.ask("DELETE", first.json["url"])
    same(first, ask(ann, "k", "POST", home["url"] + "/tasks", {"title": "Rent"}))


def test_what_was_done_can_be_undone_by_what_the_replay_says(ann: Person) -> None:
    home = ann.make_list()
    first, second = (ask(ann, "k", "PATCH", home["url"], {"title": "House"}) for _ in range(2))
    operation = second.headers["x-operation-id"]
    assert operation == first.headers["x-operation-id"]
    assert ann.ask("POST", f"/v1/operations/{operation}/undo").status == 200
    assert ann.get(home["url"])["title"] == home["title"]


def test_what_changed_nothing_has_no_operation_the_second_time_either(ann: Person) -> None:
    home = ann.make_list()
    replies = [ask(ann, "k", "PATCH", home["url"], {"title": home["title"]}) for _ in range(2)]
    assert [reply.status for reply in replies] == [200, 200]
    assert [reply.headers.get("x-operation-id") for reply in replies] == [None, None]


def test_the_same_command_written_in_another_way_is_the_same(ann: Person) -> None:
    home = ann.make_list()
    path = home["url"] + "/tasks"
    first = ask(ann, "k", "POST", path, {"title": "Rent", "priority": 2, "labels": ["a"]})
    second = ann.ask(
        "POST", path, body=b' {"labels":["a"], "priority":2,"notes":"",\n"title":"\\u0052ent"}',
        headers={"Idempotency-Key": "k"},
    )  # fmt: skip
    third = ann.ask(
        "POST",
        path,
        body=b"title=Rent&priority=2&labels=a",
        headers={"Idempotency-Key": "k", "Content-Type": "application/x-www-form-urlencoded"},
    )
    same(first, second)
    same(first, third)


def test_another_command_under_the_key_is_refused_and_not_done(ann: Person) -> None:
    home, work = ann.make_list(), ann.make_list()
    path = home["url"] + "/tasks"
    task = ask(ann, "k", "POST", path, {"title": "Rent"}).json
    others: list[tuple[str, str, Any, dict[str, str]]] = [
        ("POST", path, {"title": "Other"}, {}),
        ("POST", work["url"] + "/tasks", {"title": "Rent"}, {}),
        ("DELETE", path, None, {}),
        ("PATCH", task["url"], {"title": "Other"}, {}),
        ("DELETE", task["url"], None, {"If-Match": "*"}),
    ]
    for method, where, body, headers in others:
        reply = ask(ann, "k", method, where, body, **headers)
        assert (reply.status, reply.json["code"]) == (422, "idempotency_mismatch")
    assert ann.get("/v1/tasks") == [task]


def test_another_precondition_is_another_command(ann: Person) -> None:
    home = ann.make_list()
    tag = f'"{home["id"]}-1"'
    first = ask(ann, "k", "PATCH", home["url"], {"title": "x"}, **{"If-Match": tag})
    same(first, ask(ann, "k", "PATCH", home["url"], {"title": "x"}, **{"If-Match": tag}))
    assert ask(ann, "k", "PATCH", home["url"], {"title": "x"}).status == 422


def test_a_refused_command_can_be_repeated_and_then_succeed(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("DELETE", task["url"])
    assert ask(ann, "k", "PATCH", task["url"], {"title": "x"}).status == 404
    ann.ask("POST", task["url"] + "/restore")
    assert ask(ann, "k", "PATCH", task["url"], {"title": "x"}).status == 200


def test_a_key_belongs_to_one_account(ann: Person, bob: Person) -> None:
    key = str(uuid.uuid4())
    one, two = (ask(person, key, "POST", "/v1/lists", {"title": "Home"}) for person in (ann, bob))
    assert (one.status, two.status) == (201, 201)
    assert one.json["id"] != two.json["id"]


def test_a_key_is_kept_a_day(ann: Person, clock: MovableClock) -> None:
    first = ask(ann, "k", "POST", "/v1/lists", {"title": "Home"})
    clock.forward(hours=23, minutes=59)
    same(first, ask(ann, "k", "POST", "/v1/lists", {"title": "Home"}))
    clock.forward(minutes=2)
    later = ask(ann, "k", "POST", "/v1/lists", {"title": "Another"})
    assert (later.status, later.json["title"]) == (201, "Another")


def test_a_reply_with_a_secret_is_not_kept(ann: Person) -> None:
    first, second = (ask(ann, "k", "POST", "/v1/tokens", {"name": "backup"}) for _ in range(2))
    assert first.status == 201
    assert (second.status, second.json["code"], second.json["id"]) == (409, "already_done", first.json["id"])
    assert first.json["secret"].encode() not in second.body
    assert [token["name"] for token in ann.get("/v1/tokens")].count("backup") == 1


def test_a_change_of_password_leaves_no_quick_digest_of_a_password(ann: Person) -> None:
    key, secrets = str(uuid.uuid4()), {"password": "a staple of another kind", "current_password": PASSWORD}
    with patch.object(idempotency, "once", wraps=idempotency.once) as once:
        assert ask(ann, key, "PATCH", "/v1/me", secrets).status == 200
    command = repr(once.call_args)
    assert key in command
    assert not any(secret in command for secret in secrets.values())


@pytest.mark.parametrize("key", ["", "x" * 201, "a b", "é", "tab\there"])
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_a_key_that_cannot_be_used_is_refused(ann: Person, key: str) -> None:
    reply = ask(ann, key, "POST", "/v1/lists", {"title": "Home"})
    assert (reply.status, reply.json["errors"][0]["header"]) == (400, "Idempotency-Key")
    assert ann.get("/v1/lists") == []


def test_a_token_that_may_only_read_gets_no_replay(ann: Person) -> None:
    ask(ann, "k", "POST", "/v1/lists", {"title": "Home"})
    secret = ann.ask("POST", "/v1/tokens", {"name": "look", "access": "read"}).json["secret"]
    reader = Person(ann.door, ann.email, ann.id, secret)
    assert ask(reader, "k", "POST", "/v1/lists", {"title": "Home"}).status == 403


def test_eight_at_once_make_one_task(ann: Person) -> None:
    home = ann.make_list()
    path = home["url"] + "/tasks"
    with ThreadPoolExecutor(8) as threads:
        if type(ann.door).__name__ == "LambdaDoor":
            # An environment serves one request at a time.
            replies = [ask(ann, "k", "POST", path, {"title": "Rent"}) for _ in range(8)]
        else:
            replies = list(threads.map(lambda _: ask(ann, "k", "POST", path, {"title": "Rent"}), range(8)))
    for reply in replies:
        same(replies[0], reply)
    assert (replies[0].status, len(ann.get(path))) == (201, 1)


def test_eight_at_once_with_different_commands_carry_out_one(ann: Person) -> None:
    home = ann.make_list()
    path = home["url"] + "/tasks"
    with ThreadPoolExecutor(1 if type(ann.door).__name__ == "LambdaDoor" else 8) as threads:
        replies = list(threads.map(lambda number: ask(ann, "k", "POST", path, {"title": str(number)}), range(8)))
    assert sorted(reply.status for reply in replies) == [201] + [422] * 7
    assert len(ann.get(path)) == 1


@ONE_DOOR_EACH
def test_a_replay_gives_large_numbers_and_other_scripts_as_they_were(ann: Person) -> None:
    home = ann.make_list()
    new = {"title": "\N{RIGHT-TO-LEFT MARK}🏠 Ä", "order": 1e15, "notes": "\t\n" * 9}
    first, second = (ask(ann, "k", "POST", home["url"] + "/tasks", new) for _ in range(2))
    assert first.status == 201
    same(first, second)


@pytest.mark.parametrize("session_door", ["lambda-sqlite", "lambda-postgresql"], indirect=True)
def test_eight_environments_at_once_make_one_task(ann: Person) -> None:
    path = ann.make_list()["url"] + "/tasks"
    url = ann.door.database.engine.url

    def add_in_own_environment(_number: int) -> Reply:
        with LambdaDoor(url, MovableClock()) as door:
            return ask(Person(door, ann.email, ann.id, ann.token), "k", "POST", path, {"title": "Rent"})

    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(add_in_own_environment, range(8)))
    done = [reply for reply in replies if reply.status == 201]
    assert done
    for reply in replies:
        if reply.status == 201:
            same(done[0], reply)
        else:
            assert (reply.status, reply.json["code"]) == (409, "still_running")
    assert len(ann.get(path)) == 1
