"""What a client may say on a socket, however its messages come: read, counted, refused; and answers as text."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from todo.errors import Fault, InvalidInput, MalformedRequest
from todo.shapes.conversion import converted, decoded
from todo.shapes.live import MOST_LISTS, Closing, LiveError, Ping, Said, Subscribe, Told, Unsubscribe

# What one message may have, in bytes of UTF-8.
MOST_MESSAGE_BYTES = 32 * 1024
# Whoever says nothing for so long, not even `ping`, is taken to be gone.
SILENCE = timedelta(minutes=11)
# Messages of one socket: so many at once, and so many a second on average.
MOST_AT_ONCE = 50
MOST_A_SECOND = 10.0

_SHAPES: dict[str, type[Said]] = {"subscribe": Subscribe, "unsubscribe": Unsubscribe, "ping": Ping}
_TYPES = ", ".join(_SHAPES)


class NotUnderstood(Exception):
    """A message that changes nothing. `answer` is to be sent; where there is a `closing`, the socket ends with it."""

    def __init__(self, answer: LiveError, closing: Closing | None = None) -> None:
        super().__init__(answer.code)
        self.answer = answer
        self.closing = closing


def understand(message: str | bytes) -> Said:
    """What a client says. Raises NotUnderstood, with a pointer to each bad field."""
    if isinstance(message, bytes):
        raise NotUnderstood(LiveError(code="malformed_message", detail="Messages are JSON, as text, not binary."), 1003)
    text = message.encode(errors="surrogatepass")
    if len(text) > MOST_MESSAGE_BYTES:
        detail = f"The message is over {MOST_MESSAGE_BYTES} bytes."
        raise NotUnderstood(LiveError(code="message_too_large", detail=detail), 1009)
    try:
        return _shaped(decoded(text, "message"))
    except MalformedRequest as error:
        raise _refusal("malformed_message", error.detail, error.faults) from error
    except InvalidInput as error:
        raise _refusal("invalid_message", error.detail, error.faults) from error


def require_room(held: Collection[UUID], wanted: Subscribe) -> None:
    """Raise NotUnderstood where a socket that listens to `held` would listen to too many lists."""
    if len({*held, *(each.id for each in wanted.lists)}) > MOST_LISTS:
        raise _too_many_lists()


def encode(message: Told) -> bytes:
    """A message as it is sent: JSON in UTF-8."""
    return msgspec.json.encode(message)


@dataclass(slots=True)
class Allowance:
    """How many messages a socket may still send. `seconds` is the time, of a clock that only goes forward."""

    seconds: float
    left: float = MOST_AT_ONCE

    def spend(self, seconds: float) -> None:
        """Count one message. Raises NotUnderstood where there were too many."""
        self.left = min(MOST_AT_ONCE, self.left + (seconds - self.seconds) * MOST_A_SECOND)
        self.seconds = seconds
        if self.left < 1:
            detail = f"At most {MOST_AT_ONCE} messages at once and {MOST_A_SECOND:g} a second are taken."
            raise NotUnderstood(LiveError(code="too_many_messages", detail=detail), 1008)
        self.left -= 1


def _shaped(value: Any) -> Said:
    if not isinstance(value, dict):
        raise InvalidInput(Fault("Expected an object", ""))
    kind = value.get("type")
    shape = _SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise InvalidInput(
            Fault("This field is needed" if "type" not in value else f"Expected one of {_TYPES}", "/type")
        )
    lists = value.get("lists")
    if shape is Subscribe and isinstance(lists, list) and len(lists) > MOST_LISTS:
        raise _too_many_lists()
    fields = {name: part for name, part in value.items() if name != "type"}
    said: Said = converted(fields, shape, "pointer", strict=True)
    if isinstance(said, Subscribe):
        _require_different([each.id for each in said.lists])
    return said


def _require_different(ids: list[UUID]) -> None:
    first = {each: number for number, each in reversed(list(enumerate(ids)))}
    twice = [number for number, each in enumerate(ids) if first[each] != number]
    if twice:
        raise InvalidInput(*(Fault("Given more than once", f"/lists/{number}/id") for number in twice))


def _too_many_lists() -> NotUnderstood:
    return NotUnderstood(
        LiveError(code="too_many_lists", detail=f"One socket listens to at most {MOST_LISTS} lists. Open another one.")
    )


def _refusal(code: str, detail: str, faults: tuple[Fault, ...]) -> NotUnderstood:
    errors = tuple({"detail": fault.detail, "pointer": fault.where} for fault in faults)
    return NotUnderstood(LiveError(code=code, detail=detail, errors=errors))
