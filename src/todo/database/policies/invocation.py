"""`invocation`: PostgreSQL directly from Lambda. Connect at the first statement, close before the reply leaves.

Use it where nothing stands between the functions and the database: a frozen environment holds no connection, so
open connections never outnumber the requests that are being served, and a database that may sleep falls asleep.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.pool import NullPool

from todo.database.policies.liveness import watch_liveness
from todo.database.policies.pool_policy import PoolPolicy


def invocation() -> PoolPolicy:
    """The units of one invocation share a connection; outside of an invocation each opens and closes its own."""
    return PoolPolicy({"poolclass": InvocationPool}, watch_liveness, _invocation)


class InvocationPool(NullPool):
    """Keeps one connection that came back while an invocation runs, and none otherwise.

    A log-in is several units, and a batch hundreds: each would connect anew to a server that may be full.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_running = False
        self._kept: Any = None

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """Keep a connection until the block ends, however it ends."""
        self._is_running = True
        try:
            yield
        finally:
            self._is_running = False
            self.dispose()

    def dispose(self) -> None:
        """Close the connection that is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _do_get(self) -> Any:
        kept, self._kept = self._kept, None
        return super()._do_get() if kept is None else kept

    def _do_return_conn(self, record: Any) -> None:
        if self._is_running and self._kept is None:
            self._kept = record
        else:
            super()._do_return_conn(record)


def _invocation(engine: Engine) -> AbstractContextManager[None]:
    pool: InvocationPool = engine.pool  # type: ignore[assignment]  # as the policy's arguments say
    return pool.invocation()
