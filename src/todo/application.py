"""The composition root: settings, database, outside services -> one Tornado application, whatever door serves it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from tornado.httputil import HTTPServerRequest, ParseBodyConfig, ParseMultipartConfig, set_parse_body_config
from tornado.web import Application, RequestHandler

from todo import __version__
from todo.clock import Clock, system_clock
from todo.database import Database
from todo.files import Files
from todo.handlers import page, static
from todo.handlers.backend import Backend, Call, Runner
from todo.handlers.resources import RESOURCES, rules
from todo.observability import log_request
from todo.services.passwords import Passwords
from todo.services.scopes import Changed
from todo.settings import Settings

if TYPE_CHECKING:
    from todo.realtime.hub import Hub

_MOST_FORM_PARTS = 1000


def build_application(
    database: Database,
    settings: Settings,
    *,
    run: Runner,
    describe: Callable[[HTTPServerRequest], Call],
    clock: Clock = system_clock,
    passwords: Passwords | None = None,
    log: Callable[[RequestHandler], None] = log_request,
    reminders_changed: Callable[[], None] = lambda: None,
    jobs_written: Callable[[Sequence[UUID]], None] = lambda _ids: None,
    changed: Callable[[tuple[Changed, ...]], None] = lambda _changes: None,
    hub: "Hub | None" = None,
    streams: bool = True,
    files: Files | None = None,
) -> Application:
    """The application over `database`. `run` is how its door runs blocking work; `describe` knows of a request.

    After a commit `reminders_changed` hears that a reminder or digest may be due sooner than any before,
    `jobs_written` of jobs that can be done, `changed` what was written to the feed; a `hub` holds sockets, and hears
    of that, too. `files` is where uploaded files lie, and large exports where replies are held back until they are
    whole (no `streams`).
    """
    # As many as in a urlencoded form; Tornado's 100 are fewer than a task with all its labels has.
    set_parse_body_config(ParseBodyConfig(multipart=ParseMultipartConfig(max_parts=_MOST_FORM_PARTS)))
    backend = Backend(
        database=database,
        run=run,
        describe=describe,
        clock=clock,
        passwords=passwords or Passwords(),
        sign_up=settings.sign_up,
        public_url=settings.public_url,
        version=__version__,
        live_url=settings.live_url,
        reminders_changed=reminders_changed,
        changed=changed if hub is None else hub.changed,
        hub=hub,
        streams=streams,
        files=files,
        jobs_written=jobs_written,
    )
    served = RESOURCES | page.ROUTES | static.ROUTES
    if hub is not None:
        # A function never holds a socket, and its start does not wait for what does.
        from todo.handlers import live_socket

        served = served | live_socket.ROUTES
    return Application(
        rules(served),
        backend=backend,
        resources=RESOURCES,
        # How each is called in logs and metrics: the page's many addresses are one.
        routes={handler: path for path, handler in served.items()} | page.NAMES,
        default_handler_class=page.NowhereHandler,
        log_function=log,
    )
