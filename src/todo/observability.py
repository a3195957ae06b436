"""Logs and metrics. One line a request: its id, route, status, duration; never a path, header, body or secret."""

import importlib
import logging
import sys
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import StatementError
from tornado.web import RequestHandler

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

_log = logging.getLogger("todo.request")


def log_request(handler: RequestHandler) -> None:
    """Tornado's `log_function`: one line for a finished request, with the route and not the path."""
    status = handler.get_status()
    level = logging.ERROR if status >= 500 else logging.INFO
    _log.log(level, "request", extra=request_fields(handler))


def request_fields(handler: RequestHandler) -> dict[str, Any]:
    """What is said of a request: its id, method, route (`/v1/lists/{list_id}`), status and duration in milliseconds."""
    routes = handler.settings["routes"]
    call = getattr(handler, "call", None)
    return {
        "request_id": call.request_id if call else None,
        "method": handler.request.method,
        "route": next((routes[kind] for kind in type(handler).__mro__ if kind in routes), "none"),
        "status": handler.get_status(),
        "duration_ms": round(handler.request.request_time() * 1000, 1),
    }


def metered(metrics: "Metrics") -> Callable[[RequestHandler], None]:
    """The same line, and the request's metrics as one EMF line: `Requests`, `ServerErrors`, `Duration` by route."""

    def log(handler: RequestHandler) -> None:
        log_request(handler)
        fields = request_fields(handler)
        metrics.add_dimension(name="route", value=str(fields["route"]))
        metrics.add_metric(name="Requests", unit="Count", value=1)
        metrics.add_metric(name="ServerErrors", unit="Count", value=int(fields["status"] >= 500))
        metrics.add_metric(name="Duration", unit="Milliseconds", value=fields["duration_ms"])
        _flush(metrics)

    return log


def record_report(metrics: "Metrics", job: str, *, done: int, seconds_behind: float, stopped_early: bool) -> None:
    """A line and metrics of a scheduled job: `ItemsDone`, `SecondsBehind`, `StoppedEarly` by job."""
    fields = {"job": job, "done": done, "seconds_behind": round(seconds_behind, 1), "stopped_early": stopped_early}
    logging.getLogger("todo.schedule").info("ran", extra=fields)
    metrics.add_dimension(name="job", value=job)
    metrics.add_metric(name="ItemsDone", unit="Count", value=done)
    metrics.add_metric(name="SecondsBehind", unit="Seconds", value=seconds_behind)
    metrics.add_metric(name="StoppedEarly", unit="Count", value=int(stopped_early))
    _flush(metrics)


def record_outcome(metrics: "Metrics", kind: str, state: str, seconds_waited: float) -> None:
    """Metrics of a job from the queue: `JobsDone`, `JobsRetried`, `JobsGivenUp`, `SecondsWaited` by its kind."""
    metrics.add_dimension(name="kind", value=kind)
    metrics.add_metric(name="JobsDone", unit="Count", value=int(state == "done"))
    metrics.add_metric(name="JobsRetried", unit="Count", value=int(state == "retried"))
    metrics.add_metric(name="JobsGivenUp", unit="Count", value=int(state == "given_up"))
    metrics.add_metric(name="SecondsWaited", unit="Seconds", value=seconds_waited)
    _flush(metrics)


def _flush(metrics: "Metrics") -> None:
    metrics.flush_metrics()
    metrics.clear_metrics()  # where they are disabled, flushing keeps them


def describe_error(error: BaseException) -> str:
    """A traceback without the messages of its exceptions, which quote what people sent.

    Of a database error there is the SQLSTATE and the statement, whose parameters are not in it.
    """
    parts = []
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        parts = [describe_error(earlier), "\nwhich led to:\n"]
    parts += traceback.format_tb(error.__traceback__)
    parts.append(f"{type(error).__module__}.{type(error).__qualname__}")
    if isinstance(error, StatementError):
        parts.append(f" {getattr(error.orig, 'sqlstate', None) or type(error.orig).__name__} in: {error.statement}")
    return "".join(parts)


class WithoutValues(logging.Filter):
    """Puts `describe_error` in the place of an exception, as `stack` where the line is JSON."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = record.stack = describe_error(record.exc_info[1])
            record.exc_info = None
        return True


class PlainFormatter(logging.Formatter):
    """Lines for a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """`12:00:00 200 GET /v1/lists 1.2 ms <request id>`, or the message."""
        if record.name != _log.name or record.msg != "request":
            return super().format(record)
        fields = record.__dict__
        return (
            f"{self.formatTime(record, '%H:%M:%S')} {fields['status']} {fields['method']} {fields['route']} "
            f"{fields['duration_ms']} ms {fields['request_id']}"
        )


def log_to_terminal(level: str) -> None:
    """Log to standard error, in lines for people."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S"))
    handler.addFilter(WithoutValues())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log_to_cloudwatch(level: str) -> None:
    """Log JSON lines with Powertools, the service's own and those of the libraries it uses."""
    logger: Logger = _powertools().Logger(service="todo", level=level, use_rfc3339=True)
    own = logging.getLogger("todo")  # Powertools' logger, which has the service's name
    own.propagate = False
    logger.registered_handler.addFilter(WithoutValues())
    root = logging.getLogger()
    root.handlers = [logger.registered_handler]
    root.setLevel(level)
    logging.getLogger("mangum").setLevel(logging.WARNING)  # its line a request would hold the path
    logging.getLogger("alembic").setLevel(logging.WARNING)


def new_metrics() -> "Metrics":
    """What collects the metrics of a Lambda function and prints them in CloudWatch's embedded format."""
    metrics: Metrics = _powertools().Metrics(namespace="Todo", service="todo")
    return metrics


def _powertools() -> Any:
    """Powertools without boto3: it looks for botocore only to name itself in calls that are never made.

    Lambda's runtime has botocore on its path, and importing it costs several tenths of a second.
    """
    hidden = "botocore" not in sys.modules
    if hidden:
        sys.modules["botocore"] = None  # type: ignore[assignment]  # None makes `import botocore` an ImportError
    try:
        return importlib.import_module("aws_lambda_powertools")
    finally:
        if hidden:
            del sys.modules["botocore"]
