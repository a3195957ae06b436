"""Messages reach the connections of a WebSocket API in order, and nobody's trouble is another's."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, IncompleteReadError, NoCredentialsError, UnknownServiceError
from gateway_server import ACCESS_KEY, MOST_BYTES, REGION, SECRET_KEY, GatewayServer, gateway_server
from moto_server import MotoServer

from tornado_lambda import (
    ApiGatewayConnections,
    ConnectionBusy,
    ConnectionGone,
    Connections,
    ConnectionTrouble,
    MessageTooLarge,
    SendingFailed,
    SendingRefused,
    SendingReport,
    send_to_all,
)


@pytest.fixture
def gateway() -> Iterator[GatewayServer]:
    with gateway_server() as server:
        yield server


def client(url: str, *, secret: str = SECRET_KEY, **options: Any) -> Any:
    once = Config(retries={"total_max_attempts": 1}, connect_timeout=20, **{"read_timeout": 20, **options})
    return boto3.client(
        "apigatewaymanagementapi",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=secret,
        config=once,
    )


@pytest.fixture
def connections(gateway: GatewayServer) -> ApiGatewayConnections:
    return ApiGatewayConnections(client(gateway.url))


@dataclass
class Hours:
    """A clock that only sleeping moves, and which keeps how long each sleep was."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def sent(
    connections: Connections,
    messages: list[tuple[str, str]],
    *,
    at_once: int = 4,
    within: float = 60,
    hours: Hours | None = None,
    random: Callable[[], float] = lambda: 0.5,
) -> SendingReport:
    hours = hours or Hours()
    return send_to_all(
        connections,
        messages,
        at_once=at_once,
        within=within,
        sleep=hours.sleep,
        monotonic=hours.monotonic,
        random=random,
    )


# One connection.


def test_a_text_arrives_as_it_is(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann = gateway.connect()
    connections.send(ann, "grüß dich 👋")
    assert gateway.sent == [(ann, "grüß dich 👋")]


def test_a_connection_that_is_closed_is_closed_for_good(
    gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann, bob = gateway.connect(), gateway.connect()
    connections.close(ann)
    assert (gateway.is_open(ann), gateway.is_open(bob)) == (False, True)
    with pytest.raises(ConnectionGone):
        connections.send(ann, "still there?")
    with pytest.raises(ConnectionGone):
        connections.close(ann)


def test_who_never_was_is_gone(connections: ApiGatewayConnections) -> None:
    with pytest.raises(ConnectionGone, match="410"):
        connections.send("Fqn6qd4_FiACGWg=", "hello")


def test_a_message_may_have_128_kb_and_not_a_byte_more(
    gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann = gateway.connect()
    connections.send(ann, "ü" * (MOST_BYTES // 2))
    with pytest.raises(MessageTooLarge) as caught:
        connections.send(ann, "ü" * (MOST_BYTES // 2) + "!")
    assert not caught.value.may_pass
    assert [len(text) for text in gateway.texts(ann)] == [MOST_BYTES // 2]


def test_a_busy_connection_may_be_tried_again(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann = gateway.connect()
    gateway.throttle(ann)
    with pytest.raises(ConnectionBusy) as caught:
        connections.send(ann, "hello")
    assert caught.value.may_pass
    connections.send(ann, "hello")
    assert gateway.texts(ann) == ["hello"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 0])
def test_a_failing_gateway_may_be_tried_again(
    status: int, gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann = gateway.connect()
    gateway.fail(ann, status)
    with pytest.raises(SendingFailed) as caught:
        connections.send(ann, "hello")
    assert caught.value.may_pass


def test_a_wrong_signature_and_a_wrong_stage_are_refused(gateway: GatewayServer) -> None:
    ann = gateway.connect()
    for refusing in (client(gateway.url, secret="another"), client(gateway.url.replace("live", "test"))):
        with pytest.raises(SendingRefused, match="403") as caught:
            ApiGatewayConnections(refusing).send(ann, "hello")
        assert not caught.value.may_pass
    assert gateway.sent == []


def test_no_message_is_in_the_text_of_a_trouble(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann = gateway.connect()
    gateway.fail(ann, 403)
    gateway.fail(ann, 0)
    for _ in range(2):
        with pytest.raises(ConnectionTrouble) as caught:
            connections.send(ann, "a secret")
        assert "secret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_gateway_that_is_away_may_be_tried_again() -> None:
    with gateway_server() as gateway:
        url = gateway.url
    with pytest.raises(SendingFailed):
        ApiGatewayConnections(client(url)).send("Fqn6qd4_FiACGWg=", "hello")


def test_a_gateway_that_does_not_answer_in_time_may_be_tried_again(gateway: GatewayServer) -> None:
    ann = gateway.connect()
    with gateway.slow(ann), pytest.raises(SendingFailed, match="ReadTimeoutError"):
        ApiGatewayConnections(client(gateway.url, read_timeout=0.05)).send(ann, "hello")


class Failing:
    """A client that raises what it was given."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:  # noqa: ARG002, N803 - boto3's names
        raise self.error

    def delete_connection(self, *, ConnectionId: str) -> None:  # noqa: ARG002, N803 - the same
        raise self.error


def answered(status: int | None, code: str | None) -> ClientError:
    response: dict[str, Any] = {"Error": {} if code is None else {"Code": code}}
    if status is not None:
        response["ResponseMetadata"] = {"HTTPStatusCode": status}
    return ClientError(response, "PostToConnection")


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (answered(410, "GoneException"), ConnectionGone),
        (answered(410, None), ConnectionGone),
        (answered(None, "GoneException"), ConnectionGone),
        (answered(413, "413"), MessageTooLarge),
        (answered(429, "TooManyRequestsException"), ConnectionBusy),
        (answered(None, "LimitExceededException"), ConnectionBusy),
        (answered(408, "RequestTimeout"), SendingFailed),
        (answered(599, ""), SendingFailed),
        (answered(400, "BadRequestException"), SendingRefused),
        (answered(404, "404"), SendingRefused),
        (answered(403, "ExpiredTokenException"), SendingRefused),
        (answered(None, None), SendingRefused),
        (ConnectionResetError("reset"), SendingFailed),
        (TimeoutError("slow"), SendingFailed),
        (IncompleteReadError(actual_bytes=1, expected_bytes=2), SendingFailed),
        (NoCredentialsError(), SendingRefused),
        (UnknownServiceError(service_name="a", known_service_names="b"), SendingRefused),
    ],
)
def test_an_error_is_known_by_its_status_or_its_kind(error: Exception, trouble: type[ConnectionTrouble]) -> None:
    connections = ApiGatewayConnections(Failing(error))
    with pytest.raises(trouble) as sending:
        connections.send("a", "hello")
    with pytest.raises(trouble) as closing:
        connections.close("a")
    for caught in (sending, closing):
        assert type(caught.value) is trouble
        assert caught.value.__cause__ is error


def test_a_mistake_is_not_taken_for_trouble() -> None:
    class HTTPClientError(Exception):
        """Its name says so, its module does not."""

    for mistake in (TypeError("Data"), HTTPClientError("not botocore's")):
        with pytest.raises(type(mistake)) as caught:
            ApiGatewayConnections(Failing(mistake)).send("a", "hello")
        assert caught.value is mistake


# Many.


def test_everybody_gets_everything_in_its_order(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    people = [gateway.connect() for _ in range(7)]
    report = sent(connections, [(person, f"{number}") for number in range(5) for person in people])
    assert report == SendingReport(sent=35, gone=frozenset(), failed={})
    assert {person: gateway.texts(person) for person in people} == {person: list("01234") for person in people}


def test_so_many_are_on_their_way_at_once_and_no_more(
    gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    gateway.meet(3)  # each waits for two others
    people = [gateway.connect() for _ in range(9)]
    assert sent(connections, [(person, "hello") for person in people], at_once=3).sent == 9
    assert gateway.most_at_once == 3


def test_a_gone_receiver_takes_nobody_with_it(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    people = [gateway.connect() for _ in range(5)]
    gateway.lose(people[2])
    report = sent(connections, [(person, text) for person in people for text in ("hello", "again")])
    assert report == SendingReport(sent=8, gone=frozenset({people[2]}), failed={})
    assert gateway.asked.count(("POST", people[2], 410)) == 1


def test_a_busy_receiver_is_tried_again_until_it_takes_all(
    gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann = gateway.connect()
    gateway.throttle(ann, times=3)
    hours = Hours()
    report = sent(connections, [(ann, "first"), (ann, "second")], hours=hours)
    assert report == SendingReport(sent=2, gone=frozenset(), failed={})
    assert gateway.texts(ann) == ["first", "second"]
    assert hours.slept == pytest.approx([0.05, 0.1, 0.2])  # half of a bound that doubles


def test_the_pauses_have_a_bound(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann = gateway.connect()
    gateway.throttle(ann, times=40)
    hours = Hours()
    assert sent(connections, [(ann, "hello")], hours=hours, random=lambda: 1.0, within=1000).sent == 1
    assert hours.slept == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6, *[2.0] * 35])


def test_a_busy_receiver_holds_up_nobody(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann, bob, eve = (gateway.connect() for _ in range(3))
    gateway.throttle(ann, times=1)
    report = sent(connections, [(ann, "hello"), (bob, "hello"), (eve, "hello")], at_once=1)
    assert report.sent == 3
    assert [receiver for receiver, _ in gateway.sent] == [bob, eve, ann]


def test_a_slow_receiver_holds_up_nobody(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    slow, *others = (gateway.connect() for _ in range(6))
    with ThreadPoolExecutor(1) as pool:
        with gateway.slow(slow):
            report = pool.submit(sent, connections, [(person, "hello") for person in (slow, *others)], at_once=2)
            gateway.wait_for(messages=5)
        assert report.result().sent == 6
    assert gateway.sent[-1] == (slow, "hello")


def test_who_is_busy_for_too_long_is_given_up(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann, bob = gateway.connect(), gateway.connect()
    gateway.throttle(ann, times=1000)
    hours = Hours()
    report = sent(connections, [(ann, "hello"), (bob, "hello")], within=5, hours=hours)
    assert (report.sent, list(report.failed)) == (1, [ann])
    assert isinstance(report.failed[ann], ConnectionBusy)
    assert sum(hours.slept) < 5


def test_nothing_is_sent_after_the_time_is_up(gateway: GatewayServer, connections: ApiGatewayConnections) -> None:
    ann, bob = gateway.connect(), gateway.connect()
    report = sent(connections, [(ann, "hello"), (bob, "hello")], within=0)
    assert (report.sent, set(report.failed), gateway.asked) == (0, {ann, bob}, [])
    assert all(isinstance(error, SendingFailed) for error in report.failed.values())


@pytest.mark.parametrize("status", [500, 403, 0])
def test_after_a_failure_there_is_no_gap_and_no_message_twice(
    status: int, gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann, bob = gateway.connect(), gateway.connect()
    gateway.fail(ann, status)
    report = sent(connections, [(ann, "first"), (ann, "second"), (bob, "hello")])
    assert (report.sent, list(report.failed)) == (1, [ann])
    assert gateway.sent == [(bob, "hello")]
    assert len([receiver for _, receiver, _ in gateway.asked if receiver == ann]) == 1


def test_a_mistake_with_one_receiver_is_reported_with_its_name(
    gateway: GatewayServer, connections: ApiGatewayConnections
) -> None:
    ann, bob = gateway.connect(), gateway.connect()
    report = sent(connections, [(ann, "half of an emoji: \ud83d"), (bob, "hello")])
    assert (report.sent, report.gone) == (1, frozenset())
    assert isinstance(report.failed[ann], UnicodeEncodeError)


def test_no_messages_are_no_work(connections: ApiGatewayConnections) -> None:
    assert sent(connections, []) == SendingReport(sent=0, gone=frozenset(), failed={})


def test_who_is_told_to_stop_stops() -> None:
    class Ending:
        def send(self, connection_id: str, text: str) -> None:
            raise SystemExit(f"{connection_id} {text}")

        def close(self, connection_id: str) -> None:
            pass

    with pytest.raises(SystemExit):
        sent(Ending(), [("a", "hello")])


# What it needs.


def test_moto_takes_what_the_client_sends(moto: MotoServer) -> None:
    connections = ApiGatewayConnections(client(moto.url))
    connections.send("Fqn6qd4_FiACGWg=", "hello")
    connections.close("Fqn6qd4_FiACGWg=")
    with pytest.raises(SendingRefused, match="404"):
        ApiGatewayConnections(client(f"{moto.url}/live")).send("Fqn6qd4_FiACGWg=", "hello")


def modules_after(statement: str) -> set[str]:
    program = f"import json, sys\n{statement}\nprint(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout))


def test_who_serves_http_imports_nothing_of_websocket_apis() -> None:
    loaded = modules_after("from tornado_lambda import TornadoASGI, asgi_scope, http_handler")
    assert "tornado_lambda.asgi" in loaded
    assert not {f"tornado_lambda.{name}" for name in ("connections", "fan_out", "websocket_events")} & loaded


def test_who_serves_a_websocket_api_imports_no_tornado_and_no_threads() -> None:
    loaded = modules_after("from tornado_lambda import parse_websocket_event, ApiGatewayConnections, send_to_all")
    assert "tornado_lambda.fan_out" in loaded
    assert not {"tornado", "asyncio", "concurrent.futures", "boto3", "botocore"} & loaded


def test_every_public_name_is_there() -> None:
    import tornado_lambda

    for name in tornado_lambda.__all__:
        assert getattr(tornado_lambda, name).__name__ in (name, "HttpHandler")
    with pytest.raises(AttributeError, match="nothing_such"):
        tornado_lambda.nothing_such  # noqa: B018 - the look-up is the test
