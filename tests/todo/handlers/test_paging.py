"""Orders and pages: every item once, whatever it is sorted by, and a cursor only for the query it came from."""

import base64
import json
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from clients import Person
from clocks import MovableClock

pytestmark = pytest.mark.parametrize("session_door", ["lambda-sqlite", "lambda-postgresql"], indirect=True)

ORDERS = ["order", "due", "priority", "title", "created", "updated"]


def pages(person: Person, path: str, **query: Any) -> list[list[dict[str, Any]]]:
    """All pages, followed by their links."""
    found = []
    reply = person.ask("GET", path, query=query)
    while True:
        assert reply.status == 200, reply.body
        found.append(reply.json)
        if "link" not in reply.headers:
            return found
        link = reply.headers["link"]
        assert link.startswith("</v1/")
        assert link.endswith('>; rel="next"')
        reply = person.ask("GET", link[1 : link.index(">")])


def key(task: dict[str, Any], order_by: str) -> Any:
    due = task["due"] or {}
    return {
        "order": task["order"],
        # The local day and time; a date before the moments of its day, and nothing last.
        "due": (due.get("date") or due.get("at") or "~")[:19],
        "priority": task["priority"],
        "title": task["title"].casefold(),
        "created": task["created_at"],
        "updated": task["updated_at"],
    }[order_by]


@pytest.fixture
def home(ann: Person, clock: MovableClock) -> dict[str, Any]:
    """A list of tasks with ties in every key."""
    made = ann.make_list()
    dues: list[Any] = [
        None,
        {"date": "2026-11-23"},
        {"date": "2026-11-23"},
        {"at": "2026-11-23T00:00:00", "time_zone": "Europe/Madrid"},
        {"at": "2026-11-22T23:59:59", "time_zone": "Asia/Tokyo"},
        {"date": "2026-12-01"},
        None,
    ]
    titles = ["b", "B", "a", "Ä", "ä", "Z", "10", "ß"]
    for number in range(14):
        if number % 3 == 0:
            clock.forward(seconds=1)
        ann.add(
            made,
            titles[number % 8],
            due=dues[number % 7],
            priority=number % 2,
            order=number // 3,
        )
    return made


def test_every_task_comes_once_in_each_order_both_ways(ann: Person, home: dict[str, Any]) -> None:
    for order_by, sign in product(ORDERS, ("", "-")):
        for path, limit in ((home["url"] + "/tasks", 3), ("/v1/tasks", 5)):
            got = pages(ann, path, order_by=sign + order_by, limit=limit)
            assert {len(page) for page in got[:-1]} == {limit}
            tasks = [task for page in got for task in page]
            assert len({task["id"] for task in tasks}) == len(tasks) == 14
            expected = sorted(tasks, key=lambda task: (key(task, order_by), task["id"]), reverse=sign == "-")
            assert [task["id"] for task in tasks] == [task["id"] for task in expected], sign + order_by


def test_a_list_is_in_its_order_and_all_lists_by_due_unless_asked_otherwise(ann: Person, home: dict[str, Any]) -> None:
    assert ann.get(home["url"] + "/tasks") == ann.get(home["url"] + "/tasks", order_by="order")
    assert ann.get("/v1/tasks") == ann.get("/v1/tasks", order_by="due")
    assert ann.get("/v1/tasks")[-1]["due"] is None


def test_dates_come_before_the_moments_of_their_day_and_nothing_last(ann: Person) -> None:
    made = ann.make_list()
    dues = {
        "moment": {"at": "2026-11-23T00:00:00", "time_zone": "America/New_York"},
        "date": {"date": "2026-11-23"},
        "none": None,
        "before": {"at": "2026-11-22T23:59:00", "time_zone": "America/New_York"},
    }
    for title, due in dues.items():
        ann.add(made, title, due=due)
    assert [task["title"] for task in ann.get("/v1/tasks")] == ["before", "date", "moment", "none"]
    assert [task["title"] for task in ann.get("/v1/tasks", order_by="-due")] == ["none", "moment", "date", "before"]


def test_pages_keep_the_filter(ann: Person, home: dict[str, Any]) -> None:
    got = pages(ann, home["url"] + "/tasks", priority=1, q="ä", limit=1, order_by="-title")
    assert len(got) == sum(
        1 for task in ann.get(home["url"] + "/tasks") if task["priority"] == 1 and "ä" in task["title"].casefold()
    )
    assert all(task["priority"] == 1 for page in got for task in page)


def test_a_link_is_relative_and_holds_the_whole_query(ann: Person, home: dict[str, Any]) -> None:
    reply = ann.ask("GET", "/v1/tasks", query={"limit": 2, "q": "ä", "list": home["id"], "order_by": "-created"})
    target = urlsplit(reply.headers["link"][1:].split(">")[0])
    assert (target.scheme, target.netloc, target.path) == ("", "", "/v1/tasks")
    query = parse_qs(target.query)
    assert query.pop("cursor")
    assert query == {"limit": ["2"], "q": ["ä"], "list": [home["id"]], "order_by": ["-created"]}


def test_a_full_last_page_has_no_link(ann: Person, home: dict[str, Any]) -> None:
    assert "link" not in ann.ask("GET", home["url"] + "/tasks?limit=14").headers
    assert "link" in ann.ask("GET", home["url"] + "/tasks?limit=13").headers
    assert "link" not in ann.ask("GET", ann.make_list()["url"] + "/tasks?limit=1").headers


def test_the_limit_can_change_on_the_way(ann: Person, home: dict[str, Any]) -> None:
    link = ann.ask("GET", home["url"] + "/tasks?limit=2").headers["link"]
    reply = ann.ask("GET", link[1 : link.index(">")].replace("limit=2", "limit=500"))
    assert len(reply.json) == 12


def test_what_is_added_or_removed_meanwhile_neither_repeats_nor_hides_the_rest(
    ann: Person, home: dict[str, Any]
) -> None:
    path = home["url"] + "/tasks"
    before = ann.get(path)
    first = ann.ask("GET", path, query={"limit": 5})
    ann.add(home, "in front", order=-1)
    ann.ask("DELETE", before[4]["url"])  # the one that the cursor stands on
    ann.ask("DELETE", before[9]["url"])
    link = first.headers["link"]
    rest = ann.ask("GET", link[1 : link.index(">")].replace("limit=5", "limit=50")).json
    assert [task["id"] for task in rest] == [task["id"] for task in before[5:] if task["id"] != before[9]["id"]]


OTHERS = [
    {"order_by": "due"},
    {"order_by": "-order"},
    {"order_by": "order", "priority": "1"},
    {"order_by": "order", "q": "a"},
    {"order_by": "order", "completed": "false"},
]


def test_a_cursor_of_another_query_is_refused(ann: Person, home: dict[str, Any]) -> None:
    link = ann.ask("GET", home["url"] + "/tasks", query={"order_by": "order", "limit": 1}).headers["link"]
    cursor = parse_qs(urlsplit(link[1:].split(">")[0]).query)["cursor"][0]
    for path, other in product((home["url"] + "/tasks", "/v1/tasks"), OTHERS):
        reply = ann.ask("GET", path, query={**other, "cursor": cursor})
        assert (reply.status, reply.json["code"]) == (400, "bad_cursor")
    elsewhere = ann.ask("GET", ann.make_list()["url"] + "/tasks", query={"order_by": "order", "cursor": cursor})
    assert elsewhere.status == 400


def test_what_is_no_cursor_is_refused(ann: Person) -> None:
    for cursor in ("x", "!!!!", "e30", "bnVsbA", "WyJhIl0", "é", "x" * 1024):
        for path in ("/v1/tasks", "/v1/lists", "/v1/trash", "/v1/labels"):
            reply = ann.ask("GET", path, query={"cursor": cursor})
            assert (reply.status, reply.json["code"]) == (400, "bad_cursor")


FORGERIES: list[tuple[str, Any]] = [
    ("priority", 10**30),
    ("priority", 10**12),
    ("priority", True),
    ("title", "a\0b"),
    ("title", "\ud800"),
    ("title", None),
    ("updated", "9999-12-31T23:59:59-12:00"),
    ("updated", "yesterday"),
    ("order", "1"),
    ("order", []),
]


def test_a_cursor_that_was_tampered_with_is_refused_and_never_an_error(ann: Person, home: dict[str, Any]) -> None:
    for order_by, evil in FORGERIES:
        query = {"order_by": order_by, "limit": 1}
        link = ann.ask("GET", home["url"] + "/tasks", query=query).headers["link"]
        cursor = parse_qs(urlsplit(link[1:].split(">")[0]).query)["cursor"][0]
        made_for, value, item_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        for parts in ([made_for, evil, item_id], [made_for, value, "none"], [made_for, value, 7], [made_for, value]):
            forged = base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")
            reply = ann.ask("GET", home["url"] + "/tasks", query={**query, "cursor": forged})
            assert (reply.status, reply.json["code"]) == (400, "bad_cursor"), parts


def test_a_page_holds_fifty_unless_asked_otherwise_and_at_most_five_hundred(ann: Person) -> None:
    made = ann.make_list()
    for number in range(51):
        ann.add(made, str(number))
    assert len(ann.get(made["url"] + "/tasks")) == 50
    assert len(ann.get(made["url"] + "/tasks", limit=500)) == 51


def test_lists_come_by_pages_too(ann: Person) -> None:
    for number in range(5):
        ann.make_list(str(number), order=number // 2)
    got = [one["id"] for page in pages(ann, "/v1/lists", limit=2) for one in page]
    assert got == [one["id"] for one in ann.get("/v1/lists")]
    assert len(set(got)) == 5
