"""What lets somebody who forgot the password set a new one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from todo.models.base import Base


class PasswordReset(Base):
    """Lets whoever brings its secret set the password of the account with an address, once. Only the SHA-256 of the
    secret is stored.

    It is about an address and not about an account: a row is written for any address that somebody types in, so that
    whether there is an account shows nowhere before the mail.
    """

    __tablename__ = "password_resets"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email_key: Mapped[str] = mapped_column(String(512), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
