"""The server's mails: a file each, which every mail program opens."""

import logging
import os
import tempfile
from pathlib import Path

from todo.clock import Clock
from todo.delivery.mailer import MailDelayed, MailRefused
from todo.delivery.message import Message
from todo.delivery.mime import to_bytes

_log = logging.getLogger(__name__)


class OutboxMailer:
    """Writes `<id>.eml` into `folder`, which is made when the first mail is sent. The same mail twice is one file."""

    def __init__(self, folder: Path, sender: str, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._clock = clock

    def send(self, message: Message) -> None:
        """Write the mail, all of it or nothing. Raises MailRefused, and MailDelayed where the folder cannot be used."""
        try:
            content = to_bytes(message, self._sender, self._clock())
        except ValueError as error:
            raise MailRefused("an address cannot be written in a mail") from error
        target = self._folder / f"{message.id}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _write(target, content)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise MailDelayed(
                f"{self._folder} takes no mail: {reason}. Make room, or let this user write there"
            ) from error
        _log.info("a mail is in %s", target)


def _write(target: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
