"""What of a file did not go in as it was: kept up to a thousand, and shown page by page."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from todo.database import insert_all
from todo.formats.records import Problem
from todo.models import ImportProblem
from todo.services.import_work import Work
from todo.services.paging import Page, decode_cursor, encode_cursor, fingerprint, page_of
from todo.shapes import imports as shapes

MOST_KEPT = 1_000
_MOST_SHOWN = 50

# A problem, and the task that it has to do with.
Found = Sequence[tuple[Problem, UUID | None]]


def keep(session: Session, work: Work, found: Found) -> None:
    """Keep problems that were found beyond those that `work` has, as far as there is room."""
    room = max(0, MOST_KEPT - work.problem_count)
    rows = [
        {
            "import_id": work.id,
            "number": work.problem_count + number,
            "file_row": problem.row,
            "file_column": None if problem.column is None else _storable(problem.column, 200),
            "detail": _storable(problem.detail, 500),
            "level": problem.level,
            "item": None if problem.item is None else _storable(problem.item, 500),
            "task_id": task_id,
        }
        for number, (problem, task_id) in enumerate(found[:room])
    ]
    if rows:
        insert_all(session, ImportProblem.__table__, rows)


def forget(session: Session, import_id: UUID) -> None:
    """Delete those of an import that begins anew."""
    statement = delete(ImportProblem).where(ImportProblem.import_id == import_id)
    session.execute(statement, execution_options={"synchronize_session": False})


def first(session: Session, import_id: UUID) -> tuple[shapes.ImportProblem, ...]:
    """Those that are shown with their import."""
    statement = select(ImportProblem).where(ImportProblem.import_id == import_id).order_by(ImportProblem.number)
    return tuple(_shape(each) for each in session.scalars(statement.limit(_MOST_SHOWN)))


def page(session: Session, import_id: UUID, query: shapes.ImportFilter) -> Page[shapes.ImportProblem]:
    """A page of those that were kept. Raises BadCursor."""
    selection = fingerprint(query, "import problems", import_id)
    statement = (
        select(ImportProblem)
        .where(ImportProblem.import_id == import_id)
        .order_by(ImportProblem.number)
        .limit(query.limit + 1)
    )
    if query.cursor is not None:
        number, _ = decode_cursor(query.cursor, selection, int)
        statement = statement.where(ImportProblem.number > min(max(number, -1), MOST_KEPT))
    return page_of(
        session.scalars(statement).all(),
        query.limit,
        _shape,
        lambda each: encode_cursor(selection, each.number, each.import_id),
    )


def shape_of(problem: Problem) -> shapes.ImportProblem:
    """One that is kept nowhere, as clients see it."""
    return shapes.ImportProblem(
        row=problem.row,
        column=problem.column,
        detail=problem.detail,
        level=problem.level,
        item=problem.item,
        task_id=None,
    )


def _shape(each: ImportProblem) -> shapes.ImportProblem:
    return shapes.ImportProblem(
        row=each.row,
        column=each.column,
        detail=each.detail,
        level=each.level,  # type: ignore[arg-type]  # as the table's constraint says
        item=each.item,
        task_id=each.task_id,
    )


def _storable(text: str, most: int) -> str:
    """Neither database takes NUL, nor half of a surrogate pair."""
    return text.replace("\0", "").encode(errors="replace").decode()[:most]
