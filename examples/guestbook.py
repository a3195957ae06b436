"""A guestbook: a plain Tornado application. Nothing in this file knows of ASGI or of Lambda.

python guestbook.py --port=8888
"""

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tornado.options import define, options, parse_command_line
from tornado.web import Application, HTTPError, RequestHandler
from tornado.websocket import WebSocketHandler

HERE = Path(__file__).parent
define("port", default=8888, help="where to listen")


@dataclass
class Guestbook:
    """Everything that was written, and who is reading along. It lives as long as the process."""

    entries: list[dict[str, str]] = field(default_factory=list)
    pictures: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    readers: set["Live"] = field(default_factory=set)

    def sign(self, name: str, text: str) -> int:
        self.entries.append({"name": name, "text": text})
        for reader in self.readers:
            reader.write_message(self.entries[-1])
        return len(self.entries)


class Handler(RequestHandler):
    def initialize(self, book: Guestbook) -> None:
        self.book = book

    def get_current_user(self) -> str | None:
        name = self.get_signed_cookie("name")
        return name.decode() if name else None


class Book(Handler):
    """The page, and its form."""

    def get(self) -> None:
        self.render("book.html", entries=self.book.entries, pictures=self.book.pictures)

    def post(self) -> None:
        name, text = self.get_body_argument("name"), self.get_body_argument("text")
        number = self.book.sign(name, text)
        for picture in self.request.files.get("picture", []):
            self.book.pictures[number] = picture.content_type, picture.body
        self.set_signed_cookie("name", name, httponly=True)
        self.redirect("/")


class Picture(Handler):
    def get(self, number: str) -> None:
        if int(number) not in self.book.pictures:
            raise HTTPError(404, "There is no picture %s", number)
        kind, content = self.book.pictures[int(number)]
        self.set_header("Content-Type", kind)
        self.write(content)


class Export(Handler):
    """All entries, a line each, sent as they are read."""

    async def get(self) -> None:
        self.set_header("Content-Type", "application/x-ndjson")
        for entry in self.book.entries:
            self.write(json.dumps(entry) + "\n")
            await self.flush()


class Live(WebSocketHandler):
    """Tells of new entries, and takes some."""

    def initialize(self, book: Guestbook) -> None:
        self.book = book

    def open(self, *_args: str, **_options: str) -> None:
        self.name = self.get_query_argument("name", "Somebody")
        self.book.readers.add(self)

    def on_message(self, message: str | bytes) -> None:
        if message == "bye":
            self.close(1000, f"Good bye, {self.name}")
        else:
            self.book.sign(self.name, str(message))

    def on_close(self) -> None:
        self.book.readers.discard(self)


def make_app(**settings: Any) -> Application:
    book = {"book": Guestbook()}
    return Application(
        [
            ("/", Book, book),
            ("/pictures/([0-9]+)", Picture, book),
            ("/export", Export, book),
            ("/live", Live, book),
        ],
        template_path=HERE / "templates",
        static_path=HERE / "static",
        cookie_secret=os.environ.get("GUESTBOOK_SECRET", "only for trying it out"),
        xsrf_cookies=True,
        **settings,
    )


async def main() -> None:
    parse_command_line()
    make_app().listen(options.port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
