"""A task from one line. What a line means is in tests/quick_add_cases.json; here is what becomes of it."""

import uuid
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from clients import Door, Person, Reply
from clocks import MovableClock

ADD = "/v1/quick-add"


def _add(person: Person, text: str, **fields: Any) -> Reply:
    return person.ask("POST", ADD, {"text": text, **fields})


def _made(person: Person, text: str, **fields: Any) -> dict[str, Any]:
    reply = _add(person, text, **fields)
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def _tomorrow(clock: MovableClock, zone: str) -> str:
    return (clock().astimezone(ZoneInfo(zone)).date() + timedelta(days=1)).isoformat()


def test_a_line_becomes_a_task(ann: Person, clock: MovableClock) -> None:
    home = ann.make_list()
    reply = _add(ann, "Pay rent tomorrow 9am #home !1 every month", time_zone="Europe/Madrid")
    made = reply.json
    assert reply.status == 201
    assert reply.headers["location"] == made["url"]
    assert reply.headers["etag"] == f'"{made["id"]}-1"'
    assert (made["title"], made["labels"], made["priority"]) == ("Pay rent", ["home"], 4)
    due = made["due"]
    assert (due["time_zone"], due["recurrence"]) == ("Europe/Madrid", "FREQ=MONTHLY")
    assert datetime.fromisoformat(due["at"]).isoformat()[:19] == f"{_tomorrow(clock, 'Europe/Madrid')}T09:00:00"
    assert made["list_id"] == home["id"]
    assert ann.get(made["url"]) == made


def test_a_line_without_a_list_goes_to_the_first_own_one(ann: Person, bob: Person, share: Any) -> None:
    others = bob.make_list("Bob's", order=-100)
    share(others, ann, "owner")
    second = ann.make_list("Second", order=2)
    first = ann.make_list("First", order=1)
    assert _made(ann, "Buy milk")["list_id"] == others["id"]
    share_of_viewer = bob.make_list("Read only", order=-200)
    share(share_of_viewer, ann, "editor")
    assert _made(ann, "Buy milk")["list_id"] == others["id"]
    assert ann.ask("DELETE", f"{others['url']}/members/{ann.id}").status == 204
    assert _made(ann, "Buy milk")["list_id"] == first["id"]
    assert _made(ann, "Buy milk", list_id=second["id"])["list_id"] == second["id"]


def test_a_list_in_the_line_comes_before_any_other(ann: Person) -> None:
    work, garden = ann.make_list("Work"), ann.make_list("Home and garden")
    assert _made(ann, "Report +work", list_id=garden["id"])["list_id"] == work["id"]
    made = _made(ann, 'Dig +"home and GARDEN"', list_id=work["id"])
    assert (made["list_id"], made["title"]) == (garden["id"], "Dig")


def test_a_list_that_one_may_not_add_to_is_part_of_the_title(ann: Person, bob: Person, share: Any) -> None:
    share(bob.make_list("Team"), ann, "viewer")
    assert _made(ann, "Report +team")["title"] == "Report +team"


def test_whoever_has_no_list_gets_one_once(ann: Person) -> None:
    first, second = _made(ann, "Buy milk"), _made(ann, "Buy bread")
    assert first["list_id"] == second["list_id"]
    assert [each["title"] for each in ann.get("/v1/lists")] == ["To do"]


def test_the_text_is_read_in_the_accounts_language_and_zone(door: Door, clock: MovableClock) -> None:
    eva = door.sign_up(f"{uuid.uuid4()}@example.org", language="es", time_zone="Pacific/Kiritimati")
    made = _made(eva, "Comprar pan mañana")
    assert made["title"] == "Comprar pan"
    assert made["due"]["date"] == _tomorrow(clock, "Pacific/Kiritimati")
    assert [each["title"] for each in eva.get("/v1/lists")] == ["Tareas"]
    assert _made(eva, "Buy bread tomorrow")["due"] is None
    assert _made(eva, "Buy bread tomorrow", language="en", time_zone="Etc/GMT+12")["due"]["date"] == _tomorrow(
        clock, "Etc/GMT+12"
    )


def test_the_holder_of_a_link_adds_to_its_list(ann: Person) -> None:
    home, work = ann.make_list("Home"), ann.make_list("Work")
    links = {
        role: ann.ask("POST", f"{home['url']}/links", {"role": role}).json["secret"] for role in ("editor", "viewer")
    }
    reply = ann.door.ask("POST", ADD, {"text": "Buy milk +Work"}, token=links["editor"])
    assert reply.status == 201
    assert (reply.json["list_id"], reply.json["title"]) == (home["id"], "Buy milk +Work")
    assert ann.door.ask("POST", ADD, {"text": "Buy milk"}, token=links["viewer"]).status == 403
    refused = ann.door.ask("POST", ADD, {"text": "Buy milk", "list_id": work["id"]}, token=links["editor"])
    assert refused.status == 404


def test_repeating_a_line_under_its_id_is_harmless_also_a_day_later(ann: Person, clock: MovableClock) -> None:
    chosen = str(uuid.uuid4())
    made = _made(ann, "Buy milk tomorrow", id=chosen)
    clock.forward(days=1)
    assert _made(ann, "Buy milk tomorrow", id=chosen) == made
    assert _add(ann, "Buy bread tomorrow", id=chosen).json["code"] == "id_taken"
    assert ann.ask("DELETE", made["url"]).status == 204
    assert _add(ann, "Buy milk tomorrow", id=chosen).json["code"] == "conflict"


def test_repeating_a_line_under_its_key_is_harmless(ann: Person, clock: MovableClock) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = ann.ask("POST", ADD, {"text": "Buy milk tomorrow"}, headers=key).json
    clock.forward(hours=20)
    assert ann.ask("POST", ADD, {"text": "Buy milk tomorrow"}, headers=key).json == made


def test_undo_takes_back_the_task_and_the_list_that_was_made_for_it(ann: Person) -> None:
    reply = _add(ann, "Buy milk")
    undone = ann.ask("POST", f"/v1/operations/{reply.headers['x-operation-id']}/undo")
    assert undone.status == 200, undone.body
    assert ann.ask("GET", reply.json["url"]).status == 404
    assert ann.get("/v1/lists") == []


def test_a_title_that_is_too_long_is_refused_by_name(ann: Person) -> None:
    assert _made(ann, "x" * 500 + " tomorrow #home")["title"] == "x" * 500
    reply = _add(ann, "x" * 501 + " tomorrow")
    assert (reply.status, reply.json["errors"][0]["pointer"]) == (422, "/text")
    assert _add(ann, " \u00a0 ").json["errors"][0]["pointer"] == "/text"
    assert _add(ann, "two\nlines").json["errors"][0]["pointer"] == "/text"
    assert _add(ann, "x", time_zone="Mars/Olympus").json["errors"][0]["pointer"] == "/time_zone"


def test_what_would_leave_no_title_is_the_title(ann: Person) -> None:
    made = _made(ann, "tomorrow #home !1")
    assert (made["title"], made["due"], made["labels"], made["priority"]) == ("tomorrow #home !1", None, [], 0)
