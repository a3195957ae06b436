"""The Lambda function behind the queue: each message succeeds or fails by itself."""

import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from snapshot_restore_py import register_before_snapshot
from sqlalchemy.orm import configure_mappers

from todo.delivery.alarm_schedule import AlarmUnavailable
from todo.errors import DomainError
from todo.invocation import invocation, open_database
from todo.jobs import alarm, messages, worker
from todo.jobs.backend import Backend
from todo.observability import log_to_cloudwatch, new_metrics, record_outcome
from todo.outside import Postpone, build_backend, find_postpone
from todo.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

_log = logging.getLogger("todo.worker")


class TryLater(Exception):
    """The message stays in the queue."""


def build_handler(backend: Backend, postpone: Postpone, metrics: "Metrics") -> Callable[..., dict[str, Any]]:
    """The function's handler: the messages of one batch -> those of them that are to come again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """

    def do(record: SQSRecord) -> None:
        try:
            times = int(record.attributes.approximate_receive_count)
            outcome = worker.receive(backend, messages.parse_message(record.body), times)
        except messages.NotOurs as error:
            _log.error("message %s is for the dead-letter queue: %s", record.message_id, error)
            raise
        except Exception as error:
            # The batch goes on, and says nothing of why.
            _log.warning("message %s comes again", record.message_id, exc_info=error)
            raise
        if outcome.state not in ("nothing", "not_yet", "told", "continued"):
            record_outcome(metrics, outcome.kind, outcome.state, outcome.seconds_waited)
        if outcome.state in ("retried", "not_yet"):
            postpone(record.receipt_handle, outcome.seconds)
            raise TryLater

    def invoke(event: Any, context: Any = None) -> dict[str, Any]:
        processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
        with invocation(backend.database, context):
            failures = process_partial_response(event, do, processor, context)
            _arm(backend)
        return dict(failures)

    return invoke


def _arm(backend: Backend) -> None:
    """What was done needs no alarm any more. If that cannot be said now, the service wakes once for nothing."""
    try:
        alarm.arm(backend)
    except (AlarmUnavailable, DomainError) as error:
        _log.warning("the alarm stays as it was: %s", error)


configure_mappers()
settings = Settings.from_environment(os.environ)
log_to_cloudwatch(settings.log_level)
database = open_database(settings)
register_before_snapshot(database.close)
handler = build_handler(
    build_backend(database, settings, os.environ, sends=True), find_postpone(settings), new_metrics()
)
