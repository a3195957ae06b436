"""Checking a file before anything of it goes in: its rows are counted, and what is wrong with them is told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET
from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.formats.records import ListRecord, Problem, Reader, Record, TaskRecord
from todo.models import TaskList
from todo.services import import_problems, import_rows, import_states
from todo.services.import_portion import Portion
from todo.services.import_rows import Conversion, Row, title_of_file
from todo.services.import_work import Work
from todo.services.scopes import Changed
from todo.shapes import imports as shapes

MOST_TASKS = 20
_MOST_LISTS = 100

Found = list[tuple[Problem, UUID | None]]


def check(
    session: Session,
    now: datetime,
    work: Work,
    portion: Portion,
    conversion: Conversion,
    reader: Reader,
    lists: Mapping[str, ListRecord],
) -> tuple[Changed, ...]:
    """Check some records of a stored file; after the last ones it goes on, as was asked for. Raises Overtaken.

    `lists` are those that the file named up to there. Returns what it wrote to the feed, which is nothing.
    """
    into = None if work.list_id is None else session.scalar(select(TaskList.title).where(TaskList.id == work.list_id))
    preview = _preview_of(work, reader, into)
    if preview is not None:
        for record in lists.values():
            preview.add_list(record)
    found = _found_in(portion.records, conversion, preview, work)
    rows = work.rows_done + portion.rows
    values: dict[str, Any] = {
        "records_done": work.records_done + len(portion.records),
        "rows_done": rows,
        "updated_at": now,
        "preview": None if preview is None else msgspec.json.encode(preview.shape(rows, work, found)).decode(),
    }
    errors = work.error_count + sum(problem.level == "error" for problem, _ in found)
    if portion.last:
        values |= {"rows": rows, **_after_checking(work, now, errors)}
    import_states.go_on(session, work, values, found)
    return ()


def preview_of(
    records: Iterable[Record], reader: Reader, conversion: Conversion, *, format_name: str, file: str, into: str | None
) -> shapes.ImportPreview:
    """What would happen to a file of which nothing is stored; into the list with the title `into`, if that is given."""
    preview = _Preview(format_name, reader.header, dict(reader.columns), into, title_of_file(file))
    rows, count = 0, 0
    kept: Found = []
    for record in records:
        found = _found_in((record,), conversion, preview, None)
        rows += Portion((record,), last=False).rows
        count += len(found)
        kept += found[: import_problems.MOST_KEPT - len(kept)]
    shape = preview.shape(rows, None, kept)
    return msgspec.structs.replace(shape, problem_count=count)


@dataclass(slots=True)
class _Preview:
    format: str
    header: tuple[str, ...]
    mapping: dict[str, str]
    into: str | None
    otherwise: str
    tasks: list[shapes.PreviewTask] = field(default_factory=list)
    titles: dict[str | None, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add_list(self, record: ListRecord) -> None:
        if len(self.titles) < _MOST_LISTS and self.into is None:
            title = import_rows.title_of(record.title, self.otherwise)
            self.titles[record.key] = title
            self.counts.setdefault(title, 0)

    def add_task(self, row: Row) -> None:
        title = self.into or self.titles.get(row.record.list_key, self.otherwise)
        if title in self.counts or len(self.counts) < _MOST_LISTS:
            self.counts[title] = self.counts.get(title, 0) + 1
        if len(self.tasks) < MOST_TASKS:
            new = msgspec.structs.replace(row.new, reminders=row.reminders, id=UNSET)
            self.tasks.append(shapes.PreviewTask(row=row.record.row, list=title, task=new))

    def shape(self, rows: int, work: Work | None, found: Found) -> shapes.ImportPreview:
        earlier = 0 if work is None else work.problem_count
        return shapes.ImportPreview(
            format=self.format,  # type: ignore[arg-type]  # one of the names
            header=self.header,
            mapping=self.mapping,
            rows=rows,
            tasks=tuple(self.tasks),
            lists=tuple(shapes.PreviewList(title=title, tasks=count) for title, count in self.counts.items()),
            # Those of a stored file are in a table of their own.
            problems=tuple(import_problems.shape_of(each) for each, _ in found) if work is None else (),
            problem_count=earlier + len(found),
        )


def _preview_of(work: Work, reader: Reader, into: str | None) -> _Preview | None:
    """What was previewed of a stored file so far; None where nobody will look."""
    if not work.options.get("dry_run"):
        return None
    preview = _Preview(work.format or "", reader.header, dict(reader.columns), into, title_of_file(work.name))
    if work.preview is not None:
        earlier = msgspec.json.decode(work.preview, type=shapes.ImportPreview)
        preview.tasks = list(earlier.tasks)
        preview.counts = {each.title: each.tasks for each in earlier.lists}
    return preview


def _found_in(records: Iterable[Record], conversion: Conversion, preview: _Preview | None, work: Work | None) -> Found:
    """The problems of some records: those that their file has by itself, and those that they have as tasks."""
    naming = None if work is None else work.naming
    found: list[Problem] = []
    made: dict[int, TaskRecord] = {}
    for record in records:
        if isinstance(record, Problem):
            found.append(record)
        elif isinstance(record, ListRecord):
            if preview is not None:
                preview.add_list(record)
        else:
            row = conversion.row_of(record)
            if conversion.problems:
                found += conversion.problems
                conversion.problems.clear()
            if row is None:
                continue
            if preview is not None:
                preview.add_task(row)
            made[record.row] = record

    def id_of(each: Problem) -> UUID | None:
        record = made.get(each.row)
        if naming is None or record is None or each.level == "error":
            return None
        return naming.made_as("task", record.key, record.own_id)[0]

    return [(each, id_of(each)) for each in found]


def _after_checking(work: Work, now: datetime, errors: int) -> dict[str, Any]:
    if work.options.get("dry_run"):
        return {"state": "checked"}
    if work.options.get("all_or_nothing") and errors:
        text = f"{errors:,} of the rows cannot go in, and all or nothing was asked for: nothing went in. "
        return {
            "state": "failed",
            "finished_at": now,
            "error": text + "Correct the rows in the file, and send it again.",
        }
    return {"state": "running", "phase": "tasks", "records_done": 0, "rows_done": 0, "started_at": now}
