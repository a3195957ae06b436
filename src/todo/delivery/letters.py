"""What a mail says, in the language of whom it is for: as plain text, and as a page that loads nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from urllib.parse import quote
from uuid import UUID

from tornado.template import DictLoader

from todo.delivery.translation import Translation, get_translation
from todo.services.letters import DigestFacts, TaskFacts

_LONGEST_NOTES = 1_000
_LONGEST_SUBJECT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom a letter is for: a name, or "", a language, and where the service has its pages, if they have an address."""

    name: str
    language: str
    public_url: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str
    language: str


def reminder(to: Addressee, task: TaskFacts) -> Letter:
    """The letter that reminds of one task."""
    says = get_translation(to.language)
    subject = _cut(says.text("reminder_subject", title=task.title), _LONGEST_SUBJECT)
    return _letter("reminder", to, says, subject, task=task, notes=_cut(task.notes, _LONGEST_NOTES))


def digest(to: Addressee, day: date, found: DigestFacts) -> Letter:
    """The letter of what is overdue and what is due on `day`."""
    says = get_translation(to.language)
    count = len(found.overdue) + len(found.today) + found.more
    subject = says.count("digest_subject", count, day=says.date(day))
    groups = [(says.text(key), tasks) for key, tasks in (("overdue", found.overdue), ("today", found.today)) if tasks]
    return _letter("digest", to, says, subject, groups=groups, more=found.more)


def _letter(name: str, to: Addressee, says: Translation, subject: str, **facts: object) -> Letter:
    known: dict[str, object] = {
        "t": says.text,
        "count": says.count,
        "when": _when(says),
        "link": _link(to.public_url),
        "greeting": says.text("greeting", name=to.name) if to.name else says.text("greeting_nameless"),
        "language": says.language,
        "subject": subject,
        **facts,
    }
    text, html = (_templates().load(f"{name}.{kind}").generate(**known).decode() for kind in ("txt", "html"))
    return Letter(subject, text, html, says.language)


def _when(says: Translation) -> Callable[[date | datetime], str]:
    return lambda due: says.moment(due) if isinstance(due, datetime) else says.date(due)


def _link(public_url: str | None) -> Callable[[UUID | None], str | None]:
    def link(task_id: UUID | None = None) -> str | None:
        if public_url is None:
            return None
        return f"{public_url}/" if task_id is None else f"{public_url}/#/tasks/{quote(str(task_id))}"

    return link


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


@cache
def _templates() -> DictLoader:
    folder = resources.files("todo.web").joinpath("letters")
    sources = {
        file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if not file.name.startswith("_")
    }
    return DictLoader(sources)
