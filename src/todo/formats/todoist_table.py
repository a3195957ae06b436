"""Todoist's CSV template as records: tasks with their comments, sections as tasks that hold others."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from todo.errors import Unreadable
from todo.formats import dates, todoist_dates
from todo.formats.fitting import MOST_NOTES, fit
from todo.formats.records import Problem, ReadOptions, Record, Source, TaskRecord
from todo.formats.table import Table, named

FIELDS = {
    "type": ("TYPE",), "title": ("CONTENT",), "notes": ("DESCRIPTION",), "priority": ("PRIORITY",),
    "indent": ("INDENT",), "author": ("AUTHOR",), "responsible": ("RESPONSIBLE",), "due": ("DATE", "DUE_DATE"),
    "language": ("DATE_LANG", "DUE_DATE_LANG"), "due_time_zone": ("TIMEZONE",), "duration": ("DURATION",),
    "unit": ("DURATION_UNIT",), "deadline": ("DEADLINE",), "deadline_language": ("DEADLINE_LANG",),
}  # fmt: skip
_LABEL = re.compile(r"(?:(?<=\s)|\A)@([^\s@]+)(?=\s|\Z)")
_FILE = "[[file "
_NOT_KEPT = {"IS_COLLAPSED", "META"}  # how it looks in Todoist
_PERSON = re.compile(r"\s*\(\d+\)\Z")
_PRIORITIES = {"1": 4, "2": 3, "3": 2, "4": 0}
_DESCRIPTION = json.JSONDecoder()
_DEEPEST = 100
_COMMENTS = frozenset({"note", "comment"})


@dataclass(slots=True)
class _Item:
    """A task, or a section, whose comments may still come. What has no field is `kept` at the end of its notes."""

    row: int
    parent: str | None
    fields: dict[str, Any]
    problems: list[Problem]
    comments: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    length: int = 0

    def lose(self, column: str, detail: str) -> None:
        """Note that the task goes in without something."""
        title = self.fields["title"][:500]
        self.problems.append(Problem(row=self.row, column=column, detail=detail, level="loss", item=title))


class TodoistTable:
    """The rows of the template, with either set of columns, in any order. Raises Unreadable where it is none."""

    def __init__(self, source: Source, options: ReadOptions) -> None:
        self._table = Table(source, options, ",")
        self._options = options
        self._header_row, cells_ = self._table.sample[0]
        self.header = named(cells_)
        places = {name.upper().strip(): place for place, name in enumerate(self.header)}
        self._places = {
            name: next(places[column] for column in columns if column in places)
            for name, columns in FIELDS.items()
            if any(column in places for column in columns)
        }
        if not {"type", "title"} <= set(self._places):
            raise Unreadable("This is not Todoist's template: it has the columns TYPE and CONTENT in its first row.")
        self.columns: Mapping[str, str] = {name: self.header[place] for name, place in self._places.items()}

    def records(self) -> Iterator[Record]:
        """Every task and section, each when its comments have come."""
        yield from self._of_header()
        path: list[str] = []  # the keys of the task above on each level
        section: str | None = None
        item: _Item | None = None
        told: set[str] = set()
        for each in self._table.rows():
            if isinstance(each, Problem):
                yield each
                continue
            number, row = each
            held = self._held(row)
            kind = held.get("type", "task" if "title" in held else "").lower()
            if number == self._header_row or not held or kind == "meta":
                continue
            if kind in _COMMENTS and item is not None:
                self._comment(item, held)
                continue
            yield from self._ended(item)
            item = None
            if kind not in {"task", "section"}:
                yield self._refused(number, kind, held)
            elif "title" not in held:
                detail = f"The {kind} has no text; it was left out."
                yield Problem(row=number, column=self.columns["title"], detail=detail, level="error")
            elif kind == "section":
                path, section = [], f"row {number}"
                item = _Item(number, None, {"title": held["title"], "notes": held.get("notes", "")}, [])
                if "section" not in told:
                    told.add("section")
                    item.lose(self.columns["type"], "Lists have no sections: each is a task, which holds its tasks.")
            else:
                item = self._task(number, held, path, section, told)
        yield from self._ended(item)

    def _of_header(self) -> Iterator[Problem]:
        """Columns that the template has not."""
        known = _NOT_KEPT.union(*FIELDS.values())
        for name in self.header:
            if name.upper() not in known:
                detail = "Todoist's template has no such column; it was not read."
                yield Problem(row=self._header_row, column=name, detail=detail, level="loss")

    def _held(self, row: list[str]) -> dict[str, str]:
        width = len(row)
        return {
            name: text
            for name, place in self._places.items()
            if place < width and (text := row[place].strip() if name != "notes" else row[place])
        }

    def _refused(self, number: int, kind: str, held: Mapping[str, str]) -> Problem:
        if kind in _COMMENTS or kind == "project_note":
            detail = f"A comment of the whole project has no place: {held.get('title', '')[:200]!r}."
            return Problem(row=number, column=self.columns["title"], detail=detail, level="error")
        detail = f"{kind!r:.40} is not known. Expected task, section, note or meta; the row was left out."
        return Problem(row=number, column=self.columns["type"], detail=detail, level="error", item=held.get("title"))

    def _comment(self, item: _Item, held: Mapping[str, str]) -> None:
        """Add a comment to the notes; as many as notes can hold, of which the rest is then told."""
        text = held.get("title", "") or held.get("notes", "")
        if item.length > MOST_NOTES or not text:
            return
        text, files = _with_addresses(text)
        for _ in range(files):
            item.lose(self.columns["title"], "The file of a comment was not fetched; its address is in the notes.")
        author = _PERSON.sub("", held.get("author", ""))
        text = f"{author}: {text}" if author else text
        item.length += len(text) + 1
        item.comments.append(text)

    def _ended(self, item: _Item | None) -> Iterator[Record]:
        if item is None:
            return
        notes = [item.fields.get("notes", ""), *item.comments]
        item.fields["notes"] = "\n\n".join(text for text in notes if text)
        fitted = list(fit(item.fields, item.row, self.columns, item.kept))
        if not item.fields["notes"]:
            del item.fields["notes"]
        yield from item.problems
        yield from fitted
        yield TaskRecord(
            row=item.row,
            key=f"row {item.row}",
            own_id=None,
            list_key=None,
            parent_key=item.parent,
            fields=item.fields,
        )

    def _task(
        self, number: int, held: Mapping[str, str], path: list[str], section: str | None, told: set[str]
    ) -> _Item:
        title, labels = _labels_of(held["title"])
        item = _Item(number, None, {"title": title, "notes": held.get("notes", "")}, [])
        if labels:
            item.fields["labels"] = labels
        self._place(item, held.get("indent", "1"), path, section)
        if "priority" in held:
            priority = _PRIORITIES.get(held["priority"])
            if priority is None:
                item.lose(self.columns["priority"], "Expected 1 (the highest) to 4; the priority was left out.")
            elif priority:
                item.fields["priority"] = priority
        self._due(item, held)
        if held.get("duration", "None") != "None":
            item.kept.append(f"DURATION: {held['duration']} {held.get('unit', '')}".rstrip())
            item.lose(self.columns["duration"], "Tasks have no duration; it is at the end of the notes.")
        if "responsible" in held:
            item.kept.append(f"RESPONSIBLE: {_PERSON.sub('', held['responsible'])}")
            item.lose(self.columns["responsible"], "Nobody was assigned; the name is at the end of the notes.")
        if "author" in held and "author" not in told:
            told.add("author")
            item.lose(self.columns["author"], "Who made a task is not kept; all are made by whoever imports them.")
        return item

    def _place(self, item: _Item, indent: str, path: list[str], section: str | None) -> None:
        """Under the task above that is indented less, or under the section; `path` goes on with it."""
        depth = int(indent) if indent.isascii() and indent.isdecimal() and len(indent) < 4 else 0
        if not 1 <= depth <= _DEEPEST:
            depth = 1
            item.lose(self.columns["indent"], f"{indent!r:.20}: expected a number from 1 on; it was taken as 1.")
        elif depth > len(path) + 1:
            depth = len(path) + 1
            item.lose(self.columns["indent"], f"There is no task above of the level before; it was taken as {depth}.")
        del path[depth - 1 :]
        item.parent = path[-1] if path else section
        path.append(f"row {item.row}")

    def _due(self, item: _Item, held: Mapping[str, str]) -> None:
        zone = held.get("due_time_zone", "")
        text, name, language = held.get("due", ""), "due", held.get("language", "en")
        if zone and not dates.zone_of(zone):
            if text:
                item.lose(self.columns["due_time_zone"], f"{zone!r:.60} is not a time zone; the account's was taken.")
            zone = ""
        if "deadline" in held:
            if text:
                item.kept.append(f"DEADLINE: {held['deadline']}")
                item.lose(self.columns["deadline"], "Tasks have no deadline beside the due; it is in the notes.")
            else:
                text, name, language = held["deadline"], "deadline", held.get("deadline_language", "en")
        if not text:
            return
        due = todoist_dates.read(text, language.lower()[:2], zone or self._options.time_zone, self._options)
        if isinstance(due, dict):
            item.fields["due"] = due
            if todoist_dates.is_since_completion(text):
                item.lose(self.columns[name], "It recurs from each due on, and not from the day on which it is done.")
            return
        item.kept.append(f"{'DATE' if name == 'due' else 'DEADLINE'}: {text}")
        why = "is not a date that can be read here" if due is None else f"may be {due.one} or {due.other}"
        item.lose(self.columns[name], f"{text!r:.80} {why}; the task has no due, the text is in the notes.")


def _labels_of(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its labels, and these; a text that is nothing else stays."""
    if "@" not in text:
        return text, ()
    labels = {name.casefold(): name for name in reversed(_LABEL.findall(text))}
    title = re.sub(r"[ \t]{2,}", " ", _LABEL.sub("", text)).strip()
    return (title or text), tuple(labels.values())[::-1]


def _with_addresses(text: str) -> tuple[str, int]:
    """A comment with the name and the address of each file in place of its description, and how many there are."""
    parts, count, at = [], 0, 0
    while (start := text.find(_FILE, at)) >= 0:
        parts.append(text[at:start])
        try:
            file, end = _DESCRIPTION.raw_decode(text, start + len(_FILE))
        except (ValueError, RecursionError):
            file, end = None, start + len(_FILE)
        if isinstance(file, dict) and text.startswith("]]", end):
            names = (file.get("file_name") or file.get("title"), file.get("file_url") or file.get("url"))
            parts.append(" ".join(str(name) for name in names if name))
            end, count = end + 2, count + 1
        else:
            parts.append(text[start:end])
        at = end
    return "".join((*parts, text[at:])).strip() if count else text, count
