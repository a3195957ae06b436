"""Feeds on the wire."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.fields import Name, Url

FeedShows = Literal["list", "today", "due"]


class NewFeed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A calendar to be made: one list (`list_id` says which), what is due today, or everything that is due.

    Without a `name` it is called as what it shows.
    """

    example: ClassVar[dict[str, Any]] = {"name": "My tasks", "shows": "due"}

    shows: FeedShows
    name: Name = ""
    list_id: UUID | UnsetType = UNSET


class Feed(Struct, frozen=True, kw_only=True):
    """A secret address at which a calendar is. The address is shown once, when it is made."""

    id: UUID
    url: Url
    name: Name
    shows: FeedShows
    list_id: UUID | None
    created_at: datetime


class NewFeedReply(Struct, frozen=True, kw_only=True):
    """A feed that was made just now: `url` is the secret address for calendar programs, shown this once.

    With `?as=tasks` it holds tasks (`VTODO`) instead of events.
    """

    carries_secret: ClassVar[bool] = True

    id: UUID
    url: Annotated[str, Meta(description="The secret address.", examples=["/v1/feeds/todofeed_....ics"])]
    name: Name
    shows: FeedShows
    list_id: UUID | None
    created_at: datetime


class FeedQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"as_": "as"}):
    """As what a calendar holds tasks: events for those that are due, or tasks (`VTODO`)."""

    as_: Literal["events", "tasks"] = "events"
