"""The same two endpoints, as each framework's own documentation writes them: `GET /` and `POST /echo`.

Each function builds the application and returns what Lambda calls. The imports are inside, so that a process which
runs one contender has loaded nothing of another. As a program, it is such a process: see `serve`.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tornado.web import Application

Handler = Callable[[Any, Any], dict[str, Any]]

HELLO = "Hello, world"


def tornado_application() -> "Application":
    from tornado.escape import json_decode
    from tornado.web import Application, RequestHandler

    class Hello(RequestHandler):
        async def get(self) -> None:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write(HELLO)

    class Echo(RequestHandler):
        async def post(self) -> None:
            self.write(json_decode(self.request.body))

    return Application([("/", Hello), ("/echo", Echo)])


def tornado_lambda() -> Handler:
    from tornado_lambda import http_handler

    return http_handler(tornado_application())


def fastapi() -> Handler:
    from fastapi import FastAPI
    from fastapi.responses import PlainTextResponse
    from mangum import Mangum

    app = FastAPI()

    @app.get("/", response_class=PlainTextResponse)
    async def hello() -> str:
        return HELLO

    @app.post("/echo")
    async def echo(document: dict[str, Any]) -> dict[str, Any]:
        return document

    return Mangum(app, lifespan="off")


def flask() -> Handler:
    from apig_wsgi import make_lambda_handler
    from flask import Flask, Response, jsonify, request

    app = Flask(__name__)

    @app.get("/")
    def hello() -> Response:
        return Response(HELLO, mimetype="text/plain")

    @app.post("/echo")
    def echo() -> Response:
        return jsonify(request.get_json())

    handler: Handler = make_lambda_handler(app.wsgi_app)
    return handler


def starlette() -> Handler:
    from mangum import Mangum
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse
    from starlette.routing import Route

    async def hello(_request: Request) -> PlainTextResponse:
        return PlainTextResponse(HELLO)

    async def echo(request: Request) -> JSONResponse:
        return JSONResponse(await request.json())

    app = Starlette(routes=[Route("/", hello), Route("/echo", echo, methods=["POST"])])
    return Mangum(app, lifespan="off")


def powertools() -> Handler:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

    app = APIGatewayHttpResolver()

    @app.get("/")
    def hello() -> Response[str]:
        return Response(200, content_type="text/plain; charset=utf-8", body=HELLO)

    @app.post("/echo")
    def echo() -> dict[str, Any]:
        document: dict[str, Any] = app.current_event.json_body
        return document

    return app.resolve


def bare_mangum() -> Handler:
    from mangum import Mangum

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/echo":
            kind, body = b"application/json", json.dumps(json.loads((await receive())["body"])).encode()
        else:
            kind, body = b"text/plain; charset=utf-8", HELLO.encode()
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return Mangum(app, lifespan="off")


def tornado_alone() -> Handler:
    """The least that could be done: no ASGI, no other kind of event, no limits, no failures. A floor, not a peer."""
    import asyncio

    from tornado.httputil import HTTPConnection, HTTPHeaders, RequestStartLine

    application = tornado_application()
    loop = asyncio.new_event_loop()

    class Connection(HTTPConnection):
        context = None

        def __init__(self) -> None:
            self.whole = loop.create_future()
            self.body = b""

        def set_close_callback(self, callback: Any) -> None:
            pass

        def write_headers(self, start_line: Any, headers: Any, chunk: bytes | None = None) -> Any:
            self.status, self.headers = start_line.code, dict(headers.get_all())
            return self.write(chunk or b"")

        def write(self, chunk: bytes) -> Any:
            self.body += chunk
            written = loop.create_future()
            written.set_result(None)
            return written

        def finish(self) -> None:
            self.whole.set_result(None)

    async def run(event: Any) -> Connection:
        connection = Connection()
        delegate = application.start_request(None, connection)
        line = RequestStartLine(event["requestContext"]["http"]["method"], event["rawPath"], "HTTP/1.1")
        delegate.headers_received(line, HTTPHeaders(event["headers"]))
        if "body" in event:
            delegate.data_received(event["body"].encode())
        delegate.finish()
        await connection.whole
        return connection

    def handler(event: Any, _context: Any) -> dict[str, Any]:
        reply = loop.run_until_complete(run(event))
        content = {"body": reply.body.decode(), "isBase64Encoded": False}
        return {"statusCode": reply.status, "headers": reply.headers, **content}

    return handler


# The name in the table -> how it is built, and the packages whose versions are told.
CONTENDERS: dict[str, tuple[Callable[[], Handler], tuple[str, ...]]] = {
    "Tornado + tornado_lambda": (tornado_lambda, ("tornado", "mangum")),
    "FastAPI + Mangum": (fastapi, ("fastapi", "mangum")),
    "Flask + apig-wsgi": (flask, ("flask", "apig-wsgi")),
    "Starlette + Mangum": (starlette, ("starlette", "mangum")),
    "Powertools resolver": (powertools, ("aws-lambda-powertools",)),
    "ten lines of ASGI + Mangum": (bare_mangum, ("mangum",)),
    "Tornado alone, the floor": (tornado_alone, ("tornado",)),
}


class Context:
    """What of Lambda's context is read."""

    aws_request_id = "d1b2c3d4-0000-4000-8000-000000000000"
    function_name = "benchmark"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:benchmark"

    def get_remaining_time_in_millis(self) -> int:
        return 25_000


def times(handler: Handler, event: str, count: int) -> Iterator[int]:
    """The nanoseconds of each of `count` requests; an event is another object each time, as on Lambda."""
    context = Context()
    for _ in range(count):
        request = json.loads(event)
        started = time.perf_counter_ns()
        handler(request, context)
        yield time.perf_counter_ns() - started


def serve(name: str) -> None:
    """Say how many seconds importing and building took. Then answer each line [EVENT, COUNT] with [TIMES, A REPLY]."""
    started = time.perf_counter()
    handler = CONTENDERS[name][0]()
    print(json.dumps(time.perf_counter() - started), flush=True)
    for line in sys.stdin:
        event, count = json.loads(line)
        taken = list(times(handler, event, count))
        print(json.dumps([taken, handler(json.loads(event), Context())]), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1])
