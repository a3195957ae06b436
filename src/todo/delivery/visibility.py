"""When a message of the queue comes again.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
"""

import logging
import math
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

_log = logging.getLogger(__name__)

_LONGEST = 43_200  # seconds, from the message's receipt


class Visibility:
    """Of the messages of one queue. boto3 looks for credentials when the first one is postponed."""

    def __init__(self, queue_url: str, *, client: Any = None) -> None:
        self._queue_url = queue_url
        self._known_client = client

    def postpone(self, receipt: str, seconds: float) -> None:
        """Let the message of a receipt come again in so many seconds. If that cannot be said, it comes when the queue's
        own time is up.
        """
        timeout = min(_LONGEST, math.ceil(seconds))
        try:
            self._client().change_message_visibility(
                QueueUrl=self._queue_url, ReceiptHandle=receipt, VisibilityTimeout=timeout
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("a message was not postponed: %s", type(error).__name__)

    def _client(self) -> Any:
        if self._known_client is None:
            limits = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
            self._known_client = boto3.client("sqs", config=limits)
        return self._known_client
