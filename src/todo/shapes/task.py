"""Tasks on the wire."""

import datetime as dt
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from todo.shapes.fields import (
    ONE_LINE,
    Cursor,
    Duration,
    LabelName,
    Labels,
    Limit,
    Notes,
    Order,
    Priority,
    Recurrence,
    TimeZone,
    Title,
    Url,
)

OrderBy = Literal[
    "order", "-order", "due", "-due", "priority", "-priority", "title", "-title",
    "created", "-created", "updated", "-updated",
]  # fmt: skip
DayOrMoment = Annotated[
    str,
    Meta(
        min_length=10,
        max_length=40,
        description="A date (2026-11-23) or a moment (2026-11-23T09:00:00Z).",
        examples=["2026-11-23"],
        extra_json_schema={"format": "date-or-moment"},
    ),
]


class Due(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a task is due: a `date`, which has no zone, or a moment (`at`) with the zone it is meant in.

    `at` without an offset is a time of day in `time_zone`; without `time_zone`, in the account's.
    """

    example: ClassVar[dict[str, Any]] = {"date": "2026-12-01", "recurrence": "FREQ=MONTHLY"}

    date: dt.date | None = None
    at: Annotated[dt.datetime, Meta(extra_json_schema={"format": "moment"})] | None = None
    time_zone: TimeZone | None = None
    recurrence: Recurrence | None = None


class Reminder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When to be told of a task: at a moment (`at`), or for so long `before` its due.

    `at` without an offset is a time of day in the account's zone; it comes back in UTC. Days and weeks of `before` are
    counted on the clock of the due's zone, hours, minutes and seconds exactly; all of it is counted on the clock of
    whoever set the reminder, from midnight, where the due is a date.
    """

    example: ClassVar[dict[str, Any]] = {"before": "PT30M"}

    at: Annotated[dt.datetime, Meta(extra_json_schema={"format": "moment"})] | None = None
    before: Duration | None = None


Reminders = Annotated[tuple[Reminder, ...], Meta(max_length=20)]


class NewTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task to be made. It goes to the end unless `order`, or the task to come `after`, is given."""

    example: ClassVar[dict[str, Any]] = {
        "title": "Pay the rent",
        "priority": 2,
        "due": {"date": "2026-12-01", "recurrence": "FREQ=MONTHLY"},
        "reminders": [{"before": "P1D"}, {"before": "-PT9H"}],
        "labels": ["home"],
    }

    title: Title
    notes: Notes = ""
    completed: bool = False
    priority: Priority = 0
    due: Due | None = None
    reminders: Reminders = ()
    labels: Labels = ()
    parent_id: UUID | None = None
    assignee_id: UUID | None = None
    order: Order | UnsetType = UNSET
    after: UUID | UnsetType = UNSET
    id: UUID | UnsetType = UNSET


class Task(Struct, frozen=True, kw_only=True):
    """A task. `version` counts every change of it; the ETag is `"<id>-<version>"`."""

    id: UUID
    url: Url
    list_id: UUID
    parent_id: UUID | None
    title: Title
    notes: Notes
    completed: bool
    completed_at: dt.datetime | None
    priority: Priority
    due: Due | None
    reminders: Reminders
    labels: Labels
    assignee_id: UUID | None
    order: float
    version: int
    created_at: dt.datetime
    updated_at: dt.datetime


class TrashedTask(Task, frozen=True, kw_only=True):
    """A task in the trash; it is kept 30 days from `deleted_at`."""

    deleted_at: dt.datetime


class TaskPatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a task can be changed. `list_id` moves it with its subtasks.

    `due`, `reminders` and `labels` are replaced whole; whoever changes `reminders` is told from then on.

    Completing a recurring task moves its due on, so it must say what it was based on: `If-Match`, an
    `Idempotency-Key`, or the `due` that was seen.
    """

    example: ClassVar[dict[str, Any]] = {"completed": True}

    title: Title | UnsetType = UNSET
    notes: Notes | UnsetType = UNSET
    completed: bool | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET
    due: Due | UnsetType | None = UNSET
    reminders: Reminders | UnsetType = UNSET
    labels: Labels | UnsetType = UNSET
    parent_id: UUID | UnsetType | None = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    list_id: UUID | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    after: UUID | UnsetType = UNSET


class TaskFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tasks of a list, in which order, and how many a page."""

    label: LabelName | None = None
    completed: bool | None = None
    due_before: DayOrMoment | None = None
    due_after: DayOrMoment | None = None
    priority: Priority | None = None
    assignee: UUID | None = None
    parent: UUID | None = None
    q: Annotated[str, Meta(min_length=1, max_length=200, pattern=ONE_LINE)] | None = None
    updated_since: Annotated[dt.datetime, Meta(tz=True)] | None = None
    order_by: OrderBy | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class AnyTaskFilter(TaskFilter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same across lists; `list` narrows it to one."""

    list: UUID | None = None


class TrashFilter(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of the trash, latest first."""

    list: UUID | None = None
    limit: Limit = 50
    cursor: Cursor | None = None


class EmptyList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which tasks of a list go to the trash: all, or those that are (not) completed."""

    completed: bool | None = None


class TasksTrashed(Struct, frozen=True, kw_only=True):
    """How many tasks went to the trash."""

    tasks: int
