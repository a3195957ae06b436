"""When a task is due: as clients say it, as it is stored, and as it is compared."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import and_, or_

from todo.errors import Fault, InvalidInput
from todo.models import Task
from todo.services import recurrence
from todo.services.recurrence_rule import InvalidRecurrence
from todo.services.time_zones import get_zone
from todo.shapes.task import Due

# Sorts behind every date, on both databases.
_NEVER = "~"
# Since 1972 every zone's offset is in whole minutes, which is all that RFC 3339 can write.
_FIRST_YEAR, _LAST_YEAR = 1973, 2999


@dataclass(frozen=True, slots=True)
class StoredDue:
    """The columns of a due: a date, or a moment in UTC with its zone; and the rule by which it recurs."""

    due_date: date | None = None
    due_at: datetime | None = None
    due_zone: str | None = None
    recurrence: str | None = None
    due_wall: str | None = None

    @property
    def due_sort(self) -> str:
        """What dues are sorted by: the local day and time, a date before the moments of its day, none last."""
        if self.due_date is not None:
            return self.due_date.isoformat()
        if self.due_at is not None and self.due_zone is not None:
            local = self.due_at.astimezone(get_zone(self.due_zone, "/due/time_zone"))
            return local.strftime("%Y-%m-%dT%H:%M:%S")
        return _NEVER

    def columns(self) -> dict[str, Any]:
        """The columns of a task that hold it."""
        return {
            "due_date": self.due_date,
            "due_at": self.due_at,
            "due_zone": self.due_zone,
            "due_sort": self.due_sort,
            "due_wall": self.due_wall,
            "recurrence": self.recurrence,
        }


def stored(due: Due | None, own_zone: str) -> StoredDue:
    """Check a due from a client; `own_zone` is the account's. Raises InvalidInput with a pointer to each bad field."""
    if due is None:
        return StoredDue()
    rule = None
    if due.recurrence is not None:
        try:
            rule = recurrence.normalise(due.recurrence)
        except InvalidRecurrence as error:
            raise InvalidInput(Fault(str(error), "/due/recurrence")) from error
    if due.date is not None and due.at is None:
        if due.time_zone is not None:
            raise InvalidInput(Fault("A date has no time zone; use `at` for a moment", "/due/time_zone"))
        require_year(due.date, "/due/date")
        return StoredDue(due_date=due.date, recurrence=rule)
    at = due.at
    if at is None or due.date is not None:
        raise InvalidInput(Fault("Expected either `date` or `at`", "/due"))
    zone = get_zone(due.time_zone or own_zone, "/due/time_zone")
    require_year(at, "/due/at")
    moment = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
    return StoredDue(due_at=moment, due_zone=due.time_zone or own_zone, recurrence=rule)


def of_task(task: Task) -> StoredDue:
    """The due of a task as it is stored."""
    return StoredDue(task.due_date, task.due_at, task.due_zone, task.recurrence, task.due_wall)


def following(due: StoredDue) -> StoredDue | None:
    """The due that comes when the occurrence `due` of a recurring task is done; None where it was the last one."""
    if due.recurrence is None:
        return None
    if due.due_date is not None:
        next_day = recurrence.advance(due.recurrence, due.due_date)
        return None if next_day is None else StoredDue(due_date=next_day[0], recurrence=next_day[1])
    if due.due_at is None or due.due_zone is None:
        return None
    wall = None if due.due_wall is None else datetime.fromisoformat(due.due_wall)
    now = recurrence.Moment(due.due_at, get_zone(due.due_zone, "/due/time_zone"), wall)
    later = recurrence.advance(due.recurrence, now)
    if later is None:
        return None
    moment, rule = later
    return StoredDue(
        due_at=moment.at,
        due_zone=due.due_zone,
        recurrence=rule,
        due_wall=None if moment.wall is None else moment.wall.isoformat(timespec="seconds"),
    )


def same(due: StoredDue, other: StoredDue) -> bool:
    """Whether clients see the two as one: they are not shown the `due_wall`."""
    return replace(due, due_wall=None) == replace(other, due_wall=None)


def shape(due: StoredDue) -> Due | None:
    """A due as clients see it; a moment in the time of its own zone."""
    if due.due_date is not None:
        return Due(date=due.due_date, recurrence=due.recurrence)
    if due.due_at is None or due.due_zone is None:
        return None
    local = due.due_at.astimezone(get_zone(due.due_zone, "/due/time_zone"))
    return Due(at=local, time_zone=due.due_zone, recurrence=due.recurrence)


def condition(bound: str, where: str, *, before: bool) -> Any:
    """The condition for tasks due before, or else on or after, a date or a moment. Raises InvalidInput.

    A date is compared with the local day of each due; a moment with the instant of moments and the day of dates.
    """
    day, moment = _bound(bound, where)
    if moment is None:
        text = day.isoformat()
        return Task.due_sort < text if before else and_(Task.due_sort >= text, Task.due_sort < _NEVER)
    if before:
        return or_(Task.due_at < moment, Task.due_date < day)
    return or_(Task.due_at >= moment, Task.due_date >= day)


def _bound(text: str, where: str) -> tuple[date, datetime | None]:
    try:
        if len(text) == 10:
            return date.fromisoformat(text), None
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment.date(), moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            Fault(
                "Expected a date (2026-11-23) or a moment with its offset (2026-11-23T09:00:00Z)",
                where,
                "parameter",
            )
        ) from error


def require_year(day: date, where: str) -> None:
    """Raise InvalidInput, pointing at `where`, for a year of which nobody can say what the clocks will show."""
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInput(Fault(f"Expected a year from {_FIRST_YEAR} to {_LAST_YEAR}", where))
