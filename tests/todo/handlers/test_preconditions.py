"""Entity tags: reads that need no body, writes that depend on what was seen."""

from typing import Any

import pytest
from clients import Person


@pytest.fixture(params=["list", "task", "me"])
def thing(request: pytest.FixtureRequest, ann: Person) -> dict[str, Any]:
    """Each thing that has a version, and the field that is changed."""
    home = ann.make_list()
    if request.param == "list":
        return {**home, "field": "title"}
    if request.param == "task":
        return {**ann.add(home), "field": "title"}
    return {**ann.get("/v1/me"), "field": "name"}


def change(person: Person, thing: dict[str, Any], value: str, **headers: str) -> Any:
    return person.ask(
        "PATCH",
        thing["url"],
        {thing["field"]: value},
        headers={name.replace("_", "-"): text for name, text in headers.items()},
    )


def test_the_tag_is_the_id_and_the_version(ann: Person, thing: dict[str, Any]) -> None:
    assert ann.ask("GET", thing["url"]).headers["etag"] == f'"{thing["id"]}-1"'
    assert change(ann, thing, "two").headers["etag"] == f'"{thing["id"]}-2"'
    assert ann.ask("GET", thing["url"]).headers["etag"] == f'"{thing["id"]}-2"'


def test_a_read_of_what_is_known_is_304_without_a_body(ann: Person, thing: dict[str, Any]) -> None:
    tag = ann.ask("GET", thing["url"]).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        for method in ("GET", "HEAD"):
            reply = ann.ask(method, thing["url"], headers={"If-None-Match": known})
            assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag), known
            assert reply.headers["vary"] == "Authorization, Cookie"
    change(ann, thing, "two")
    assert ann.ask("GET", thing["url"], headers={"If-None-Match": tag}).status == 200


def test_a_page_that_did_not_change_is_304(ann: Person) -> None:
    home = ann.make_list()
    for _ in range(2):
        ann.add(home)
    first = ann.ask("GET", home["url"] + "/tasks?limit=1")
    again = ann.ask("GET", home["url"] + "/tasks?limit=1", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["link"] == first.headers["link"]
    ann.ask("PATCH", first.json[0]["url"], {"title": "new"})
    assert (
        ann.ask("GET", home["url"] + "/tasks?limit=1", headers={"If-None-Match": again.headers["etag"]}).status == 200
    )


def test_nobody_gets_a_304_for_what_they_may_not_see(ann: Person, bob: Person) -> None:
    home = ann.make_list()
    tag = ann.ask("GET", home["url"]).headers["etag"]
    for known in (tag, "*"):
        assert bob.ask("GET", home["url"], headers={"If-None-Match": known}).status == 404


def test_a_write_is_made_only_to_what_was_seen(ann: Person, thing: dict[str, Any]) -> None:
    tag = f'"{thing["id"]}-1"'
    changed = change(ann, thing, "two", If_Match=tag)
    assert changed.status == 200
    refused = change(ann, thing, "three", If_Match=tag)
    assert (refused.status, refused.json["code"]) == (412, "version_mismatch")
    assert refused.headers["content-type"].startswith("application/problem+json")
    assert refused.json["current"] == changed.json == ann.get(thing["url"])
    assert change(ann, thing, "three", If_Match=changed.headers["etag"]).status == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ("{tag}", 200),
        ("W/{tag}", 200),
        ('"other-1", {tag}', 200),
        (' "other-1" ,W/{tag} ', 200),
        ("*", 200),
        ('"other-1"', 412),
        ('"other-1", "another"', 412),
        ('""', 412),
        ('"*"', 412),
        ("", 400),
        ("bare", 400),
        ("{tag},", 400),
        ('"unclosed', 400),
        ("w/{tag}", 400),
    ],
)
@pytest.mark.parametrize("session_door", ["lambda-sqlite", "server-sqlite"], indirect=True)
def test_every_form_of_if_match(ann: Person, form: str, status: int) -> None:
    home = ann.make_list()
    header = {"If-Match": form.format(tag=f'"{home["id"]}-1"')}
    reply = ann.ask("PATCH", home["url"], {"title": "new"}, headers=header)
    assert reply.status == status
    if status == 400:
        assert (reply.json["code"], reply.json["errors"][0]["header"]) == ("malformed_request", "If-Match")
    assert ann.get(home["url"])["version"] == (2 if status == 200 else 1)


def test_deleting_obeys_it_too(ann: Person) -> None:
    home = ann.make_list()
    task = ann.add(home)
    ann.ask("PATCH", task["url"], {"title": "new"})
    refused = ann.ask("DELETE", task["url"], headers={"If-Match": f'"{task["id"]}-1"'})
    assert (refused.status, refused.json["current"]["title"]) == (412, "new")
    assert ann.ask("DELETE", task["url"], headers={"If-Match": f'"{task["id"]}-2"'}).status == 204
    refused = ann.ask("DELETE", home["url"], headers={"If-Match": f'"{home["id"]}-9"'})
    assert (refused.status, refused.json["current"]) == (412, home)
    assert ann.ask("DELETE", home["url"], headers={"If-Match": "*"}).status == 204


def test_what_is_not_there_is_404_and_what_one_may_not_change_403_whatever_was_seen(
    ann: Person, bob: Person, share: Any
) -> None:
    home = ann.make_list()
    task = ann.add(home)
    for tag in ('"other"', "*"):
        assert bob.ask("PATCH", task["url"], {"title": "x"}, headers={"If-Match": tag}).status == 404
    share(home, bob, "viewer")
    refused = bob.ask("PATCH", task["url"], {"title": "x"}, headers={"If-Match": '"other"'})
    assert refused.status == 403
