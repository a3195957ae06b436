"""Invitations to sign up, for a service that is not open to everybody."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Invite(Base):
    """A code that allows one sign-up; only its SHA-256 is stored."""

    __tablename__ = "invites"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
