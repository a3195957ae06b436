"""The change feed: what happened in a scope, written in the transaction that did it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Change(Base):
    """One row of the feed. `fields` is JSON: `{field: [before, after]}`, only what changed.

    `item_id` is the task or list it is about; a bulk operation is one row without it, and `ChangedItem` says which
    tasks it touched. `step` counts the rows of one operation over all scopes (NULL, as 0, before it was written), and
    `undoes` is the operation that this one took back.
    """

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_item", "item_id", "revision"),)

    scope_id: Mapped[UUID] = mapped_column(ForeignKey("scopes.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    operation_id: Mapped[UUID] = mapped_column(index=True)
    actor_id: Mapped[UUID | None]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    item_id: Mapped[UUID | None]
    fields: Mapped[str]
    step: Mapped[int | None]
    undoes: Mapped[UUID | None]


class ChangedItem(Base):
    """A task that a bulk operation touched; `fields` is JSON as in `Change`, where it is not the same for all."""

    __tablename__ = "changed_items"
    __table_args__ = (
        ForeignKeyConstraint(["scope_id", "revision"], ["changes.scope_id", "changes.revision"]),
        Index("ix_changed_items_item", "item_id", "revision"),
    )

    scope_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    fields: Mapped[str | None]


class Tombstone(Base):
    """What a scope no longer holds, for those who follow it: kept 90 days."""

    __tablename__ = "tombstones"
    __table_args__ = (CheckConstraint("kind IN ('task', 'list')", name="kind"),)

    scope_id: Mapped[UUID] = mapped_column(ForeignKey("scopes.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(4))
    deleted_at: Mapped[datetime] = mapped_column(index=True)
