"""Tasks as a table with a header, which spreadsheets open and `task_table` reads back."""

import csv
import io
from typing import Any

from todo.formats.cells import labels_text
from todo.formats.formulas import neutralised
from todo.formats.losses import Losses
from todo.formats.records import ExportedList
from todo.shapes.activity import Activity
from todo.shapes.task import Due, Reminder, Task

COLUMNS = (
    "id", "list", "title", "notes", "completed", "completed_at", "priority", "due", "due_time_zone", "recurrence",
    "reminders", "labels", "parent_id", "assignee", "order", "created_at", "updated_at",
)  # fmt: skip


class TaskTableWriter(Losses):
    """A row a task. Formulas are neutralised; `mark` comes first, by which Excel knows UTF-8."""

    def __init__(self, *, separator: str, media_type: str, suffix: str, mark: bytes) -> None:
        super().__init__()
        self.media_type = media_type
        self.suffix = suffix
        self._mark = mark
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text, delimiter=separator)
        self._list: ExportedList | None = None
        self._count = self._in_list = 0

    def begin(self) -> bytes:
        return self._mark + self._written(COLUMNS)

    def begin_list(self, each: ExportedList) -> bytes:
        self._list, self._in_list = each, 0
        row, title = self._count + 1, each.list.title
        if each.list.notes:
            self.lose(row, "list", "The notes of a list have no place in a table of tasks.", title)
        if len(each.members) > 1:
            self.lose(row, "list", "The members of a list have no place in a table of tasks.", title)
        return b""

    def task(self, task: Task, assignee: str | None) -> bytes:
        self._count += 1
        self._in_list += 1
        due = task.due or Due()
        return self._written(
            (
                task.id,
                neutralised(self._list.list.title) if self._list else "",
                neutralised(task.title),
                neutralised(task.notes),
                "true" if task.completed else "false",
                _moment(task.completed_at),
                task.priority,
                due.date or _moment(due.at),
                due.time_zone or "",
                due.recurrence or "",
                neutralised(", ".join(_reminder(each) for each in task.reminders)),
                neutralised(labels_text(task.labels)),
                task.parent_id or "",
                neutralised(assignee or ""),
                repr(task.order),
                _moment(task.created_at),
                _moment(task.updated_at),
            )
        )

    def activity(self, row: Activity) -> bytes:
        del row
        return b""

    def end_list(self) -> bytes:
        if self._list is not None and not self._in_list:
            self.lose(
                self._count + 1, "list", "A list without tasks has no place in a table of tasks.", self._list.list.title
            )
        return b""

    def end(self) -> bytes:
        return b""

    def _written(self, cells: tuple[Any, ...]) -> bytes:
        self._rows.writerow(cells)
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()


def _moment(at: Any) -> str:
    return "" if at is None else str(at.isoformat())


def _reminder(reminder: Reminder) -> str:
    return _moment(reminder.at) if reminder.at is not None else reminder.before or ""
