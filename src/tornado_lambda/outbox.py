"""Messages on their way to an ASGI server."""

import asyncio
from collections import deque

from tornado_lambda.request import Message, Send


class Outbox:
    """Hands messages to ASGI `send`, each when the server has taken the one before.

    The future of a message is done when `send` has returned, so awaiting it is flow control; with `collect`,
    at once. It raises `too_late` if the message is not sent because the outbox was closed or its client is gone.
    """

    def __init__(self, too_late: type[Exception], *, collect: bool = False) -> None:
        self.begun = False  # the server has been given a message, and can be given no other reply
        self.closed = False  # nothing more is taken
        self.waiting: deque[tuple[Message, asyncio.Future[None]]] = deque()
        self._too_late = too_late
        self._collect = collect
        self._stirred = asyncio.Event()

    def put(self, message: Message) -> asyncio.Future[None]:
        """Queue a message, unless the outbox is closed."""
        sent: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self.closed:
            self._settle(sent, failed=True)
            return sent
        self.waiting.append((message, sent))
        if self._collect:
            self._settle(sent)
        else:
            self._stirred.set()
        return sent

    def close(self) -> None:
        """Take nothing more; what is queued is still sent."""
        self.closed = True
        self._stirred.set()

    def drop(self) -> None:
        """Send nothing of what is queued."""
        for _message, sent in self.waiting:
            self._settle(sent, failed=True)
        self.waiting.clear()

    async def send_all(self, send: Send) -> None:
        """Send until the outbox is closed and empty. Raises what `send` raises."""
        while self.waiting or not self.closed:
            while self.waiting:
                self.begun = True
                message, sent = self.waiting.popleft()
                try:
                    await send(message)
                    self._settle(sent)
                finally:
                    self._settle(sent, failed=True)
            if not self.closed:
                self._stirred.clear()
                await self._stirred.wait()

    async def collected(self) -> list[Message]:
        """All messages, once the outbox is closed."""
        while not self.closed:
            await self._stirred.wait()
        return [message for message, _sent in self.waiting]

    def _settle(self, sent: asyncio.Future[None], *, failed: bool = False) -> None:
        if not sent.done() and failed:
            sent.set_exception(self._too_late())
            sent.exception()  # nobody has to look at it
        elif not sent.done():
            sent.set_result(None)
