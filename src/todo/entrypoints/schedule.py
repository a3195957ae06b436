"""The Lambda function that EventBridge Scheduler invokes: reminders, digests, housekeeping."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from snapshot_restore_py import register_before_snapshot
from sqlalchemy.orm import configure_mappers

from todo.invocation import invocation, open_database
from todo.jobs import schedule
from todo.jobs.backend import Backend
from todo.observability import log_to_cloudwatch, new_metrics, record_report
from todo.outside import build_backend
from todo.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics


def build_handler(backend: Backend, metrics: "Metrics") -> Callable[..., dict[str, Any]]:
    """The function's handler: `{"job": NAME}` -> what was done. Raises UnknownJob, and what units of work raise."""

    def invoke(event: Any, context: Any = None) -> dict[str, Any]:
        name = schedule.job_named_in(event)
        with invocation(backend.database, context):
            report = schedule.run(name, backend)
        record_report(
            metrics,
            report.job,
            done=report.done,
            seconds_behind=report.seconds_behind,
            stopped_early=report.stopped_early,
        )
        return {"job": report.job, "done": report.done, "stopped_early": report.stopped_early}

    return invoke


configure_mappers()
settings = Settings.from_environment(os.environ)
log_to_cloudwatch(settings.log_level)
database = open_database(settings)
register_before_snapshot(database.close)
handler = build_handler(build_backend(database, settings, os.environ), new_metrics())
