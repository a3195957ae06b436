"""A relay in front of a PostgreSQL server, that a test controls: it cuts, stalls, refuses, counts and writes down.

Consecutive bytes of a client are one flight, in however many pieces they come. Of a connection with TLS inside the
flights are counted as of any other; its messages cannot be read.
"""

import select
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, Self

from postgresql import until
from wire import Conversation, Message

# Send nothing in part until told so, or until it is the end; on macOS it is TCP_NOPUSH, which Python 3.11 cannot name.
_HOLD_BACK = getattr(socket, "TCP_CORK", 4)
Fault = Literal["before", "after", "answered", "stall"]


@dataclass
class Trap:
    """What befalls the next message that runs a statement beginning with `words`, and whether it has."""

    words: str
    fault: Fault
    met: threading.Event = field(default_factory=threading.Event)


@dataclass
class Flights:
    """How often clients waited for the server.

    `count`: bytes of a client that came after the server's last and that the server then answered, connecting included.
    `sent` holds those, too, that were not answered, such as a connection's good-bye: some may come a moment later.
    `connections` is how many were opened; each cost a flight of TCP before.
    """

    count: int = 0
    sent: int = 0
    connections: int = 0
    of_connection: Counter[int] = field(default_factory=Counter)


class Relay:
    """Passes bytes to the server at `target` of the loopback interface, and back.

    `trap` breaks a connection at a statement; `stalled` holds back all that the server says; `target` may be changed,
    for connections to come. One that `is_opaque` stands in front of another kind of server, and reads nothing. It
    listens at `address`.
    `conversations` has what each connection's client said, as far as it can be read.
    """

    def __init__(self, target: int, *, is_opaque: bool = False, address: str = "127.0.0.1") -> None:
        self.target = target
        self.address = address
        self.is_opaque = is_opaque
        self.stalled = threading.Event()
        self.conversations: list[list[Message]] = []
        self._listener = socket.create_server((address, 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._traps: list[Trap] = []
        self._counters: list[Flights] = []
        self._lines: list[_Line] = []

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_error: object) -> None:
        _close(self._listener)
        self.cut()
        until(lambda: not self.open, "the end of the relay")

    def trap(self, words: str, fault: Fault) -> Trap:
        """Break the connection that next runs a statement beginning with `words`, once.

        `"before"`: the server never sees it. `"after"`: the server carries it out, and the client never hears of it.
        `"answered"`: cut as soon as the client was told. `"stall"`: the server sees it; nothing that it says from then
        on is passed on, until the test clears `stalled`.
        """
        made = Trap(words, fault)
        with self._lock:
            self._traps.append(made)
        return made

    def ran(self, words: str) -> int:
        """How many statements that begin with `words` clients have sent."""
        return sum(message.runs(words) for said in list(self.conversations) for message in list(said))

    @property
    def open(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._lines)

    def cut(self) -> None:
        """Cut every connection that is open."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            line.cut()

    def refuse(self) -> None:
        """Take no more connections: whoever tries is refused. Those that are open stay."""
        _close(self._listener)
        # Bound, and not listening: nobody else gets the port meanwhile.
        self._listener = socket.socket()
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((self.address, self.port))

    def admit(self) -> None:
        """Take connections again."""
        self._listener.listen()
        self._listen()

    @contextmanager
    def counting(self) -> Iterator[Flights]:
        """Count from here on."""
        flights = Flights()
        with self._lock:
            self._counters.append(flights)
        try:
            yield flights
        finally:
            with self._lock:
                self._counters.remove(flights)

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                try:
                    server = socket.create_connection(("127.0.0.1", self.target), timeout=10)
                except OSError:
                    client.close()
                    continue
                with self._lock:
                    line = _Line(self, len(self.conversations), client, server)
                    self.conversations.append(line.said)
                    self._lines.append(line)
                    for flights in self._counters:
                        flights.connections += 1
                threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line: "_Line") -> None:
        try:
            with suppress(OSError):
                line.run()
        finally:
            with self._lock:
                self._lines.remove(line)
            line.close()

    def _sprung(self, message: Message) -> Trap | None:
        with self._lock:
            for trap in self._traps:
                if message.runs(trap.words):
                    self._traps.remove(trap)
                    return trap
        return None

    def _note(self, number: int, *, answered: bool) -> None:
        with self._lock:
            for flights in self._counters:
                flights.sent += not answered
                flights.count += answered
                flights.of_connection[number] += answered


class _Line:
    """One connection, from the client to the server."""

    def __init__(self, relay: Relay, number: int, client: socket.socket, server: socket.socket) -> None:
        for each in (client, server):
            each.setblocking(False)
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.said: list[Message] = []
        self._relay, self._number = relay, number
        self._client, self._server = client, server
        self._to_client, self._to_server = bytearray(), bytearray()
        self._conversation = Conversation()
        self._conversation.is_opaque = relay.is_opaque
        self._client_spoke_last = False
        self._asked = self._ready = 0  # questions that end in ReadyForQuery, and how many did
        self._trap: Trap | None = None
        self._trapped_at = 0  # the number of the question that ran into the trap
        self._is_over = False

    def run(self) -> None:
        """Carry bytes until either end hangs up or a trap says so."""
        while not self._is_over:
            stalled = self._relay.stalled.is_set()
            reading = [self._client] if stalled else [self._client, self._server]
            writing = [s for s, held in ((self._client, self._to_client), (self._server, self._to_server)) if held]
            readable, writable, _ = select.select(reading, writing, [], 0.02 if stalled else None)
            # The client first, and again before it is told anything: what it sent so far answers nothing of this.
            if self._client in readable:
                self._hear_client()
            if self._server in readable and not self._is_over:
                self._hear_server()
            for each, held in ((self._client, self._to_client), (self._server, self._to_server)):
                if held and (each in writable or each not in writing):
                    with suppress(BlockingIOError):
                        del held[: each.send(held)]

    def cut(self) -> None:
        """Hang up on both; from any thread."""
        for each in (self._client, self._server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give everything back."""
        self.cut()
        self._client.close()
        self._server.close()

    def _hear_client(self) -> None:
        with suppress(BlockingIOError):
            while not self._is_over:
                data = self._client.recv(65536)
                if not data:
                    self._is_over = True
                    break
                if not self._client_spoke_last:
                    self._client_spoke_last = True
                    self._relay._note(self._number, answered=False)
                for message, raw in self._conversation.from_client(data):
                    if message and self._is_cut_before(message):
                        self._is_over = True
                        break
                    self._to_server += raw
        if self._is_over:
            self._flush(self._server, self._to_server)

    def _is_cut_before(self, message: Message) -> bool:
        self.said.append(message)
        sprung = self._relay._sprung(message) if self._trap is None else None
        if sprung and sprung.fault == "stall":
            self._relay.stalled.set()
            sprung.met.set()
        elif sprung and sprung.fault == "before":
            sprung.met.set()
            return True
        elif sprung:
            self._trap = sprung
            # An Execute is done with when the Sync after it is.
            self._trapped_at = self._asked + 1
        self._asked += message.is_awaited
        return False

    def _hear_server(self) -> None:
        data = self._server.recv(65536)
        self._hear_client()
        if data and self._client_spoke_last:
            self._client_spoke_last = False
            self._relay._note(self._number, answered=True)
        for kind, raw in self._conversation.from_server(data):
            answers_the_trap = self._trap is not None and self._ready + 1 >= self._trapped_at
            if not (self._trap and self._trap.fault == "after" and answers_the_trap):
                self._to_client += raw
            self._ready += kind == "Z"
            if self._trap and kind == "Z" and self._ready >= self._trapped_at:
                self._trap.met.set()
                self._is_over = True
                break
        if not data:
            self._is_over = True
        if self._is_over:
            self._flush(self._client, self._to_client)

    @staticmethod
    def _flush(to: socket.socket, held: bytearray) -> None:
        to.settimeout(2)
        with suppress(OSError):
            # The last of what is told and the hang-up go in one piece: nobody can say more in between.
            to.setsockopt(socket.IPPROTO_TCP, _HOLD_BACK, 1)
            to.sendall(held)
            to.shutdown(socket.SHUT_WR)
        held.clear()


def _close(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)  # wakes whoever waits in accept()
    listener.close()
