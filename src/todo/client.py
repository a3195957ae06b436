"""The service as a program at the other end of the network sees it: what the commands that are clients speak."""

import asyncio
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from todo.database.backoff import full_jitter
from todo.storage import CannotStart

_CONNECT_SECONDS = 10.0
_REPLY_SECONDS = 30.0
# A part of an upload over a slow line, and a download of everything.
_TRANSFER_SECONDS = 3600.0
_NO_REPLY = 599  # Tornado's status for time-outs and connections that were closed
_NEXT_PAGE = re.compile(r'<([^>]+)>; rel="next"')
_MOST_TRIES = 6


class Away(Exception):
    """The service cannot be reached or cannot serve now; the text says why. It may come back."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The reply to a request for a file: whatever is no file (`status` is not 200) is in `body`, as bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Service:
    """The API at an address, with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._client = AsyncHTTPClient()

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[Any, str]:
        """The JSON of a reply (None where it is empty), and its Link header.

        Raises Away, and CannotStart for what will stay as it is.
        """
        request = HTTPRequest(
            self._url + path,
            method=method,
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                **({"Idempotency-Key": str(uuid.uuid4())} if body is not None else {}),
            },
            body=None if method in ("GET", "DELETE") else json.dumps(body or {}).encode(),
            connect_timeout=_CONNECT_SECONDS,
            request_timeout=_REPLY_SECONDS,
        )
        try:
            reply = await self._client.fetch(request)
            return (json.loads(reply.body) if reply.body else None), reply.headers.get("Link", "")
        except (HTTPClientError, OSError) as error:
            raise self._refusal(error) from error
        except ValueError as error:
            raise CannotStart(f"{self._url} is no address of a to-do service.") from error

    async def ask_patiently(self, method: str, path: str, body: Any = None) -> Any:
        """As `ask`, but tried some times where the service is away. Raises Away, CannotStart."""

        async def once() -> Any:
            return (await self.ask(method, path, body))[0]

        return await _patiently(once)

    async def find_list(self, wanted: str) -> dict[str, Any]:
        """The list with this id, or the only one with this title. Raises Away, CannotStart."""
        if _is_id(wanted):
            return dict((await self.ask("GET", f"/v1/lists/{wanted}"))[0])
        found: list[dict[str, Any]] = []
        page = "/v1/lists?limit=500"
        while page:
            lists, link = await self.ask("GET", page)
            found += [each for each in lists if each["title"].casefold() == wanted.casefold()]
            page = match[1] if (match := _NEXT_PAGE.search(link)) else ""
        if len(found) != 1:
            several = "Several lists are" if found else "You see no list that is"
            raise CannotStart(f"{several} called {wanted!r}. Give the id of one: GET /v1/lists has them.")
        return found[0]

    async def connect(self) -> WebSocketClientConnection:
        """A new socket. Raises as `ask` does."""
        ticket, _ = await self.ask("POST", "/v1/live/tickets")
        request = HTTPRequest(ticket["url"], connect_timeout=_CONNECT_SECONDS, request_timeout=_CONNECT_SECONDS)
        try:
            return await websocket_connect(request)
        except (HTTPClientError, OSError) as error:
            raise self._refusal(error) from error

    async def post_part(self, upload: Mapping[str, Any], number: int, part: bytes) -> None:
        """Send one part of a file to where an import's `upload` says, trying again. Raises Away, CannotStart."""
        fields = {name: str(value).replace("{part}", str(number)) for name, value in upload["fields"].items()}
        boundary = uuid.uuid4().hex
        # The file comes last: Amazon S3 reads no field behind it.
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="part"\r\n\r\n'
        request = HTTPRequest(
            self._absolute(str(upload["url"])),
            method="POST",
            headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
            body=(head + file).encode() + part + f"\r\n--{boundary}--\r\n".encode(),
            connect_timeout=_CONNECT_SECONDS,
            request_timeout=_TRANSFER_SECONDS,
        )

        async def once() -> None:
            try:
                await self._client.fetch(request)
            except (HTTPClientError, OSError) as error:
                raise self._refusal(error) from error

        await _patiently(once)

    async def download(self, path: str, take: Callable[[bytes], None]) -> Downloaded:
        """Ask for a file; `take` is given it in pieces. The token goes to the service alone.

        Raises Away, CannotStart.
        """
        url = self._absolute(path)
        status, kept = 0, bytearray()

        def header(line: str) -> None:
            nonlocal status
            if line.startswith("HTTP/"):
                status = int(line.split(" ", 2)[1])

        def piece(chunk: bytes) -> None:
            if status == 200:
                take(chunk)
            else:
                kept.extend(chunk)

        request = HTTPRequest(
            url,
            headers={"Authorization": f"Bearer {self._token}"} if url.startswith(self._url + "/") else {},
            connect_timeout=_CONNECT_SECONDS,
            request_timeout=_TRANSFER_SECONDS,
            follow_redirects=False,
            decompress_response=True,
            header_callback=header,
            streaming_callback=piece,
        )
        try:
            reply = await self._client.fetch(request, raise_error=False)
        except OSError as error:
            raise self._refusal(error) from error
        if reply.code == _NO_REPLY or reply.code >= 400:
            raise self._refused(reply.code, bytes(kept))
        return Downloaded(reply.code, dict(reply.headers.items()), bytes(kept))

    def _absolute(self, url: str) -> str:
        return self._url + url if url.startswith("/") else url

    def _refusal(self, error: HTTPClientError | OSError) -> Away | CannotStart:
        if isinstance(error, OSError):
            return Away(f"Nobody answers at {self._url}")
        return self._refused(error.code, error.response.body if error.response else b"")

    def _refused(self, status: int, body: bytes) -> Away | CannotStart:
        if status == _NO_REPLY:
            return Away(f"Nobody answers at {self._url}")
        if status >= 500 or status == 429:
            return Away(f"The service at {self._url} cannot serve now ({status})")
        if status == 401:
            return CannotStart("The token is unknown, expired or revoked. `todo token create` makes another one.")
        try:
            return CannotStart(str(json.loads(body)["detail"]))
        except (ValueError, KeyError, TypeError):
            return CannotStart(f"{self._url} answers {status}: it is no to-do service, or too old for this.")


def printable(line: str) -> str:
    """A line without what a terminal would obey: what others wrote may hold anything."""
    return "".join(each if each.isprintable() else " " for each in line)


async def _patiently(work: Callable[[], Any]) -> Any:
    for attempt in range(_MOST_TRIES - 1):
        try:
            return await work()
        except Away:
            await asyncio.sleep(full_jitter(attempt))
    return await work()


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False
