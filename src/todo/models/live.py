"""Who is connected: tickets for a socket, the sockets of API Gateway, and what each of them listens to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class Ticket(Base):
    """Opens one socket, once, within a minute, with the authority of a token or a link.

    Only the SHA-256 of its secret is stored. No foreign keys: what it stands for is looked at when it is used.
    """

    __tablename__ = "tickets"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    token_id: Mapped[UUID | None]
    link_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Connection(Base):
    """A socket that API Gateway holds. A server holds its own and has no rows.

    `actor_id` is the account or the link that it speaks for. No foreign keys: a row may outlive its token, and is then
    good for nothing.
    """

    __tablename__ = "connections"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    actor_id: Mapped[UUID] = mapped_column(index=True)
    token_id: Mapped[UUID | None]
    link_id: Mapped[UUID | None]
    connected_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Subscription(Base):
    """A scope that a connection listens to: changes later than `since` are sent to it.

    Whoever has one of a list that is not `quiet` is present there. A version that knew of no `quiet` leaves it NULL.
    """

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_scope", "scope_id"),)

    connection_id: Mapped[str] = mapped_column(ForeignKey("connections.id"), primary_key=True)
    scope_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[int] = mapped_column(BigInteger)
    quiet: Mapped[bool | None]
