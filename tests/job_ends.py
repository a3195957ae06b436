"""Where jobs end, in tests: mails and messages that are kept, an alarm that is only set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from todo.delivery.message import Message
from todo.services.scopes import Changed


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
    changes: list[Changed] = field(default_factory=list)
    presence: list[UUID] = field(default_factory=list)

    def announce(self, job_ids: Sequence[UUID]) -> None:
        """Keep them."""
        self.job_ids.extend(job_ids)

    def ask_for_alarm(self) -> None:
        """Count it."""
        self.alarms += 1

    def tell_changes(self, changes: Sequence[Changed]) -> None:
        """Keep those who may be listening to."""
        self.changes.extend(each for each in changes if each.live_until is not None)

    def tell_presence(self, scopes: Collection[UUID]) -> None:
        """Keep them."""
        self.presence.extend(scopes)


@dataclass
class Alarm:
    """Keeps the moment that it was set to."""

    at: datetime | None = None

    def set(self, at: datetime | None) -> None:
        """Keep it."""
        self.at = at
