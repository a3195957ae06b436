"""Feeds: calendars that programs can read, for whoever has the address and nobody else."""

from collections.abc import Mapping
from typing import Any

from clients import Door, Person, Reply
from clocks import MovableClock
from icalendar import Calendar


def make_feed(person: Person, **fields: Any) -> dict[str, Any]:
    """A feed with its secret address."""
    reply = person.ask("POST", "/v1/feeds", {"shows": "due", **fields})
    assert reply.status == 201, reply.body
    made: dict[str, Any] = reply.json
    return made


def fetch(door: Door, feed: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """What a calendar program gets, which knows nothing but the address."""
    return door.ask("GET", feed["url"], headers=headers)


def as_tasks(door: Door, feed: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """The same for a program that knows tasks."""
    return door.ask("GET", feed["url"], headers=headers, query={"as": "tasks"})


def titles(reply: Reply, kind: str = "VEVENT") -> list[str]:
    """What a calendar calls its entries."""
    assert reply.status == 200, reply.body
    assert reply.headers["content-type"] == "text/calendar; charset=utf-8"
    return [str(each["SUMMARY"]) for each in Calendar.from_ical(reply.body).walk(kind)]


def test_a_list_is_a_calendar_of_what_is_due(door: Door, ann: Person) -> None:
    home, other = ann.make_list(), ann.make_list("Other")
    ann.add(home, "dated", due={"date": "2026-12-01"}, notes="two\nlines; and, more", labels=["a", "b"])
    ann.add(
        home,
        "timed",
        due={"at": "2026-12-02T09:00:00", "time_zone": "Europe/Madrid", "recurrence": "FREQ=MONTHLY"},
    )
    ann.add(home, "undated")
    ann.add(home, "done", due={"date": "2026-12-01"}, completed=True)
    ann.add(other, "elsewhere", due={"date": "2026-12-01"})
    feed = make_feed(ann, shows="list", list_id=home["id"])
    assert titles(fetch(door, feed)) == ["dated", "timed"]
    whole = as_tasks(door, feed)
    assert sorted(titles(whole, "VTODO")) == ["dated", "done", "timed", "undated"]
    calendar: Any = Calendar.from_ical(fetch(door, feed).body)
    assert str(calendar["X-WR-CALNAME"]) == "Home"
    assert {"X-PUBLISHED-TTL", "REFRESH-INTERVAL"} <= set(calendar)


def test_today_is_the_day_of_the_account(door: Door, ann: Person, clock: MovableClock) -> None:
    ann.ask("PATCH", "/v1/me", {"time_zone": "Pacific/Kiritimati"})  # 14 hours ahead
    home = ann.make_list()
    ahead = clock().astimezone(__import__("zoneinfo").ZoneInfo("Pacific/Kiritimati")).date()
    ann.add(home, "today", due={"date": ahead.isoformat()})
    ann.add(home, "overdue", due={"date": "2020-01-01"})
    ann.add(home, "later", due={"date": "2999-01-01"})
    today, due = make_feed(ann, shows="today"), make_feed(ann, shows="due")
    assert titles(fetch(door, today)) == ["overdue", "today"]
    assert titles(fetch(door, due)) == ["overdue", "today", "later"]
    tags = fetch(door, today).headers["etag"], fetch(door, due).headers["etag"]
    clock.forward(days=1)
    assert fetch(door, today).headers["etag"] != tags[0]
    assert fetch(door, due).headers["etag"] == tags[1]


def test_what_has_not_changed_is_not_sent_again(door: Door, ann: Person) -> None:
    home = ann.make_list()
    feed = make_feed(ann, shows="list", list_id=home["id"])
    first = fetch(door, feed)
    tag = {"If-None-Match": first.headers["etag"]}
    again = fetch(door, feed, headers=tag)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert as_tasks(door, feed, headers=tag).status == 200
    ann.add(ann.make_list("Other"), due={"date": "2026-12-01"})
    assert fetch(door, feed, headers=tag).status == 304
    ann.add(home, due={"date": "2026-12-01"})
    assert fetch(door, feed, headers=tag).status == 200
    head = door.ask("HEAD", feed["url"])
    assert (head.status, head.body) == (200, b"")
    assert head.headers["cache-control"].startswith("private")


def test_a_revoked_feed_is_nowhere(door: Door, ann: Person, bob: Person) -> None:
    feed = make_feed(ann)
    shown = ann.get("/v1/feeds")
    assert [each["id"] for each in shown] == [feed["id"]]
    assert "todofeed_" not in str(shown)
    assert bob.ask("DELETE", shown[0]["url"]).status == 404
    assert fetch(door, feed).status == 200
    assert ann.ask("DELETE", shown[0]["url"]).status == 204
    assert fetch(door, feed).status == 404
    assert fetch(door, {"url": "/v1/feeds/todofeed_unknown.ics"}).status == 404
    assert door.ask("GET", f"/v1/feeds/{'x' * 500}.ics").status == 404


def test_a_list_that_is_gone_is_an_empty_calendar(door: Door, ann: Person, bob: Person, share: Any) -> None:
    home = ann.make_list()
    share(home, bob, "viewer")
    ann.add(home, "dated", due={"date": "2026-12-01"})
    feed = make_feed(bob, shows="list", list_id=home["id"])
    tag = fetch(door, feed).headers["etag"]
    assert bob.ask("DELETE", f"{home['url']}/members/{bob.id}").status == 204
    assert titles(fetch(door, feed, headers={"If-None-Match": tag})) == []
    mine = make_feed(ann, shows="list", list_id=home["id"])
    assert ann.ask("DELETE", home["url"]).status == 204
    assert titles(fetch(door, mine)) == []


def test_a_feed_goes_with_its_account(door: Door, ann: Person) -> None:
    home = ann.make_list()
    feed = make_feed(ann, shows="list", list_id=home["id"])
    assert ann.ask("DELETE", "/v1/me").status == 204
    assert fetch(door, feed).status == 404


def test_a_feed_is_of_a_list_that_one_sees(ann: Person, bob: Person) -> None:
    theirs = bob.make_list()["id"]
    assert ann.ask("POST", "/v1/feeds", {"shows": "list", "list_id": theirs}).status == 404
    assert ann.ask("POST", "/v1/feeds", {"shows": "list"}).status == 422
    assert ann.ask("POST", "/v1/feeds", {"shows": "due", "list_id": theirs}).status == 422


def test_a_secret_is_shown_once_whatever_the_key(ann: Person) -> None:
    key = {"Idempotency-Key": "feed"}
    assert ann.ask("POST", "/v1/feeds", {"shows": "due"}, headers=key).status == 201
    assert ann.ask("POST", "/v1/feeds", {"shows": "due"}, headers=key).json["code"] == "already_done"
