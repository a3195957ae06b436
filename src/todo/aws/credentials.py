"""Who signs a call to AWS."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from todo.aws.errors import AwsError


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs. Only the access key id, which travels in clear in every request, appears in a repr.

    `expires_at` carries a zone; None where it is not known.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        # http.client names a header's value when it refuses one: what it would refuse must not get that far.
        for value in (self.access_key_id, self.secret_access_key, self.session_token or "-"):
            if not re.fullmatch(r"[!-~]+", value):
                raise AwsError("The AWS credentials hold a space, a line break or a non-ASCII character.")

    @classmethod
    def from_mapping(cls, environ: Mapping[str, str]) -> Self:
        """What AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN hold; "" counts as unset.

        Lambda sets all three for the function's role, except with SnapStart: `get_credentials` knows both.
        https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

        Raises `AwsError` naming the variables that are missing.
        """
        needed = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
        missing = [name for name in needed if not environ.get(name)]
        if missing:
            raise AwsError(
                f"No AWS credentials: {' and '.join(missing)} not set. Lambda sets them for the function's role (with "
                "SnapStart, AWS_CONTAINER_CREDENTIALS_FULL_URI instead); elsewhere export those of a role that may do "
                "what is asked."
            )
        key, secret = (environ[name] for name in needed)
        return cls(key, secret, environ.get("AWS_SESSION_TOKEN") or None)
