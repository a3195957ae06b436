"""What a client has to know of WebSocket frames (RFC 6455): as little as it costs time to read 15,000 of them."""

import os
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class Frames:
    """The frames of one connection, in whatever pieces they arrive. A server neither masks nor, here, compresses."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The frames that are complete now: opcode and payload."""
        data = self._rest + data if self._rest else data
        start = 0
        while (found := _frame(data, start)) is not None:
            opcode, payload, start = found
            yield opcode, payload
        self._rest = data[start:]


def frame(opcode: int, payload: bytes) -> bytes:
    """A frame of a client: final, masked."""
    mask = os.urandom(4)
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2)
    repeated = (mask * (size // 4 + 1))[:size]
    masked = (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)
    return bytes([0x80 | opcode]) + length + mask + masked


def _frame(data: bytes, start: int) -> tuple[int, bytes, int] | None:
    """Opcode, payload and end of the frame that begins at `start`; None where it is not there yet."""
    if len(data) < start + 2:
        return None
    size, begin = data[start + 1] & 0x7F, start + 2
    if size > 125:
        begin += 2 if size == 126 else 8
        size = int.from_bytes(data[start + 2 : begin])
    if len(data) < begin or len(data) < begin + size:
        return None
    return data[start] & 0x0F, data[begin : begin + size], begin + size
