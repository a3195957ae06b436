"""A person."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Account(Base):
    """A person who can log in. `email_key` is the casefolded address and is what must be unique.

    `digest_at` is when the next digest is to be sent, NULL for who wants none. `mail_stopped_at` is when mail to the
    address came back for good, or was called a nuisance: nothing is sent there any more.
    """

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(512), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    time_zone: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    digest_at: Mapped[datetime | None] = mapped_column(index=True)
    mail_stopped_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
