"""Messages for API Gateway: none longer than it takes, and what failed again."""

from uuid import UUID, uuid4

import pytest
from gateway_server import GatewayServer
from live_stack import management_client

from todo.delivery.sockets import GatewaySockets
from todo.realtime.conversation import encode
from todo.realtime.posting import end, fitting_hello, fitting_presence, post
from todo.services.live import MOST_BYTES
from todo.shapes.live import Hello, Joined, Presence, Present
from tornado_lambda import SendingFailed


@pytest.fixture
def sockets(gateway: GatewayServer) -> GatewaySockets:
    return GatewaySockets(gateway.url, 32, client=management_client(gateway.url))


def people(count: int) -> tuple[Present, ...]:
    return tuple(Present(id=UUID(int=number), name="\N{CRAB}" * 100) for number in range(count))


def hello(lists: int, present: int) -> Hello:
    joined = Joined(id=uuid4(), revision=2**62, role="editor", sync=False, present=people(present))
    return Hello(lists=(joined,) * lists, refused=(), account_revision=1)


def test_a_hello_of_usual_size_is_one_message() -> None:
    message = hello(200, 0)
    assert fitting_hello(message) == (message,)


def test_where_many_are_there_a_hello_is_followed_by_who_they_are() -> None:
    first, *rest = fitting_hello(hello(200, 5))
    assert isinstance(first, Hello)
    assert all(not each.present for each in first.lists)
    assert [message.present for message in rest if isinstance(message, Presence)] == [people(5)] * 200
    assert all(len(encode(message)) <= MOST_BYTES for message in (first, *rest))


def test_of_a_crowd_as_many_are_named_as_fit() -> None:
    message = fitting_presence(uuid4(), people(5_000))
    assert len(encode(message)) <= MOST_BYTES
    assert len(message.present) > 100


def test_what_fails_is_sent_again_whole_and_in_order(gateway: GatewayServer, sockets: GatewaySockets) -> None:
    one, other = gateway.connect(), gateway.connect()
    gateway.fail(one, 500)
    slept: list[float] = []
    report = post(sockets, [(one, "1"), (one, "2"), (other, "3")], 10, slept.append)
    assert (gateway.texts(one), gateway.texts(other)) == (["1", "2"], ["3"])
    assert (report.failed, slept) == ({}, [0.0])


def test_what_keeps_failing_is_reported(gateway: GatewayServer, sockets: GatewaySockets) -> None:
    one, refused, gone = gateway.connect(), gateway.connect(), gateway.connect()
    gateway.fail(one, 503, times=3)
    gateway.fail(refused, 403)
    gateway.lose(gone)
    report = post(sockets, [(each, "1") for each in (one, refused, gone)], 10, lambda _seconds: None)
    assert set(report.failed) == {one, refused}
    assert isinstance(report.failed[one], SendingFailed)
    assert report.gone == {gone}
    assert [asked for asked in gateway.asked if asked[1] == refused] == [("POST", refused, 403)]


def test_ending_a_socket_that_is_gone_or_cannot_be_reached_is_harmless(
    gateway: GatewayServer, sockets: GatewaySockets
) -> None:
    socket = gateway.connect()
    end(sockets, socket)
    assert not gateway.is_open(socket)
    end(sockets, socket)
    gateway.fail(socket, 500)
    end(sockets, socket)
