"""What a policy is: the pool's arguments, what is watched on the engine, and what an invocation means for it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine


def _nothing_special(_engine: Engine) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True, slots=True)
class PoolPolicy:
    """`arguments` go to SQLAlchemy's `create_engine`; `watch(engine)` adds the policy's listeners;
    `invocation(engine)` is entered for as long as one invocation of a function runs.
    """

    arguments: dict[str, Any]
    watch: Callable[[Engine], None]
    invocation: Callable[[Engine], AbstractContextManager[None]] = _nothing_special
