"""As a program: one process of clients, which holds thousands of sockets and writes down when each hears of a change.

It reads commands, a line of JSON each, and answers each with a line: first the Order, answered when all sockets are
subscribed; then `{"marker": ..., "seconds": ...}` for each change, answered `{"listening": true}` at once, and with
what was heard when all heard it or the seconds are over. Ends when there are no more commands. Sockets are read
straight off epoll, without an event loop: the clients share the machine with the server that is measured.
"""

import json
import os
import select
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sockets_frames import CLOSE, PING, PONG, TEXT, Frames, frame
from sockets_handshake import Doorbell, Order, Refused

if TYPE_CHECKING:
    import socket

# While a change arrives: to look at many sockets at once costs less, and makes times late by this at most.
_GATHER_SECONDS = 0.001
_STDIN = 0


@dataclass(slots=True)
class Wave:
    """One change as it arrives. Times are of the monotonic clock, which all processes share."""

    marker: bytes
    until: float
    cpu: float
    heard: dict[int, float] = field(default_factory=dict)
    texts: set[bytes] = field(default_factory=set)
    twice: int = 0


class Clients:
    """The sockets of this process. One thread reads all; those that connect only add to them."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._epoll.register(_STDIN, select.EPOLLIN)
        self._sockets: dict[int, tuple[socket.socket, Frames]] = {}
        self._wave: Wave | None = None
        self._closed: list[str] = []

    def run(self) -> None:
        """Do what is asked for, until nobody asks any more."""
        commands = b""
        while True:
            ready = self._epoll.poll(self._patience())
            for number, _ in ready:
                if number != _STDIN:
                    self._read(number)
                    continue
                if not (read := os.read(_STDIN, 65_536)):
                    return
                *whole, commands = (commands + read).split(b"\n")
                for line in whole:
                    self._obey(json.loads(line))
            self._look_at_wave()
            if self._wave is not None and self._wave.heard:
                time.sleep(_GATHER_SECONDS)

    def _obey(self, command: dict[str, Any]) -> None:
        if "marker" in command:
            until = time.monotonic() + command["seconds"]
            self._wave = Wave(command["marker"].encode(), until, time.process_time())
            _say({"listening": True})
        else:
            order = Order(**command)
            signal.alarm(int(order.seconds))  # whatever happens to whoever started this
            threading.Thread(target=self._connect, args=(order,), daemon=True).start()

    def _connect(self, order: Order) -> None:
        """Open all sockets, and say so."""
        begun = time.monotonic()
        shares = [len(range(number, order.sockets, order.threads)) for number in range(order.threads)]
        with ThreadPoolExecutor(order.threads) as threads:
            faults = [fault for some in threads.map(lambda share: self._open(order, share), shares) for fault in some]
        _say({"connected": len(self._sockets), "seconds": time.monotonic() - begun, "faults": faults[:3]})

    def _open(self, order: Order, count: int) -> list[str]:
        doorbell = Doorbell(order)
        faults: list[str] = []
        for _ in range(count):
            try:
                opened, frames = doorbell.open()
            except (Refused, OSError) as error:
                faults.append(str(error) or repr(error))
                if len(faults) > 10:
                    break
                continue
            self._sockets[opened.fileno()] = (opened, frames)
            self._epoll.register(opened, select.EPOLLIN)
        return faults

    def _read(self, number: int) -> None:
        opened, frames = self._sockets[number]
        try:
            data = opened.recv(65_536)
        except BlockingIOError:
            return
        except OSError as error:
            data = b""
            self._closed.append(str(error))
        now = time.monotonic()
        if not data:
            self._drop(number, "closed")
            return
        for opcode, payload in frames.feed(data):
            if opcode == TEXT:
                self._hear(number, payload, now)
            elif opcode == PING:
                opened.send(frame(PONG, payload))
            elif opcode == CLOSE:
                self._drop(number, f"closed: {int.from_bytes(payload[:2])} {payload[2:].decode(errors='replace')}")
                return

    def _hear(self, number: int, payload: bytes, now: float) -> None:
        wave = self._wave
        if wave is None or wave.marker not in payload:
            return
        if number in wave.heard:
            wave.twice += 1
        wave.heard[number] = now
        wave.texts.add(payload)

    def _drop(self, number: int, why: str) -> None:
        self._closed.append(why)
        self._epoll.unregister(number)
        self._sockets.pop(number)[0].close()

    def _patience(self) -> float | None:
        if self._wave is None:
            return None
        return max(0.0, self._wave.until - time.monotonic())

    def _look_at_wave(self) -> None:
        """Tell what was heard, if that is all."""
        wave = self._wave
        if wave is None or (len(wave.heard) < len(self._sockets) and time.monotonic() < wave.until):
            return
        self._wave = None
        _say(
            {
                "heard": sorted(wave.heard.values()),
                "twice": wave.twice,
                "texts": [text.decode() for text in list(wave.texts)[:2]],
                "cpu": time.process_time() - wave.cpu,
                "closed": self._closed[:3],
            }
        )


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Clients().run()
