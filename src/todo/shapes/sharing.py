"""Sharing on the wire: the members of a list, invitations to it, secret links."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.fields import Email, Name, Secret, Url
from todo.shapes.task_list import Role

LinkRole = Literal["editor", "viewer"]


class Member(Struct, frozen=True, kw_only=True):
    """Somebody who sees the list. `email` is null for the holder of a link."""

    account_id: UUID
    url: Url
    name: Name
    email: Annotated[str | None, Meta(examples=["ann@example.org"])]
    role: Role


class NewRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a member is to be. A list may have several owners."""

    role: Role


class NewInvitation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite, and as what."""

    email: Email
    role: Role


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation that is open. It says nothing of whether the address belongs to an account."""

    id: UUID
    url: Url
    email: Email
    role: Role
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


class NewInvitationReply(Invitation, frozen=True, kw_only=True):
    """An invitation that was made just now, with its secret, which is mailed, too: whoever has it may join, once."""

    carries_secret: ClassVar[bool] = True

    secret: str


class Acceptance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret of an invitation, from its mail."""

    example: ClassVar[dict[str, Any]] = {"secret": "todoinvitation_..."}

    secret: Annotated[Secret, Meta(min_length=1)]


class NewLink(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A link to be made. Without `expires_at` it is good for 30 days; where that is null, until it is revoked."""

    role: LinkRole
    name: Name = ""
    expires_at: Annotated[datetime, Meta(tz=True)] | UnsetType | None = UNSET


class Link(Struct, frozen=True, kw_only=True):
    """A secret link to a list. Its secret is shown once, when it is made."""

    id: UUID
    url: Url
    list_id: UUID
    name: Name
    role: LinkRole
    created_at: datetime
    expires_at: datetime | None


class NewLinkReply(Link, frozen=True, kw_only=True):
    """A link that was made just now, with its secret: send it as `Authorization: Bearer <secret>`.

    `fragment` is what comes behind the address of the web page: browsers keep it to themselves.
    """

    carries_secret: ClassVar[bool] = True

    secret: str
    fragment: Annotated[str, Meta(examples=["/#link=..."])]
