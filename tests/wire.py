"""The messages of the PostgreSQL protocol, read from the bytes that pass between a client and a server.

Source: https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

# Their first four bytes after the length; a client may ask both before it starts up.
_REQUESTS = {80877103: "SSLRequest", 80877104: "GSSENCRequest", 80877102: "CancelRequest"}
_KINDS = {
    b"Q": "Query",
    b"P": "Parse",
    b"B": "Bind",
    b"D": "Describe",
    b"E": "Execute",
    b"C": "Close",
    b"S": "Sync",
    b"H": "Flush",
    b"X": "Terminate",
    b"p": "Password",
    b"F": "FunctionCall",
    b"d": "CopyData",
    b"c": "CopyDone",
    b"f": "CopyFail",
}
_TLS_HANDSHAKE = 0x16


@dataclass(frozen=True, slots=True)
class Message:
    """What a client said. `name` is of the prepared statement (Parse, Bind) or the portal (Execute).

    `text` is the SQL, which Bind and Execute have from the Parse that they refer to; `parameters` are of StartUp.
    """

    kind: str
    name: str = ""
    text: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def runs(self, words: str) -> bool:
        """Whether a statement that begins with `words` is carried out by this message."""
        statements = self.text.split(";") if self.kind in ("Query", "Execute") else []
        return any(each.strip().upper().startswith(words.upper()) for each in statements)

    @property
    def is_awaited(self) -> bool:
        """Whether the server says ReadyForQuery when it is done with this one."""
        return self.kind in ("StartUp", "Query", "Sync", "FunctionCall")


class Conversation:
    """Cuts the bytes of one connection into messages. After TLS has begun they are passed on as they come."""

    def __init__(self) -> None:
        self.is_opaque = False
        self._from_client = bytearray()
        self._from_server = bytearray()
        self._is_started = False
        self._asks_for_encryption = False
        self._statements: dict[str, str] = {}
        self._portals: dict[str, str] = {}

    def from_client(self, data: bytes) -> Iterator[tuple[Message | None, bytes]]:
        """Each whole message with its bytes; None for bytes that cannot be read."""
        held = self._from_client
        held += data
        if not self._is_started and held[:1] and held[0] == _TLS_HANDSHAKE:
            self.is_opaque = True
        while held and not self.is_opaque:
            tag = 1 if self._is_started else 0
            if len(held) < tag + 4 or len(held) < tag + int.from_bytes(held[tag : tag + 4]):
                return
            raw = bytes(held[: tag + int.from_bytes(held[tag : tag + 4])])
            del held[: len(raw)]
            yield self._read(raw) if self._is_started else self._read_first(raw), raw
        if held:
            yield None, bytes(held)
            held.clear()

    def from_server(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        """Each whole message with the letter of its kind; "" for bytes that cannot be read."""
        held = self._from_server
        held += data
        if held and self._asks_for_encryption and not self.is_opaque and held[:1] != b"E":
            self._asks_for_encryption = False
            self.is_opaque = bytes(held[:1]) in (b"S", b"G")
            if not self.is_opaque:
                yield "no encryption", bytes(held[:1])
                del held[:1]
        while held and not self.is_opaque:
            if len(held) < 5 or len(held) < 1 + int.from_bytes(held[1:5]):
                return
            raw = bytes(held[: 1 + int.from_bytes(held[1:5])])
            del held[: len(raw)]
            yield chr(raw[0]), raw
        if held:
            yield "", bytes(held)
            held.clear()

    def _read_first(self, raw: bytes) -> Message:
        code = int.from_bytes(raw[4:8])
        if code in _REQUESTS:
            self._asks_for_encryption = _REQUESTS[code] != "CancelRequest"
            return Message(_REQUESTS[code])
        self._is_started = True
        words = raw[8:].split(b"\0")
        pairs = zip(words[0::2], words[1::2], strict=False)
        parameters = {name.decode(): value.decode() for name, value in pairs if name}
        return Message(
            "StartUp", text=" ".join(f"{name}={value}" for name, value in parameters.items()), parameters=parameters
        )

    def _read(self, raw: bytes) -> Message:
        kind, body = _KINDS.get(raw[:1], repr(raw[:1])), raw[5:]
        first, _, rest = body.partition(b"\0")
        match kind:
            case "Query":
                return Message(kind, text=first.decode())
            case "Parse":
                self._statements[first.decode()] = rest.partition(b"\0")[0].decode()
                return Message(kind, first.decode(), self._statements[first.decode()])
            case "Bind":
                statement = rest.partition(b"\0")[0].decode()
                self._portals[first.decode()] = self._statements.get(statement, "")
                return Message(kind, statement, self._portals[first.decode()])
            case "Execute":
                return Message(kind, first.decode(), self._portals.get(first.decode(), ""))
            case "Describe" | "Close":
                return Message(kind, first[1:].decode(), first[:1].decode())
        return Message(kind)
