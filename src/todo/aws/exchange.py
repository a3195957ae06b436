"""One HTTP request and its JSON answer, bounded in size and time."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import SplitResult

if TYPE_CHECKING:
    from http.client import HTTPResponse

# A secret holds at most 65,536 bytes, and JSON writes a byte with at most six: `\u0000`. Nothing else is as large.
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
_LARGEST_REPLY = 512 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. `content` is None where it is not a JSON object."""

    status: int
    content: dict[str, Any] | None = field(repr=False)


class Failure(NamedTuple):  # a dataclass takes seven times as long to make, at every start
    """Why there is no answer, in words that hold nothing of what was sent or received."""

    reason: str
    transient: bool


def exchange(
    method: str, url: SplitResult, headers: Mapping[str, str], body: bytes | None, *, timeout: float
) -> Reply | Failure:
    """One request on a connection of its own. Redirects are not followed: they would carry the signature off.

    `timeout` is in seconds: for connecting, for each silence, and for the whole of the reply's body. TLS is verified
    with the system's roots. No proxy is asked.
    """
    # Here, because the first call pays for it, and a start without one does not.
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=timeout)
    target = f"{url.path}?{url.query}" if url.query else url.path
    try:
        connection.request(method, target, body=body, headers={**headers, "connection": "close"})
        with connection.getresponse() as response:
            content = _bounded(response, timeout)
            status = response.status
    except TimeoutError:
        return Failure(f"no answer in {timeout:g} s", transient=True)
    except OSError as error:
        # Operating system and TLS errors describe the connection only.
        return Failure(f"{type(error).__name__}: {error}", transient=True)
    except UnicodeError:
        return Failure("its host is not a name", transient=False)
    except HTTPException as error:
        # These quote what was received, so only the kind is told.
        return Failure(f"the answer is not HTTP ({type(error).__name__})", transient=True)
    finally:
        connection.close()
    if content is None:
        return Failure(f"the answer is larger than {_LARGEST_REPLY} bytes", transient=False)
    return Reply(status, _json_object(content))


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
