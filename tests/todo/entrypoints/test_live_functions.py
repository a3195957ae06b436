"""Live updates by the functions as Lambda runs them: each in a process of its own, over PostgreSQL, SQS and API Gateway
on sockets.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from clients import event_of
from gateway_server import ACCESS_KEY, REGION, SECRET_KEY, GatewayServer
from lambda_runtime import LambdaRuntime
from live_stack import event_of as socket_event_of
from loopback import Answer, Received, Serving, serving
from postgresql import new_database
from sqlalchemy import URL

from todo.database import build_database
from todo.migrations.run import migrate


@pytest.fixture
def url(postgresql_server: str) -> URL:
    made = new_database(postgresql_server)
    database = build_database(made, "server")
    migrate(database.engine)
    database.close()
    return made


@pytest.fixture
def broken() -> list[bool]:
    """Whether the queue fails: once anything is in here."""
    return []


@pytest.fixture
def sqs(broken: list[bool]) -> Iterator[Serving]:
    """A queue that takes everything, as long as it is not broken."""

    def take(request: Received) -> Answer:
        if broken:
            return 500, b"{}"
        entries = json.loads(request.body)["Entries"]
        return 200, json.dumps({"Successful": [{"Id": entry["Id"]} for entry in entries], "Failed": []}).encode()

    with serving(take) as server:
        yield server


def bodies(sqs: Serving) -> list[str]:
    """What is in the queue, which is empty then."""
    found = [entry["MessageBody"] for request in sqs.received for entry in json.loads(request.body)["Entries"]]
    sqs.received.clear()
    return found


def records(texts: list[str]) -> dict[str, Any]:
    common = {"attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "eventSource": "aws:sqs"}
    return {
        "Records": [
            {**common, "messageId": str(number), "receiptHandle": str(number), "body": text}
            for number, text in enumerate(texts)
        ]
    }


@pytest.fixture
def start(url: URL, sqs: Serving, gateway: GatewayServer) -> Iterator[Callable[[str], LambdaRuntime]]:
    """Start an environment of a function."""
    given = {
        "TODO_DATABASE_URL": url.render_as_string(hide_password=False),
        "TODO_QUEUE_URL": f"{sqs.url}/123456789012/jobs",
        "TODO_LIVE_URL": "wss://abcd1234.execute-api.eu-west-1.amazonaws.com/live",
        "TODO_LIVE_ENDPOINT": gateway.url,
        "AWS_ENDPOINT_URL_SQS": sqs.url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_USE_DUALSTACK_ENDPOINT": "true",
        "POWERTOOLS_METRICS_NAMESPACE": "Todo",
        "POWERTOOLS_SERVICE_NAME": "todo",
    }
    with ExitStack() as stack:
        yield lambda name: stack.enter_context(LambdaRuntime(f"todo.entrypoints.{name}.handler", given))


def test_a_change_goes_from_a_request_to_a_socket_and_a_broken_queue_fails_no_request(
    start: Callable[[str], LambdaRuntime], sqs: Serving, gateway: GatewayServer, broken: list[bool]
) -> None:
    http, websocket, worker = start("http"), start("websocket"), start("worker")

    def ask(method: str, path: str, body: object, *headers: tuple[str, str]) -> Any:
        sent = [("Host", "todo.example.org"), ("Content-Type", "application/json"), *headers]
        reply = http.invoke(event_of(method, path, sent, json.dumps(body).encode()))
        assert reply["statusCode"] < 300, reply
        return json.loads(reply["body"])

    signed_in = ask("POST", "/v1/accounts", {"email": "ann@example.org", "password": "correct horse battery"})
    token = ("Authorization", f"Bearer {signed_in['token']['secret']}")
    home = ask("POST", "/v1/lists", {"title": "Home"}, token)
    ask("POST", f"{home['url']}/tasks", {"title": "Unheard"}, token)
    assert bodies(sqs) == []
    ticket = ask("POST", "/v1/live/tickets", {}, token)
    assert ticket["url"].startswith("wss://abcd1234.execute-api.eu-west-1.amazonaws.com/live?ticket=")

    connection = gateway.connect()
    query = {"queryStringParameters": {"ticket": ticket["ticket"]}, "multiValueHeaders": None, "headers": {}}
    assert websocket.invoke(socket_event_of("connect", connection, **query)) == {"statusCode": 200}
    assert websocket.invoke(socket_event_of("connect", gateway.connect(), **query)) == {"statusCode": 401}
    subscribe = json.dumps({"type": "subscribe", "lists": [{"id": home["id"]}]})
    assert websocket.invoke(socket_event_of("message", connection, body=subscribe)) == {"statusCode": 200}
    (hello,) = (json.loads(text) for text in gateway.texts(connection))
    assert [each["revision"] for each in hello["lists"]] == [2]

    ask("POST", f"{home['url']}/tasks", {"title": "Rent"}, token)
    told = bodies(sqs)
    assert told == [f'{{"kind":"live","changes":[["{home["id"]}",3]]}}']
    assert worker.invoke(records(told * 2)) == {"batchItemFailures": []}
    _, change = (json.loads(text) for text in gateway.texts(connection))
    assert (change["type"], change["revision"], change["task"]["title"]) == ("change", 3, "Rent")

    broken.append(True)
    made = ask("POST", f"{home['url']}/tasks", {"title": "Milk"}, token)
    assert made["title"] == "Milk"
    assert "the queue was not told of 1 messages" in http.logs

    for runtime in (http, websocket, worker):
        assert "Rent" not in runtime.logs
        assert ticket["ticket"] not in runtime.logs
