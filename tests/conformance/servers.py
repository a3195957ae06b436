"""ASGI servers, and Tornado's own, each on a socket of the loop that is running."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any, Protocol

import hypercorn
import uvicorn
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.typing import LifespanState
from hypercorn.utils import wrap_app
from tornado.httpserver import HTTPServer
from tornado.web import Application


class ASGIServer(Protocol):
    """As much of HTTPServer's interface as a test needs."""

    async def listen(self, sockets: list[socket.socket]) -> None: ...
    def stop(self) -> None: ...
    async def close_all_connections(self) -> None: ...


class UvicornServer:
    def __init__(self, application: Any) -> None:
        config = uvicorn.Config(
            application,
            http="h11",
            ws="websockets-sansio",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)

    async def listen(self, sockets: list[socket.socket]) -> None:
        await self._server.startup(sockets=sockets)
        await self._server.on_tick(0)  # its main loop, which writes the Date that replies carry, does not run here

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
        await _end(state.tasks)


class HypercornServer:
    """What `hypercorn.asyncio.serve` does with a connection, without its signals, workers and graceful end."""

    def __init__(self, application: Any) -> None:
        config = hypercorn.Config()
        config.errorlog = logging.getLogger("hypercorn.error")
        config.include_server_header = False
        self._config = config
        self._application = wrap_app(application, config.wsgi_max_body_size, "asgi")
        self._servers: list[asyncio.Server] = []
        self._connections: set[asyncio.Task[Any]] = set()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop, state = asyncio.get_running_loop(), LifespanState({})
        server = TCPServer(self._application, loop, self._config, self._context, state, reader, writer)
        connection = loop.create_task(server.run())
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def listen(self, sockets: list[socket.socket]) -> None:
        self._context = WorkerContext(None)
        self._servers = [await asyncio.start_server(self._serve, sock=listener) for listener in sockets]

    def stop(self) -> None:
        for server in self._servers:
            server.close()

    async def close_all_connections(self) -> None:
        await self._context.terminated.set()
        await _end(self._connections)


SERVERS: dict[str, type[UvicornServer | HypercornServer]] = {"uvicorn": UvicornServer, "hypercorn": HypercornServer}


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    running = list(tasks)
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)


@contextlib.asynccontextmanager
async def bridged(application: Any, *, server: str = "uvicorn") -> AsyncIterator[int]:
    """An ASGI application behind an ASGI server; gives the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    running = SERVERS[server](application)
    await running.listen([listener])
    try:
        yield listener.getsockname()[1]
    finally:
        running.stop()
        await running.close_all_connections()
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
