"""The base of every resource: who calls, units of work, replies, errors; the same on Lambda and in the server."""

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session
from tornado.web import HTTPError, RequestHandler

from todo.database import deadline_in
from todo.errors import DomainError, NotFound, OtherAccount, Unauthenticated
from todo.handlers import parsing, problems
from todo.handlers.backend import Backend
from todo.handlers.operation import find_operation
from todo.handlers.session_cookie import SessionCookie
from todo.services import actor as actors
from todo.services import idempotency
from todo.services.actor import Actor
from todo.services.paging import Page
from todo.services.preconditions import IfMatch, Versioned, tag_of
from todo.services.scopes import Changed, changed_in, operation_in

_log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_UUID_LENGTH = 36


class ApiHandler(RequestHandler):
    """A resource. Subclasses write `get`, `post`, `patch`, `delete`; path arguments that end in `_id` are UUIDs."""

    @property
    def backend(self) -> Backend:
        """What the composition root put together."""
        backend: Backend = self.settings["backend"]
        return backend

    @classmethod
    def methods(cls) -> tuple[str, ...]:
        """The HTTP methods that the resource serves."""
        own = {name for name in _METHODS if getattr(cls, name.lower()) is not getattr(RequestHandler, name.lower())}
        if "GET" not in own:
            own.discard("HEAD")
        return tuple(name for name in _METHODS if name in own)

    # -- before the method ------------------------------------------------------------------------------------------

    def set_default_headers(self) -> None:
        """The headers of every reply, errors included."""
        # Tornado calls this from its constructor, and again when an error clears what was set.
        if not hasattr(self, "call"):
            self.call = self.backend.describe(self.request)
            self.unit_number = 0  # of those that share the request's Idempotency-Key
            self._tag: str | None = None
            self._came_with_cookie = False
        self.set_header("X-Request-Id", self.call.request_id)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Authorization, Cookie")
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header(
            "Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, X-Operation-Id, X-Request-Id"
        )
        self.clear_header("Server")

    def prepare(self) -> None:
        """Ask for a token before anything else is judged; turn the ids of the path into UUIDs."""
        method = (self.request.method or "").lower()
        described = find_operation(type(self), "get" if method == "head" else method)
        if described is not None and not described.public:
            self.bearer()
        arguments: dict[str, Any] = self.path_kwargs
        for name, value in arguments.items():
            if name.endswith("_id"):
                arguments[name] = _path_id(name, value)

    def options(self, **_path: Any) -> None:
        """Answer a CORS preflight; a plain OPTIONS learns the methods from `Allow`."""
        methods = ", ".join(self.methods())
        self.set_status(204)
        self.set_header("Allow", methods)
        self.set_header("Access-Control-Allow-Methods", methods)
        self.set_header(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match",
        )
        self.set_header("Access-Control-Max-Age", "86400")

    async def head(self, **path: Any) -> None:
        """Answer as GET does; Tornado leaves the body out."""
        if "GET" not in self.methods():
            raise HTTPError(405)
        # A subclass's own, which may be a coroutine or not.
        if (answer := self.get(**path)) is not None:
            await answer

    # -- what the client says ---------------------------------------------------------------------------------------

    def body(self, shape: type[S], *, forms: bool = True) -> S:
        """The body as `shape`, from JSON or a form. Raises MalformedRequest, InvalidInput."""
        content_type = self.request.headers.get("Content-Type", "application/json")
        media_type = content_type.partition(";")[0].strip().lower()
        if self.request.headers.get("Content-Encoding", "identity") != "identity":
            raise HTTPError(415, reason="Compressed bodies are not taken")
        if forms and media_type in _FORMS:
            if self.request.files:
                raise HTTPError(415, reason="Files are not taken here")
            return parsing.parse_form(self.request.body_arguments, shape)
        if media_type == "application/json" or media_type.endswith("+json"):
            return parsing.parse_json(self.request.body, shape)
        raise HTTPError(415, reason="Send application/json" + (", or a form" if forms else ""))

    def query(self, shape: type[S]) -> S:
        """The query string as `shape`. Raises InvalidInput."""
        return parsing.parse_query(self.request.query_arguments, shape)

    def if_match(self) -> IfMatch:
        """The tags of If-Match, None without it. Raises MalformedRequest."""
        return parsing.parse_if_match(self.request.headers.get("If-Match"))

    def idempotency_key(self) -> str | None:
        """The Idempotency-Key, None without it. Raises MalformedRequest."""
        return parsing.parse_idempotency_key(self.request.headers.get("Idempotency-Key"))

    def bearer(self) -> str:
        """The bearer token (RFC 6750), or that of the page's cookie. Raises Unauthenticated, WrongOrigin."""
        authorization = self.request.headers.get("Authorization")
        if authorization is None and (kept := self.cookie.secret()) is not None:
            self.cookie.require_own_page()
            self._came_with_cookie = True
            return kept
        scheme, _, secret = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated("Send a token as `Authorization: Bearer <secret>`.")
        return secret.strip()

    @property
    def cookie(self) -> SessionCookie:
        """The page's cookie."""
        return SessionCookie(self, self.backend.public_url)

    def authenticated(self, session: Session, secret: str, now: datetime) -> Actor:
        """Who calls. Raises Unauthenticated; OtherAccount where the caller takes itself for somebody else."""
        actor = actors.authenticate(session, secret, now)
        meant = self.request.headers.get("X-Account-Id")
        if meant is not None and meant.strip().lower() != str(actor.id):
            raise OtherAccount
        return actor

    # -- units of work ----------------------------------------------------------------------------------------------

    async def read(self, work: Callable[Concatenate[Session, Actor, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Authenticate and run `work(session, actor, ...)`, which writes nothing, in one unit."""
        secret, now = self.bearer(), self.backend.clock()

        def unit(session: Session) -> T:
            return work(session, self.authenticated(session, secret, now), *args, **kwargs)

        return await self.run(lambda: self.backend.database.read(unit))

    async def commit(self, work: Callable[Concatenate[Session, Actor, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Authenticate and run `work(session, actor, ...)` in one unit that is committed when this returns.

        Under an Idempotency-Key the work is done once, and its result given again. Where it wrote to the feed,
        `X-Operation-Id` names the operation, then and again, and those who listen are told.
        """
        secret, now, key = self.bearer(), self.backend.clock(), self.idempotency_key()
        digest = self._command_digest(args, kwargs)

        def unit(session: Session) -> tuple[T, UUID | None]:
            actor = self.authenticated(session, secret, now)
            actors.require_write(actor)
            if key is None:
                return work(session, actor, *args, **kwargs), operation_in(session, actor)
            own_key = f"{key} {self.unit_number}"
            return idempotency.once(session, actor, own_key, digest, work, *args, **kwargs)

        (result, operation_id), _ = await self._committed(unit)
        if operation_id is not None:
            self.set_header("X-Operation-Id", str(operation_id))
        return result

    async def store(self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(session, ...)` as `commit` does, for whoever asks: it authenticates nobody, and knows no key."""
        result, _ = await self._committed(lambda session: work(session, *args, **kwargs))
        return result

    async def _committed(self, work: Callable[[Session], T]) -> tuple[T, tuple[Changed, ...]]:
        def unit(session: Session) -> tuple[T, tuple[Changed, ...]]:
            # It may be run again, with another session: what the last one wrote is what was committed.
            return work(session), changed_in(session)

        result, changes = await self.run(lambda: self.backend.database.write(unit))
        self._tell_of(changes)
        return result, changes

    def _tell_of(self, changes: tuple[Changed, ...]) -> None:
        """After a commit: let those who listen know of it. The reply stays as it is."""
        if not changes:
            return
        try:
            with deadline_in(self.call.seconds):
                self.backend.changed(changes)
        except Exception as error:  # noqa: BLE001 - what was asked for is done, and whoever missed it finds it by sync
            _log.warning(
                "nobody could be told what changed: %s",
                type(error).__name__,
                extra={"request_id": self.call.request_id},
            )

    async def run(self, work: Callable[[], T]) -> T:
        """Run blocking work where the door runs it, within the time of the request."""

        def bounded() -> T:
            with deadline_in(self.call.seconds):
                return work()

        return await self.backend.run(bounded)

    async def tell_of_reminders(self, *, changed: bool) -> None:
        """After a commit: let whoever waits for the next reminder or digest look again. The reply stays as it is."""
        if changed:
            await self._tell("that reminders changed", self.backend.reminders_changed)

    async def tell_of_jobs(self, *job_ids: UUID) -> None:
        """After a commit: let whoever does jobs know of these. The reply stays as it is."""
        await self._tell("of a job", lambda: self.backend.jobs_written(job_ids))

    async def _tell(self, what: str, tell: Callable[[], None]) -> None:
        try:
            await self.run(tell)
        except Exception as error:  # noqa: BLE001 - what was asked for is done, and a hint that is lost only makes it late
            _log.warning(
                "nobody could be told %s: %s", what, type(error).__name__, extra={"request_id": self.call.request_id}
            )

    # -- what is replied --------------------------------------------------------------------------------------------

    def reply(self, value: Any, status: int = 200) -> None:
        """Send a shape, or an array of shapes."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(msgspec.json.encode(value))

    def reply_versioned(self, shape: Versioned, status: int = 200) -> None:
        """Send a shape with its entity tag."""
        self._tag = f'"{tag_of(shape)}"'
        if self.request.method not in ("GET", "HEAD"):
            # Where it is set already, Tornado does not look at If-None-Match.
            self.set_header("ETag", self._tag)
        self.reply(shape, status)

    def reply_created(self, shape: Any) -> None:
        """Send what was made, and where it is."""
        self.set_header("Location", shape.url)
        if hasattr(shape, "version"):
            self.reply_versioned(shape, 201)
        else:
            self.reply(shape, 201)

    def reply_page(self, page: Page[Any]) -> None:
        """Send an array, with a link to the next page where there is one (RFC 8288)."""
        if page.next is not None:
            query = {name: values[-1] for name, values in self.request.query_arguments.items()}
            target = f"{self.request.path}?{urlencode(query | {'cursor': page.next})}"
            self.set_header("Link", f'<{target}>; rel="next"')
        self.reply(page.items)

    def end_session(self) -> None:
        """The token that was used is no longer good: where it came in the page's cookie, let that be dropped."""
        if self._came_with_cookie:
            self.cookie.forget()

    def reply_nothing(self, status: int = 204) -> None:
        """Say that it is done, or with 202 that it will be."""
        self.set_status(status)
        self.clear_header("Content-Type")
        self.finish()

    def compute_etag(self) -> str | None:
        """The tag of the representation; of an array, Tornado's digest of the body."""
        return self._tag or super().compute_etag()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send a problem (RFC 9457) for whatever was raised."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        problem = problems.problem_of(error, status_code, self.call.request_id)
        self.set_status(problem.status)
        if problem.status == 405:
            self.set_header("Allow", ", ".join(self.methods()))
        if problem.status == 401:
            self.set_header("WWW-Authenticate", 'Bearer realm="todo"')
            self.end_session()
        if (seconds := problems.retry_after(error)) is not None:
            self.set_header("Retry-After", str(seconds))
        self.set_header("Content-Type", "application/problem+json; charset=utf-8")
        self.finish(msgspec.json.encode(problem))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Refusals are replies, not faults: the access log has them. Everything else is logged with its traceback."""
        if not isinstance(value, (DomainError, HTTPError)):
            # Not Tornado's own line, which holds the whole address.
            _log.error(
                "%s failed",
                type(self).__name__,
                exc_info=(typ, value, tb),
                extra={"request_id": self.call.request_id},
            )

    def _command_digest(self, args: Any, kwargs: Any) -> bytes:
        command = [self.request.method, self.request.path, args, kwargs]
        return hashlib.sha256(msgspec.json.encode(command, enc_hook=_sorted_sets, order="deterministic")).digest()


def _sorted_sets(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else str(value)


def _path_id(name: str, value: Any) -> UUID:
    try:
        if len(value) == _UUID_LENGTH:
            return UUID(value)
    except ValueError:
        pass
    raise NotFound(f"There is no such thing: `{name}` in the path is not a UUID.")
