"""The same two endpoints, as each framework's own documentation writes them: `GET /` and `POST /echo`.

Each function builds the application and returns what Lambda calls. The imports are inside, so that a process which
runs one contender has loaded nothing of another.
"""

import json
from collections.abc import Callable
from typing import Any

Handler = Callable[[Any, Any], dict[str, Any]]

HELLO = "Hello, world"


def tornado_lambda() -> Handler:
    from tornado.escape import json_decode
    from tornado.web import Application, RequestHandler

    from tornado_lambda import http_handler

    class Hello(RequestHandler):
        async def get(self) -> None:
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.write(HELLO)

    class Echo(RequestHandler):
        async def post(self) -> None:
            self.write(json_decode(self.request.body))

    return http_handler(Application([("/", Hello), ("/echo", Echo)]))


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


# The name in the table -> how it is built, and the packages whose versions are told.
CONTENDERS: dict[str, tuple[Callable[[], Handler], tuple[str, ...]]] = {
    "Tornado + tornado_lambda": (tornado_lambda, ("tornado", "mangum")),
    "FastAPI + Mangum": (fastapi, ("fastapi", "mangum")),
    "Flask + apig-wsgi": (flask, ("flask", "apig-wsgi")),
    "Starlette + Mangum": (starlette, ("starlette", "mangum")),
    "Powertools resolver": (powertools, ("aws-lambda-powertools",)),
    "ten lines of ASGI + Mangum": (bare_mangum, ("mangum",)),
}
