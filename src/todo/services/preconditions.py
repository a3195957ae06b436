"""Entity tags and `If-Match` (RFC 9110, section 13.1.1), as the services see them."""

from typing import Protocol
from uuid import UUID

from todo.errors import VersionMismatch

# The tags of an If-Match header without quotes or `W/`; a lone `*` matches whatever there is.
IfMatch = frozenset[str] | None


class Versioned(Protocol):
    """A shape that counts its changes."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def version(self) -> int:
        """How often it was changed, from 1."""


def tag_of(shape: Versioned) -> str:
    """The entity tag, without its quotes."""
    return f"{shape.id}-{shape.version}"


def require_match(if_match: IfMatch, current: Versioned) -> None:
    """Raise VersionMismatch, holding `current`, unless the client saw it as it is, or did not say."""
    if if_match is not None and "*" not in if_match and tag_of(current) not in if_match:
        raise VersionMismatch(current)
