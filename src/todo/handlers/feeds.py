"""Feeds: secret addresses of calendars."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import feeds
from todo.services.feeds import Found
from todo.shapes.feeds import Feed, FeedQuery, NewFeed, NewFeedReply
from todo.shapes.task import Task

# A calendar has to fit one reply on Lambda, whatever the notes of its tasks.
MOST_BYTES = 3 * 1024 * 1024
_BYTES_OF_ENTRY = 400


class FeedsHandler(ApiHandler):
    """`/v1/feeds`."""

    @operation("Your feeds", returns=tuple[Feed, ...])
    async def get(self) -> None:
        """List the feeds, latest first; at most a hundred, in one page."""
        self.reply(await self.read(feeds.list_all))

    @operation("Make a feed", body=NewFeed, returns=NewFeedReply, status=201, keyed=True, refusals=(404, 409))
    async def post(self) -> None:
        """Make a calendar that shows your tasks at a secret address, which is shown this once."""
        self.reply_created(await self.commit(feeds.create, self.body(NewFeed)))


class FeedHandler(ApiHandler):
    """`/v1/feeds/{feed_id}`."""

    @operation("Revoke a feed", status=204, keyed=True)
    async def delete(self, feed_id: UUID) -> None:
        """Revoke it; its address leads nowhere at once."""
        await self.commit(feeds.revoke, feed_id)
        self.reply_nothing()


class CalendarHandler(ApiHandler):
    """`/v1/feeds/{secret}.ics`."""

    @operation("A calendar", query=FeedQuery, returns=str, media_type="text/calendar", public=True)
    async def get(self, secret: str) -> None:
        """Show the calendar to whoever has its address: what is due as events, or with `as=tasks` as tasks.

        A list that was deleted, or left, is an empty calendar.
        """
        as_tasks = self.query(FeedQuery).as_ == "tasks"
        backend = self.backend
        now = backend.clock()
        found = await self.run(lambda: backend.database.read(feeds.find, secret, now))
        # Another release may write the same in other words.
        self._tag = f'"{backend.version}-{found.state}-{"tasks" if as_tasks else "events"}"'
        self.set_header("ETag", self._tag)
        self.set_header("Content-Type", "text/calendar; charset=utf-8")
        self.set_header("X-Robots-Tag", "noindex")
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        self.finish(await self.run(lambda: self._calendar(found, as_tasks=as_tasks)))

    def _calendar(self, found: Found, *, as_tasks: bool) -> bytes:
        from todo.formats.feed import write

        address = self.backend.public_url

        def address_of(task: Task) -> str:
            return f"{address}/lists/{task.list_id}?task={task.id}"

        return b"".join(
            write(
                found.name,
                self._fitting(feeds.tasks(self.backend.database.read, found, as_tasks=as_tasks)),
                as_tasks=as_tasks,
                address_of=None if address is None else address_of,
            )
        )

    def _fitting(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Those that are first, as many as one reply holds: notes are most of a large one."""
        room = MOST_BYTES
        for task in tasks:
            room -= _BYTES_OF_ENTRY + len(task.title.encode()) + len(task.notes.encode())
            if room < 0:
                return
            yield task


ROUTES = {
    "/v1/feeds": FeedsHandler,
    "/v1/feeds/{secret}.ics": CalendarHandler,
    "/v1/feeds/{feed_id}": FeedHandler,
}
