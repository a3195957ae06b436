"""stub"""

from typing import Any, Protocol


class MailRefused(Exception):
    pass


class MailDelayed(Exception):
    pass


class Mailer(Protocol):
    def send(self, message: Any) -> None: ...
