"""What a policy is: the pool's arguments, and what is watched on the engine."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine


def _watch_nothing(_engine: Engine) -> None:
    pass


@dataclass(frozen=True, slots=True)
class PoolPolicy:
    """`arguments` go to SQLAlchemy's `create_engine`; `watch(engine)` adds the policy's listeners."""

    arguments: dict[str, Any] = field(default_factory=dict)
    watch: Callable[[Engine], None] = _watch_nothing
