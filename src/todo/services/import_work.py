"""An import as a worker finds it: what is to be done, and how far it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from todo.models import Account, Import
from todo.services import imported_lists
from todo.services.actor import Actor, Authority
from todo.services.import_ids import Naming


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What of an import's row a worker goes by, and whose it is."""

    id: UUID
    account_id: UUID
    state: str
    phase: str
    name: str
    size: int
    format: str | None
    sha256: bytes | None
    list_id: UUID | None
    options: Mapping[str, Any]
    operation_id: UUID
    rows: int | None
    rows_done: int
    records_done: int
    late_parents: int
    problem_count: int
    error_count: int
    preview: str | None
    lists: Mapping[str, int]
    created_at: datetime
    started_at: datetime | None

    @property
    def time_zone(self) -> str:
        """In which its dates and times are meant."""
        return str(self.options["time_zone"])

    @property
    def language(self) -> str:
        """In which its dates may be written."""
        return str(self.options["language"])

    @property
    def naming(self) -> Naming:
        """How it names what it makes; once format and digest are known."""
        return Naming(
            account_id=self.account_id,
            import_id=self.id,
            format=self.format or "",
            sha256=self.sha256 or b"",
            again=bool(self.options.get("again")),
        )

    def actor(self, now: datetime) -> Actor:
        """Who asked for it, acting in its one operation."""
        return Actor(
            self.account_id, Authority(), "write", self.time_zone, now, self.operation_id, language=self.language
        )


def find_work(session: Session, import_id: UUID) -> Work | None:
    """The import as it is; None where it is gone."""
    found = session.execute(
        select(Import, Account.time_zone, Account.language)
        .join(Account, Account.id == Import.account_id)
        .where(Import.id == import_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if found is None:
        return None
    row, time_zone, language = found
    names = set(Work.__dataclass_fields__) - {"options", "lists"}
    same = {name: getattr(row, name) for name in names}
    # Those of an import from before they were stored are the account's.
    options = {"time_zone": time_zone, "language": language, **json.loads(row.options)}
    return Work(**same, options=options, lists=imported_lists.from_text(row.lists))
