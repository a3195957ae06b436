"""When a task is due by the phrases of a line, and which of them say it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from todo.services.quick_syntax.days import Day, Now, Time
from todo.services.quick_syntax.pieces import Piece

if TYPE_CHECKING:
    from todo.services.quick_syntax.rules import Rule


def due_of(found: Sequence[Piece], now: Now) -> tuple[dict[str, str] | None, list[Piece]]:
    """The due, and the pieces that it was made from: of each kind the last one."""
    recurrence = _last(found, "recurrence")
    until = _last(found, "until") if recurrence else None
    day, part = _last(found, "date"), _last([piece for piece in found if _is_part(piece)], "time")
    clock = _last([piece for piece in found if not _is_part(piece)], "time")
    used = [piece for piece in (recurrence, until, day, part, clock) if piece is not None]
    if not used:
        return None, []
    rule: Rule | None = recurrence.value if recurrence else None
    said: Day | None = day.value if day else None
    hour = next((piece.value.part for piece in (part, day, recurrence) if piece and piece.value.part is not None), None)
    minutes = _minutes(clock.value if clock else None, said, hour)
    start = _start(said, now, minutes)
    is_part = clock is None and hour is not None and minutes == hour * 60
    if minutes is not None and is_part and start == now.today and now.is_past(minutes):
        minutes = None  # this part of today is over, today is not
    first = rule.first(start) if rule else start
    due = {"date": first.isoformat()} if minutes is None else _moment(first, minutes, now)
    if rule is not None:
        due["recurrence"] = rule.text(until.value.day if until else None)
    return due, used


def _last(found: Sequence[Piece], kind: str) -> Piece | None:
    return next((piece for piece in reversed(found) if piece.kind == kind), None)


def _is_part(piece: Piece) -> bool:
    return isinstance(piece.value, Time) and piece.value.clock is None


def _minutes(clock: Time | None, said: Day | None, hour: int | None) -> int | None:
    """The time of the due in minutes from midnight; None for a date."""
    if clock is not None and clock.clock is not None:
        return clock.clock + 720 if clock.bare and hour is not None and hour >= 12 else clock.clock
    if said is not None and said.clock is not None:
        return said.clock
    return hour * 60 if hour is not None else None


def _start(said: Day | None, now: Now, minutes: int | None) -> date:
    """The day that is said; else today, or tomorrow where the time of today has passed."""
    if said is not None:
        return said.day
    return now.today + timedelta(days=1 if minutes is not None and now.is_past(minutes) else 0)


def _moment(day: date, minutes: int, now: Now) -> dict[str, str]:
    return {"at": f"{day.isoformat()}T{minutes // 60:02}:{minutes % 60:02}:00", "time_zone": now.zone.key}
