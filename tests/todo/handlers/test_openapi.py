"""The OpenAPI document: valid, whole, and good to read; and the page that shows it."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import msgspec
import pytest
from bad_input.matrix import invited, new_world
from clients import Door, Person

from todo import __version__
from todo.handlers.contract import document
from todo.handlers.contract.document import METHODS
from todo.handlers.operation import find_operation
from todo.handlers.problems import STATUS
from todo.handlers.resources import RESOURCES

CONTRACT = document(__version__, tuple(RESOURCES.items()))
OPERATIONS = {
    operation["operationId"]: (path, method, operation)
    for path, item in CONTRACT["paths"].items()
    for method, operation in item.items()
}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    found: Any = CONTRACT
    for name in part.get("$ref", "#").removeprefix("#").strip("/").split("/"):
        found = found[name] if name else found
    return found if "$ref" in part else part


def validator(schema: dict[str, Any]) -> Any:
    """A validator of a schema of the document, which also looks at formats."""
    whole = {**schema, "components": CONTRACT["components"]}
    return jsonschema_rs.validator_for(whole, validate_formats=True)


def references(part: Any) -> set[str]:
    """Every reference below a part of the document."""
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(value) for value in part.values()))
    return set().union(*(references(value) for value in part)) if isinstance(part, list) else set()


def test_it_is_served_as_it_is_made(door: Door) -> None:
    reply = door.ask("GET", "/openapi.json")
    assert reply.status == 200
    assert reply.json == json.loads(json.dumps(CONTRACT))


def test_every_operation_of_every_resource_is_in_it() -> None:
    served = {(path, method) for path, item in RESOURCES.items() for method in METHODS if find_operation(item, method)}
    assert served == {(path, method) for path, method, _ in OPERATIONS.values()}
    own = {(p, m) for p, handler in RESOURCES.items() for m in METHODS if m.upper() in handler.methods()}
    assert served == own, "a method without @operation"


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for reference in references(CONTRACT):
        assert resolved({"$ref": reference})
    for schema in CONTRACT["components"]["schemas"].values():
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        validator(schema)


def test_names_of_operations_are_unique_and_readable() -> None:
    assert len(OPERATIONS) == sum(len(item) for item in CONTRACT["paths"].values())
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in OPERATIONS)
    assert {"getLists", "postLists", "getList", "patchList", "postListTasks", "postTaskRestore"} <= OPERATIONS.keys()


def test_every_operation_says_what_it_does_and_where_it_belongs() -> None:
    tags = {tag["name"]: tag["description"] for tag in CONTRACT["tags"]}
    assert all(tags.values())
    assert CONTRACT["servers"]
    for _, _, operation in OPERATIONS.values():
        assert operation["summary"]
        assert operation["description"].endswith(".")
        assert set(operation["tags"]) <= tags.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_an_operation_may_answer_is_whole(name: str) -> None:
    path, method, operation = OPERATIONS[name]
    replies = {int(status): resolved(reply) for status, reply in operation["responses"].items()}
    expected = (
        {400, 503}
        | ({304} if method == "get" and 101 not in replies else set())
        | ({401} if operation["security"] else set())
    )
    expected |= {404} if "{" in path else set()
    expected |= {413, 415, 422} if "requestBody" in operation else set()
    assert expected <= replies.keys()
    for status, reply in replies.items():
        assert reply["description"]
        assert "X-Request-Id" in reply["headers"]
        if status >= 400:
            assert set(reply["content"]) == {"application/problem+json"}
    for status, header in ((201, "Location"), (304, "ETag"), (401, "WWW-Authenticate"), (429, "Retry-After")):
        assert status not in replies or header in replies[status]["headers"]


def test_every_error_is_explained_by_its_code() -> None:
    explained = CONTRACT["components"]["responses"]
    for error, status in STATUS.items():
        assert f"`{error.code}`: " in explained[f"Problem{status}"]["description"]


def test_every_json_body_that_does_not_nest_may_be_a_form() -> None:
    for path, _, operation in OPERATIONS.values():
        if "requestBody" in operation and path != "/v1/batch" and not path.startswith("/v1/imports"):
            kinds = {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
            assert set(operation["requestBody"]["content"]) == kinds


def test_every_example_fits_its_schema() -> None:
    for schema in CONTRACT["components"]["schemas"].values():
        for example in schema.get("examples", ()):
            validator(schema).validate(example)
    for _, _, operation in OPERATIONS.values():
        for media in operation.get("requestBody", {}).get("content", {}).values():
            validator(media["schema"]).validate(media["example"])
    for reply in CONTRACT["components"]["responses"].values():
        for media in reply["content"].values():
            validator(media["schema"]).validate(media["example"])


def test_every_example_of_a_body_is_taken_as_json_and_as_a_form(ann: Person) -> None:
    ids = new_world(ann).ids
    for path, method, operation in OPERATIONS.values():
        if operation["security"] and "requestBody" in operation and path != "/v1/labels/{name}":
            for kind, media in operation["requestBody"]["content"].items():
                example = media["example"]
                if "secret" in example:  # no example can be one
                    example = example | {"secret": invited(ann, f"/v1/lists/{ids['list_id']}")["secret"]}
                if kind == "application/json":
                    body = msgspec.json.encode(example)
                elif kind == "application/x-www-form-urlencoded":
                    body = _urlencoded(example)
                else:
                    continue
                reply = ann.ask(method.upper(), path.format(**ids), body=body, headers={"Content-Type": kind})
                assert reply.status in (200, 201, 202), reply.body


def _urlencoded(example: dict[str, Any]) -> bytes:
    texts = {key: str(value).lower() if isinstance(value, bool) else value for key, value in example.items()}
    return urlencode(texts, doseq=True).encode()


def test_patterns_are_those_of_other_languages_too() -> None:
    text = json.dumps(CONTRACT)
    assert r"\\Z" not in text
    assert r"\\A" not in text


class _Page(HTMLParser):
    """What of a page matters here: its ids, links, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.open: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if identity := given.get("id"):
            self.ids.append(identity)
        if address := given.get("href") or given.get("src"):
            self.links.append(address)
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" or (tag == "script" and "src" not in given) else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def page(door: Door) -> str:
    """The page for people."""
    reply = door.ask("GET", "/docs")
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    return reply.body.decode()


def test_the_page_is_well_formed_and_what_it_loads_is_there(door: Door, page: str) -> None:
    read = _Page()
    read.feed(page)
    read.close()
    assert not read.open
    assert {link.rpartition("/")[2] for link in read.links} == {"docs.css", "docs.js", "icon.svg", "openapi.json"}
    assert all(door.ask("GET", link).status == 200 for link in read.links)


def test_the_page_needs_no_inline_script_or_style_and_no_other_host(door: Door, page: str) -> None:
    read = _Page()
    read.feed(page)
    assert not read.inline
    policy = door.ask("GET", "/docs").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    style = next(link for link in read.links if link.endswith("docs.css"))
    assert "@import" not in door.ask("GET", style).body.decode()


def test_the_page_says_where_the_document_is_to_those_without_scripts(page: str) -> None:
    assert '<a href="/openapi.json">' in page.partition("<noscript>")[2].partition("</noscript>")[0]


def test_a_compressed_page_fits_into_what_lambda_may_reply(door: Door, page: str) -> None:
    script = re.search('src="([^"]*docs.js)"', page)
    assert script
    reply = door.ask("GET", script[1], headers={"Accept-Encoding": "gzip"})
    assert len(reply.body) < 500_000


def test_the_page_is_only_read_and_not_sent_again_unchanged(door: Door) -> None:
    tag = door.ask("GET", "/docs").headers["etag"]
    assert door.ask("GET", "/docs", headers={"If-None-Match": tag}).status == 304
    head = door.ask("HEAD", "/docs")
    assert (head.status, head.body) == (200, b"")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert door.ask(method, "/docs").status == 405


def test_serving_tasks_does_not_import_what_makes_the_document() -> None:
    program = (
        "import sys, todo.handlers.resources; print([name for name in sys.modules if 'handlers.contract' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_document_names_the_address_that_people_know() -> None:
    resources = tuple(RESOURCES.items())
    assert document("1", resources)["servers"] == [{"url": "/"}]
    assert document("1", resources, "https://todo.example.org")["servers"] == [{"url": "https://todo.example.org"}]
