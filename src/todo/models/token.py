"""Bearer tokens: what proves who is calling."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Token(Base):
    """A bearer token. Only the SHA-256 of its secret is stored; `kind` tells a log-in from a named token."""

    __tablename__ = "tokens"
    __table_args__ = (
        CheckConstraint("kind IN ('session', 'token')", name="kind"),
        CheckConstraint("access IN ('read', 'write')", name="access"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(7))
    name: Mapped[str] = mapped_column(String(120))
    access: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
