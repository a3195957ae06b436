"""From the settings to what is outside of a Lambda function: its queue, its alarm, its mail."""

import logging
import math
from collections.abc import Callable, Mapping, Sequence

from todo import aws
from todo.clock import Clock, system_clock
from todo.database import seconds_left
from todo.delivery.mailer import Mailer
from todo.jobs.backend import Alarm
from todo.jobs.queue import MessageQueue, NoQueue, Queue
from todo.settings import Settings

_log = logging.getLogger(__name__)

# Lets a message, by its receipt, come again in so many seconds.
Postpone = Callable[[str, float], None]

_AWS_SECONDS = 5.0
_LONGEST_POSTPONED = 43_200  # seconds, from the first receipt


def open_queue(settings: Settings, environment: Mapping[str, str], clock: Clock = system_clock) -> Queue:
    """The queue that the settings name, else none. It is not asked before it is told something."""
    url = settings.queue_url
    if url is None:
        return NoQueue()

    def send(bodies: Sequence[str]) -> None:
        timeout = max(0.5, min(_AWS_SECONDS, seconds_left()))
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

    return MessageQueue(send)


def find_alarm(settings: Settings) -> Alarm | None:
    """The schedule that wakes the service once, where the settings name it."""
    if settings.alarm_schedule is None:
        return None
    from todo.delivery.alarm_schedule import AlarmSchedule  # with boto3

    return AlarmSchedule(settings.alarm_schedule)


def find_mailer(settings: Settings) -> Mailer | None:
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
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client("sqs")

    def postpone(receipt: str, seconds: float) -> None:
        timeout = min(_LONGEST_POSTPONED, math.ceil(seconds))
        try:
            client.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=timeout)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a message comes again when its visibility time-out ends: %s", type(error).__name__)

    return postpone
