"""Requests and sockets leave nothing behind: no memory, no task, no open file.

Each is measured in a process of its own, whose memory nobody else uses: this file, run as a program.
"""

import asyncio
import gc
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from conformance.servers import bridged
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler, websocket_connect

from tornado_lambda import TornadoASGI

SCALE = 10 if os.environ.get("PROVE") else 1

CONNECTIONS = 100


class Page(RequestHandler):
    async def post(self) -> None:
        self.write(self.request.body)
        await self.flush()
        self.write("!")


class Echo(WebSocketHandler):
    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message)


async def request(port: int, times: int) -> None:
    """On many connections, since each reply waits for an acknowledgement of its first part."""
    await asyncio.gather(*(request_one_by_one(port, times // CONNECTIONS) for _ in range(CONNECTIONS)))


async def request_one_by_one(port: int, times: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(times):
        writer.write(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
        assert (await reader.readuntil(b"0\r\n\r\n")).endswith(b"hello\r\n1\r\n!\r\n0\r\n\r\n")
    writer.close()
    await writer.wait_closed()


async def converse(port: int, times: int) -> None:
    for _ in range(times):
        client = await websocket_connect(f"ws://127.0.0.1:{port}/socket")
        await client.write_message("hello")
        assert await client.read_message() == "hello"
        client.close()
        assert await client.read_message() is None


async def settled() -> tuple[int, int]:
    """Tasks and open files, once what is ending has ended."""
    for _ in range(50):
        await asyncio.sleep(0)
    return len(asyncio.all_tasks()), len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a loop has no paths to wait for


def used() -> tuple[int, int]:
    """Objects, and bytes of memory."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(gc.get_objects()), pages * os.sysconf("SC_PAGESIZE")


def leaves_nothing(work: Callable[[int, int], Awaitable[None]], times: int) -> None:
    application = Application([(r"/", Page), (r"/socket", Echo)], log_function=lambda _handler: None)

    async def story() -> None:
        gc.collect()  # what other tests left
        async with bridged(TornadoASGI(application)) as port:
            await work(port, times // 10)
            before, (objects, memory) = await settled(), used()
            await work(port, times)
            after, (objects_after, memory_after) = await settled(), used()
        assert after == before
        assert objects_after - objects < times // 2  # not one a time
        assert memory_after - memory < 4 * 1024 * 1024

    asyncio.run(story())


def in_own_process(name: str, times: int) -> None:
    """Run `leaves_nothing` there."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, __file__, name, str(times)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def test_many_requests_leave_nothing_behind() -> None:
    in_own_process("request", 2000 * SCALE)


def test_many_sockets_leave_nothing_behind() -> None:
    in_own_process("converse", 200 * SCALE)


if __name__ == "__main__":
    leaves_nothing({"request": request, "converse": converse}[sys.argv[1]], int(sys.argv[2]))
