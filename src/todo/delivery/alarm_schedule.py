"""The one-off schedule that wakes the service, in EventBridge Scheduler.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from todo.clock import Clock, system_clock

# What GetSchedule tells and UpdateSchedule does not take.
_READ_ONLY = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")


class AlarmUnavailable(Exception):
    """The schedule could not be moved."""


class AlarmSchedule:
    """The schedule `name`, written `group/name`, whose target stays as the stack made it.

    boto3 looks for credentials when it is moved first.
    """

    def __init__(self, name: str, *, clock: Clock = system_clock, client: Any = None) -> None:
        self._group, _, self._name = name.partition("/")
        self._clock = clock
        self._known_client = client

    def set(self, at: datetime | None) -> None:
        """Ring at the first full minute that is not before `at`, nor over; never, where it is None.

        Says nothing to AWS where it is so already. Raises AlarmUnavailable.
        """
        wanted = {"State": "DISABLED"}
        if at is not None:
            wanted = {"State": "ENABLED", "ScheduleExpression": f"at({self._minute(at):%Y-%m-%dT%H:%M:%S})"}
        try:
            found = self._client().get_schedule(GroupName=self._group, Name=self._name)
            if all(found.get(key) == value for key, value in wanted.items()):
                return
            kept = {key: value for key, value in found.items() if key not in _READ_ONLY}
            self._client().update_schedule(**kept | wanted | {"ScheduleExpressionTimezone": "UTC"})
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "no code")
            raise AlarmUnavailable(f"EventBridge Scheduler does not move {self._group}/{self._name}: {code}") from error
        except BotoCoreError as error:
            raise AlarmUnavailable(f"EventBridge Scheduler cannot be reached ({type(error).__name__})") from error

    def _client(self) -> Any:
        if self._known_client is None:
            limits = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
            self._known_client = boto3.client("scheduler", config=limits)
        return self._known_client

    def _minute(self, at: datetime) -> datetime:
        # A moment that is over would never come: the next minute is the soonest.
        soonest = max(at, self._clock() + timedelta(seconds=1)).astimezone(UTC)
        full = soonest.replace(second=0, microsecond=0)
        return full if full == soonest else full + timedelta(minutes=1)
