"""Accounts and log-ins on the wire."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.fields import Email, Name, Password, Secret, TimeZone, Url
from todo.shapes.token import SessionToken
from todo.web.catalogue import languages

if TYPE_CHECKING:
    _Tag = str
else:
    _Tag = Literal[languages()]  # of several, as if they were written here: one for each file of translations

Language = Annotated[_Tag, Meta(description="Of the page, and of the mails that are sent.")]
Cookie = Annotated[
    bool,
    Meta(description="For the page of this service: the secret goes into a cookie that scripts cannot read."),
]
Digest = Annotated[bool, Meta(description="Whether to get a mail at 7:00 of what is due.")]


class NewAccount(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign-up. `invite` is needed where the service is open to the invited only."""

    email: Email
    password: Password
    name: Name = ""
    time_zone: TimeZone = "UTC"
    language: Language = "en"
    digest: Digest = False
    invite: Secret | None = None
    cookie: Cookie = False


class Account(Struct, frozen=True, kw_only=True):
    """A person, as that person sees it. Since `mail_stopped_at` nothing is sent to the address: mail came back."""

    id: UUID
    url: Url
    email: Email
    name: Name
    time_zone: TimeZone
    language: Language
    digest: Digest
    mail_stopped_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


class AccountPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of an account can be changed. A new address or password needs `current_password`."""

    example: ClassVar[dict[str, Any]] = {"name": "Ann", "time_zone": "Europe/Madrid"}

    name: Name | UnsetType = UNSET
    time_zone: TimeZone | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    digest: Digest | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    current_password: Secret | UnsetType = UNSET


class Credentials(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log-in."""

    email: Email
    password: Annotated[Secret, Meta(examples=["a long password"])]
    cookie: Cookie = False


class SignedIn(Struct, frozen=True, kw_only=True):
    """Who is logged in now, and with which token."""

    account: Account
    token: SessionToken
