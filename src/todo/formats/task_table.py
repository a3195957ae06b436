"""Tasks from a table with a header: each row is a task."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from todo.errors import Unreadable
from todo.formats import cells, columns, dates
from todo.formats.fitting import one_line
from todo.formats.formulas import restored
from todo.formats.records import ListRecord, Problem, ReadOptions, Record, Source, TaskRecord
from todo.formats.table import Row, Table, named
from todo.formats.task_row import Reading, TaskRow
from todo.shapes.index import Limits

_MOST_LISTS = Limits().lists_per_account
_MOST_BEFORE_HEADER = 12  # rows of remarks
_MOST_IDS = 500_000  # that are looked at for being there twice
_LONGEST_NAME = 1_000
_LONGEST_TITLE = Limits().title_characters
# By which numbers TickTick means none, low, medium and high.
_TICKTICK = {"0": 0, "1": 1, "3": 2, "5": 3}


class TaskTable:
    """The rows of a CSV or TSV file as records. Raises Unreadable where it cannot be a table of tasks."""

    def __init__(self, source: Source, options: ReadOptions, separator: str) -> None:
        self._table = Table(source, options, separator)
        self._options = options
        self._row, head, self._at_header = _header_of(self._table.sample, options.mapping)
        if any(len(name) > _LONGEST_NAME for name in head):
            raise Unreadable(f"A column's name in row {self._row} is longer than {_LONGEST_NAME:,} characters.")
        self.header = named(head)
        self._rows = [row for row in self._table.sample if row[0] > self._row]
        self._places, self._guess = self._placed()
        self.columns: Mapping[str, str] = {field: self.header[place] for field, place in self._places.items()}
        self._placed_fields = tuple(self._places.items())
        readers = cells.READERS
        self._all_day: int | None = None
        if {"Folder Name", "taskId"} <= set(self.header):
            readers = {**readers, "priority": _TICKTICK.get}
            self._all_day = next((place for place, name in enumerate(self.header) if name == "Is All Day"), None)
        self._reading = Reading(self.columns, options, self._day_order(), readers)

    def records(self) -> Iterator[Record]:
        """Every row, as a task or a problem."""
        yield from self._of_header()
        seen = _Seen()
        for each in self._table.rows():
            if isinstance(each, Problem):
                yield each
            elif each[0] > self._row:
                yield from self._of_row(each[0], each[1], seen)

    def _placed(self) -> tuple[dict[str, int], str]:
        """The place of each field's column, and the one that is taken for the title though nothing says so."""
        if self._options.mapping:
            return columns.asked(self.header, self._options.mapping), ""
        places = columns.guessed(self.header) if self._at_header else {}
        if "title" in places:
            return places, ""
        free = [place for place in range(len(self.header)) if place not in places.values()]
        texts = [place for place in free if self._looks_like_text(place)]
        if not free:
            raise Unreadable("No column looks like a title. Say which column holds which field, by a `mapping`.")
        places["title"] = (texts or free)[0]
        return places, self.header[places["title"]] if self._at_header else ""

    def _looks_like_text(self, place: int) -> bool:
        found = [row[place] for _, row in self._rows if len(row) > place and row[place].strip()]
        return sum(any(char.isalpha() for char in text) for text in found) * 2 > len(found)

    def _day_order(self) -> dates.DayOrder:
        """By what the column holds; else by the language, where it has one order only."""
        place = self._places.get("due", -1)
        found = dates.order_of(row[place] for _, row in self._rows if 0 <= place < len(row))
        return found or (None if self._options.language.startswith("en") else "day first")

    def _of_header(self) -> Iterator[Problem]:
        if self._guess:
            yield Problem(
                row=self._row, column=self._guess, level="loss",
                detail="No column is called title; this one was taken for it. Say which it is by a `mapping`.",
            )  # fmt: skip
        for place, name in enumerate(self.header):
            if place not in self._places.values() and place != self._all_day:
                yield Problem(
                    row=self._row, column=name, level="loss",
                    detail="No field of a task is held by this column; it was not read. Name one by a `mapping`.",
                )  # fmt: skip

    def _of_row(self, number: int, row: list[str], seen: "_Seen") -> Iterator[Record]:
        held = self._held(row)
        if "title" not in held:
            if any(cell.strip() for cell in row):
                yield self._error(number, "title", "The row has no title; it was left out.")
            return
        task = TaskRow(number, held, self._reading)
        if len(row) != len(self.header):
            self._measure(row, task)
        fields = task.read()
        if not fields["title"]:
            yield self._error(number, "title", "The title holds nothing that can be read; the row was left out.")
            return
        list_key = one_line(held["list"])[:_LONGEST_TITLE] if "list" in held else None
        if list_key is not None and list_key not in seen.lists:
            if len(seen.lists) >= _MOST_LISTS:
                yield self._error(number, "list", f"There are more than {_MOST_LISTS:,} lists; the row was left out.")
                return
            seen.lists.add(list_key)
            yield ListRecord(row=number, key=list_key, own_id=list_key, title=list_key)
        own_id = held.get("id")
        if own_id is not None and seen.has(own_id):
            task.lose("id", "An earlier row has this id; the task went in without one.")
            own_id = None
        yield from task.problems
        yield TaskRecord(
            row=number,
            key=f"row {number}" if own_id is None else own_id,
            own_id=own_id,
            list_key=list_key,
            parent_key=held.get("parent_id"),
            fields=fields,
        )

    def _held(self, row: list[str]) -> dict[str, str]:
        """The text of each field, of those that the row says something of."""
        held: dict[str, str] = {}
        width = len(row)
        for field, place in self._placed_fields:
            if place < width and (text := row[place]):
                text = restored(text) if text[0] == "'" else text
                if field != "notes":
                    text = text.strip()
                if text:
                    held[field] = text
        if self._all_day is not None and self._all_day < width and row[self._all_day] == "true" and "due" in held:
            told, own = held.get("due_time_zone", ""), self._options.time_zone
            held["due"] = _day_of(held["due"], told if dates.zone_of(told) else own)
        return held

    def _measure(self, row: list[str], task: TaskRow) -> None:
        """Report cells that are too many or too few; those too many are kept."""
        width = len(self.header)
        counted = f"The row has {len(row)} cells, the header {width}"
        task.kept += [cell.strip() for cell in row[width:] if cell.strip()]
        if task.kept:
            task.lose(
                None, f"{counted}; what is too much is at the end of the notes. Quote cells that hold the separator."
            )
        missing = [(place, field) for field, place in self._placed_fields if place >= len(row)]
        if missing:
            task.lose(min(missing)[1], f"{counted}; what is missing was taken as empty.")

    def _error(self, number: int, field: str, detail: str) -> Problem:
        return Problem(row=number, column=self.columns.get(field), detail=detail, level="error")


def _day_of(text: str, zone: str) -> str:
    """The day that begins with a moment, on the clock of a zone: TickTick has no days. Of other texts, the same."""
    moment = cells.moment(text, zone)
    if moment is None:
        return text
    return datetime.fromisoformat(moment).astimezone(dates.zone_of(zone)).date().isoformat()


class _Seen:
    """Which lists and ids came already; of ids as many as fit in little memory."""

    def __init__(self) -> None:
        self.lists: set[str] = set()
        self._ids: set[int] = set()

    def has(self, own_id: str) -> bool:
        mark = hash(own_id)
        if mark in self._ids:
            return True
        if len(self._ids) < _MOST_IDS:
            self._ids.add(mark)
        return False


def _header_of(sample: Sequence[Row], mapping: Mapping[str, str] | None) -> tuple[int, list[str], bool]:
    """The number and the cells of the header, and whether there is one.

    Remarks may stand before it. A single column is headed where its first cell says so, or a mapping names it; else
    every row is a task.
    """
    for number, row in sample[:_MOST_BEFORE_HEADER]:
        known = columns.guessed(row)
        if mapping and set(mapping.values()) <= {cell.strip() for cell in row}:
            return number, row, True
        if "title" in known and (len(known) > 1 or number == sample[0][0]):
            return number, row, True
    number, row = sample[0]
    single = all(len([cell for cell in cells_ if cell.strip()]) <= 1 for _, cells_ in sample)
    if single and not mapping:
        return 0, ["title"], False
    return number, row, True
