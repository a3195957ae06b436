"""Text from files, cut to what a task can hold; nothing of it gets lost unsaid."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from todo.formats.records import Problem
from todo.shapes.index import Limits

MOST_TITLE = Limits().title_characters
MOST_NOTES = Limits().notes_characters
MOST_LABELS = Limits().labels_per_task
LONGEST_LABEL = 60
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_LINE_ENDS = re.compile("[\r\n\u2028\u2029]")


def one_line(text: str) -> str:
    """Text without blanks around it, of one line."""
    text = text.strip()
    return text if text.isprintable() else _BREAKS.sub(" ", text).strip()


def fit(fields: dict[str, Any], row: int, columns: Mapping[str, str], also: Sequence[str] = ()) -> Iterator[Problem]:
    """Cut the title, notes and labels of `fields` to what they may be; `also` is put at the end of the notes.

    What a title has besides its first line, or beyond its length, goes to the beginning of the notes.
    """
    notes = fields.get("notes", "")
    if not is_plain(fields["title"]):
        fields["title"], rest = _title_of(fields["title"])
        if rest:
            notes = f"{rest}\n\n{notes}" if notes else rest
            yield Problem(
                row=row, column=columns.get("title"), level="loss", item=fields["title"],
                detail=f"A title is one line of at most {MOST_TITLE} characters; the whole text is in the notes.",
            )  # fmt: skip
    if also:
        notes = "\n".join([notes, "", *also] if notes else also)
    if notes:
        for detail in _fit_notes(fields, notes):
            yield Problem(row=row, column=columns.get("notes"), level="loss", item=fields["title"], detail=detail)
    if "labels" in fields and not _fit_labels(fields):
        yield Problem(
            row=row, column=columns.get("labels"), level="loss", item=fields["title"],
            detail=f"A task has at most {MOST_LABELS} labels of {LONGEST_LABEL} characters; the rest was cut off.",
        )  # fmt: skip


def is_plain(title: str) -> bool:
    """Whether a title is right as it is, at first sight."""
    return title.isprintable() and len(title) <= MOST_TITLE and not (title[:1].isspace() or title[-1:].isspace())


def _fit_notes(fields: dict[str, Any], notes: str) -> Iterator[str]:
    if _CONTROLS.search(notes):
        notes = _CONTROLS.sub("", notes)
        yield "Control characters were taken out."
    if len(notes) > MOST_NOTES:
        notes = notes[:MOST_NOTES]
        yield f"Notes have at most {MOST_NOTES:,} characters; the rest was left out."
    fields["notes"] = notes


def _title_of(text: str) -> tuple[str, str]:
    """The title, and the whole text where the title is not all of it."""
    whole = text.strip()
    first = _LINE_ENDS.split(whole, maxsplit=1)[0]
    title = one_line(first) or one_line(whole)
    if len(title) > MOST_TITLE:
        return title[: MOST_TITLE - 1].rstrip() + "…", whole
    return title, whole if len(first) < len(whole) else ""


def _fit_labels(fields: dict[str, Any]) -> bool:
    """Whether the labels fit as they are, or but for white space."""
    names: Sequence[str] = fields["labels"]
    if len(names) <= MOST_LABELS and all(map(_fits, names)):
        return True
    labels: dict[str, str] = {}
    for name in map(one_line, names):
        if name:
            labels.setdefault(name[:LONGEST_LABEL].casefold(), name[:LONGEST_LABEL].rstrip())
    fields["labels"] = tuple(labels.values())[:MOST_LABELS]
    return len(labels) <= MOST_LABELS and all(len(one_line(name)) <= LONGEST_LABEL for name in names)


def _fits(label: str) -> bool:
    return len(label) <= LONGEST_LABEL and label.isprintable()
