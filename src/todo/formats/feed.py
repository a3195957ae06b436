"""A calendar that others subscribe to: tasks with a due as events, or all tasks as VTODOs.

What is written depends on nothing but the tasks, so that the ETag of a feed changes only when they do.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

from todo.formats import ics_rules
from todo.formats.ics_text import PRODUCT, escaped, line, text, utc, when
from todo.formats.ics_writer import vtodo, zone_of
from todo.shapes.task import Task

MEDIA_TYPE = "text/calendar; charset=utf-8"
# Calendars give an event without a length no room; half an hour is what one gets for a thing to do at 9:00.
_LENGTH = "PT30M"


def write(
    name: str,
    tasks: Iterable[Task],
    *,
    as_tasks: bool = False,
    address_of: Callable[[Task], str] | None = None,
    every: timedelta = timedelta(hours=1),
) -> Iterator[bytes]:
    """A calendar called `name`, piece by piece. `address_of` is the page of a task, `every` how often to ask anew."""
    span = f"PT{max(int(every.total_seconds()) // 60, 1)}M"
    yield b"".join(
        (
            line("BEGIN", "VCALENDAR"),
            line("VERSION", "2.0"),
            line("PRODID", PRODUCT),
            line("CALSCALE", "GREGORIAN"),
            line("METHOD", "PUBLISH"),
            text("NAME", name),
            text("X-WR-CALNAME", name),
            line("REFRESH-INTERVAL", span, {"VALUE": "DURATION"}),
            line("X-PUBLISHED-TTL", span),
        )
    )
    zones: set[str] = set()
    for task in tasks:
        if as_tasks:
            yield vtodo(task, None, zones)
        elif task.due is not None:
            yield _vevent(task, address_of, zones)
    yield line("END", "VCALENDAR")


def _vevent(task: Task, address_of: Callable[[Task], str] | None, zones: set[str]) -> bytes:
    due = task.due
    if due is None:
        raise AssertionError("only tasks with a due are events")
    parts = [
        zone_of(task, zones),
        line("BEGIN", "VEVENT"),
        line("UID", str(task.id)),
        line("DTSTAMP", utc(task.updated_at)),
        line("CREATED", utc(task.created_at)),
        line("LAST-MODIFIED", utc(task.updated_at)),
        line("SEQUENCE", str(task.version)),
        text("SUMMARY", f"✓ {task.title}" if task.completed else task.title),
        text("DESCRIPTION", task.notes),
        when("DTSTART", due.date, due.at, due.time_zone),
        line("DURATION", "P1D" if due.date is not None else _LENGTH),
        # A thing to do does not make one busy.
        line("TRANSP", "TRANSPARENT"),
    ]
    if due.recurrence is not None and not task.completed:
        parts.append(line("RRULE", ics_rules.valid_for(due.recurrence, due.at)))
    if task.labels:
        parts.append(line("CATEGORIES", ",".join(map(escaped, task.labels))))
    if address_of is not None:
        parts.append(line("URL", address_of(task)))
    return b"".join((*parts, line("END", "VEVENT")))
