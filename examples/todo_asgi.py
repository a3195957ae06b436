"""The to-do service on an ASGI server, which may speak HTTP/2. Its data is where TODO_DATABASE_URL says, or in var/.

hypercorn todo_asgi:app
"""

import asyncio
import contextvars
import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from todo.application import bring_up_to_date, build_application, open_local_database
from todo.handlers.backend import Call
from todo.handlers.request_limits import RequestLimits
from todo.observability import log_to_terminal
from todo.settings import Settings
from todo.shapes.index import Limits
from tornado.httputil import HTTPServerRequest
from tornado_lambda import TornadoASGI

T = TypeVar("T")
THREADS = 4

settings = Settings.from_environment(os.environ)
database = open_local_database(settings, os.environ, Path("var"), threads=THREADS)
executor = ThreadPoolExecutor(THREADS)


def run(work: Callable[[], T]) -> "asyncio.Future[T]":
    """A query must not keep the other streams waiting."""
    return asyncio.get_running_loop().run_in_executor(executor, contextvars.copy_context().run, work)


def describe(request: HTTPServerRequest) -> Call:
    return Call(request_id=str(uuid.uuid4()), seconds=20, client=str(request.remote_ip))


def start() -> None:
    log_to_terminal(settings.log_level)
    bring_up_to_date(database)


def stop() -> None:
    executor.shutdown()
    database.close()


application = build_application(database, run=run, describe=describe, sign_up=settings.sign_up)
limited = RequestLimits(application, Limits().body_bytes, lambda _scope: str(uuid.uuid4()))
app = TornadoASGI(limited, startup=start, shutdown=stop)
