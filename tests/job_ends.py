"""Where jobs end, in tests: mails and messages that are kept, an alarm that is only set."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from todo.delivery.message import Message


@dataclass
class Mailbox:
    """Keeps every mail; raises `refusal` instead, while it is set."""

    received: list[Message] = field(default_factory=list)
    refusal: Exception | None = None

    def send(self, message: Message) -> None:
        """Keep it."""
        if self.refusal is not None:
            raise self.refusal
        self.received.append(message)


@dataclass
class Announced:
    """Keeps what a queue is told."""

    job_ids: list[UUID] = field(default_factory=list)
    alarms: int = 0

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Keep them."""
        self.job_ids.extend(job_ids)

    def ask_for_alarm(self) -> None:
        """Count it."""
        self.alarms += 1


@dataclass
class Alarm:
    """Keeps the moment that it was set to."""

    at: datetime | None = None

    def set(self, at: datetime | None) -> None:
        """Keep it."""
        self.at = at
