"""Tasks as Todoist's CSV template, which its import takes."""

import csv
import io
import re
from typing import TYPE_CHECKING

from todo.formats import todoist_dates
from todo.formats.losses import Losses
from todo.formats.records import ExportedList
from todo.shapes.activity import Activity
from todo.shapes.task import Task

if TYPE_CHECKING:
    from uuid import UUID

COLUMNS = (
    "TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE", "DATE", "DATE_LANG", "TIMEZONE",
    "DURATION", "DURATION_UNIT", "DEADLINE", "DEADLINE_LANG",
)  # fmt: skip
_DEEPEST = 5
_MOST_CONTENT = 500
_PRIORITIES = {4: 1, 3: 2, 2: 3, 1: 4, 0: 4}
_READ_AS_LABEL = re.compile(r"(?:(?<=\s)|\A)@[^\s@]")
_NOT_IN_LABELS = re.compile(r"[\s@]+")


class TodoistWriter(Losses):
    """A project: the first list as it is, each further one as a section. What is completed is left out."""

    media_type = "text/csv; charset=utf-8"
    suffix = ".csv"

    def __init__(self) -> None:
        super().__init__()
        self._text = io.StringIO(newline="")
        self._rows = csv.writer(self._text)
        self._lists = self._count = 0
        self._depths: dict[UUID, int] = {}

    def begin(self) -> bytes:
        self._rows.writerow(COLUMNS)
        return self._row("meta", "view_style=list")

    def begin_list(self, each: ExportedList) -> bytes:
        self._lists += 1
        self._depths.clear()
        title, row = each.list.title, self._count + 1
        if each.list.notes:
            self.lose(row, "list", "The notes of a list have no place in Todoist's template.", title)
        if len(each.members) > 1:
            self.lose(row, "list", "The members of a list have no place in Todoist's template.", title)
        if self._lists == 1:
            return b""
        self.lose(row, "list", "The template is of one project; this list is a section of it.", title)
        return self._row("section", title)

    def task(self, task: Task, assignee: str | None) -> bytes:
        self._count += 1
        above = self._depths.get(task.parent_id, 0) if task.parent_id else 0
        if task.completed:
            self._depths[task.id] = above
            self._lose("completed", "Todoist's template holds no completed tasks; it was left out.", task)
            return b""
        depth = above + 1
        self._depths[task.id] = depth
        if depth > _DEEPEST:
            self._lose("parent_id", f"Todoist has {_DEEPEST} levels of tasks; it was put on the last one.", task)
        if task.reminders:
            self._lose("reminders", "Reminders have no place in Todoist's template.", task)
        if assignee:
            self._lose("assignee", "Who is to do it has no place: Todoist knows people by numbers of its own.", task)
        if task.priority == 1:
            self._lose("priority", "The lowest priority and none are the same in Todoist.", task)
        date, zone = self._due(task)
        return self._row(
            "task",
            self._content(task),
            task.notes,
            str(_PRIORITIES[task.priority]),
            str(min(depth, _DEEPEST)),
            "",
            "",
            date,
            "en" if date else "",
            zone,
        )

    def activity(self, row: Activity) -> bytes:
        del row
        return b""

    def end_list(self) -> bytes:
        return b""

    def end(self) -> bytes:
        return b""

    def _content(self, task: Task) -> str:
        if _READ_AS_LABEL.search(task.title):
            self._lose("title", "Todoist takes words with @ in the title for labels.", task)
        names = []
        for label in task.labels:
            name = _NOT_IN_LABELS.sub("_", label.strip())
            if name != label:
                self._lose("labels", f"A label has no blanks in Todoist: {label!r:.80} is {name!r:.80}.", task)
            names.append(f"@{name}")
        content = " ".join([task.title, *names])
        if len(content) > _MOST_CONTENT:
            self._lose("title", f"Todoist cuts a title with its labels at {_MOST_CONTENT} characters.", task)
        return content

    def _due(self, task: Task) -> tuple[str, str]:
        if task.due is None:
            return "", ""
        text, lost = todoist_dates.written(task.due)
        if lost:
            self._lose("due", lost, task)
        return text, task.due.time_zone or ""

    def _lose(self, column: str, detail: str, task: Task) -> None:
        self.lose(self._count, column, detail, task.title)

    def _row(self, *cells: str) -> bytes:
        self._rows.writerow([*cells, *[""] * (len(COLUMNS) - len(cells))])
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()
