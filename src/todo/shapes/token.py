"""Tokens on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import Meta, Struct

from todo.shapes.fields import TokenName, Url

Access = Literal["read", "write"]


class NewToken(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A token to be made. Without `expires_at` it does not expire."""

    example: ClassVar[dict[str, Any]] = {"name": "backup script", "access": "read"}

    name: TokenName
    access: Access = "write"
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class Token(Struct, frozen=True, kw_only=True):
    """A token; its secret is shown once, when it is made. A `session` is made by a log-in."""

    id: UUID
    url: Url
    name: str
    kind: Literal["session", "token"]
    access: Access
    created_at: datetime
    expires_at: datetime | None


class ListedToken(Token, frozen=True, kw_only=True):
    """A token among the others; it is `current` where it is the one that asks."""

    current: bool


class SessionToken(Token, frozen=True, kw_only=True):
    """The token of a log-in that was made just now. Its secret is null where it was put into a cookie."""

    carries_secret: ClassVar[bool] = True

    secret: str | None


class NewTokenReply(Token, frozen=True, kw_only=True):
    """A token that was made just now, with its secret: send it as `Authorization: Bearer <secret>`."""

    carries_secret: ClassVar[bool] = True

    secret: str
