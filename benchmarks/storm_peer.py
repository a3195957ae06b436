"""The peer: tasks of a list, as the documentation of FastAPI, SQLAlchemy's asyncio extension and Mangum writes it.

It does less than this service: no accounts, no tokens, no roles, no change feed, one table.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from mangum import Mangum
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import URL, DateTime, String, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

SCHEMA = """
CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    list_id uuid NOT NULL,
    title varchar(500) NOT NULL,
    notes varchar NOT NULL,
    completed boolean NOT NULL,
    priority integer NOT NULL,
    due_date date,
    position double precision NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX ix_tasks_order ON tasks (list_id, position, id)
"""


class Base(DeclarativeBase):
    type_annotation_map = {dt.datetime: DateTime(timezone=True)}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    list_id: Mapped[uuid.UUID]
    title: Mapped[str] = mapped_column(String(500))
    notes: Mapped[str]
    completed: Mapped[bool] = mapped_column(default=False)
    priority: Mapped[int]
    due_date: Mapped[dt.date | None]
    position: Mapped[float] = mapped_column(default=lambda: _now().timestamp())
    created_at: Mapped[dt.datetime] = mapped_column(default=_now)
    updated_at: Mapped[dt.datetime] = mapped_column(default=_now)


class NewTask(BaseModel):
    title: str = Field(min_length=1, max_length=500)
    notes: str = ""
    priority: int = Field(default=0, ge=0, le=4)
    due_date: dt.date | None = None


class ShownTask(NewTask):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    list_id: uuid.UUID
    completed: bool
    created_at: dt.datetime
    updated_at: dt.datetime


def build(url: URL, **options: Any) -> Mangum:
    """The Lambda handler over an engine with these options."""
    sessions = async_sessionmaker(create_async_engine(url, **options), expire_on_commit=False)

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as opened:
            yield opened

    opened = Annotated[AsyncSession, Depends(session)]
    app = FastAPI()

    @app.get("/v1/lists/{list_id}/tasks", response_model=list[ShownTask])
    async def in_list(list_id: uuid.UUID, session: opened) -> Sequence[Task]:
        found = await session.scalars(
            select(Task).where(Task.list_id == list_id).order_by(Task.position, Task.id).limit(50)
        )
        return found.all()

    @app.post("/v1/lists/{list_id}/tasks", response_model=ShownTask, status_code=201)
    async def create(list_id: uuid.UUID, new: NewTask, session: opened) -> Task:
        task = Task(list_id=list_id, **new.model_dump())
        session.add(task)
        await session.commit()
        return task

    asyncio.set_event_loop(asyncio.new_event_loop())  # Mangum runs on the current one
    return Mangum(Bounded(app), lifespan="off")


class Bounded:
    """Ends a request when Lambda would end the environment, which is kinder, and tells its context what failed."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        context = scope["aws.context"]
        try:
            async with asyncio.timeout(context.get_remaining_time_in_millis() / 1000):
                await self._app(scope, receive, send)
        except Exception as error:
            context.failure = error
            raise
