"""Knowing that nothing which a request started can run any more."""

import contextvars
from collections.abc import Callable


class _Lifeline:
    """Held by the context of a request, and so by every task, timer and callback that descends from it."""

    __slots__ = ("_on_end",)

    def __init__(self, on_end: Callable[[], None]) -> None:
        self._on_end = on_end

    def __del__(self) -> None:
        self._on_end()


_lifeline: contextvars.ContextVar[_Lifeline] = contextvars.ContextVar("tornado_lambda_lifeline")


def descending_context(on_end: Callable[[], None]) -> contextvars.Context:
    """A copy of the current context for a request to run in.

    `on_end` is called, on any thread, when the copy and all copies that asyncio made of it are gone. Tornado
    gives a handler's task to nobody, so this is how the bridge learns that one ended.
    """
    context = contextvars.copy_context()
    context.run(_lifeline.set, _Lifeline(on_end))
    return context
