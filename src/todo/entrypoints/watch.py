"""`todo watch`: a list as it changes, for somebody at a terminal, through the API like any other client.

It follows revisions as a client should: it drops what it has shown, and where it sees a gap, or was away, it resumes
from the last revision that it showed.
"""

import asyncio
import json
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any

from tornado.websocket import WebSocketClientConnection, WebSocketClosedError

from todo.client import Away, Service, printable
from todo.database.backoff import full_jitter
from todo.storage import CannotStart

_PING_SECONDS = 300.0
_LEAST_PAUSE_SECONDS = 0.1
_REVOKED = 1008
_DONE = {
    "task.created": "added",
    "task.completed": "completed",
    "task.reopened": "reopened",
    "task.updated": "changed",
    "task.trashed": "deleted",
    "task.restored": "restored",
    "task.moved_in": "moved here",
    "task.moved_out": "moved away",
    "list.updated": "changed the list",
    "list.trashed": "deleted the list",
    "list.restored": "restored the list",
    "tasks.trashed": "deleted several tasks",
    "tasks.imported": "imported several tasks",
    "tasks.renumbered": "sorted the list",
    "tasks.unassigned": "freed tasks of whoever left",
    "member.joined": "let somebody join",
    "member.left": "let somebody leave",
    "member.role_changed": "changed somebody's role",
    "link.created": "made a link",
    "link.revoked": "revoked a link",
}


def watch(url: str, token: str, wanted: str) -> None:
    """Show a list, given by its id or title, until it is interrupted or gone. Raises CannotStart."""

    async def run() -> None:
        await _Watch(Service(url, token), wanted).run()

    asyncio.run(run())


class _Watch:
    """What was shown of a list. `position` is the last revision of it, None before the first."""

    def __init__(self, service: Service, wanted: str) -> None:
        self._service = service
        self._wanted = wanted
        self._list: dict[str, Any] = {}
        self._position: int | None = None
        self._is_joining = False
        self._present: list[str] = []
        self._adding: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Find the list, then follow it."""
        try:
            self._list = await self._service.find_list(self._wanted)
        except Away as error:
            raise CannotStart(f"{error}. Is it running? `todo serve` starts it; --url says where it is.") from error
        _say(f"Watching {self._list['title']} ({self._list['id']}); stop with Ctrl-C.")
        if sys.stdin.isatty():
            _say("Type a line to add a task.")
            asyncio.get_running_loop().add_reader(sys.stdin, self._take_line)
        await self._follow()

    async def _follow(self) -> None:
        attempt = 0
        while True:
            try:
                socket = await self._service.connect()
                attempt = 0
                await self._listen(socket)
                reason = "The connection was lost"
            except WebSocketClosedError:
                reason = "The connection was lost"
            except Away as error:
                reason = str(error)
            pause = full_jitter(attempt) + _LEAST_PAUSE_SECONDS
            attempt += 1
            _say(f"{reason}; trying again in {pause:.1f} s.")
            await asyncio.sleep(pause)

    async def _listen(self, socket: WebSocketClientConnection) -> None:
        """Show what comes until the socket is closed. Raises CannotStart where there is nothing more to come."""
        pinging = asyncio.create_task(_ping(socket))
        try:
            await self._subscribe(socket)
            while (text := await socket.read_message()) is not None:
                message = json.loads(text)
                if (react := getattr(self, f"_on_{message['type']}", None)) is not None:
                    await react(socket, message)
        finally:
            pinging.cancel()
            socket.close()
        if socket.close_code == _REVOKED:
            raise CannotStart(f"The service closed the connection: {socket.close_reason or 'it is not wanted there'}.")

    async def _subscribe(self, socket: WebSocketClientConnection) -> None:
        since = {} if self._position is None else {"since": self._position}
        self._is_joining = True
        await socket.write_message(json.dumps({"type": "subscribe", "lists": [{"id": self._list["id"], **since}]}))

    async def _on_hello(self, socket: WebSocketClientConnection, hello: dict[str, Any]) -> None:
        for refused in hello["refused"]:
            if refused["code"] != "position_unknown":
                raise CannotStart(refused["detail"])
            _say("The service was set back to an earlier state; going on from there.")
            self._position = None
            await self._subscribe(socket)
        for joined in hello["lists"]:
            self._is_joining = False
            if joined["sync"]:
                _say("Too much has changed meanwhile to show it; going on from now.")
            if self._position is None or joined["sync"]:
                self._position = joined["revision"]
            self._show_present(joined["present"])

    async def _on_change(self, socket: WebSocketClientConnection, change: dict[str, Any]) -> None:
        if self._is_joining or self._position is None or change["revision"] <= self._position:
            return
        if change["revision"] > self._position + 1:
            await self._subscribe(socket)
            return
        self._position = change["revision"]
        _say(_words(change))

    async def _on_pong(self, socket: WebSocketClientConnection, pong: dict[str, Any]) -> None:
        if not self._is_joining and pong["revisions"].get(self._list["id"], 0) > (self._position or 0):
            await self._subscribe(socket)

    async def _on_presence(self, _socket: WebSocketClientConnection, presence: dict[str, Any]) -> None:
        self._show_present(presence["present"])

    async def _on_lost(self, _socket: WebSocketClientConnection, _lost: dict[str, Any]) -> None:
        raise CannotStart("The list was deleted, or you may not see it any more.")

    async def _on_error(self, _socket: WebSocketClientConnection, error: dict[str, Any]) -> None:
        _say(f"The service says: {error['detail']}")

    def _show_present(self, present: list[dict[str, Any]]) -> None:
        names = [each["name"] or "somebody" for each in present]
        if names != self._present:
            self._present = names
            _say(f"Here now: {', '.join(names)}.")

    def _take_line(self) -> None:
        line = sys.stdin.readline()
        if not line:
            asyncio.get_running_loop().remove_reader(sys.stdin)
        if line.strip():
            task = asyncio.get_running_loop().create_task(self._add(line.strip()))
            self._adding.add(task)
            task.add_done_callback(self._adding.discard)

    async def _add(self, title: str) -> None:
        try:
            await self._service.ask("POST", f"/v1/lists/{self._list['id']}/tasks", {"title": title})
        except (Away, CannotStart) as error:
            _say(f"Not added: {error}")


async def _ping(socket: WebSocketClientConnection) -> None:
    with suppress(WebSocketClosedError):
        while True:
            await asyncio.sleep(_PING_SECONDS)
            await socket.write_message('{"type": "ping"}')


def _words(change: dict[str, Any]) -> str:
    """`12:34:56 Ann added "Pay rent"`."""
    at = datetime.fromisoformat(change["at"]).astimezone()
    done = _DONE.get(change["kind"], change["kind"])
    title = (change["task"] or {}).get("title") or change["changes"].get("title", {}).get("before")
    about = f' "{title}"' if title and change["kind"].startswith("task.") else ""
    fields = ", ".join(change["changes"]) if change["kind"] in ("task.updated", "list.updated") else ""
    return f"{at:%H:%M:%S} {change['actor_name'] or 'Somebody'} {done}{about}{f' ({fields})' if fields else ''}"


def _say(line: str) -> None:
    sys.stdout.write(printable(line) + "\n")
    sys.stdout.flush()
