"""From the settings to what is outside of a Lambda function: its queue, its alarm, its mail, its sockets."""

from collections.abc import Callable, Mapping, Sequence

from todo import aws
from todo.clock import Clock, system_clock
from todo.database import Database, seconds_left
from todo.delivery.mailer import Mailer
from todo.files import Files
from todo.jobs.backend import Alarm, Backend
from todo.jobs.queue import MessageQueue, NoQueue, Queue
from todo.settings import Settings
from tornado_lambda import Connections

# Lets a message, by its receipt, come again in so many seconds.
Postpone = Callable[[str, float], None]

_AWS_SECONDS = 5.0


def build_backend(
    database: Database, settings: Settings, environment: Mapping[str, str], *, sends: bool = False
) -> Backend:
    """What the jobs of a Lambda function are given; one that `sends` reaches people, by mail and on their sockets."""
    return Backend(
        database=database,
        clock=system_clock,
        queue=open_queue(settings, environment),
        mailer=_find_mailer(settings) if sends else None,
        alarm=_find_alarm(settings),
        public_url=settings.public_url,
        sockets=open_sockets(settings.live_endpoint) if sends and settings.live_endpoint else None,
        files=find_files(settings, environment),
    )


def open_queue(
    settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock, *, patience: float = _AWS_SECONDS
) -> Queue:
    """The queue that the settings name, else none. It is not asked before it is told something.

    `patience` is in seconds, for each time that SQS is silent.
    """
    url = settings.queue_url
    if url is None:
        return NoQueue()

    def send(bodies: Sequence[str]) -> None:
        timeout = max(0.5, min(patience, seconds_left()))
        aws.send_messages(
            url,
            bodies,
            aws.get_credentials(environment, timeout=timeout),
            now=clock(),
            region=aws.region_from(environment),
            endpoint=aws.endpoint_from(environment, "SQS"),
            dual_stack=aws.wants_dual_stack(environment),
            timeout=timeout,
        )

    return MessageQueue(send, clock)


def find_files(settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock) -> Files | None:
    """The bucket that the settings name, None without one. Raises AwsError where no Region is named."""
    if settings.files_bucket is None:
        return None
    from todo.files.s3 import BucketFiles

    return BucketFiles(settings.files_bucket, environment, clock)


def open_sockets(endpoint: str) -> Connections:
    """The sockets of the WebSocket API with that management endpoint."""
    from todo.delivery.sockets import GatewaySockets  # with boto3
    from todo.realtime.posting import AT_ONCE

    return GatewaySockets(endpoint, AT_ONCE)


def _find_alarm(settings: Settings) -> Alarm | None:
    """The schedule that wakes the service once, where the settings name it."""
    if settings.alarm_schedule is None:
        return None
    from todo.delivery.alarm_schedule import AlarmSchedule  # with boto3

    return AlarmSchedule(settings.alarm_schedule)


def _find_mailer(settings: Settings) -> Mailer | None:
    """Amazon SES, where the settings name a sender."""
    if settings.mail_from is None:
        return None
    from todo.delivery.ses import SesMailer  # with boto3

    return SesMailer(settings.mail_from, configuration_set=settings.mail_configuration_set)


def find_postpone(settings: Settings) -> Postpone:
    """How a message is told when to come again. Without it, it comes when its visibility time-out ends."""
    url = settings.queue_url
    if url is None:
        return lambda _receipt, _seconds: None
    from todo.delivery.visibility import Visibility  # with boto3

    return Visibility(url).postpone
