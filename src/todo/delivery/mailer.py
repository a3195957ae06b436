"""Whatever sends mails."""

from typing import Protocol

from todo.delivery.message import Message


class MailRefused(Exception):
    """This mail will never be taken. The text holds no address and nothing of the mail."""


class MailDelayed(Exception):
    """This mail is not taken now. The text holds no address and nothing of the mail."""


class Mailer(Protocol):
    """Sends one mail at a time."""

    def send(self, message: Message) -> None:
        """Give the mail away. Raises MailRefused and MailDelayed."""
