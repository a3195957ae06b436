"""What docs/tornado-lambda.md shows works, and what it states is so."""

import asyncio
import importlib.util
import inspect
import json
import re
import ssl
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from clients import FakeContext, event_of
from docs.conformance_table import rendered, shown
from docs.tour import ROOT
from examples.places import COMMANDS, served
from gateway_server import ACCESS_KEY, REGION, SECRET_KEY, GatewayServer, gateway_server
from lambda_runtime import LambdaRuntime
from moto_server import MotoServer

import tornado_lambda
from tornado_lambda import TornadoASGI, asgi_scope, http_handler

PAGE = (ROOT / "docs" / "tornado-lambda.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)

GET = [("Host", "dice.example.org")]


@pytest.fixture
def dice() -> dict[str, Any]:
    """The names of the page's first example."""
    names: dict[str, Any] = {}
    exec(PYTHON[0], names)  # noqa: S102 - our own page
    return names


def fetch(app: Any, path: str) -> httpx.Response:
    """The reply of an ASGI application."""

    async def told() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://dice.example.org") as client:
            return await client.get(path)

    return asyncio.run(told())


def commands(*, containing: str) -> list[str]:
    """The lines of the one block that has it, long ones joined."""
    (block,) = (block for block in SHELL if containing in block)
    return str(block).replace("\\\n", " ").splitlines()


def test_the_example_runs_on_asgi_and_on_lambda(dice: dict[str, Any]) -> None:
    reply = dice["handler"](event_of("GET", "/dice/1", GET, b""), FakeContext())
    assert (reply["statusCode"], reply["body"]) == (200, '{"sides": 1, "rolled": 1}')
    assert fetch(dice["app"], "/dice/1").json() == {"sides": 1, "rolled": 1}


def test_the_example_of_the_scope_runs_on_asgi_and_on_lambda(dice: dict[str, Any]) -> None:
    names = dice | {"asgi_scope": asgi_scope}
    exec(PYTHON[1], names)  # noqa: S102 - our own page
    application = dice["Application"]([("/where", names["Where"])])
    reply = http_handler(application)(event_of("GET", "/where", GET, b""), FakeContext())
    assert reply["body"] == "Lambda, stage $default, 25000 ms left"
    assert fetch(TornadoASGI(application), "/where").text == "ASGI 3.0"


def test_the_commands_are_those_that_the_tests_run() -> None:
    shown = commands(containing="uvicorn asgi:app")
    run = [" ".join(command).removeprefix("-m ").replace("PORT", "8000") for command in COMMANDS.values()]
    assert shown == [f"python {run[0]}", *run[1:]]


def test_the_folder_for_lambda_holds_all_that_is_needed(tmp_path: Path) -> None:
    (copy,) = (line for line in commands(containing="sam deploy") if line.startswith("cp "))
    subprocess.run(["/bin/bash", "-c", copy.replace("build/guestbook/", str(tmp_path))], cwd=ROOT, check=True)
    environment = {"LAMBDA_TASK_ROOT": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    with LambdaRuntime("lambda_function.lambda_handler", environment) as runtime:
        reply = runtime.invoke(event_of("GET", "/", GET, b""))
    assert (reply["statusCode"], "<h1>Guestbook</h1>" in reply["body"]) == (200, True)
    assert (tmp_path / "template.yaml").exists()


def test_the_commands_for_http2_serve_it(tmp_path: Path) -> None:
    openssl, hypercorn, curl = commands(containing="openssl req")
    subprocess.run(openssl.split(), cwd=tmp_path, check=True, capture_output=True, timeout=20)
    assert (hypercorn.split()[-4:], curl.split()[2:4]) == (
        ["--keyfile", "key.pem", "--certfile", "certificate.pem"],
        ["--cacert", "certificate.pem"],
    )
    files = [str(tmp_path / word) if word.endswith(".pem") else word for word in hypercorn.split()]
    with served(("-m", *(word.replace("8443", "PORT") for word in files))) as port:
        trusted = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        with httpx.Client(http1=False, http2=True, verify=trusted) as client:
            reply = client.get(f"https://localhost:{port}/")
    assert (reply.status_code, reply.http_version) == (200, "HTTP/2")


@pytest.mark.parametrize(("heading", "function"), [("TornadoASGI", TornadoASGI), ("http_handler", http_handler)])
def test_the_tables_of_options_hold_every_option(heading: str, function: Any) -> None:
    section = PAGE.partition(f"`{heading}(application, ...)`")[2].partition("\n\n|")[2].partition("\n\n")[0]
    rows = [re.findall(r"`(\w+)`", line.split("|")[1]) for line in ("|" + section).splitlines()]
    listed = {name for names in rows for name in names}
    options = list(inspect.signature(function).parameters.values())
    assert listed == {option.name for option in options if option.kind is option.KEYWORD_ONLY}


def test_the_page_and_the_list_of_lost_tests_agree() -> None:
    assert shown(PAGE) == rendered(), "in tests/: python -m docs.conformance_table"


def test_the_benchmark_shows_every_contender() -> None:
    spec = importlib.util.spec_from_file_location("contenders", ROOT / "benchmarks" / "bridge_contenders.py")
    assert spec
    assert spec.loader
    contenders = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contenders)
    table = PAGE.partition("<!-- benchmark -->")[2].partition("<!-- / -->")[0]
    assert re.findall(r"^\| ([^|(]+?) \(", table, re.MULTILINE) == list(contenders.CONTENDERS)


@pytest.fixture
def gateway() -> Iterator[GatewayServer]:
    with gateway_server() as server:
        yield server


@pytest.fixture
def chat(gateway: GatewayServer, moto: MotoServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], Any]:
    """The handler of the page's chat, with a table of its own."""
    table = f"people-{uuid.uuid4().hex}"
    environment = {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL_DYNAMODB": moto.url,
        "TABLE": table,
        "CONNECTIONS_URL": gateway.url,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    boto3.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("connection", "room")],
        KeySchema=[{"AttributeName": "connection", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "rooms",
                "KeySchema": [{"AttributeName": "room", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    names: dict[str, Any] = {}
    exec(PYTHON[2], names)  # noqa: S102 - our own page
    return lambda event: names["handler"](event, FakeContext())["statusCode"]


def websocket_event(kind: str, connection_id: str, **changed: Any) -> dict[str, Any]:
    recorded = (ROOT / "tests" / "tornado_lambda" / "events" / f"websocket_{kind}.json").read_text()
    event: dict[str, Any] = json.loads(recorded)
    event["requestContext"]["connectionId"] = connection_id
    return event | changed


def test_the_chat_reaches_everybody_in_the_room(chat: Callable[[Any], Any], gateway: GatewayServer) -> None:
    ann, bob, eve, gone = (gateway.connect() for _ in range(4))
    origin = {"multiValueHeaders": {"Origin": ["https://chat.example.org"]}}
    for person, room in ((ann, "kitchen"), (bob, "kitchen"), (eve, "cellar"), (gone, "kitchen")):
        assert chat(websocket_event("connect", person, queryStringParameters={"room": room}, **origin)) == 200
    assert chat(websocket_event("connect", "another", queryStringParameters=None, **origin)) == 400
    assert chat(websocket_event("connect", "another")) == 403  # from another site
    gateway.lose(gone)
    for _ in range(2):
        assert chat(websocket_event("message", ann, body="tea?")) == 200
    assert chat(websocket_event("disconnect", bob)) == 200
    assert chat(websocket_event("message", bob, body="bob has left")) == 200
    said = '{"said": "tea?"}'
    assert [gateway.texts(person) for person in (ann, bob, eve)] == [[said, said], [said, said], []]
    assert [status for _, person, status in gateway.asked if person == gone] == [410]


def test_the_page_names_all_that_is_there() -> None:
    section = PAGE.partition("## WebSocket APIs on Lambda")[2].partition("\n## ")[0]
    told = {*vars(tornado_lambda.WebSocketEvent)["__slots__"], "management_endpoint", *tornado_lambda.__all__}
    named = set(re.findall(r"\w+", section)) | {"TornadoASGI", "http_handler", "asgi_scope"}
    assert told - named == set()
