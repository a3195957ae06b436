"""Lists as calendars of tasks (VTODO of RFC 5545), one VCALENDAR a list."""

from todo.formats import ics_rules
from todo.formats.ics_text import PRODUCT, escaped, line, named, text, utc, vtimezone, when
from todo.formats.records import MOST_LOSSES, ExportedList, Problem, WriteOptions
from todo.shapes.activity import Activity
from todo.shapes.task import Reminder, Task

_PRIORITIES = (0, 9, 5, 3, 1)


class IcsWriter:
    """Lists and tasks as calendars. What only we understand is in properties that begin with X-TODO."""

    media_type = "text/calendar; charset=utf-8"
    suffix = ".ics"

    def __init__(self, options: WriteOptions) -> None:
        self.losses: list[Problem] = []
        self.losses_count = 0
        self._now = options.now
        self._zones: set[str] = set()
        self._lists = 0

    def begin(self) -> bytes:
        return b""

    def begin_list(self, each: ExportedList) -> bytes:
        self._lists += 1
        self._zones = set()
        others = [member for member in each.members if member.role != "owner"]
        if others:
            self._lose(self._lists, "members", f"{len(others)} members are not in a calendar.", each.list.title)
        title = each.list.title
        return b"".join(
            (
                line("BEGIN", "VCALENDAR"),
                line("VERSION", "2.0"),
                line("PRODID", PRODUCT),
                line("UID", str(each.list.id)),
                text("NAME", title),
                text("X-WR-CALNAME", title),
                text("DESCRIPTION", each.list.notes),
                line("X-TODO-ORDER", repr(each.list.order)),
            )
        )

    def task(self, task: Task, assignee: str | None) -> bytes:
        return vtodo(task, assignee, self._zones)

    def activity(self, row: Activity) -> bytes:  # noqa: ARG002  # calendars have none
        return b""

    def end_list(self) -> bytes:
        return line("END", "VCALENDAR")

    def end(self) -> bytes:
        # A file without a list is an empty calendar, rather than an empty file.
        if self._lists:
            return b""
        return b"".join(
            line(name, value)
            for name, value in (
                ("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", PRODUCT), ("END", "VCALENDAR"),
            )
        )  # fmt: skip

    def _lose(self, row: int, column: str, detail: str, item: str) -> None:
        self.losses_count += 1
        if len(self.losses) < MOST_LOSSES:
            self.losses.append(Problem(row=row, column=column, detail=detail, level="loss", item=item))


def zone_of(task: Task, written: set[str]) -> bytes:
    """The zone of a task's due, unless it was `written` before."""
    due = task.due
    if due is None or due.at is None or due.time_zone is None or due.time_zone in written:
        return b""
    if not named(due.at, due.time_zone):
        return b""
    written.add(due.time_zone)
    return vtimezone(due.time_zone)


def vtodo(task: Task, assignee: str | None, zones: set[str]) -> bytes:
    """A task as a VTODO, behind the VTIMEZONE that it needs and is not among `zones` yet."""
    parts = [
        zone_of(task, zones),
        line("BEGIN", "VTODO"),
        line("UID", str(task.id)),
        line("DTSTAMP", utc(task.updated_at)),
        line("CREATED", utc(task.created_at)),
        line("LAST-MODIFIED", utc(task.updated_at)),
        line("SEQUENCE", str(task.version)),
        text("SUMMARY", task.title),
        text("DESCRIPTION", task.notes),
        line("STATUS", "COMPLETED" if task.completed else "NEEDS-ACTION"),
    ]
    if task.completed:
        parts.append(line("PERCENT-COMPLETE", "100"))
        if task.completed_at is not None:
            parts.append(line("COMPLETED", utc(task.completed_at)))
    if task.priority:
        parts.append(line("PRIORITY", str(_PRIORITIES[task.priority])))
    due = task.due
    if due is not None:
        if due.recurrence is not None:
            # A rule counts from DTSTART.
            parts.append(when("DTSTART", due.date, due.at, due.time_zone))
            parts.append(line("RRULE", ics_rules.valid_for(due.recurrence, due.at)))
        parts.append(when("DUE", due.date, due.at, due.time_zone))
    if task.labels:
        parts.append(line("CATEGORIES", ",".join(map(escaped, task.labels))))
    if task.parent_id is not None:
        parts.append(line("RELATED-TO", str(task.parent_id)))
    if assignee is not None:
        parts.append(line("ATTENDEE", f"mailto:{assignee}"))
    parts.append(line("X-TODO-ORDER", repr(task.order)))
    parts += [valarm(each, task.title) for each in task.reminders]
    parts.append(line("END", "VTODO"))
    return b"".join(parts)


def valarm(reminder: Reminder, title: str) -> bytes:
    """A reminder as an alarm."""
    parts = [line("BEGIN", "VALARM"), line("ACTION", "DISPLAY"), text("DESCRIPTION", title)]
    if reminder.at is not None:
        parts.append(line("TRIGGER", utc(reminder.at), {"VALUE": "DATE-TIME"}))
    elif reminder.before is not None:
        before = reminder.before
        parts.append(line("TRIGGER", before[1:] if before.startswith("-") else f"-{before}", {"RELATED": "END"}))
    return b"".join((*parts, line("END", "VALARM")))
