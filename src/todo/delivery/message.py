"""A mail, and how it is written down."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Message:
    """One mail to one person. `id` is that of the job it comes of: the same id is the same mail."""

    id: UUID
    to: str
    subject: str
    text: str
    html: str
    language: str


def to_bytes(message: Message, sender: str, now: datetime) -> bytes:
    """The mail as it travels (RFC 5322), text first, HTML as the alternative. Raises ValueError for an address that
    cannot be written there.
    """
    name, address = parseaddr(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{address.rpartition('@')[2]}>"
    mail["Content-Language"] = message.language
    # No answer by a machine, please: RFC 3834, section 5.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return mail.as_bytes()
