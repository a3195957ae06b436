"""The cookie that keeps the page logged in, and who may use it (docs/decisions/0023-cookie-and-origin.md)."""

from datetime import datetime
from urllib.parse import urlsplit

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from todo.errors import WrongOrigin

_NAME = "todo_session"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class SessionCookie:
    """The cookie as one request has it. `public_url` is the address under which people open the page, where it is set.

    Over https it is `Secure`, and its name begins with `__Host-`: no other host can have set it. Over plain http it is
    neither, on loopback as elsewhere: Safari drops `Secure` cookies there.
    """

    def __init__(self, handler: RequestHandler, public_url: str | None) -> None:
        self._handler = handler
        self._public_url = public_url
        self.own_origin = (public_url or _origin_of(handler.request)).lower()
        self.is_secure = self.own_origin.startswith("https:")

    @property
    def name(self) -> str:
        """What it is called here."""
        return f"__Host-{_NAME}" if self.is_secure else _NAME

    def secret(self) -> str | None:
        """The secret in it; None without it."""
        return self._handler.get_cookie(self.name) or None

    def require_own_page(self) -> None:
        """Raise WrongOrigin unless the request comes from the page of this service, as far as its browser says."""
        headers, method = self._handler.request.headers, self._handler.request.method
        origin, site = headers.get("Origin"), headers.get("Sec-Fetch-Site")
        # Browsers name the origin with every request that may change something, but with none for a document.
        is_own = method in ("GET", "HEAD") if origin is None else origin.lower() == self.own_origin
        if not is_own or site not in (None, "same-origin", "none"):
            raise WrongOrigin(
                "The cookie is for the page of this service alone; programs send `Authorization: Bearer <secret>`. "
                + (
                    f"The page is at {self._public_url}: open it there."
                    if self._public_url
                    else "If this is the page, TODO_PUBLIC_URL must be the address that the browser shows."
                )
            )

    def keep(self, secret: str, until: datetime, now: datetime) -> None:
        """Let the browser keep a secret until it expires."""
        self._handler.set_cookie(
            self.name,
            secret,
            max_age=max(0, int((until - now).total_seconds())),
            httponly=True,
            samesite="Lax",
            secure=self.is_secure,
        )

    def forget(self) -> None:
        """Let the browser drop it."""
        self._handler.clear_cookie(self.name, httponly=True, samesite="Lax", secure=self.is_secure)


def is_private(request: HTTPServerRequest, public_url: str | None) -> bool:
    """Whether nobody on the way can read along: the page is served over https, or to the machine that serves it."""
    parts = urlsplit(public_url or _origin_of(request))
    host = parts.hostname or ""
    return (
        parts.scheme == "https"
        or host in ("localhost", "::1")
        or host.endswith(".localhost")
        or (host.startswith("127.") and host.replace(".", "").isdecimal())
    )


def _origin_of(request: HTTPServerRequest) -> str:
    return f"{request.protocol}://{request.host.removesuffix(_DEFAULT_PORTS.get(request.protocol, ''))}"
