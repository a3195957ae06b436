"""One scope that somebody listens to: who does, and whether there may be something new in it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from todo.realtime.listener import Listener, Subscription
from todo.shapes.live import Present

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Channel:
    """The subscriptions of one list or account.

    `joining` counts those who are being let in, `heard` is the highest revision that was heard of since the first of
    them asked: what is committed while somebody is let in is not lost. `bell` rings with every change. Of tasks there
    is one `pump` at a time, and one `announcement` of who is there, the last of them at `announced_at` (seconds).
    """

    scope_id: UUID
    subscriptions: dict[Listener, Subscription] = field(default_factory=dict)
    people: dict[UUID, list[str]] = field(default_factory=dict)  # who is present: the name, for each of its sockets
    joining: int = 0
    heard: int = 0
    is_behind: bool = False
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    pump: "asyncio.Task[None] | None" = None
    announcement: "asyncio.Task[None] | None" = None
    announced_at: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether nobody needs it."""
        return not (self.subscriptions or self.joining or self.pump or self.announcement)

    def add(self, subscription: Subscription) -> bool:
        """Let a listener hear of the scope. True where its person was not present, and is now."""
        self.remove(subscription.listener)
        self.subscriptions[subscription.listener] = subscription
        if subscription.quiet:
            return False
        names = self.people.setdefault(subscription.listener.actor_id, [])
        names.append(subscription.listener.name)
        return len(names) == 1

    def remove(self, listener: Listener) -> bool:
        """Tell a listener no more. True where its person was present, and is not any more."""
        subscription = self.subscriptions.pop(listener, None)
        if subscription is None or subscription.quiet:
            return False
        names = self.people[listener.actor_id]
        names.pop()
        if names:
            return False
        del self.people[listener.actor_id]
        return True

    def holds(self, subscription: Subscription) -> bool:
        """Whether its listener still listens by way of this subscription."""
        return self.subscriptions.get(subscription.listener) is subscription

    def present(self, *others: Listener) -> tuple[Present, ...]:
        """Who is there, each account or link once, by name."""
        names = {each.actor_id: each.name for each in others} | {each: of[-1] for each, of in self.people.items()}
        found = (Present(id=actor_id, name=name) for actor_id, name in names.items())
        return tuple(sorted(found, key=lambda each: (each.name, each.id)))

    async def keep_up(self, one_round: Callable[["Channel"], Awaitable[None]], retry: float) -> None:
        """Run rounds until nothing is new. After one that fails, the next change brings another, or `retry` seconds."""
        while self.is_behind and self.subscriptions:
            self.is_behind = False
            self.bell.clear()
            try:
                await one_round(self)
            except Exception as error:  # noqa: BLE001 - whatever it was, those who listen are told later
                _log.warning("what changed could not be told, and is tried again", exc_info=error)
                self.is_behind = True
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.bell.wait(), retry)
