"""Somebody with a list, whose requests meet a fault: what she is told, and what is stored in the end."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from clients import Door, LambdaDoor, Person, Reply
from clocks import MovableClock
from postgresql import ask, until
from sqlalchemy import URL

BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE 'todo%'"


@dataclass
class Story:
    """`server` is the database itself, beside whatever stands between it and the door."""

    door: Door
    ann: Person
    home: dict[str, str]
    server: URL
    acknowledged: list[str] = field(default_factory=list)

    def add(self, title: str, key: str | None = None) -> Reply:
        """Add a task, and remember whether it was acknowledged."""
        headers = {} if key is None else {"Idempotency-Key": key}
        reply = self.ann.ask("POST", f"{self.home['url']}/tasks", {"title": title}, headers=headers)
        if reply.status == 201 and title not in self.acknowledged:
            self.acknowledged.append(title)
        return reply

    def added(self, title: str, key: str | None = None) -> "Later":
        """The same in a thread of its own, so that the test can meddle meanwhile."""
        return Later(lambda: self.add(title, key))

    def stored(self) -> list[str]:
        """The titles that the server has, in the order of the list, each as often as it is there."""
        rows = ask(self.server, "SELECT title FROM tasks WHERE list_id = %s ORDER BY position", self.home["id"])
        return [str(title) for (title,) in rows]

    def require_exact(self) -> None:
        """Fail unless exactly what was acknowledged is stored, once each."""
        assert self.stored() == self.acknowledged

    @contextmanager
    def blocked(self) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
        """Whoever writes to the list waits inside its transaction until the block ends."""
        with psycopg.connect(self.server.render_as_string(hide_password=False)) as holder:
            holder.execute("SELECT 1 FROM scopes WHERE id = %s FOR UPDATE", [self.home["id"]])
            yield holder

    def until_blocked(self) -> None:
        """Wait until a request stands before the lock."""
        until(lambda: ask(self.server, BLOCKED)[0][0] == 1, "a request that waits for the lock")


class Later:
    """A request under way."""

    def __init__(self, request: Callable[[], Reply]) -> None:
        self._replies: list[Reply] = []
        self._thread = threading.Thread(target=lambda: self._replies.append(request()))
        self._thread.start()

    def reply(self) -> Reply:
        """What came back."""
        self._thread.join(40)
        assert self._replies, "no reply came"
        return self._replies[0]


@contextmanager
def story(server: URL, clock: MovableClock, policy: str, *, port: int | None = None) -> Iterator[Story]:
    """A door that reaches the server, by way of another port if one is given."""
    with LambdaDoor(server.set(port=port or server.port), clock, policy=policy) as door:
        ann = door.sign_up(f"{uuid.uuid4()}@example.org")
        yield Story(door, ann, ann.make_list(), server)


def refused(reply: Reply, *codes: str) -> None:
    """Fail unless the client was told that the database is at fault, and when to come back."""
    assert reply.status == 503, reply.body
    assert reply.json["code"] in codes
    assert int(reply.headers["retry-after"]) > 0
