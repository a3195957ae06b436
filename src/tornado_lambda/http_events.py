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
from tornado_lambda.event_shapes import SHAPES, MalformedEventError, shape_of
from tornado_lambda.problem import Problem, bad_request, deadline_exceeded, internal_error, reply_too_large
from tornado_lambda.request import Message, Receive, Scope, Send


def http_handler(
    application: HTTPServerConnectionDelegate,
    *,
    startup: Callback | None = None,
    max_body_size: int = 6 * 1024 * 1024,
    reserve: float = 0.5,
) -> "HttpHandler":
    """The Lambda handler of a Tornado application: HTTP APIs, REST APIs, Function URLs and load balancers.

    - `startup` runs before the first event of an environment, and again before the next one if it raised.
    - `max_body_size`: a longer request body is answered 413.
    - `reserve`: so many seconds before Lambda would end an invocation, one without a reply is answered 504.

    A request finds its event and its Lambda context below "aws.event" and "aws.context" in
    `tornado_lambda.asgi_scope(request)`.
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
        self._mangum = Mangum(
            self._serve,
            lifespan="off",
            custom_handlers=list(SHAPES),
            text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, "application/problem+json"],
        )

    def __call__(self, event: Any, context: Any = None) -> dict[str, Any]:
        """The reply to an event, in the form that its sender expects."""
        shape = shape_of(event)
        if shape is None:
            return _refuse(event, f"This is no HTTP request that AWS hands to a function: {_outline(event)}.")
        asyncio.set_event_loop(self._loop)
        self._reached = False
        try:
            reply = self._mangum(event, context)
        except MalformedEventError as error:
            return _refuse(event, f"{error}.")
        except (AttributeError, KeyError, TypeError, ValueError):
            # Nothing that the application raises comes out of Mangum, so Mangum could not read the event.
            if self._reached:
                raise
            return _refuse(event, f"A field of this event is missing or of a wrong type: {_outline(event)}.")
        if (size := _size(reply)) > shape.reply_limit:
            app_log.error("A reply of %d bytes was not sent: AWS takes %d", size, shape.reply_limit)
            return _reply(event, reply_too_large(shape.reply_limit))
        return reply

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application that Mangum runs: the bridge, its reply held back until it is whole."""
        self._reached = True
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        try:
            async with asyncio.timeout(self._seconds_left(scope["aws.context"])):
                await call(self._startup)
                self._startup = None
                await self._bridge(scope, receive, hold)
        except TimeoutError:
            app_log.error("%s %s had no reply when its time was up", scope["method"], scope["path"])
            held = deadline_exceeded().messages()
        except Exception:  # noqa: BLE001 - Mangum would answer it in plain text
            app_log.exception("%s %s failed", scope["method"], scope["path"])
            held = internal_error().messages()
        for message in held:
            await send(_as_mangum_reads(message))

    def _seconds_left(self, context: Any) -> float | None:
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        if remaining is None:
            return None
        seconds: float = remaining() / 1000
        return max(seconds - self._reserve, seconds / 2)


def _as_mangum_reads(message: Message) -> Message:
    """Mangum takes header bytes for UTF-8, where HTTP and ASGI have Latin-1."""
    if message["type"] == "http.response.start":
        message["headers"] = [
            (name, value if value.isascii() else value.decode("latin-1").encode())
            for name, value in message["headers"]
        ]
    return message


def _size(reply: dict[str, Any]) -> int:
    """The bytes that Lambda will count. Not exact where the reply is too small for it to matter."""
    if len(reply["body"]) < 100_000:  # even if each character took the most JSON can need, six bytes
        return len(reply["body"])
    return len(json.dumps(reply, ensure_ascii=False).encode())


def _refuse(event: Any, detail: str) -> dict[str, Any]:
    gen_log.warning("%s", detail)
    return _reply(event, bad_request(detail))


def _reply(event: Any, problem: Problem) -> dict[str, Any]:
    headers = {name.decode(): value.decode() for name, value in problem.headers}
    reply = {
        "statusCode": problem.status,
        "headers": headers,
        "body": problem.body.decode(),
        "isBase64Encoded": False,
    }
    if isinstance(event, dict) and "multiValueHeaders" in event:
        reply["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return reply


def _outline(event: Any) -> str:
    """The shape of a value, without anything that it says."""
    if not isinstance(event, dict):
        return f"it is of type {type(event).__name__}"
    keys = sorted(str(key)[:40] for key in event)[:30]
    return f"its keys are {', '.join(keys)}" if keys else "it is empty"
