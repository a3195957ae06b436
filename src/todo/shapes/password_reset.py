"""Passwords that were forgotten, on the wire."""

from typing import Annotated, Any, ClassVar

from msgspec import Meta, Struct

from todo.shapes.fields import Email, Password, Secret


class NewPasswordReset(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address of whoever forgot the password."""

    email: Email


class NewPassword(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The secret from the mail, and the password to be set."""

    example: ClassVar[dict[str, Any]] = {"secret": "todoreset_...", "password": "a long password"}

    secret: Annotated[Secret, Meta(min_length=1)]
    password: Password
