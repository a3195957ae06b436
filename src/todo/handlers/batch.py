"""Many changes in one request."""

import time
from collections.abc import Sequence

from todo.errors import DatabaseBusy, DomainError, Unauthenticated
from todo.handlers import problems
from todo.handlers.api_handler import ApiHandler
from todo.handlers.operation import operation
from todo.services import batch
from todo.shapes.batch import AnyOperation, Batch, BatchReply, CreateTask, OperationResult, RestoreTask, UpdateTask

# A unit begins only with more than this left of the request's time.
_RESERVE_SECONDS = 3.0


class BatchHandler(ApiHandler):
    """`/v1/batch`."""

    @operation(
        "Many changes",
        body=Batch,
        returns=BatchReply,
        forms=False,
        keyed=True,
        refusals=(404, 409, 412, 428),
    )
    async def post(self) -> None:
        """Up to 500 changes in their order: all or none, or each for itself with `atomic` false.

        Operations can refer to what others before them make, by ids that the client makes (UUIDs of version 4 or 7).
        Repeating a batch under its Idempotency-Key does nothing twice.
        """
        wanted, repeatable = self.body(Batch, forms=False), self.idempotency_key() is not None
        if wanted.atomic:
            reply = await self.commit(batch.apply_all, wanted.operations, repeatable=repeatable)
        else:
            reply = BatchReply(results=await self._each(wanted.operations, repeatable=repeatable))
        may_remind = any(isinstance(each, CreateTask | UpdateTask | RestoreTask) for each in wanted.operations)
        await self.tell_of_reminders(changed=may_remind)
        self.reply(reply)

    async def _each(self, operations: Sequence[AnyOperation], *, repeatable: bool) -> tuple[OperationResult, ...]:
        """Each operation in a unit of its own. When the database, or the time, is gone, the rest is not tried."""
        give_up = time.monotonic() + self.call.seconds - _RESERVE_SECONDS
        results: list[OperationResult] = []
        stopped: DomainError | None = None
        for self.unit_number, each in enumerate(operations):
            if stopped is None and time.monotonic() > give_up:
                stopped = DatabaseBusy("The time of the request was up. Repeat this operation.")
            if stopped is None:
                try:
                    results.append(await self.commit(batch.apply_one, each, repeatable=repeatable))
                    continue
                except Unauthenticated:
                    raise
                except DomainError as error:
                    problem = problems.problem_of(error, 500, self.call.request_id)
                    stopped = error if problem.status == 503 else None
            else:
                problem = problems.problem_of(stopped, 503, self.call.request_id)
            results.append(OperationResult(status=problem.status, problem=problem))
        return tuple(results)


ROUTES = {"/v1/batch": BatchHandler}
