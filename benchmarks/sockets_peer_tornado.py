"""The peer on Tornado, as its own example of a chat sends to everybody: what of this service's costs is Tornado's."""

import asyncio
import json
import os
from typing import ClassVar

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler


class Live(WebSocketHandler):
    """One socket."""

    subscribers: ClassVar[dict[str, set["Live"]]] = {}

    def prepare(self) -> None:
        """Let nobody in without the token."""
        self.lists: set[str] = set()
        if self.request.headers.get("Authorization") != f"Bearer {os.environ['SOCKETS_TOKEN']}":
            self.send_error(401)

    def on_message(self, message: str | bytes) -> None:
        """Subscribe."""
        said = json.loads(message)
        if said["type"] == "subscribe":
            self.lists.update(each["id"] for each in said["lists"])
            for list_id in self.lists:
                self.subscribers.setdefault(list_id, set()).add(self)
            self.write_message('{"type":"hello"}')

    def on_close(self) -> None:
        """Hear no more."""
        for list_id in self.lists:
            self.subscribers[list_id].discard(self)


class Change(RequestHandler):
    """Sends the body to everybody on the list."""

    def post(self, list_id: str) -> None:
        """Send it."""
        text = self.request.body.decode()
        for opened in tuple(Live.subscribers.get(list_id, ())):
            try:
                opened.write_message(text)
            except WebSocketClosedError:
                continue
        self.set_status(201)


async def serve() -> None:
    """Serve until the process is ended."""
    server = HTTPServer(Application([("/live", Live), ("/lists/(.+)", Change)], log_function=lambda _: None))
    sockets = bind_sockets(0, "127.0.0.1", backlog=1024)
    server.add_sockets(sockets)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()
