"""One process for a laptop: the same application on Tornado's own HTTP server, on SQLite unless told otherwise."""

import asyncio
import contextvars
import errno
import fcntl
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import IO, Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.web import RequestHandler

from todo.application import build_application
from todo.clock import Clock, system_clock
from todo.database import Database, deadline_in
from todo.delivery.outbox import OutboxMailer
from todo.entrypoints.running import Running
from todo.files import Files
from todo.files.folder import FolderFiles
from todo.handlers.backend import Call
from todo.handlers.request_limits import FORM_BYTES, TORNADO_HEADER_BYTES, RequestLimits
from todo.jobs.backend import Backend
from todo.jobs.job_loop import JobLoop
from todo.jobs.queue import Queue
from todo.models import uuid7
from todo.observability import log_request, log_to_terminal
from todo.realtime.hub import Hub
from todo.services.scopes import Changed
from todo.settings import Settings
from todo.shapes.imports import ImportProgress
from todo.shapes.index import Limits
from todo.storage import CannotStart, bring_up_to_date, cannot_write, open_local_database

T = TypeVar("T")

# More threads make the event loop wait for the interpreter: with 8 it lagged by 190 ms and more.
_THREADS = 4
_REQUEST_SECONDS = 20.0
_LAST_REQUESTS_SECONDS = 10.0
_LAST_WORDS_SECONDS = 2.0
_READ_SECONDS = 10.0
# How long a thread may go on while another one waits for the interpreter. With Python's 5 ms, a request that lets go of
# it ten times waits 50 ms for an import beside it.
_TURN_SECONDS = 0.0005
# Python's own, but for whole collections: an import brought four a second about, each of which held up all by 20 ms.
_COLLECT_AFTER = (700, 10, 100)
_LOCAL_SENDER = "To-do <todo@localhost.localdomain>"


def serve(settings: Settings, environment: Mapping[str, str], *, host: str, port: int, data: Path) -> None:
    """Serve until SIGINT or SIGTERM, then let running requests end. Raises CannotStart."""
    log_to_terminal(settings.log_level)
    sys.setswitchinterval(_TURN_SECONDS)
    database = open_local_database(settings, environment, data, threads=_THREADS)
    lock = _only_server_of(database)
    try:
        sockets = _bind(host, port)
        bring_up_to_date(database)
        outbox, told = data / "outbox", _Told()
        files = FolderFiles(data / "files")
        jobs = _job_loop(
            database, settings, outbox, settings.public_url or _own_address(sockets[0].getsockname()), files, told
        )
        jobs.start()
        try:
            asyncio.run(_serve(settings, database, sockets, outbox, jobs.queue, files, told))
        finally:
            if not jobs.stop():
                sys.stderr.write("A job did not end in time; it is done again at the next start.\n")
    finally:
        database.close()
        if lock is not None:
            lock.close()


class _Told:
    """What jobs have to say to sockets, passed on from their thread to the loop that holds these, once it runs."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def connect(self, hub: Hub) -> None:
        """From now on the sockets of `hub`, on this thread's loop, are told."""
        self._hub, self._loop = hub, asyncio.get_running_loop()

    def told_of_import(self, account_id: UUID, progress: ImportProgress) -> None:
        """See `Hub.told_of_import`. Harmless while nobody listens, and when the loop has ended."""
        if self._hub is not None and self._loop is not None:
            with suppress(RuntimeError):  # it was closed
                self._loop.call_soon_threadsafe(self._hub.told_of_import, account_id, progress)

    def changed(self, changes: tuple[Changed, ...]) -> None:
        """See `Hub.changed`."""
        if changes and self._hub is not None and self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._hub.changed, changes)


def build_server(
    database: Database,
    settings: Settings,
    executor: ThreadPoolExecutor,
    *,
    hub: Hub,
    running: Running | None = None,
    **injected: Any,
) -> HTTPServer:
    """Tornado's HTTP server with the application over `database`; `injected` goes to `build_application`."""
    noted = running or Running()
    describe = _described(frozenset(settings.trusted_proxies))

    def begin(request: HTTPServerRequest) -> Call:
        noted.begin(request)
        return describe(request)

    def end(handler: RequestHandler) -> None:
        noted.end(handler)
        log_request(handler)

    application = build_application(
        database,
        settings,
        run=_on_threads(executor),
        describe=begin,
        log=end,
        hub=hub,
        **injected,
    )
    limited = RequestLimits(
        application,
        Limits().body_bytes,
        lambda _scope: str(uuid7(system_clock())),
        Limits().file_bytes + FORM_BYTES,
    )
    return HTTPServer(limited, max_header_size=TORNADO_HEADER_BYTES)


def build_hub(database: Database, executor: ThreadPoolExecutor, clock: Clock = system_clock, **options: Any) -> Hub:
    """What holds the server's sockets; it reads on the threads that requests have. `options` are the hub's."""
    run = _on_threads(executor)

    def read(work: Callable[[Session], T]) -> "asyncio.Future[T]":
        def bounded() -> T:
            # Who tells others of a request outlives it: the time that the request had is none of its own.
            with deadline_in(_READ_SECONDS):
                return database.read(work)

        return run(bounded)

    return Hub(read, clock, **options)


def _job_loop(
    database: Database, settings: Settings, outbox: Path, address: str | None, files: Files, told: _Told
) -> JobLoop:
    sender = settings.mail_from or _LOCAL_SENDER

    def build(queue: Queue) -> Backend:
        return Backend(
            database=database,
            clock=system_clock,
            queue=queue,
            mailer=OutboxMailer(outbox, sender, system_clock),
            public_url=address,
            files=files,
            tell_import=told.told_of_import,
            changed=told.changed,
        )

    return JobLoop(build)


def _own_address(name: tuple[str, int]) -> str | None:
    """Where a mail can lead to without being told: to this machine, if the service is for it alone."""
    return _url(name) if ip_address(name[0]).is_loopback else None


def _url(name: tuple[str, int]) -> str:
    host = f"[{name[0]}]" if ":" in name[0] else name[0]
    return f"http://{host}:{name[1]}"


async def _serve(
    settings: Settings,
    database: Database,
    sockets: list[socket.socket],
    outbox: Path,
    queue: Queue,
    files: Files,
    told: _Told,
) -> None:
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="unit")
    running, hub = Running(), build_hub(database, executor)
    told.connect(hub)
    server = build_server(
        database, settings, executor, hub=hub, running=running, jobs_written=queue.announce, files=files
    )
    server.add_sockets(sockets)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    _greet(sockets[0].getsockname(), database, outbox)
    # The application itself is no garbage: no collection needs to look at it again, while sockets wait.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    await stop.wait()
    server.stop()
    await hub.close(_LAST_WORDS_SECONDS)
    if not await running.wait(_LAST_REQUESTS_SECONDS):
        sys.stderr.write("Some requests did not end in time.\n")
    await server.close_all_connections()
    executor.shutdown(wait=True, cancel_futures=True)


def _on_threads(executor: ThreadPoolExecutor) -> Callable[[Callable[[], T]], "asyncio.Future[T]"]:
    def run(work: Callable[[], T]) -> "asyncio.Future[T]":
        context = contextvars.copy_context()
        return asyncio.get_running_loop().run_in_executor(executor, context.run, work)

    return run


def _described(trusted: frozenset[str]) -> Callable[[HTTPServerRequest], Call]:
    def describe(request: HTTPServerRequest) -> Call:
        client = str(request.remote_ip)
        if client in trusted:
            # Each proxy adds the address it saw at the end; the last that is no proxy of ours is the client.
            seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
            client = next((address for address in reversed(seen) if address not in trusted), client)
        return Call(request_id=str(uuid7(system_clock())), seconds=_REQUEST_SECONDS, client=client)

    return describe


def _bind(host: str, port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, host)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Port {port} is taken. Choose another: --port {port + 1}, or make run PORT={port + 1}."
            ) from error
        if error.errno == errno.EACCES:
            raise CannotStart(f"This user may not listen on port {port}. Choose one above 1023.") from error
        raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror or error}") from error


def _only_server_of(database: Database) -> IO[str] | None:
    """Hold a lock on an SQLite file for as long as the server runs. Raises CannotStart."""
    url = database.engine.url
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    path = Path(url.database)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise CannotStart(cannot_write(path.parent, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise CannotStart(
            f"Another server uses {path}. Stop it, or choose another folder: --data FOLDER, or make run DATA=FOLDER."
        ) from error
    return lock


def _greet(name: tuple[str, int], database: Database, outbox: Path) -> None:
    address, url = _url(name), database.engine.url
    where = os.path.relpath(url.database) if url.get_backend_name() == "sqlite" and url.database else None
    sys.stdout.write(
        f"To-do is served at {address}  (stop with Ctrl-C)\n"
        f"Its data is in {where or database.name}, its mails in {os.path.relpath(outbox)}\n\n"
        "Open that address in a browser, and sign up.\n"
        f"What programs can do with it: {address}/docs\n"
    )
    sys.stdout.flush()
