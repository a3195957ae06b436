"""The bridge behind uvicorn, and Tornado's own server, each on a socket of the loop that is running."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from tornado.httpserver import HTTPServer
from tornado.web import Application


class BridgedServer:
    """An ASGI application behind uvicorn, with as much of HTTPServer's interface as a test case uses."""

    def __init__(self, application: Any, *, websockets: bool = False) -> None:
        config = uvicorn.Config(
            application,
            http="h11",
            ws="websockets-sansio" if websockets else "none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)

    async def listen(self, sockets: list[socket.socket]) -> None:
        await self._server.startup(sockets=sockets)

    def stop(self) -> None:
        for server in self._server.servers:
            server.close()

    async def close_all_connections(self) -> None:
        state = self._server.server_state
        for connection in list(state.connections):
            connection.transport.abort()
        # Aborted transports close in the loop's next turns, and with them the requests they carried.
        for _ in range(3):
            await asyncio.sleep(0)
        for task in list(state.tasks):
            task.cancel()


@contextlib.asynccontextmanager
async def bridged(application: Any, *, websockets: bool = False) -> AsyncIterator[int]:
    """An ASGI application behind uvicorn; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = BridgedServer(application, websockets=websockets)
    await server.listen([listener])
    try:
        yield listener.getsockname()[1]
    finally:
        server.stop()
        await server.close_all_connections()
        listener.close()


@contextlib.asynccontextmanager
async def native(application: Application, **options: Any) -> AsyncIterator[int]:
    """A Tornado application behind Tornado's server; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    server = HTTPServer(application, **options)
    server.add_sockets([listener])
    try:
        yield listener.getsockname()[1]
    finally:
        server.stop()
        await server.close_all_connections()


async def exchange(port: int, request: bytes) -> bytes:
    """Send bytes, and give what comes back until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()
