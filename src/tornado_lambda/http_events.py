"""AWS Lambda events that carry an HTTP request -> the application, through Mangum."""

import asyncio
import json
import weakref
from typing import Any

from tornado.httputil import HTTPServerConnectionDelegate
from tornado.log import app_log, gen_log

from tornado_lambda.asgi import Callback, TornadoASGI, call
from tornado_lambda.events import HttpEvent, is_from_edge, reply_to
from tornado_lambda.problem import internal_error, problem
from tornado_lambda.request import Message, Receive, Scope, Send

# What Lambda returns at most, and what a load balancer takes of it (https://docs.aws.amazon.com/, at
# lambda/latest/dg/gettingstarted-limits.html, elasticloadbalancing/latest/application/lambda-functions.html).
REPLY_LIMIT = 6 * 1024 * 1024
LOAD_BALANCER_REPLY_LIMIT = 1024 * 1024


class HttpHandler:
    """The Lambda handler of a Tornado application: HTTP APIs, REST APIs, Function URLs, load balancers, Lambda@Edge.

    - `startup` runs before the first request of an environment, and again before the next one if it raised.
    - `max_body_size`: a longer request body is answered 413.
    - `reserve`: so many seconds before Lambda would end an invocation, one without a reply is answered 504.

    A request finds its event and its Lambda context below "aws.event" and "aws.context" in
    `tornado_lambda.asgi_scope(request)`. An event that is no HTTP request is answered 400.
    """

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        *,
        startup: Callback | None = None,
        max_body_size: int = 6 * 1024 * 1024,
        reserve: float = 0.5,
    ) -> None:
        from mangum import Mangum  # behind an ASGI server nobody pays for its import

        self._bridge = TornadoASGI(application, max_body_size=max_body_size)
        self._startup = startup
        self._reserve = reserve
        # Mangum asks for the current loop; Python 3.12 warns when it has to make one up, 3.14 refuses.
        self._loop = asyncio.new_event_loop()
        weakref.finalize(self, self._loop.close)
        asyncio.set_event_loop(self._loop)
        self._mangum = Mangum(self._serve, lifespan="off", custom_handlers=[HttpEvent])

    def __call__(self, event: Any, context: Any = None) -> dict[str, Any]:
        """The reply to an event, in the form that its sender expects."""
        if not HttpEvent.infer(event) and not is_from_edge(event):
            return _unreadable(event, "This is no HTTP request of API Gateway, a Function URL or a load balancer")
        asyncio.set_event_loop(self._loop)
        try:
            reply = self._mangum(event, context)
        except (AttributeError, KeyError, TypeError, ValueError):
            # Nothing that the application raises comes out of Mangum: it is the event that could not be read.
            return _unreadable(event, "A field is missing, of a wrong type, or not the base64 it claims to be")
        limit = LOAD_BALANCER_REPLY_LIMIT if "elb" in event.get("requestContext", ()) else REPLY_LIMIT
        # JSON makes at most six bytes of a character, so few replies need counting.
        if 6 * len(reply["body"]) > limit and len(json.dumps(reply, ensure_ascii=False).encode()) > limit:
            detail = f"The reply is longer than the {limit} bytes that AWS passes on. Ask for less at a time."
            app_log.error("%s", detail)
            return _reply(event, problem(500, "reply_too_large", detail))
        return reply

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application that Mangum runs."""
        scope["raw_path"] = scope["raw_path"] or scope["path"].encode()  # as Lambda@Edge has it, encoded
        try:
            async with asyncio.timeout(self._seconds_left(scope["aws.context"])) as time_left:
                if self._startup is not None:
                    await call(self._startup)
                    self._startup = None
                messages = await self._bridge.reply(scope, receive)
        except Exception as error:  # noqa: BLE001 - Mangum would answer in plain text
            if isinstance(error, TimeoutError) and time_left.expired():
                # Not with its path, in which there may be a secret.
                app_log.error("a %s request had no reply when its time was up", scope["method"])
                detail = "The service did not answer in time; whether it did what was asked is not known."
                messages = problem(504, "deadline_exceeded", detail)
            else:
                app_log.exception("a %s request failed", scope["method"])
                messages = internal_error()
        for message in messages:
            await send(message)

    def _seconds_left(self, context: Any) -> float | None:
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        seconds: float | None = remaining() / 1000 if remaining is not None else None
        return seconds and max(seconds - self._reserve, seconds / 2)


http_handler = HttpHandler


def _unreadable(event: Any, fault: str) -> dict[str, Any]:
    """A problem that tells the shape of an event and nothing that it says."""
    shape = f"is of type {type(event).__name__}"
    if isinstance(event, dict):
        shape = f"has the keys {', '.join(sorted(str(key)[:40] for key in event)[:30]) or '(none)'}"
    detail = f"{fault}. The event {shape}."
    gen_log.warning("%s", detail)
    return _reply(event, problem(400, "bad_request", detail))


def _reply(event: Any, messages: list[Message]) -> dict[str, Any]:
    start, body = messages
    return reply_to(event, start["status"], start["headers"], body["body"])
