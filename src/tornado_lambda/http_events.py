"""AWS Lambda events that carry an HTTP request -> the application, through Mangum."""

import asyncio
import json
import weakref
from typing import Any

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES
from tornado.httputil import HTTPServerConnectionDelegate
from tornado.log import app_log, gen_log

from tornado_lambda.asgi import Callback, TornadoASGI, call
from tornado_lambda.event_scope import carries_http, claims_base64_falsely, corrected
from tornado_lambda.problem import bad_request, internal_error, problem
from tornado_lambda.request import Message, Receive, Scope, Send

# What Lambda returns at most, and what a load balancer takes of it (https://docs.aws.amazon.com/, at
# lambda/latest/dg/gettingstarted-limits.html, elasticloadbalancing/latest/application/lambda-functions.html).
REPLY_LIMIT = 6 * 1024 * 1024
LOAD_BALANCER_REPLY_LIMIT = 1024 * 1024

_INCOMPLETE = "A field of this event is missing or of a wrong type"


def http_handler(
    application: HTTPServerConnectionDelegate,
    *,
    startup: Callback | None = None,
    max_body_size: int = 6 * 1024 * 1024,
    reserve: float = 0.5,
) -> "HttpHandler":
    """The Lambda handler of a Tornado application: HTTP APIs, REST APIs, Function URLs and load balancers.

    - `startup` runs before the first request of an environment, and again before the next one if it raised.
    - `max_body_size`: a longer request body is answered 413.
    - `reserve`: so many seconds before Lambda would end an invocation, one without a reply is answered 504.

    A request finds its event and its Lambda context below "aws.event" and "aws.context" in
    `tornado_lambda.asgi_scope(request)`. An event that is no HTTP request is answered 400.
    """
    return HttpHandler(TornadoASGI(application, max_body_size=max_body_size), startup, reserve)


class HttpHandler:
    """Called by Lambda with an event and a context; gives a reply to whatever it is called with."""

    def __init__(self, bridge: TornadoASGI, startup: Callback | None, reserve: float) -> None:
        self._bridge = bridge
        self._startup = startup
        self._reserve = reserve
        self._reached = False
        # Mangum asks for the current loop; Python 3.12 warns when it has to make one up, 3.14 refuses.
        self._loop = asyncio.new_event_loop()
        weakref.finalize(self, self._loop.close)
        asyncio.set_event_loop(self._loop)
        text = [*DEFAULT_TEXT_MIME_TYPES, "application/problem+json"]
        self._mangum = Mangum(self._serve, lifespan="off", text_mime_types=text)

    def __call__(self, event: Any, context: Any = None) -> dict[str, Any]:
        """The reply to an event, in the form that its sender expects."""
        if not carries_http(event):
            fault = "This is no HTTP request of API Gateway, a Function URL or a load balancer"
            return _reply(event, _unreadable(event, fault))
        if claims_base64_falsely(event):
            return _reply(event, _unreadable(event, "The body is said to be base64, and is not"))
        asyncio.set_event_loop(self._loop)
        self._reached = False
        try:
            reply = self._mangum(event, context)
        except (AttributeError, KeyError, TypeError, ValueError):
            # What the application raises does not come out of Mangum: it could not read the event, or write the reply.
            if not self._reached:
                return _reply(event, _unreadable(event, _INCOMPLETE))
            app_log.exception("A reply could not be written")
            return _reply(event, internal_error())
        limit = LOAD_BALANCER_REPLY_LIMIT if "elb" in event["requestContext"] else REPLY_LIMIT
        if _size(reply) > limit:
            detail = f"The reply is longer than the {limit} bytes that AWS passes on. Ask for less at a time."
            app_log.error("%s", detail)
            return _reply(event, problem(500, "reply_too_large", detail))
        if reply["statusCode"] in {204, 304}:
            # Mangum says JSON for every reply that does not say what it is, even for one without a body.
            (reply.get("headers") or {}).pop("content-type", None)
        return reply

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application that Mangum runs."""
        self._reached = True
        start, *body = await self._answer(scope, receive)
        start["headers"] = _for_mangum(start["headers"])
        for message in (start, *body):
            await send(message)

    async def _answer(self, scope: Scope, receive: Receive) -> list[Message]:
        """The whole reply. Nothing is sent until it is there, so one that broke off becomes a problem."""
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            scope = corrected(scope)
        except (AttributeError, KeyError, TypeError, ValueError):
            return _unreadable(scope["aws.event"], _INCOMPLETE)
        try:
            async with asyncio.timeout(self._seconds_left(scope["aws.context"])) as time_left:
                await call(self._startup)
                self._startup = None
                await self._bridge(scope, receive, hold)
        except Exception as error:  # noqa: BLE001 - Mangum would answer in plain text
            if isinstance(error, TimeoutError) and time_left.expired():
                app_log.error("%s %s had no reply when its time was up", scope["method"], scope["path"])
                detail = "The service did not answer in time; whether it did what was asked is not known."
                return problem(504, "deadline_exceeded", detail)
            app_log.exception("%s %s failed", scope["method"], scope["path"])
            return internal_error()
        return held

    def _seconds_left(self, context: Any) -> float | None:
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        if remaining is None:
            return None
        seconds: float = remaining() / 1000
        return max(seconds - self._reserve, seconds / 2)


def _for_mangum(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Mangum takes header bytes for UTF-8, where HTTP has Latin-1; and a gateway's connection is its own."""
    return [
        (name, value if value.isascii() else value.decode("latin-1").encode())
        for name, value in headers
        if name != b"connection"
    ]


def _size(reply: dict[str, Any]) -> int:
    """The bytes that Lambda will count; JSON makes at most six of a character, so few need counting."""
    body = reply["body"]
    if 6 * len(body) < LOAD_BALANCER_REPLY_LIMIT:
        return len(body)
    return len(json.dumps(reply, ensure_ascii=False).encode())


def _unreadable(event: Any, fault: str) -> list[Message]:
    """A problem that tells the shape of an event and nothing that it says."""
    shape = f"is of type {type(event).__name__}"
    if isinstance(event, dict):
        shape = f"has the keys {', '.join(sorted(str(key)[:40] for key in event)[:30]) or '(none)'}"
    detail = f"{fault}. The event {shape}."
    gen_log.warning("%s", detail)
    return bad_request(detail)


def _reply(event: Any, messages: list[Message]) -> dict[str, Any]:
    start, body = messages
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    reply = {
        "statusCode": start["status"],
        "headers": headers,
        "body": body["body"].decode(),
        "isBase64Encoded": False,
    }
    if isinstance(event, dict) and "multiValueHeaders" in event:
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return reply
