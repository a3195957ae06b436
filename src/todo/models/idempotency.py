"""What was already done under a client's own key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class IdempotencyRecord(Base):
    """The outcome of a command, kept 24 hours. `outcome` is the result and the operation as JSON, or NULL where it
    held a secret.

    No foreign key: the record of an account's own deletion outlives the account.
    """

    __tablename__ = "idempotency"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    item_id: Mapped[str | None] = mapped_column(String(36))
    outcome: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
