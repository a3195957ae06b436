"""HTTP requests and their answers, JSON but for one, bounded in size and time."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import SplitResult

if TYPE_CHECKING:
    from http.client import HTTPResponse

# A secret holds at most 65,536 bytes, and JSON writes a byte with at most six: `\u0000`. Nothing else is as large.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_LARGEST_REPLY = 512 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. `content` is None where it is not a JSON object; `body` is what it was read from."""

    status: int
    content: dict[str, Any] | None = field(repr=False)
    body: bytes = field(default=b"", repr=False)


class Failure(NamedTuple):  # a dataclass takes seven times as long to make, at every start
    """Why there is no answer, in words that hold nothing of what was sent or received."""

    reason: str
    transient: bool


def exchange(
    method: str, url: SplitResult, headers: Mapping[str, str], body: bytes | None, *, timeout: float
) -> Reply | Failure:
    """One request on a connection of its own."""
    with Connection(url, timeout=timeout) as connection:
        return connection.exchange(method, {**headers, "connection": "close"}, body)


class Connection:
    """A connection to one URL, opened by the first request and kept for the next, until the server or a fault ends it.

    Redirects are not followed: they would carry the signature off. `timeout` is in seconds: for connecting, for each
    silence, and for the whole of a reply's body. TLS is verified with the system's roots. No proxy is asked.
    """

    def __init__(self, url: SplitResult, *, timeout: float) -> None:
        # Here, because the first call pays for it, and a start without one does not.
        from http.client import HTTPConnection, HTTPSConnection

        connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._connection = connect(url.hostname or "", url.port, timeout=timeout)
        self._target = f"{url.path}?{url.query}" if url.query else url.path
        self._timeout = timeout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def exchange(self, method: str, headers: Mapping[str, str], body: bytes | None) -> Reply | Failure:
        """One request and its answer."""
        outcome = self._exchange(method, headers, body)
        if isinstance(outcome, Failure):
            self._connection.close()  # what is left of an answer must not be taken for the next one's
        return outcome

    def _exchange(self, method: str, headers: Mapping[str, str], body: bytes | None) -> Reply | Failure:
        from http.client import HTTPException

        try:
            self._connection.request(method, self._target, body=body, headers=dict(headers))
            with self._connection.getresponse() as response:
                content = _bounded(response, self._timeout)
                status = response.status
        except TimeoutError:
            return Failure(f"no answer in {self._timeout:g} s", transient=True)
        except OSError as error:
            # Operating system and TLS errors describe the connection only.
            return Failure(f"{type(error).__name__}: {error}", transient=True)
        except UnicodeError:
            return Failure("its host is not a name", transient=False)
        except HTTPException as error:
            # These quote what was received, so only the kind is told.
            return Failure(f"the answer is not HTTP ({type(error).__name__})", transient=True)
        if content is None:
            return Failure(f"the answer is larger than {_LARGEST_REPLY} bytes", transient=False)
        return Reply(status, _json_object(content), content)


def is_transient(status: int) -> bool:
    """Whether a status says that the same request may succeed in a moment."""
    return status >= 500 or status == 429


def _bounded(response: "HTTPResponse", timeout: float) -> bytes | None:
    """The body, None where it is too large. One that trickles in is a time-out like one that never comes."""
    until = time.monotonic() + timeout
    received = bytearray()
    while chunk := response.read1(65_536):
        received += chunk
        if len(received) > _LARGEST_REPLY:
            return None
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(received)


def _json_object(content: bytes) -> dict[str, Any] | None:
    # The error of the JSON reader holds the whole document; it ends here, and is nobody's context.
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
