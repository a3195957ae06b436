"""Counters that slow down guessing."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Throttle(Base):
    """How often something was tried lately; the key is the SHA-256 of what is counted, so no address is kept.

    No index on `updated_at`: it changes with each attempt, and the rows are those of an hour.
    """

    __tablename__ = "throttles"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    attempts: Mapped[int]
    blocked_until: Mapped[datetime]
    updated_at: Mapped[datetime]
