"""A mail as it is written down: RFC 5322, with MIME."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from todo.delivery.message import Message


def to_bytes(message: Message, sender: str, now: datetime) -> bytes:
    """The mail as it travels (RFC 5322), text first, HTML as the alternative. Raises ValueError for an address that
    cannot be written there.
    """
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = _address(message.to)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    # No answer by a machine, please: RFC 3834, section 5.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    mail["Content-Language"] = message.language  # last, since set_content clears what begins like this
    return mail.as_bytes()


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except IndexError as error:  # the standard library's own, of ""
        raise ValueError("an address is empty") from error
