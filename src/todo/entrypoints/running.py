"""The requests that a server is answering, so that it can let them end before it does."""

import asyncio
import time
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

_LOOK_SECONDS = 0.02


class Running:
    """The requests that are being answered. Tornado's own way to stop would cut them off."""

    def __init__(self) -> None:
        self._requests: set[HTTPServerRequest] = set()
        self._streams: set[Any] = set()

    def begin(self, request: HTTPServerRequest) -> None:
        """Note a request whose handler has just been made."""
        self._requests.add(request)

    def end(self, handler: RequestHandler) -> None:
        """Note that a reply was written: what of it the socket did not take yet is still to be sent."""
        self._requests.discard(handler.request)
        self._streams = {stream for stream in self._streams if stream.writing()}
        stream = getattr(handler.request.connection, "stream", None)
        if stream is not None and stream.writing():
            self._streams.add(stream)

    async def wait(self, seconds: float) -> bool:
        """Wait until all are answered; False when that took longer."""
        give_up = time.monotonic() + seconds
        while self._requests or any(stream.writing() for stream in self._streams):
            if time.monotonic() >= give_up:
                return False
            await asyncio.sleep(_LOOK_SECONDS)
        return True
