"""Ann's week, told as one story: through each door, on each database."""

import uuid
from typing import Any

from clients import PASSWORD, Door, Person
from clocks import MovableClock


def titles(tasks: list[dict[str, Any]]) -> list[str]:
    return [task["title"] for task in tasks]


def again(door: Door, person: Person, password: str = PASSWORD) -> Person:
    """The same person, who has just logged in once more."""
    reply = door.ask("POST", "/v1/sessions", {"email": person.email, "password": password})
    assert reply.status == 201, reply.body
    return Person(door, person.email, person.id, reply.json["token"]["secret"])


def test_a_week_of_somebody_who_moves_house(door: Door, clock: MovableClock) -> None:
    # Monday: she signs up on her phone and writes down what there is to do.
    phone = door.sign_up(f"ann-{uuid.uuid4()}@example.org", name="Ann", time_zone="Europe/Madrid")
    home = phone.make_list("Home")
    move = phone.add(home, "Move house", priority=4, due={"date": "2027-03-31"}, labels=["Big"])
    boxes = phone.add(home, "Buy boxes", parent_id=move["id"], labels=["shop"])
    van = phone.add(home, "Rent a van", parent_id=move["id"], due={"at": "2027-03-30T08:00:00"})
    assert van["due"]["at"] == "2027-03-30T08:00:00+02:00"
    plants = phone.add(
        home,
        "Water the plants",
        due={"at": "2027-03-27T09:00:00", "recurrence": "FREQ=DAILY;COUNT=4"},
    )
    assert titles(phone.get("/v1/tasks")) == ["Water the plants", "Rent a van", "Move house", "Buy boxes"]

    # On the train the same thing is sent three times, and made once.
    milk = {"id": str(uuid.uuid4()), "title": "Milk", "labels": ["SHOP"]}
    for _ in range(3):
        assert phone.ask("POST", home["url"] + "/tasks", milk).status == 201
    assert set(titles(phone.get("/v1/tasks", label="Shop"))) == {"Buy boxes", "Milk"}

    # Tuesday: the laptop. Each sees what the other did, and neither undoes it unseen.
    clock.forward(days=1)
    laptop = again(door, phone)
    seen = laptop.ask("GET", move["url"])
    assert laptop.ask("GET", move["url"], headers={"If-None-Match": seen.headers["etag"]}).status == 304
    phone.ask("PATCH", move["url"], {"notes": "The key is with Bob."})
    refused = laptop.ask(
        "PATCH", move["url"], {"notes": "Ask for the key."}, headers={"If-Match": seen.headers["etag"]}
    )
    assert (refused.status, refused.json["current"]["notes"]) == (412, "The key is with Bob.")

    # Each day the plants, and never twice for one day, however often the button is pressed.
    for day in ("27", "28", "29"):
        clock.forward(days=1)
        watered = phone.ask("PATCH", plants["url"], {"completed": True, "due": plants["due"]})
        assert (watered.status, watered.json["completed"]) == (200, False)
        assert plants["due"]["at"].startswith(f"2027-03-{day}T09:00:00")
        assert phone.ask("PATCH", plants["url"], {"completed": True, "due": plants["due"]}).status == 412
        plants = watered.json
    # The clocks changed on the 28th; nine o'clock stayed nine o'clock. After the fourth time it is over.
    assert plants["due"]["at"] == "2027-03-30T09:00:00+02:00"
    done = phone.ask("PATCH", plants["url"], {"completed": True}, headers={"Idempotency-Key": "last"}).json
    assert done["completed"]

    # Friday: the move gets a list of its own, with all that belongs to it; the shopping label a better name.
    project = laptop.make_list("Move")
    moved = laptop.ask("PATCH", move["url"], {"list_id": project["id"]}).json
    assert set(titles(laptop.get(project["url"] + "/tasks"))) == {"Move house", "Buy boxes", "Rent a van"}
    assert laptop.ask("PATCH", "/v1/labels/shop", {"name": "Errands"}).json == {
        "name": "Errands",
        "lists": 2,
        "tasks": 2,
    }
    assert [(label["name"], label["open_tasks"]) for label in laptop.get("/v1/labels")] == [("Big", 1), ("Errands", 2)]

    # Saturday: a friend has a van. Then too much is deleted, and comes back as it went.
    clock.forward(days=1)
    assert laptop.ask("DELETE", van["url"]).status == 204
    assert laptop.ask("DELETE", project["url"]).status == 204
    assert titles(laptop.get("/v1/tasks", completed="false")) == ["Milk"]
    assert {task["title"] for task in laptop.get("/v1/trash")} == {"Move house", "Buy boxes", "Rent a van"}
    restored = laptop.ask("POST", move["url"] + "/restore").json
    assert (restored["title"], restored["list_id"]) == ("Move house", project["id"])
    assert laptop.get(boxes["url"])["parent_id"] == move["id"]
    assert titles(laptop.get("/v1/trash")) == ["Rent a van"]
    assert [entry["kind"] for entry in laptop.get(move["url"] + "/activity")][:2] == ["task.restored", "list.trashed"]
    assert moved["version"] < restored["version"]

    # A program may look, and no more.
    look = laptop.ask("POST", "/v1/tokens", {"name": "clock on the wall", "access": "read"}).json
    shown = door.ask("GET", "/v1/tasks?completed=false", token=look["secret"]).json
    assert set(titles(shown)) == {"Move house", "Buy boxes", "Milk"}
    assert door.ask("DELETE", move["url"], token=look["secret"]).status == 403

    # Sunday: the phone is lost. A new password locks it out, and nothing else.
    password = "a staple of another kind"
    changed = laptop.ask("PATCH", "/v1/me", {"password": password, "current_password": PASSWORD})
    assert changed.status == 200
    assert phone.ask("GET", "/v1/lists").status == 401
    assert titles(again(door, laptop, password).get("/v1/lists")) == ["Home", "Move"]

    # A month later what was not restored is gone, and so is the session; in the end everything is.
    clock.forward(days=31)
    assert laptop.ask("GET", "/v1/lists").status == 401
    laptop = again(door, laptop, password)
    assert laptop.get("/v1/trash") == []
    assert laptop.ask("POST", van["url"] + "/restore").status == 404
    assert laptop.ask("DELETE", "/v1/me").status == 204
    assert door.ask("GET", "/v1/tasks", token=look["secret"]).status == 401
    assert door.sign_up(laptop.email).get("/v1/lists") == []
