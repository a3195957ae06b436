"""Lambda's HTTP events reach the application as the client sent them, and whatever else comes is answered."""

import asyncio
import base64
import gc
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from tornado.web import Application, RequestHandler, stream_request_body

from tornado_lambda import asgi_scope, http_handler

REQUESTS = ["http_api", "rest_api", "function_url", "load_balancer"]


def event(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "events" / f"{name}.json").read_text())
    return loaded


def get(path: str) -> dict[str, Any]:
    """A GET through an HTTP API's default stage."""
    asked = event("function_url")
    asked["rawPath"] = asked["requestContext"]["http"]["path"] = path
    asked["requestContext"]["http"]["method"] = "GET"
    asked.update(body="", isBase64Encoded=False, rawQueryString="")
    del asked["headers"]["content-length"]
    return asked


class Context:
    aws_request_id = "5bdb40ca-556d-8b0c-50dc-66f0511bf520"

    def __init__(self, milliseconds: int = 30_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


class Echo(RequestHandler):
    def post(self, rest: str) -> None:
        scope = asgi_scope(self.request)
        assert scope is not None
        self.write(
            {
                "rest": rest,
                "uri": self.request.uri,
                "tags": self.get_query_arguments("tag"),
                "empty": self.get_query_argument("empty"),
                "plus": self.get_query_argument("plus"),
                "cookies": {name: morsel.value for name, morsel in self.request.cookies.items()},
                "accept": self.request.headers.get("Accept", "").replace(", ", ","),
                "body": self.request.body.decode(),
                "client": self.request.remote_ip,
                "protocol": self.request.protocol,
                "request_id": getattr(scope["aws.context"], "aws_request_id", None),
                "event_keys": sorted(scope["aws.event"]),
            }
        )


class Say(RequestHandler):
    def get(self, what: str) -> None:
        if what == "cookies":
            self.set_cookie("a", "1")
            self.set_cookie("b", "2")
        elif what == "nothing":
            self.set_status(204)
        elif what == "latin":
            self.set_header("X-Name", "Zoë")
        elif what == "bytes":
            self.set_header("Content-Type", "image/png")
            self.write(b"\x89PNG")
        elif what == "problem":
            self.set_header("Content-Type", "application/problem+json")
            self.write('{"title": "später"}')
        elif what.isdecimal():
            self.write("x" * int(what))


class Fail(RequestHandler):
    async def get(self, how: str) -> None:
        if how == "midway":
            self.write("the first half")
            await self.flush()
            raise RuntimeError("a secret")
        if how == "silently":
            self._auto_finish = False
        if how == "late":
            await asyncio.Event().wait()


@stream_request_body
class Stream(RequestHandler):
    def prepare(self) -> None:
        self.set_header("Content-Type", "application/octet-stream")

    async def data_received(self, chunk: bytes) -> None:
        self.write(chunk.replace(b"\xff", b"\xfe"))
        await self.flush()

    def post(self, *_path: str) -> None:
        self.write(b".")


class Where(RequestHandler):
    def get(self) -> None:
        self.write({"uri": self.request.uri})


def application() -> Application:
    routes: list[Any] = [(r"/echo/(.*)", Echo), (r"/say/(.*)", Say), (r"/fail/(.*)", Fail), (r".*", Where)]
    return Application(routes, log_function=lambda _handler: None)


def problem_of(reply: dict[str, Any], status: int) -> dict[str, Any]:
    assert reply["statusCode"] == status
    kind = reply["headers"]["content-type"] if "headers" in reply else reply["multiValueHeaders"]["content-type"][0]
    assert kind == "application/problem+json"
    assert not reply["isBase64Encoded"]
    body: dict[str, Any] = json.loads(reply["body"])
    assert body.keys() == {"type", "title", "status", "detail", "code"}
    assert body["status"] == status
    return body


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_arrives_as_it_was_sent(name: str) -> None:
    asked = event(name)
    reply = http_handler(application())(deepcopy(asked), Context())

    assert reply["statusCode"] == 200
    told = json.loads(reply["body"])
    path, _, query = told.pop("uri").partition("?")
    assert path == "/echo/a%2Fb%3Fc"
    assert "tag=one&tag=two" in query
    assert told == {
        "rest": "a/b?c",
        "tags": ["one", "two"],
        "empty": "",
        "plus": "a b c",
        "cookies": {"session": "abc", "theme": "dark"},
        "accept": "text/html,application/json",
        "body": "Héllo!",
        "client": "203.0.113.7",
        "protocol": "https",
        "request_id": Context.aws_request_id,
        "event_keys": sorted(asked),
    }


@pytest.mark.parametrize(
    ("sent", "told"),
    [("/ü b", "/%C3%BC%20b"), ("/100%", "/100%25"), ("/a%2fb%3F", "/a%2fb%3F"), ("/a?b", "/a%3Fb")],
)
def test_a_path_is_encoded_whether_it_came_so_or_not(sent: str, told: str) -> None:
    assert json.loads(http_handler(application())(get(sent))["body"]) == {"uri": told}


@pytest.mark.parametrize(
    ("stage", "sent", "told"),
    [
        ("dev", "/dev/items", "/items"),
        ("dev", "/dev", "/"),
        ("dev", "/dev/", "/"),
        ("dev", "/developer", "/developer"),
        ("dev", "/items/dev", "/items/dev"),
        ("$default", "/$default/items", "/$default/items"),
    ],
)
def test_a_stage_is_removed_as_a_whole_segment_only(stage: str, sent: str, told: str) -> None:
    asked = get(sent)
    asked["requestContext"]["stage"] = stage
    assert json.loads(http_handler(application())(asked)["body"]) == {"uri": told}


def test_a_rest_apis_path_keeps_a_segment_named_like_its_stage() -> None:
    asked = event("rest_api")
    asked.update(httpMethod="GET", path="/dev/x", body=None, isBase64Encoded=False)
    asked.update(multiValueQueryStringParameters=None, queryStringParameters=None)
    handler = http_handler(application())

    asked["requestContext"]["path"] = "/dev/dev/x"
    assert json.loads(handler(deepcopy(asked))["body"]) == {"uri": "/dev/x"}
    asked["requestContext"]["path"] = "/dev/x"  # an HTTP API with payload format 1.0
    assert json.loads(handler({**asked, "version": "1.0"})["body"]) == {"uri": "/x"}


def test_the_client_is_who_the_load_balancer_saw_not_who_the_client_says() -> None:
    handler = http_handler(application())
    for forwarded, client in (
        (["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
        (["1.1.1.1", "203.0.113.7:4711"], "203.0.113.7"),
        (["1.1.1.1, [2001:db8::1]:4711"], "2001:db8::1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["2001:db8:0:0:0:0:0:1"], "2001:db8:0:0:0:0:0:1"),
    ):
        asked = event("load_balancer")
        asked["multiValueHeaders"]["x-forwarded-for"] = forwarded
        assert json.loads(handler(asked)["body"])["client"] == client


def test_a_forwarded_header_does_not_change_the_client_of_an_http_api() -> None:
    asked = event("http_api")
    asked["headers"]["x-forwarded-for"] = asked["headers"]["x-real-ip"] = "6.6.6.6"
    assert json.loads(http_handler(application())(asked)["body"])["client"] == "203.0.113.7"


def test_a_health_check_without_a_host_is_answered() -> None:
    assert http_handler(application())(event("load_balancer_health_check"))["statusCode"] == 200


def test_a_request_at_the_edge_is_answered_in_its_form() -> None:
    reply = http_handler(application())(event("lambda_at_edge"), Context())
    assert (reply["status"], json.loads(reply["body"])) == (200, {"uri": "/a%2Fb?tag=one"})
    assert reply["headers"]["content-type"][0]["value"].startswith("application/json")
    broken = event("lambda_at_edge")
    del broken["Records"][0]["cf"]["request"]
    assert problem_of(http_handler(application())(broken, Context()), 400)["code"] == "bad_request"


def test_each_cookie_is_set_by_itself() -> None:
    handler = http_handler(application())
    assert handler(get("/say/cookies"))["cookies"] == ["a=1; Path=/", "b=2; Path=/"]

    for name in ("rest_api", "load_balancer"):
        asked = event(name)
        asked.update(httpMethod="GET", path="/say/cookies", body="", isBase64Encoded=False)
        asked["multiValueHeaders"].pop("content-length", None)
        assert handler(asked)["multiValueHeaders"]["set-cookie"] == ["a=1; Path=/", "b=2; Path=/"]


def test_each_cookie_is_set_by_itself_where_a_header_has_one_value() -> None:
    asked = event("load_balancer_health_check")
    asked["path"] = "/say/cookies"
    headers = http_handler(application())(asked)["headers"]
    assert sorted(value for name, value in headers.items() if name.lower() == "set-cookie") == [
        "a=1; Path=/",
        "b=2; Path=/",
    ]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_streamed_reply_to_a_streamed_body_is_whole_when_it_is_buffered(name: str) -> None:
    asked = {**event(name), "body": base64.b64encode(b"\xff" * 200_000).decode(), "isBase64Encoded": True}
    if name == "load_balancer":
        asked["multiValueHeaders"].pop("content-length")
    handler = http_handler(Application([(r".*", Stream)], log_function=lambda _handler: None))
    reply = handler(asked)
    assert reply["isBase64Encoded"]
    assert base64.b64decode(reply["body"]) == b"\xfe" * 200_000 + b"."


def test_text_stays_text_and_bytes_become_base64() -> None:
    handler = http_handler(application())
    assert handler(get("/say/problem"))["body"] == '{"title": "später"}'
    picture = handler(get("/say/bytes"))
    assert (picture["body"], picture["isBase64Encoded"]) == ("iVBORw==", True)


def test_a_header_that_is_not_ascii_is_passed_on() -> None:
    assert http_handler(application())(get("/say/latin"))["headers"]["x-name"] == "Zoë"


def test_a_reply_without_a_body_claims_no_type() -> None:
    reply = http_handler(application())(get("/say/nothing"))
    assert reply["statusCode"] == 204
    assert "content-type" not in reply["headers"]
    assert "content-length" not in reply["headers"]


@pytest.mark.parametrize(
    "what", [None, [], {}, "ping", 1, event("schedule"), {"requestContext": None}, {"Records": []}]
)
def test_what_is_no_request_is_answered_by_its_shape(what: Any) -> None:
    told = problem_of(http_handler(application())(what, Context()), 400)
    assert told["code"] == "bad_request"
    if isinstance(what, dict):
        assert all(key in told["detail"] for key in what)
        assert "secret-name" not in told["detail"]
    else:
        assert type(what).__name__ in told["detail"]


@pytest.mark.parametrize("name", REQUESTS)
def test_an_event_that_lacks_a_field_is_answered_and_never_crashes(name: str) -> None:
    handler = http_handler(application())
    whole = event(name)
    for key in whole:
        for replacement in ("null", "7", "[]", '"x"', "{}"):
            broken = {**whole, key: json.loads(replacement)}
            assert 200 <= handler(broken, Context())["statusCode"] < 500, (key, replacement)
        lacking = {other: value for other, value in whole.items() if other != key}
        assert 200 <= handler(lacking, Context())["statusCode"] < 500, key


@pytest.mark.parametrize("body", ["not base64!", "SMOpbGxvIQ=", "SMOp\nbGxv"])
def test_a_body_that_is_not_the_base64_it_claims_to_be_is_refused(body: str) -> None:
    told = problem_of(http_handler(application())({**event("function_url"), "body": body}), 400)
    assert "base64" in told["detail"]
    assert body not in told["detail"]


def test_a_body_over_the_limit_is_refused() -> None:
    handler = http_handler(application(), max_body_size=6)
    asked = event("function_url")
    assert problem_of(handler(asked), 413)["code"] == "body_too_large"
    del asked["headers"]["content-length"]
    assert problem_of(handler(asked), 413)["code"] == "body_too_large"


def test_a_reply_over_lambdas_limit_becomes_a_problem() -> None:
    handler = http_handler(application())
    assert handler(get("/say/6000000"))["statusCode"] == 200
    assert problem_of(handler(get("/say/6291456")), 500)["code"] == "reply_too_large"

    asked = event("load_balancer")
    asked.update(httpMethod="GET", path="/say/1048576", body="")
    asked["multiValueHeaders"].pop("content-length")
    assert problem_of(handler(asked), 500)["code"] == "reply_too_large"


def test_startup_runs_once_and_again_only_after_it_failed() -> None:
    calls: list[int] = []

    async def startup() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("not yet")

    handler = http_handler(application(), startup=startup)
    assert problem_of(handler(get("/")), 500)["code"] == "internal_error"
    assert [handler(get("/"))["statusCode"] for _ in range(2)] == [200, 200]
    assert len(calls) == 2


def test_a_reply_that_breaks_off_is_a_problem_and_not_half_a_reply() -> None:
    told = problem_of(http_handler(application())(get("/fail/midway")), 500)
    assert told["code"] == "internal_error"
    assert "secret" not in told["detail"]


@pytest.mark.parametrize("how", ["late", "silently"])
def test_an_answer_comes_before_lambda_ends_the_invocation(how: str) -> None:
    told = problem_of(http_handler(application(), reserve=0.5)(get(f"/fail/{how}"), Context(20)), 504)
    assert told["code"] == "deadline_exceeded"


def test_the_next_invocation_works_after_one_that_ran_out_of_time() -> None:
    handler = http_handler(application())
    handler(get("/fail/late"), Context(20))
    assert handler(get("/"), Context())["statusCode"] == 200


def test_requests_leave_nothing_behind_for_the_garbage_collector() -> None:
    handler = http_handler(application())
    handler(get("/"))
    gc.collect()
    gc.disable()
    try:
        for _ in range(10):
            handler(get("/"))
        assert gc.collect() < 10
    finally:
        gc.enable()


def test_handlers_in_one_process_do_not_share_a_loop() -> None:
    first, second = http_handler(application()), http_handler(application())
    assert [handler(get("/"))["statusCode"] for handler in (first, second, first)] == [200, 200, 200]
