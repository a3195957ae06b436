"""Text from files, cut to what a task can hold; nothing of it gets lost unsaid."""

import re
from collections.abc import Iterable, Iterator
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


def fit(fields: dict[str, Any], row: int, columns: dict[str, str], also: Iterable[str] = ()) -> Iterator[Problem]:
    """Cut the title, notes and labels of `fields` to what they may be; `also` is put at the end of the notes.

    What a title has besides its first line, or beyond its length, goes to the beginning of the notes.
    """
    title, notes = str(fields["title"]), str(fields.get("notes", ""))
    if not title.isprintable() or len(title) > MOST_TITLE or title[:1].isspace() or title[-1:].isspace():
        title, rest = _title_of(title)
        if rest:
            notes = f"{rest}\n\n{notes}" if notes else rest
            yield Problem(
                row=row, column=columns.get("title"), level="loss", item=title,
                detail=f"A title is one line of at most {MOST_TITLE} characters; the whole text is in the notes.",
            )  # fmt: skip
        fields["title"] = title
    added = "\n".join(also)
    if added:
        notes = f"{notes}\n\n{added}" if notes else added
    if notes:
        if _CONTROLS.search(notes):
            notes = _CONTROLS.sub("", notes)
            yield Problem(
                row=row, column=columns.get("notes"), level="loss", item=title,
                detail="Control characters were taken out.",
            )  # fmt: skip
        if len(notes) > MOST_NOTES:
            notes = notes[:MOST_NOTES]
            yield Problem(
                row=row, column=columns.get("notes"), level="loss", item=title,
                detail=f"Notes have at most {MOST_NOTES:,} characters; the rest was left out.",
            )  # fmt: skip
        fields["notes"] = notes
    if fields.get("labels"):
        yield from _fit_labels(fields, row, columns.get("labels"))


def _title_of(text: str) -> tuple[str, str]:
    """The title, and the whole text where the title is not all of it."""
    whole = text.strip()
    first = _LINE_ENDS.split(whole, maxsplit=1)[0]
    title = one_line(first) or one_line(whole)
    if len(title) > MOST_TITLE:
        return title[: MOST_TITLE - 1].rstrip() + "…", whole
    return title, whole if len(first) < len(whole) else ""


def _fit_labels(fields: dict[str, Any], row: int, column: str | None) -> Iterator[Problem]:
    labels: dict[str, str] = {}
    cut = False
    for name in fields["labels"]:
        label = one_line(name)
        if len(label) > LONGEST_LABEL:
            label, cut = label[:LONGEST_LABEL].rstrip(), True
        if label:
            labels.setdefault(label.casefold(), label)
    kept = list(labels.values())[:MOST_LABELS]
    if cut or len(kept) < len(labels):
        yield Problem(
            row=row, column=column, level="loss", item=fields["title"],
            detail=f"A task has at most {MOST_LABELS} labels of {LONGEST_LABEL} characters; the rest was cut off.",
        )  # fmt: skip
    fields["labels"] = kept
