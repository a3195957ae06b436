"""The to-do service on an ASGI server, which may speak HTTP/2. Its data is where TODO_DATABASE_URL says, or in var/.

hypercorn todo_asgi:app
"""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from todo.entrypoints.server import build_hub, build_server
from todo.observability import log_to_terminal
from todo.settings import Settings
from todo.storage import bring_up_to_date, open_local_database
from tornado_lambda import TornadoASGI

THREADS = 4

settings = Settings.from_environment(os.environ)
database = open_local_database(settings, os.environ, Path("var"), threads=THREADS)
executor = ThreadPoolExecutor(THREADS)
hub = build_hub(database, executor)


def start() -> None:
    log_to_terminal(settings.log_level)
    bring_up_to_date(database)


async def stop() -> None:
    await hub.close(2)
    executor.shutdown()
    database.close()


# Tornado's server takes requests like an application does. This one listens nowhere: the ASGI server does.
app = TornadoASGI(build_server(database, settings, executor, hub=hub), startup=start, shutdown=stop)
