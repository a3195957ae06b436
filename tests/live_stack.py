"""Live updates as the stack serves them: the HTTP function, the WebSocket API's, the queue, the worker.

The functions' own code over one database; API Gateway answers on a socket, and is asked by boto3's client. What is in
the queue stays there until `work` is called.
"""

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from clients import FakeContext, LambdaDoor, Person
from clocks import MovableClock
from entrypoint import websocket
from gateway_server import ACCESS_KEY, REGION, SECRET_KEY, GatewayServer
from sqlalchemy import URL

from todo.database import Database
from todo.delivery.sockets import GatewaySockets
from todo.invocation import invocation
from todo.jobs import worker
from todo.jobs.backend import Backend
from todo.jobs.messages import parse_message
from todo.jobs.queue import MessageQueue
from todo.jobs.worker import Outcome
from todo.models import Link, Member
from todo.realtime.posting import AT_ONCE
from todo.services.actor import LINK_PREFIX, digest_of
from todo.services.tokens import new_secret
from todo.settings import Settings

_EVENTS = Path(__file__).parent / "tornado_lambda" / "events"
PAGE = "https://todo.example.org"


def management_client(url: str) -> Any:
    """boto3's client of a stage, which gives up soon and repeats nothing."""
    return boto3.client(
        "apigatewaymanagementapi",
        region_name=REGION,
        endpoint_url=url,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(
            retries={"total_max_attempts": 1}, connect_timeout=20, read_timeout=20, max_pool_connections=AT_ONCE
        ),
    )


def event_of(kind: str, connection_id: str, **fields: Any) -> dict[str, Any]:
    """A recorded event, of another connection: `connect`, `message`, `binary_message` or `disconnect`."""
    event: dict[str, Any] = json.loads((_EVENTS / f"websocket_{kind}.json").read_text())
    event["requestContext"]["connectionId"] = connection_id
    return event | fields


@dataclass(frozen=True)
class Socket:
    """One client's end."""

    stack: "LiveStack"
    id: str

    def says(self, message: Any) -> None:
        """Send a message: text as it is, anything else as JSON."""
        body = message if isinstance(message, str) else json.dumps(message)
        assert self.stack.invoke(event_of("message", self.id, body=body)) == 200

    def subscribes(self, *lists: Any, **how: int) -> dict[str, Any]:
        """Listen to lists, with `since` from a revision on, with `quiet` unseen. The `hello`, which is heard then."""
        self.says({"type": "subscribe", "lists": [{"id": each["id"], **how} for each in lists]})
        hello = self.heard()[0]
        assert hello["type"] == "hello", hello
        return hello

    def heard(self) -> list[dict[str, Any]]:
        """What came since it was asked last."""
        texts = self.stack.gateway.texts(self.id)
        fresh = texts[self.stack.read.get(self.id, 0) :]
        self.stack.read[self.id] = len(texts)
        return [json.loads(text) for text in fresh]

    def revisions(self) -> list[int]:
        """The revisions of the changes that came since it was asked last."""
        return [message["revision"] for message in self.heard() if message["type"] == "change"]

    @property
    def is_open(self) -> bool:
        """Whether nobody closed it."""
        return self.stack.gateway.is_open(self.id)

    def goes(self) -> None:
        """Hang up, so that AWS tells."""
        self.stack.gateway.lose(self.id)
        assert self.stack.invoke(event_of("disconnect", self.id)) == 200


@dataclass
class LiveStack:
    """The functions over the database behind `door`. `bodies` are the messages that wait in the queue."""

    gateway: GatewayServer
    door: LambdaDoor
    clock: MovableClock
    bodies: list[str]
    read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = Settings(live_endpoint=self.gateway.url, public_url=PAGE)
        client = management_client(self.gateway.url)
        self.queue = MessageQueue(self.bodies.extend, self.clock)
        self.sockets = GatewaySockets(self.gateway.url, AT_ONCE, client=client)
        self._handler = websocket.build_handler(
            self.database, settings, self.queue, sockets=lambda _endpoint: self.sockets, clock=self.clock
        )
        self.backend = Backend(database=self.database, clock=self.clock, queue=self.queue, sockets=self.sockets)

    @property
    def database(self) -> Database:
        """The one behind all of it."""
        return self.door.database

    def invoke(self, event: dict[str, Any]) -> int:
        """The status with which the WebSocket API's function answers an event."""
        status: int = self._handler(event, FakeContext())["statusCode"]
        return status

    def ticket(self, token: str) -> str:
        """A new ticket."""
        reply = self.door.ask("POST", "/v1/live/tickets", token=token)
        assert reply.status == 201, reply.body
        ticket: str = reply.json["ticket"]
        return ticket

    def handshake(self, ticket: str | None, connection_id: str, origin: str | None = None) -> int:
        """The status that API Gateway answers a handshake with."""
        headers = {"Host": ["abcdef1234.execute-api.eu-central-1.amazonaws.com"]}
        if origin is not None:
            headers["Origin"] = [origin]
        query = {} if ticket is None else {"ticket": ticket}
        status = self.invoke(
            event_of("connect", connection_id, multiValueHeaders=headers, queryStringParameters=query or None)
        )
        if status != 200:
            self.gateway.lose(connection_id)
        return status

    def connect(self, person: Person | str) -> Socket:
        """A socket of a person, or of the holder of a link by its secret."""
        connection_id = self.gateway.connect()
        token = person if isinstance(person, str) else person.token
        assert self.handshake(self.ticket(token), connection_id) == 200
        return Socket(self, connection_id)

    def work(self, bodies: Sequence[str] | None = None, times: int = 1) -> list[Outcome]:
        """Let the worker do what waits in the queue, or these messages in its place, until nothing does."""
        outcomes: list[Outcome] = []
        waiting = self._taken()
        if bodies is not None:
            waiting = list(bodies)
        while waiting:
            with invocation(self.database, FakeContext()):
                outcomes += [worker.receive(self.backend, parse_message(body), times) for body in waiting]
            waiting = self._taken()
        return outcomes

    def _taken(self) -> list[str]:
        taken = list(self.bodies)
        self.bodies.clear()
        return taken

    def sign_up(self, name: str) -> Person:
        """Somebody new."""
        return self.door.sign_up(f"{name.lower()}-{uuid.uuid4()}@example.org", name=name)

    def let_in(self, task_list: dict[str, Any], person: Person, role: str = "editor") -> None:
        """Make somebody a member of a list, as the service does."""
        member = Member(
            account_id=uuid.UUID(person.id), list_id=uuid.UUID(task_list["id"]), role=role, changed_revision=1
        )
        self.database.write(lambda session: session.add(member))

    def keep_out(self, task_list: dict[str, Any], person: Person) -> None:
        """Take it away again."""
        key = {"account_id": uuid.UUID(person.id), "list_id": uuid.UUID(task_list["id"])}
        self.database.write(lambda session: session.delete(session.get_one(Member, key)))

    def link(self, task_list: dict[str, Any]) -> str:
        """The secret of a new link to a list."""
        secret = new_secret(LINK_PREFIX)
        link = Link(
            id=uuid.uuid4(),
            list_id=uuid.UUID(task_list["id"]),
            digest=digest_of(secret),
            name="The flat",
            role="editor",
            created_at=self.clock(),
            expires_at=None,
        )
        self.database.write(lambda session: session.add(link))
        return secret


@contextmanager
def live_stack(gateway: GatewayServer, url: URL, clock: MovableClock) -> Iterator[LiveStack]:
    """The functions over a migrated database."""
    bodies: list[str] = []
    with LambdaDoor(url, clock, changed=MessageQueue(bodies.extend, clock).tell_changes) as door:
        yield LiveStack(gateway, door, clock, bodies)
