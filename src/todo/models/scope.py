"""What changes together and is counted together."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Scope(Base):
    """A list or an account, as the change feed sees it. Every write locks the rows it concerns, in id order.

    `revision` grows by one with each write, so commit order is revision order. `tail` is the highest task order
    given out, `item_count` how many tasks (of a list) or lists (of an account) there are, `live_until` the moment
    until which somebody may be listening.
    """

    __tablename__ = "scopes"
    __table_args__ = (CheckConstraint("kind IN ('list', 'account')", name="kind"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(7))
    revision: Mapped[int] = mapped_column(BigInteger)
    tail: Mapped[float]
    item_count: Mapped[int]
    live_until: Mapped[datetime | None]
