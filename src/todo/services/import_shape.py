"""An import as its account sees it."""

from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from todo.models import Import
from todo.shapes import imports as shapes


def shape(
    row: Import, problems: tuple[shapes.ImportProblem, ...] = (), lists: tuple[shapes.ImportedList, ...] = ()
) -> shapes.Import:
    """An import, with the problems and lists that are shown with it."""
    ended = row.finished_at or row.updated_at
    seconds = 0.0 if row.started_at is None else (ended - row.started_at).total_seconds()
    preview = None
    if row.preview is not None and row.state == "checked":
        preview = msgspec.json.decode(row.preview, type=shapes.ImportPreview)
    return shapes.Import(
        id=row.id,
        url=f"/v1/imports/{row.id}",
        state=row.state,  # type: ignore[arg-type]  # as the table's constraint says
        format=row.format,  # type: ignore[arg-type]  # one of the names
        name=row.name,
        size=row.size,
        sha256=None if row.sha256 is None else row.sha256.hex(),
        list_id=row.list_id,
        rows=row.rows,
        rows_done=row.rows_done,
        tasks=row.created_tasks,
        unchanged=row.unchanged_tasks,
        problem_count=row.problem_count,
        problems=problems,
        lists=lists,
        rows_per_second=round(row.rows_done / seconds, 1) if seconds > 0 else None,
        error=row.error,
        operation_id=row.operation_id,
        upload=None,
        preview=preview,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )


def progress_of(session: Session, import_id: UUID) -> tuple[UUID, shapes.ImportProgress] | None:
    """Whose import it is, and how far it is; None where it is gone."""
    row = session.get(Import, import_id, populate_existing=True)
    if row is None:
        return None
    now = shape(row)
    names = shapes.ImportProgress.__struct_fields__
    return row.account_id, shapes.ImportProgress(**{name: getattr(now, name) for name in names})
