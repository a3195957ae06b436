"""The peer on websockets, as its documentation has it: no compression, which saves most of its memory, and `broadcast`.

It speaks no HTTP but for handshakes: what makes a change comes through a port of its own.
"""

import asyncio
import json
import os
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.asyncio.server import serve as serve_websockets
from websockets.http11 import Request, Response

_subscribers: dict[str, set[ServerConnection]] = {}


def check(connection: ServerConnection, request: Request) -> Response | None:
    """Let nobody in without the token."""
    if request.headers.get("Authorization") != f"Bearer {os.environ['SOCKETS_TOKEN']}":
        return connection.respond(HTTPStatus.UNAUTHORIZED, "who are you?\n")
    return None


async def live(connection: ServerConnection) -> None:
    """Hold one socket."""
    lists: set[str] = set()
    try:
        async for message in connection:
            said = json.loads(message)
            if said["type"] == "subscribe":
                lists.update(each["id"] for each in said["lists"])
                for list_id in lists:
                    _subscribers.setdefault(list_id, set()).add(connection)
                await connection.send('{"type":"hello"}')
    finally:
        for list_id in lists:
            _subscribers[list_id].discard(connection)


async def change(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one POST /lists/LIST_ID: send its body to everybody on the list."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    text = (await reader.readexactly(int(headers["content-length"]))).decode()
    broadcast(_subscribers.get(head[0].split()[1].rpartition("/")[2], ()), text)
    writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    await writer.drain()
    writer.close()


async def serve() -> None:
    """Serve until the process is ended."""
    trigger = await asyncio.start_server(change, "127.0.0.1", 0)
    server = serve_websockets(
        live, "127.0.0.1", 0, process_request=check, compression=None, ping_interval=None, backlog=1024
    )
    async with server as sockets, trigger:
        ports = [each.sockets[0].getsockname()[1] for each in (trigger, sockets.server)]
        print("http://127.0.0.1:{} ws://127.0.0.1:{}".format(*ports), flush=True)
        await asyncio.Event().wait()
