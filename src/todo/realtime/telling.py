"""Telling those who listen to a scope what is new: read from the database, then sent in portions."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from todo.clock import Clock
from todo.realtime import news
from todo.realtime.channel import Channel
from todo.realtime.conversation import encode
from todo.realtime.listener import Listener, Subscription
from todo.shapes.live import AccountChanged

T = TypeVar("T")
Message = tuple[int, bytes]

# Sends before everything else on the loop has its turn.
_SENDS_AT_ONCE = 100
# Bytes to each socket before the network has its turn; well below what may wait for one.
_BYTES_AT_ONCE = 256 * 1024
_BREATH_SECONDS = 0.02


class Reading(Protocol):
    """Runs a unit that only reads, off the loop."""

    def __call__(self, work: Callable[[Session], T], /) -> Awaitable[T]:
        """Run `work(session)` and give its result."""


class Teller:
    """`revoke(listener)` ends the socket of somebody whose token or link is good no more, `lose(listener, channel)`
    sends somebody away who may not see the list any more.
    """

    def __init__(
        self,
        read: Reading,
        clock: Clock,
        revoke: Callable[[Listener], None],
        lose: Callable[[Listener, Channel], None],
    ) -> None:
        self._read = read
        self._clock = clock
        self._revoke = revoke
        self._lose = lose

    async def tell_list(self, channel: Channel) -> None:
        """One round for a list: everybody hears what came after its own position, in order."""
        told = tuple(channel.subscriptions.values())
        after = min(subscription.position for subscription in told)
        authorities = {subscription.listener.authority for subscription in told}
        found = await self._read(
            partial(news.of_list, list_id=channel.scope_id, after=after, authorities=authorities, now=self._clock())
        )
        # Before anything is told to anybody.
        await in_turn(told, partial(self._send_away, channel, found))
        for portion in portions(found.messages):
            await in_turn(told, partial(_tell, channel, portion))
            if any(channel.holds(each) and each.listener.peer.waiting > _BYTES_AT_ONCE for each in told):
                await asyncio.sleep(_BREATH_SECONDS)
        if found.more:
            channel.is_behind = True

    async def tell_account(self, channel: Channel) -> None:
        """One round for an account: its sockets hear where it stands."""
        told = tuple(channel.subscriptions.values())
        authorities = {subscription.listener.authority for subscription in told}
        found = await self._read(
            partial(news.standing, scopes=(channel.scope_id,), authorities=authorities, now=self._clock())
        )
        revision = found.revisions.get(channel.scope_id, 0)
        message = encode(AccountChanged(revision=revision))

        def tell(subscription: Subscription) -> None:
            if not channel.holds(subscription):
                return
            if subscription.listener.authority not in found.good:
                self._revoke(subscription.listener)
            elif subscription.position < revision:
                subscription.position = revision
                subscription.listener.peer.send(message)

        await in_turn(told, tell)

    def _send_away(self, channel: Channel, found: news.News, subscription: Subscription) -> None:
        listener = subscription.listener
        if not channel.holds(subscription):
            return
        if listener.authority not in found.good:
            self._revoke(listener)
        elif not found.audience_has(listener.actor_id):
            self._lose(listener, channel)


def _tell(channel: Channel, portion: Sequence[Message], subscription: Subscription) -> None:
    if not channel.holds(subscription):
        return
    for revision, message in portion:
        if revision > subscription.position:
            subscription.position = revision
            subscription.listener.peer.send(message)


async def in_turn(subscriptions: Sequence[Subscription], do: Callable[[Subscription], None]) -> None:
    """Do something for each, letting the rest of the loop have its turn every so often."""
    waiting = iter(subscriptions)
    while some := tuple(islice(waiting, _SENDS_AT_ONCE)):
        for each in some:
            do(each)
        if len(some) == _SENDS_AT_ONCE:
            await asyncio.sleep(0)


def portions(messages: Sequence[Message]) -> Iterable[Sequence[Message]]:
    """Messages in portions that the network may have at once."""
    portion: list[Message] = []
    size = 0
    for each in messages:
        if portion and size + len(each[1]) > _BYTES_AT_ONCE:
            yield portion
            portion, size = [], 0
        portion.append(each)
        size += len(each[1])
    if portion:
        yield portion
