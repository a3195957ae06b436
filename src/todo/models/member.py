"""Who sees a list, and as what."""

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Member(Base):
    """One person's role in one list. The owner is a member, too, so that one join answers who sees what."""

    __tablename__ = "members"
    __table_args__ = (CheckConstraint("role IN ('owner', 'editor', 'viewer')", name="role"),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("lists.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(6))
    changed_revision: Mapped[int] = mapped_column(BigInteger)
