"""Every socket of this process: what each listens to, and who is told when something was committed. On one event loop.

Commit order is revision order, so one task at a time, its pump, tells of a list, from the feed; each subscription has
its own position there. What a request committed is heard of (`changed`); what a job or another process wrote is found
at the next change, or `ping`.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from todo.clock import Clock
from todo.realtime import news
from todo.realtime.admission import hello, take_places
from todo.realtime.channel import Channel
from todo.realtime.collector import Collector
from todo.realtime.conversation import SILENCE, encode, require_room
from todo.realtime.listener import Listener, Subscription
from todo.realtime.telling import Reading, Teller, in_turn, portions
from todo.services.scopes import Changed
from todo.shapes.imports import ImportProgress
from todo.shapes.live import (
    Closing,
    ImportTold,
    Lost,
    Ping,
    Pong,
    Presence,
    Said,
    Subscribe,
    Unsubscribe,
)

_log = logging.getLogger(__name__)

T = TypeVar("T")
Channels = dict[UUID, Channel]

# Threads that reading for sockets may hold at once, of those that serve requests.
_READS_AT_ONCE = 2
_RETRY_SECONDS = 2.0
_PRESENCE_SECONDS = 0.5
_SWEEP_SECONDS = 60.0
_PUMPED_WITHIN_SECONDS = 5.0


class Hub:
    """`retry` is the pause after a read that failed, `presence` the least between two `presence` messages of a list,
    both in seconds.
    """

    def __init__(
        self, read: Reading, clock: Clock, *, retry: float = _RETRY_SECONDS, presence: float = _PRESENCE_SECONDS
    ) -> None:
        self._read_now = read
        self._clock = clock
        self._retry = retry
        self._presence = presence
        self._turn = asyncio.Semaphore(_READS_AT_ONCE)
        self._teller = Teller(self._read, clock, self._revoke, self._lose)
        self._collector = Collector()
        self._listeners: set[Listener] = set()
        self._all_left = asyncio.Event()
        self._lists: Channels = {}
        self._accounts: Channels = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sweeping: asyncio.Task[None] | None = None

    # -- who is there -----------------------------------------------------------------------------------------------

    def enter(self, listener: Listener) -> None:
        """Take in a new socket. It hears of its account from now on."""
        self._listeners.add(listener)
        self._collector.note(len(self._listeners))
        self._all_left.clear()
        if listener.account_id is not None:
            channel = self._accounts.setdefault(listener.account_id, Channel(listener.account_id))
            channel.add(Subscription(listener, channel.heard))
        if self._sweeping is None:
            self._sweeping = self._start(self._sweep_for_ever())

    def leave(self, listener: Listener) -> None:
        """Forget a socket that is closed."""
        self._send_nothing_more(listener)
        self._listeners.discard(listener)
        self._collector.note(len(self._listeners))
        if not self._listeners:
            self._all_left.set()

    async def hear(self, listener: Listener, said: Said) -> None:
        """Do what a client says. Raises NotUnderstood, Unauthenticated, and what reading the database raises."""
        listener.heard_at = self._clock()
        match said:
            case Subscribe():
                await self._subscribe(listener, said)
            case Unsubscribe():
                for list_id in said.lists:
                    self._drop(listener, list_id)
            case Ping():
                await self._answer_ping(listener)

    def changed(self, changes: Iterable[Changed]) -> None:
        """Hear of what was committed. Never waits, never fails."""
        highest: dict[UUID, int] = {}
        for each in changes:
            highest[each.scope_id] = max(each.revision, highest.get(each.scope_id, 0))
        for scope_id, revision in highest.items():
            for channels in (self._lists, self._accounts):
                if (channel := channels.get(scope_id)) is not None:
                    channel.heard = max(channel.heard, revision)
                    self._wake(channels, channel)

    def told_of_import(self, account_id: UUID, progress: ImportProgress) -> None:
        """Pass on to an account's sockets how far its import is. Never waits, never fails."""
        if (channel := self._accounts.get(account_id)) is not None:
            message = encode(ImportTold(progress=progress))
            for listener in tuple(channel.subscriptions):
                if not listener.gone:
                    listener.peer.send(message)

    async def sweep(self) -> None:
        """Close the sockets of those who have been silent for too long, or whose token or link is good no more."""
        now = self._clock()
        for listener in tuple(self._listeners):
            if now - listener.heard_at > SILENCE:
                self._close(listener, 1001, "nothing was heard for too long")
        authorities = {listener.authority for listener in self._listeners}
        found = await self._read(partial(news.standing, scopes=(), authorities=authorities, now=now))
        bad = authorities - found.good
        for listener in tuple(self._listeners):
            if listener.authority in bad:
                self._revoke(listener)

    async def close(self, seconds: float) -> None:
        """End every socket with 1001, waiting up to `seconds` until they are gone, and everything that runs here."""
        for listener in tuple(self._listeners):
            self._close(listener, 1001, "the server stops")
        if self._listeners:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_left.wait(), seconds)
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- what clients say -------------------------------------------------------------------------------------------

    async def _subscribe(self, listener: Listener, said: Subscribe) -> None:
        require_room(listener.lists, said)
        channels = {each.id: self._lists.setdefault(each.id, Channel(each.id)) for each in said.lists}
        for channel in channels.values():
            channel.joining += 1
        try:
            now = self._clock()
            entry = await self._read(partial(news.enter, authority=listener.authority, wanted=said.lists, now=now))
            if not listener.gone:
                await self._let_in(listener, said, entry, channels)
        finally:
            for channel in channels.values():
                channel.joining -= 1
                self._forget_idle(self._lists, channel)

    async def _let_in(self, listener: Listener, said: Subscribe, entry: news.Entry, channels: Channels) -> None:
        places, left = take_places(listener, said.lists, entry, channels)
        listener.peer.send(encode(hello(entry, places)))
        if listener.account_id is not None and entry.account_revision is not None:
            mine = self._accounts[listener.account_id].subscriptions[listener]
            mine.position = max(mine.position, entry.account_revision)
        for portion in portions([(change.revision, encode(change)) for change in entry.missed]):
            await listener.peer.drained()
            for _, message in portion:
                listener.peer.send(message)
        for joined in entry.joined:
            channel = channels[joined.id]
            is_news = joined.id in left
            if not listener.gone:
                channel.heard = max(channel.heard, joined.revision)
                is_news |= self._install(places[joined.id], channel)
            if is_news:
                self._announce(channel)

    def _install(self, subscription: Subscription, channel: Channel) -> bool:
        came = channel.add(subscription)
        subscription.listener.lists.add(channel.scope_id)
        if channel.heard > subscription.position:
            self._wake(self._lists, channel)
        return came

    def _drop(self, listener: Listener, list_id: UUID) -> None:
        listener.lists.discard(list_id)
        if (channel := self._lists.get(list_id)) is None:
            return
        if channel.remove(listener):
            self._announce(channel)
        self._forget_idle(self._lists, channel)

    async def _answer_ping(self, listener: Listener) -> None:
        own = () if listener.account_id is None else (listener.account_id,)
        scopes = (*listener.lists, *own)
        found = await self._read(
            partial(news.standing, scopes=scopes, authorities=(listener.authority,), now=self._clock())
        )
        news.require(found, listener.authority)
        await self._pump_what_is_behind(listener, found.revisions)
        revisions = {str(each): found.revisions[each] for each in listener.lists if each in found.revisions}
        account = None if listener.account_id is None else found.revisions.get(listener.account_id)
        listener.peer.send(encode(Pong(revisions=revisions, account_revision=account)))

    async def _pump_what_is_behind(self, listener: Listener, revisions: dict[UUID, int]) -> None:
        """Send what nobody told the hub of before the answer that would make the client ask for it."""
        pumps = []
        for list_id in listener.lists & revisions.keys():
            channel = self._lists[list_id]
            if channel.subscriptions[listener].position < revisions[list_id]:
                self._wake(self._lists, channel)
                pumps += [channel.pump] if channel.pump else []
        if pumps:
            await asyncio.wait(pumps, timeout=_PUMPED_WITHIN_SECONDS)

    # -- telling them -----------------------------------------------------------------------------------------------

    def _wake(self, channels: Channels, channel: Channel) -> None:
        channel.is_behind = True
        channel.bell.set()
        if channel.pump is None and channel.subscriptions:
            channel.pump = self._start(self._pump(channels, channel))

    async def _pump(self, channels: Channels, channel: Channel) -> None:
        try:
            one_round = self._teller.tell_list if channels is self._lists else self._teller.tell_account
            await channel.keep_up(one_round, self._retry)
        finally:
            channel.pump = None
            self._forget_idle(channels, channel)

    def _announce(self, channel: Channel) -> None:
        """Tell everybody on a list who is there, soon."""
        if channel.announcement is None and channel.subscriptions:
            channel.announcement = self._start(self._announce_soon(channel))

    async def _announce_soon(self, channel: Channel) -> None:
        loop = asyncio.get_running_loop()
        try:
            await asyncio.sleep(channel.announced_at + self._presence - loop.time())
        finally:
            channel.announcement = None
            self._forget_idle(self._lists, channel)
        channel.announced_at = loop.time()
        present = channel.present()
        message = encode(Presence(list_id=channel.scope_id, present=present))

        def tell(subscription: Subscription) -> None:
            if channel.holds(subscription) and subscription.present != present:
                subscription.present = present
                subscription.listener.peer.send(message)

        await in_turn(tuple(channel.subscriptions.values()), tell)

    # -- the rest ---------------------------------------------------------------------------------------------------

    def _lose(self, listener: Listener, channel: Channel) -> None:
        listener.peer.send(encode(Lost(list_id=channel.scope_id)))
        self._drop(listener, channel.scope_id)

    def _revoke(self, listener: Listener) -> None:
        self._close(listener, 1008, news.REVOKED)

    def _close(self, listener: Listener, code: Closing, reason: str) -> None:
        """End a socket; whenever its other end agrees, nothing more is sent to it."""
        if not listener.gone:
            self._send_nothing_more(listener)
            listener.peer.close(code, reason)

    def _send_nothing_more(self, listener: Listener) -> None:
        listener.gone = True
        for list_id in tuple(listener.lists):
            self._drop(listener, list_id)
        if listener.account_id is not None and (channel := self._accounts.get(listener.account_id)):
            channel.remove(listener)
            self._forget_idle(self._accounts, channel)

    def _forget_idle(self, channels: Channels, channel: Channel) -> None:
        if channel.is_idle and channels.get(channel.scope_id) is channel:
            del channels[channel.scope_id]

    async def _read(self, work: Callable[[Session], T]) -> T:
        async with self._turn:
            return await self._read_now(work)

    def _start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _sweep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            try:
                await self.sweep()
            except Exception as error:  # noqa: BLE001 - the next one is in a minute
                _log.warning("sockets could not be looked after", exc_info=error)
